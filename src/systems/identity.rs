//! What a corpus and an encoder are, apart from where they lie.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::configuration::Configuration;
use crate::encoder::words::WordVectors;
use crate::encoder::{
    Architecture, EncoderConfig, EncoderError, Freeze, ScratchConfig, locate_model, open_device,
};

/// A corpus by the hash of its content: the same documents under another name are the
/// same corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusIdentity {
    /// Hash of all its splits.
    pub hash: String,
    /// The relation types without a direction. They are told, not annotated, so that the
    /// hash does not cover them, and most steps do not ask; a step that does names them
    /// in its description.
    #[serde(skip)]
    pub symmetric: Vec<String>,
}

/// An encoder by the hash of its files, or by the shape of one from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderIdentity {
    /// Hash of configuration, weights and tokenizer; none for one from scratch, which is
    /// said aloud, so that the description of a scratch encoder at its defaults is not
    /// empty.
    pub hash: Option<String>,
    /// How many layers are kept, from the bottom; all unless given.
    #[serde(default)]
    pub keep_layers: Option<usize>,
    /// What keeps its pretrained values.
    #[serde(default)]
    pub freeze: Freeze,
    /// How many layers keep their pretrained values, from the bottom.
    #[serde(default)]
    pub frozen_layers: usize,
    /// Shape of one from scratch.
    #[serde(default)]
    pub scratch: ScratchConfig,
}

impl EncoderIdentity {
    /// Whether nothing of it is trained, so that its states can be computed once.
    pub fn is_frozen(&self) -> bool {
        self.freeze == Freeze::All
    }

    /// What a description leaves out: every field but the hash at its default.
    pub(crate) fn defaults() -> Value {
        json!({
            "keep_layers": null,
            "freeze": Freeze::None,
            "frozen_layers": 0,
            "scratch": ScratchConfig::default(),
        })
    }
}

/// Number of layers and their width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Layers that are computed.
    pub layers: usize,
    /// Width H of the hidden states.
    pub width: usize,
}

/// A pretrained encoder's folder, or nothing for one from scratch, with its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEncoder {
    /// The folder.
    pub folder: Option<PathBuf>,
    /// The commit of a model of the hub.
    pub commit: Option<String>,
    /// Its shape.
    pub shape: Shape,
}

/// The encoder that a configuration asks for, with its folder and shape or the reason
/// why it is not to be had; one that is missing has an identity that no stored step has. A
/// system that does not read an encoder lacks none, whatever the configuration says.
pub fn find_encoder(
    configuration: &Configuration,
    models: &[PathBuf],
) -> (EncoderIdentity, Result<FoundEncoder, String>) {
    let config = &configuration.encoder;
    let mut identity = EncoderIdentity {
        hash: None,
        keep_layers: config.keep_layers,
        freeze: config.freeze,
        frozen_layers: config.frozen_layers,
        scratch: ScratchConfig::default(),
    };
    if config.is_scratch() || !configuration.reads_encoder() {
        identity.scratch = config.scratch.clone();
        let found = FoundEncoder {
            folder: None,
            commit: None,
            shape: Shape {
                layers: config.scratch.layers,
                width: config.scratch.hidden,
            },
        };
        return (identity, Ok(found));
    }
    let (hash, found) = match pretrained(config, models) {
        Ok((hash, found)) => (hash, Ok(found)),
        Err(error) => (format!("missing {}", config.name), Err(error.to_string())),
    };
    identity.hash = Some(hash);
    (identity, found)
}

fn pretrained(
    config: &EncoderConfig,
    models: &[PathBuf],
) -> Result<(String, FoundEncoder), EncoderError> {
    let folder = locate_model(config, models)?;
    let mut architecture = Architecture::open(&folder.path)?;
    if let Some(layers) = config.keep_layers {
        architecture = architecture.keep_layers(layers)?;
    }
    if config.frozen_layers > architecture.layers() {
        return Err(EncoderError::Layers(format!(
            "`encoder.frozen_layers` = {}: the encoder `{}` has {} layers",
            config.frozen_layers,
            config.name,
            architecture.layers()
        )));
    }
    let found = FoundEncoder {
        shape: Shape {
            layers: architecture.layers(),
            width: architecture.width(),
        },
        commit: folder.commit.clone(),
        folder: Some(folder.path.clone()),
    };
    Ok((folder.content_hash()?, found))
}

/// Word vectors by the hash of their content; none where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorsIdentity {
    /// Hash of the words and their vectors.
    #[serde(default)]
    pub hash: Option<String>,
}

/// The word vectors that a configuration asks for, with their folder or file, or the reason
/// why they are not to be had; missing ones have an identity that no stored step has. A
/// system that does not read vectors has none, whatever the configuration says.
pub fn find_vectors(
    configuration: &Configuration,
    models: &[PathBuf],
) -> (VectorsIdentity, Result<Option<PathBuf>, String>) {
    let config = &configuration.vectors;
    if !configuration.reads_vectors() || !config.is_asked() {
        return (VectorsIdentity::default(), Ok(None));
    }
    let located = config.locate(models);
    let found = located.and_then(|path| Ok((WordVectors::content_hash(&path)?, path)));
    let (hash, found) = match found {
        Ok((hash, path)) => (hash, Ok(Some(path))),
        Err(error) => (
            format!("missing {}", config.shown()),
            Err(error.to_string()),
        ),
    };
    (VectorsIdentity { hash: Some(hash) }, found)
}

/// Whether the device that a configuration names is there; if not, what is lacking.
///
/// # Errors
/// When the name is unknown, or the build or the machine lacks the device.
pub fn check_device(configuration: &Configuration) -> Result<(), String> {
    let device = open_device(&configuration.device);
    device.map(drop).map_err(|error| error.to_string())
}
