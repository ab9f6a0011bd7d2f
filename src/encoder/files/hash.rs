//! The identity of files that decide a result.

use std::path::Path;

use crate::encoder::error::EncoderError;

/// Hash of one file's content.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn file_hash(path: &Path) -> Result<blake3::Hash, EncoderError> {
    let mut hasher = blake3::Hasher::new();
    std::fs::File::open(path)
        .and_then(|file| hasher.update_reader(file).map(drop))
        .map_err(|error| EncoderError::unreadable(path, error.to_string()))?;
    Ok(hasher.finalize())
}

/// Hash of the names and the content of several files of a folder, in this order,
/// wherever the folder lies; in hexadecimal digits.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn files_hash<'a>(
    folder: &Path,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<String, EncoderError> {
    let mut whole = blake3::Hasher::new();
    for name in names {
        whole.update(name.as_bytes());
        whole.update(file_hash(&folder.join(name))?.as_bytes());
    }
    Ok(whole.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_contents_and_order_count() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        let hash = |names: &[&str]| files_hash(folder.path(), names.iter().copied()).unwrap();
        write("a", "1").unwrap();
        write("b", "1").unwrap();
        assert_ne!(hash(&["a"]), hash(&["b"]));
        assert_ne!(hash(&["a", "b"]), hash(&["b", "a"]));
        let before = hash(&["a", "b"]);
        write("b", "2").unwrap();
        assert_ne!(hash(&["a", "b"]), before);
        let error = files_hash(folder.path(), ["c"]).unwrap_err().to_string();
        assert!(error.contains(&*folder.path().join("c").to_string_lossy()));
    }
}
