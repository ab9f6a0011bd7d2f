//! What a trained model's folder says of it besides its encoder.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::IterConfig;
use super::input::Reading;
use super::model::Iter;
use crate::corpus::Labels;
use crate::encoder::{Architecture, EncoderError, WordPieces};
use crate::systems::trained;

/// The section `sweep` of `config.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) labels: Labels,
    /// Always there: by it a model of another system is told from this one.
    pub(crate) iter: IterConfig,
    /// ω, as it was set or found.
    pub(crate) nesting: usize,
}

/// A trained model, ready to be applied.
pub(crate) struct Saved {
    pub(crate) section: Section,
    pub(crate) pieces: WordPieces,
    pub(crate) architecture: Architecture,
    pub(crate) model: Iter,
}

/// Reads a model's folder onto `device`.
///
/// # Errors
/// When a file cannot be read or does not fit the others.
pub(crate) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let trained = trained::open(
        folder,
        device,
        |encoder, architecture, padding, section: &Section| {
            let config = (&section.iter, section.nesting);
            Iter::new(
                encoder,
                (architecture, padding),
                &section.labels,
                config,
                device,
            )
        },
    )?;
    Ok(Saved {
        section: trained.section,
        pieces: trained.pieces,
        architecture: trained.architecture,
        model: trained.model,
    })
}

impl Saved {
    /// How much the model reads in evaluation.
    pub(crate) fn reading(&self) -> Reading {
        reading(&self.section.iter, &self.architecture, false)
    }
}

/// How much a model reads, in training or in evaluation.
pub(crate) fn reading(config: &IterConfig, architecture: &Architecture, training: bool) -> Reading {
    let most = architecture.longest().unwrap_or(usize::MAX);
    Reading {
        context: config.context,
        words: if training {
            config.context_words
        } else {
            config.evaluation_words
        },
        longest: config.max_length.min(most),
    }
}
