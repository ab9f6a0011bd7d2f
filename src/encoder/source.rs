//! Finding a pretrained model's folder, and its identity.

use std::path::{Path, PathBuf};

use super::config::EncoderConfig;
use super::error::EncoderError;

/// A Hugging Face folder that holds what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFolder {
    /// The folder.
    pub path: PathBuf,
}

/// Files that decide what a model computes.
const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];

impl ModelFolder {
    /// Checks that the folder is complete.
    ///
    /// # Errors
    /// When a file is missing; pickled weights are refused with the reason.
    pub fn open(path: &Path) -> Result<Self, EncoderError> {
        for file in FILES {
            if path.join(file).is_file() {
                continue;
            }
            if file == "model.safetensors" && path.join("pytorch_model.bin").is_file() {
                return Err(EncoderError::Unreadable {
                    path: path.join("pytorch_model.bin"),
                    reason: "pickled weights can run code when they are read; convert them to \
                             model.safetensors first"
                        .to_owned(),
                });
            }
            return Err(EncoderError::Incomplete {
                folder: path.to_owned(),
                file,
            });
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Hash of the content of the deciding files, wherever they lie.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn content_hash(&self) -> Result<String, EncoderError> {
        let mut whole = blake3::Hasher::new();
        for file in FILES {
            let path = self.path.join(file);
            let mut part = blake3::Hasher::new();
            std::fs::File::open(&path)
                .and_then(|reader| part.update_reader(reader).map(drop))
                .map_err(|error| EncoderError::Unreadable {
                    path,
                    reason: error.to_string(),
                })?;
            whole.update(file.as_bytes());
            whole.update(part.finalize().as_bytes());
        }
        Ok(whole.finalize().to_hex().to_string())
    }
}

/// The files that hold a model folder's weights.
///
/// # Errors
/// When an index of shards cannot be read.
pub(super) fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, EncoderError> {
    Ok(vec![folder.join("model.safetensors")])
}

/// Finds the folder that `encoder` names, in the first of the `models` folders that
/// has one of that name; `encoder.path` takes precedence.
///
/// # Errors
/// When there is none, or it is not complete.
pub fn locate_model(
    encoder: &EncoderConfig,
    models: &[PathBuf],
) -> Result<ModelFolder, EncoderError> {
    if let Some(path) = &encoder.path {
        if path.is_dir() {
            return ModelFolder::open(path);
        }
        return Err(EncoderError::Missing {
            name: encoder.name.clone(),
            looked_in: path.display().to_string(),
        });
    }
    for folder in models {
        let path = folder.join(&encoder.name);
        if path.is_dir() {
            return ModelFolder::open(&path);
        }
    }
    Err(EncoderError::Missing {
        name: encoder.name.clone(),
        looked_in: models
            .iter()
            .map(|folder| folder.join(&encoder.name).display().to_string())
            .collect::<Vec<_>>()
            .join(", "),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_missing_model_says_where_it_was_looked_for() {
        let encoder = EncoderConfig {
            name: "no-such-model".to_owned(),
            ..EncoderConfig::default()
        };
        let text = locate_model(&encoder, &["/nowhere".into()])
            .unwrap_err()
            .to_string();
        assert!(text.contains("/nowhere/no-such-model"), "{text}");
    }

    #[test]
    fn pickled_weights_are_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), "{}").unwrap();
        std::fs::write(folder.path().join("pytorch_model.bin"), "").unwrap();
        let text = ModelFolder::open(folder.path()).unwrap_err().to_string();
        assert!(text.contains("pickled weights can run code"), "{text}");
    }
}
