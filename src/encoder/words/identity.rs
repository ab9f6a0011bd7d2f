//! The identity of files that decide a result.

use std::path::Path;

use crate::encoder::error::EncoderError;

/// Hash of one file's content.
pub(super) fn file_hash(path: &Path) -> Result<blake3::Hash, EncoderError> {
    let mut hasher = blake3::Hasher::new();
    std::fs::File::open(path)
        .and_then(|file| hasher.update_reader(file).map(drop))
        .map_err(|error| unreadable(path, error.to_string()))?;
    Ok(hasher.finalize())
}

/// The room's error for a file that cannot be used.
pub(super) fn unreadable(path: &Path, reason: String) -> EncoderError {
    EncoderError::Unreadable {
        path: path.to_owned(),
        reason,
    }
}
