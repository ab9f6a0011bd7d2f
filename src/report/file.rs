//! Files that are either the old ones or the new ones, never half of one.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::ReportError;

/// Writes `bytes` beside `path` and renames them over it.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    replace(path, |temporary| {
        fs::write(temporary, bytes).map_err(|source| failed(path, source))
    })
}

/// Lets `fill` make a file beside `path`, with the same extension, and renames it over `path`.
pub(crate) fn replace(
    path: &Path,
    fill: impl FnOnce(&Path) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Two processes may write the same report; each then renames a whole file of its own.
    let temporary = path.with_file_name(format!(".{}.{name}", std::process::id()));
    let filled = fill(&temporary);
    let renamed =
        filled.and_then(|()| fs::rename(&temporary, path).map_err(|source| failed(path, source)));
    if renamed.is_err() {
        // The first error is the one worth telling, and the file may not exist.
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

/// Makes a folder with its parents.
pub(crate) fn make_folder(path: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(path).map_err(|source| failed(path, source))
}

/// Removes the files of `folder` that are called by a number, or `plot-` and a number, and are not among `kept`: a
/// report must not show a table or plot that its experiment no longer has.
pub(crate) fn remove_others(folder: &Path, kept: &[String]) -> Result<(), ReportError> {
    for entry in fs::read_dir(folder).map_err(|source| failed(folder, source))? {
        let path = entry.map_err(|source| failed(folder, source))?.path();
        let numbered = path.file_stem().is_some_and(|stem| {
            let stem = stem.to_string_lossy();
            let number = stem.strip_prefix("plot-").unwrap_or(&stem);
            number.parse::<usize>().is_ok()
        });
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if numbered && !kept.contains(&name) {
            fs::remove_file(&path).map_err(|source| failed(&path, source))?;
        }
    }
    Ok(())
}

/// Removes a file that a report no longer has; that it is not there is no fault.
pub(crate) fn remove(path: &Path) -> Result<(), ReportError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(failed(path, source)),
        _ => Ok(()),
    }
}

fn failed(path: &Path, source: std::io::Error) -> ReportError {
    ReportError::Write {
        path: path.to_owned(),
        source,
    }
}
