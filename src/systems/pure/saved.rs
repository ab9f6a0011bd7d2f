//! What a trained model's folder says of it besides its encoder.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::PureConfig;
use super::markers::Markers;
use super::model::Pure;
use super::steps::Task;
use crate::corpus::Labels;
use crate::encoder::{EncoderError, WordPieces};
use crate::systems::trained;

/// The section `sweep` of `config.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) task: Task,
    pub(crate) labels: Labels,
    #[serde(default)]
    pub(crate) pure: PureConfig,
    /// Ids of the markers.
    #[serde(default)]
    pub(crate) markers: Vec<u32>,
}

/// A trained model, ready to be applied.
pub(crate) struct Saved {
    pub(crate) task: Task,
    pub(crate) labels: Labels,
    pub(crate) config: PureConfig,
    pub(crate) markers: Markers,
    pub(crate) pieces: WordPieces,
    /// The encoder's longest input.
    pub(crate) longest: Option<usize>,
    pub(crate) model: Pure,
}

/// Reads a model's folder onto `device`.
///
/// # Errors
/// When a file cannot be read or does not fit the others.
pub(crate) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let trained = trained::open(folder, device, |encoder, architecture, padding, section| {
        let Section {
            task, labels, pure, ..
        } = section;
        let shape = (architecture.width(), padding);
        Pure::new(encoder, shape, *task, labels, pure, device)
    })?;
    let Section {
        task,
        labels,
        pure,
        markers,
    } = trained.section;
    Ok(Saved {
        task,
        labels,
        config: pure,
        markers: Markers::new(markers),
        longest: trained.architecture.longest(),
        pieces: trained.pieces,
        model: trained.model,
    })
}
