//! What a corpus and an encoder are, apart from where they lie.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use crate::encoder::{ScratchConfig, locate_model, open_device};

/// A corpus by the hash of its content: the same documents under another name are the
/// same corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusIdentity {
    /// Hash of all its splits.
    pub hash: String,
}

/// An encoder by the hash of its files, or by the shape of one from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderIdentity {
    /// Hash of configuration, weights and tokenizer; none for one from scratch, which is
    /// said aloud, so that the description of a scratch encoder at its defaults is not
    /// empty.
    pub hash: Option<String>,
    /// Shape of one from scratch.
    #[serde(default)]
    pub scratch: ScratchConfig,
}

/// The encoder that a configuration asks for, with the folder of a pretrained one or the
/// reason why it is not to be had; one that is missing has an identity that no stored
/// step has.
pub fn find_encoder(
    configuration: &Configuration,
    models: &[PathBuf],
) -> (EncoderIdentity, Result<Option<PathBuf>, String>) {
    let config = &configuration.encoder;
    if config.is_scratch() {
        let identity = EncoderIdentity {
            hash: None,
            scratch: config.scratch.clone(),
        };
        return (identity, Ok(None));
    }
    let found =
        locate_model(config, models).and_then(|folder| Ok((folder.content_hash()?, folder.path)));
    let (hash, found) = match found {
        Ok((hash, path)) => (hash, Ok(Some(path))),
        Err(error) => (format!("missing {}", config.name), Err(error.to_string())),
    };
    let identity = EncoderIdentity {
        hash: Some(hash),
        scratch: ScratchConfig::default(),
    };
    (identity, found)
}

/// Whether the device that a configuration names is there; if not, what is lacking.
///
/// # Errors
/// When the name is unknown, or the build or the machine lacks the device.
pub fn check_device(configuration: &Configuration) -> Result<(), String> {
    let device = open_device(&configuration.device);
    device.map(drop).map_err(|error| error.to_string())
}
