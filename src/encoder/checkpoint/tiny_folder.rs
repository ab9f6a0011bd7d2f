//! Folders that look like models, for tests of finding and naming them.
#![allow(clippy::unwrap_used)]

use std::path::Path;

/// Every file that a model needs, with content that no model has.
pub(crate) const WHOLE: [(&str, &str); 3] = [
    ("config.json", "{}"),
    ("model.safetensors", "weights"),
    ("tokenizer.json", "pieces"),
];

/// Writes files into a folder, which is made where it is not there.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    std::fs::create_dir_all(folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
}
