//! File operations whose errors name the path, and the one way to replace a file atomically.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// Turns an I/O result into one that names what was tried and where.
pub(super) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|reason| StoreError::Io {
            action,
            path: path.to_owned(),
            reason,
        })
    }
}

/// The bytes of a file, or `None` where there is none.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error).at("read", path),
    }
}

/// The entries of a folder, sorted by name; none where there is no folder.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absence(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error).at("list", folder),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.at("list", folder)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Every regular file under a folder with its name relative to it (`/` between parts), sorted.
pub(super) fn walk(folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = open.pop() {
        for path in list(&folder)? {
            let name = format!("{prefix}{}", file_name(&path));
            if fs::symlink_metadata(&path).at("inspect", &path)?.is_dir() {
                open.push((format!("{name}/"), path));
            } else {
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The last part of a path, as text.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

pub(super) fn create_folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).at("create the folder", path)
}

/// Removes a file or a whole folder; what is gone already is fine.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).at("remove", path),
        _ => Ok(()),
    }
}

/// Replaces a file so that a reader sees the old bytes or the new ones, and never a part.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = temporary(path);
    fs::write(&temporary, bytes).at("write", &temporary)?;
    fs::rename(&temporary, path).at("rename a file to", path)
}

/// The same, so that it also holds for a machine that loses power, and is durable on return.
pub(super) fn replace_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = temporary(path);
    let mut file = File::create(&temporary).at("create", &temporary)?;
    file.write_all(bytes).at("write", &temporary)?;
    file.sync_all().at("flush", &temporary)?;
    fs::rename(&temporary, path).at("rename a file to", path)?;
    path.parent().map_or(Ok(()), sync)
}

fn temporary(path: &Path) -> PathBuf {
    let name = format!("{}.{}.tmp", file_name(path), std::process::id());
    path.with_file_name(name)
}

/// Makes a file's bytes, or a folder's entries, durable.
pub(super) fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .at("flush", path)
}

/// Opens a file for appending, and ends a line that a dying process left half written.
pub(super) fn open_to_append(path: &Path) -> Result<File, StoreError> {
    use std::os::unix::fs::FileExt;

    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .open(path)
        .at("open", path)?;
    let length = file.metadata().at("inspect", path)?.len();
    if length > 0 {
        let mut last = [0];
        file.read_exact_at(&mut last, length - 1).at("read", path)?;
        if last != *b"\n" {
            file.write_all(b"\n").at("write", path)?;
        }
    }
    Ok(file)
}

/// The blake3 checksum of a file in hexadecimal, and its size in bytes.
pub(super) fn checksum(path: &Path) -> Result<(String, u64), StoreError> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).at("open", path)?;
    hasher.update_reader(file).at("read", path)?;
    Ok((hasher.finalize().to_hex().to_string(), hasher.count()))
}

/// Seconds since 1970.
pub(super) fn now() -> f64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}

/// A file that is not there, also because what should be its folder is a file.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
