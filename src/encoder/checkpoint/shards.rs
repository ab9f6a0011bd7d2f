//! Weights in several files, and the index that says which.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::encoder::error::EncoderError;

/// The part of `model.safetensors.index.json` that says where each tensor is.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The file that an index names for each tensor.
///
/// # Errors
/// When the file is no index.
pub(crate) fn weight_map(index: &Path) -> Result<BTreeMap<String, String>, EncoderError> {
    let text = std::fs::read_to_string(index)
        .map_err(|error| EncoderError::unreadable(index, error.to_string()))?;
    let read: Index = serde_json::from_str(&text).map_err(|error| {
        EncoderError::unreadable(index, format!("not an index of weight files: {error}"))
    })?;
    Ok(read.weight_map)
}

/// The names of the weight files that an index names, sorted and each once.
///
/// # Errors
/// When the file is no index, or names a file outside of its folder.
pub(crate) fn shards(index: &Path) -> Result<Vec<String>, EncoderError> {
    let mut names: Vec<String> = weight_map(index)?.into_values().collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err(EncoderError::unreadable(
            index,
            "it names no weight file".to_owned(),
        ));
    }
    let strange = names
        .iter()
        .find(|name| name.contains(['/', '\\']) || !name.ends_with(".safetensors"));
    match strange {
        Some(name) => Err(EncoderError::unreadable(
            index,
            format!("it names `{name}`, which is not a safetensors file of the same folder"),
        )),
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        shards(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_file_is_named_once_and_in_order() {
        let text = r#"{"metadata": {"total_size": 3},
            "weight_map": {"a": "m-2.safetensors", "b": "m-1.safetensors", "c": "m-2.safetensors"}}"#;
        assert_eq!(read(text).unwrap(), ["m-1.safetensors", "m-2.safetensors"]);
    }

    #[test]
    fn files_elsewhere_or_of_another_kind_are_refused() {
        for (text, reason) in [
            (
                r#"{"weight_map": {"a": "../m.safetensors"}}"#,
                "`../m.safetensors`",
            ),
            (r#"{"weight_map": {"a": "m.bin"}}"#, "`m.bin`"),
            (r#"{"weight_map": {}}"#, "no weight file"),
            ("{}", "not an index"),
        ] {
            let text = read(text).unwrap_err();
            assert!(text.contains(reason), "{text}");
        }
    }
}
