//! What a trained model's folder says of it besides its encoder.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::JointBaselineConfig;
use super::model::Joint;
use crate::corpus::Labels;
use crate::encoder::{EncoderError, WordPieces};
use crate::systems::pure::config::PureConfig;
use crate::systems::trained;

/// The section `sweep` of `config.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) labels: Labels,
    pub(crate) pure: PureConfig,
    /// Always there: by it a model of another kind is told from this one.
    pub(crate) joint_baseline: JointBaselineConfig,
}

/// A trained model, ready to be applied.
pub(crate) struct Saved {
    pub(crate) labels: Labels,
    /// Words of context around a sentence.
    pub(crate) window: usize,
    pub(crate) pieces: WordPieces,
    /// The encoder's longest input.
    pub(crate) longest: Option<usize>,
    pub(crate) model: Joint,
}

/// Reads a model's folder onto `device`.
///
/// # Errors
/// When a file cannot be read or does not fit the others.
pub(crate) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let trained = trained::open(folder, device, |encoder, architecture, padding, section| {
        let Section {
            labels,
            pure,
            joint_baseline,
        } = section;
        let shape = (architecture.width(), padding);
        Joint::new(encoder, shape, labels, pure, joint_baseline, device)
    })?;
    let Section { labels, pure, .. } = trained.section;
    Ok(Saved {
        labels,
        window: pure.entity_window,
        pieces: trained.pieces,
        longest: trained.architecture.longest(),
        model: trained.model,
    })
}
