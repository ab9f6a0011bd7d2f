//! A pretrained model's folder: whether it is complete, and its identity.

use std::path::{Path, PathBuf};

use super::locate::ModelPlace;
use super::shards::shards;
use crate::encoder::error::EncoderError;
use crate::encoder::files::files_hash;

/// Weights in one file.
pub(super) const WEIGHTS: &str = "model.safetensors";
/// What names the files of weights in several.
pub(super) const INDEX: &str = "model.safetensors.index.json";
/// Weights that are refused, in one file and in several.
pub(super) const PICKLED: [&str; 2] = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/// A Hugging Face folder that holds what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFolder {
    /// The folder.
    pub path: PathBuf,
    /// The commit of a model of the hub, 40 hexadecimal digits.
    pub commit: Option<String>,
    /// The branch or tag that stood at that commit when the model was fetched.
    pub revision: Option<String>,
    /// Names of the weight files.
    weights: Vec<String>,
}

impl ModelFolder {
    /// Checks that the folder is complete.
    ///
    /// # Errors
    /// When a file is missing; pickled weights are refused with the reason.
    pub fn open(path: &Path) -> Result<Self, EncoderError> {
        let there = |file: &str| path.join(file).is_file();
        let missing = |file: &'static str| EncoderError::Incomplete {
            folder: path.to_owned(),
            file,
        };
        if !there("config.json") {
            return Err(missing("config.json"));
        }
        let weights = weight_names(path)?;
        if !there("tokenizer.json") {
            return Err(missing("tokenizer.json"));
        }
        Ok(Self {
            path: path.to_owned(),
            commit: None,
            revision: None,
            weights,
        })
    }

    /// Checks that a model's place is complete.
    ///
    /// # Errors
    /// As for `open`.
    pub fn at(place: &ModelPlace) -> Result<Self, EncoderError> {
        Ok(Self {
            commit: place.commit.clone(),
            revision: place.revision.clone(),
            ..Self::open(&place.path)?
        })
    }

    /// The files that hold the weights, in the order in which they are hashed.
    pub fn weight_files(&self) -> Vec<PathBuf> {
        let files = self.weights.iter();
        files.map(|file| self.path.join(file)).collect()
    }

    /// Names and bytes of everything in the folder, by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files(&self) -> Result<Vec<(String, u64)>, EncoderError> {
        files_in(&self.path)
    }

    /// Hash of the content of the deciding files, wherever they lie.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn content_hash(&self) -> Result<String, EncoderError> {
        let weights = self.weights.iter().map(String::as_str);
        let files = std::iter::once("config.json").chain(weights);
        // What a tokenizer's own file leaves open, these decide where they are there.
        let beside = ["tokenizer_config.json", "special_tokens_map.json"];
        let beside = beside
            .into_iter()
            .filter(|file| self.path.join(file).is_file());
        files_hash(&self.path, files.chain(["tokenizer.json"]).chain(beside))
    }
}

/// Names and bytes of the files in a folder, by name.
pub(super) fn files_in(folder: &Path) -> Result<Vec<(String, u64)>, EncoderError> {
    let fail = |error: std::io::Error| EncoderError::unreadable(folder, error.to_string());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        // The files of the cache are links, and their length is that of what they lead to.
        if let Ok(found) = entry.path().metadata()
            && found.is_file()
        {
            files.push((
                entry.file_name().to_string_lossy().into_owned(),
                found.len(),
            ));
        }
    }
    files.sort();
    Ok(files)
}

/// The files that hold a model folder's weights: one, or those that an index names.
///
/// # Errors
/// When there are none, one of several is missing, or they are pickled, which is refused
/// with the reason.
pub(crate) fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, EncoderError> {
    let names = weight_names(folder)?.into_iter();
    Ok(names.map(|name| folder.join(name)).collect())
}

fn weight_names(folder: &Path) -> Result<Vec<String>, EncoderError> {
    let there = |file: &str| folder.join(file).is_file();
    if there(WEIGHTS) {
        return Ok(vec![WEIGHTS.to_owned()]);
    }
    if there(INDEX) {
        return shards_in(folder);
    }
    if PICKLED.iter().any(|file| there(file)) {
        let path = folder.join(PICKLED[0]);
        return Err(EncoderError::unreadable(&path, pickled(folder)));
    }
    Err(EncoderError::Incomplete {
        folder: folder.to_owned(),
        file: WEIGHTS,
    })
}

fn shards_in(folder: &Path) -> Result<Vec<String>, EncoderError> {
    let index = folder.join(INDEX);
    let named = shards(&index)?;
    match named.iter().find(|shard| !folder.join(shard).is_file()) {
        Some(shard) => Err(EncoderError::unreadable(
            &index,
            format!("it names `{shard}`, which is not there; get the model again"),
        )),
        None => Ok(named),
    }
}

/// Why pickled weights are refused, and the way to convert them.
fn pickled(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "pickled weights can run code when they are read; convert them to {WEIGHTS} first, where \
         you trust their makers: `python -c 'from transformers import AutoModel; \
         AutoModel.from_pretrained(\"{folder}\").save_pretrained(\"{folder}\", \
         safe_serialization=True)'`"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_folder::{WHOLE, write};
    use super::*;

    #[test]
    fn pickled_weights_are_refused_with_the_reason_and_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[("config.json", "{}"), ("pytorch_model.bin", "")],
        );
        let text = ModelFolder::open(folder.path()).unwrap_err().to_string();
        assert!(text.contains("pickled weights can run code"), "{text}");
        assert!(text.contains("safe_serialization=True"), "{text}");
    }

    #[test]
    fn the_hash_of_weights_in_one_file_stays_what_it_was() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &WHOLE);
        let mut expected = blake3::Hasher::new();
        for (file, text) in WHOLE {
            expected.update(file.as_bytes());
            expected.update(blake3::hash(text.as_bytes()).as_bytes());
        }
        let found = ModelFolder::open(folder.path()).unwrap();
        let expected = expected.finalize().to_hex().to_string();
        assert_eq!(found.content_hash().unwrap(), expected);
        // What decides nothing changes nothing.
        write(folder.path(), &[("README.md", "read me")]);
        assert_eq!(found.content_hash().unwrap(), expected);
    }

    #[test]
    fn every_shard_is_needed_and_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let index = r#"{"weight_map": {"x": "b.safetensors", "y": "a.safetensors"}}"#;
        write(
            folder.path(),
            &[
                ("config.json", "{}"),
                (INDEX, index),
                ("a.safetensors", "1"),
                ("tokenizer.json", "pieces"),
            ],
        );
        let text = ModelFolder::open(folder.path()).unwrap_err().to_string();
        assert!(
            text.contains("`b.safetensors`, which is not there"),
            "{text}"
        );
        write(folder.path(), &[("b.safetensors", "2")]);
        let model = ModelFolder::open(folder.path()).unwrap();
        let names = ["a.safetensors", "b.safetensors"].map(|name| folder.path().join(name));
        assert_eq!(model.weight_files(), names);
        let before = model.content_hash().unwrap();
        write(folder.path(), &[("b.safetensors", "3")]);
        assert_ne!(model.content_hash().unwrap(), before);
    }
}
