//! A trained model on disk.
//!
//! Around an encoder it is a Hugging Face folder whose encoder any reader finds. Over word
//! vectors there is no tokenizer: the section says which words have rows.

use std::path::Path;

use burn::module::Module;
use burn::nn::EmbeddingConfig;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::{Base, PmeiConfig};
use super::core::Core;
use super::input::Lexicon;
use super::model::{Pmei, Reading, WordReader};
use crate::corpus::Labels;
use crate::encoder::words::WordIndex;
use crate::encoder::{Architecture, EncoderError, WordPieces};
use crate::systems::trained;

/// The section `sweep` of `config.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) labels: Labels,
    /// Always there: by it a model of another system is told from this one.
    pub(crate) pmei: PmeiConfig,
    /// Decides what is drawn when nothing is learned.
    pub(crate) seed: u64,
    /// The words that have rows, and the width of their vectors.
    #[serde(default)]
    pub(crate) words: Option<(WordIndex, usize)>,
}

/// What turns words into what the model reads.
pub(crate) enum Vocabulary {
    Words(WordIndex),
    Pieces(Box<(Architecture, WordPieces)>),
}

/// A trained model, ready to be applied.
pub(crate) struct Saved {
    pub(crate) section: Section,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) model: Pmei,
}

impl Vocabulary {
    pub(crate) fn lexicon(&self) -> Lexicon<'_> {
        match self {
            Self::Words(index) => Lexicon::Words(index),
            Self::Pieces(pieces) => Lexicon::Pieces(&pieces.1, pieces.0.longest()),
        }
    }
}

/// Outputs of the relation layers.
pub(crate) fn outputs(labels: &Labels, config: &PmeiConfig) -> usize {
    labels.relation_types.len() + usize::from(config.none_output)
}

/// Writes a model.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn save(folder: &Path, saved: &Saved) -> Result<(), EncoderError> {
    if let Vocabulary::Pieces(pieces) = &saved.vocabulary {
        let (architecture, pieces) = pieces.as_ref();
        return trained::save(
            folder,
            architecture,
            pieces,
            saved.section.clone(),
            &saved.model,
        );
    }
    trained::save_bare(folder, saved.section.clone(), &saved.model)
}

/// Reads a model's folder onto `device`.
///
/// # Errors
/// When a file cannot be read or does not fit the others.
pub(crate) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let section: Section = trained::read_section(folder)?;
    let core = |section: &Section, width: usize| {
        let relations = outputs(&section.labels, &section.pmei);
        Core::new(&section.pmei, width, relations, device)
    };
    if section.pmei.base == Base::Encoder {
        let opened = trained::open(
            folder,
            device,
            |encoder, architecture, padding, section: &Section| {
                let reading = Reading {
                    pool: section.pmei.bert_pool,
                    padding,
                };
                let core = core(section, architecture.width());
                Pmei::new(Some(encoder), None, core, reading)
            },
        )?;
        return Ok(Saved {
            section: opened.section,
            vocabulary: Vocabulary::Pieces(Box::new((opened.architecture, opened.pieces))),
            model: opened.model,
        });
    }
    let Some((index, dimension)) = section.words.clone() else {
        let reason = "holds a model over word vectors and no words".to_owned();
        return Err(EncoderError::unreadable(folder, reason));
    };
    let config = &section.pmei;
    let vectors = EmbeddingConfig::new(index.rows(), dimension).init(device);
    let words = WordReader::new(vectors, config, device);
    let reading = Reading {
        pool: config.bert_pool,
        padding: 0,
    };
    let empty = Pmei::new(
        None,
        Some(words),
        core(&section, 2 * config.hidden),
        reading,
    );
    Ok(Saved {
        model: trained::load_bare(folder, empty)?,
        vocabulary: Vocabulary::Words(index),
        section,
    })
}

impl Saved {
    /// Number of parameters.
    pub(crate) fn parameters(&self) -> usize {
        self.model.num_params()
    }
}
