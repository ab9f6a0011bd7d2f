//! A trained model on disk: `config.json` says what it knows and how it is built,
//! `model.safetensors` holds its weights, word vectors included.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::CroneConfig;
use super::model::{Crone, FeatureShape};
use super::vocabulary::Vocabulary;
use crate::corpus::Labels;
use crate::encoder::{EncoderError, load_heads, save_heads};

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";

/// What `config.json` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    sweep: Section,
}

/// What a model's folder says of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Section {
    pub(super) labels: Labels,
    pub(super) crone: CroneConfig,
    pub(super) features: Option<FeatureShape>,
    pub(super) vocabulary: Vocabulary,
}

/// A trained model, ready to be applied.
pub(super) struct Saved {
    pub(super) section: Section,
    pub(super) model: Crone,
}

/// Writes a model's folder.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn save(folder: &Path, section: Section, model: &Crone) -> Result<(), EncoderError> {
    let path = folder.join(CONFIG);
    let weights = folder.join(WEIGHTS);
    save_heads(model, &weights)?;
    let text = serde_json::to_string_pretty(&Header { sweep: section });
    let text = text.map_err(|error| EncoderError::unreadable(&path, error.to_string()))?;
    std::fs::write(&path, text)
        .and_then(|()| std::fs::metadata(&path))
        // The weights are written for their owner alone; a store may be shared.
        .and_then(|metadata| std::fs::set_permissions(&weights, metadata.permissions()))
        .map_err(|error| EncoderError::unreadable(&path, error.to_string()))
}

/// Reads a model's folder onto `device`.
///
/// # Errors
/// When a file cannot be read or does not fit the other.
pub(super) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let path = folder.join(CONFIG);
    let unreadable = |reason: String| EncoderError::unreadable(&path, reason);
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let header: Header =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let section = header.sweep;
    let table = section.vocabulary.table(device);
    let empty = Crone::new(
        table,
        &section.vocabulary,
        section.features,
        &section.labels,
        &section.crone,
        device,
    );
    Ok(Saved {
        model: load_heads(empty, &folder.join(WEIGHTS))?,
        section,
    })
}
