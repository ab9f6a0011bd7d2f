//! A trained model on disk: `config.json` says what it knows and how it is built,
//! `model.safetensors` holds its weights, word vectors included.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::CroneConfig;
use super::model::{Crone, FeatureShape};
use super::vocabulary::Vocabulary;
use crate::corpus::Labels;
use crate::encoder::EncoderError;
use crate::systems::trained::{load_bare, read_section};

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

/// Reads a model's folder onto `device`.
///
/// # Errors
/// When a file cannot be read or does not fit the other.
pub(super) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let section: Section = read_section(folder)?;
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
        model: load_bare(folder, empty)?,
        section,
    })
}
