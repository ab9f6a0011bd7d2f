//! Applying a trained model.

use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::find::{BATCH, find};
use super::input::Text;
use super::saved::{Saved, open};
use super::steps::{PREDICT, PredictStep};
use crate::corpus::{Corpus, Document, Extraction, Prediction};
use crate::systems::error::SystemError;
use crate::systems::spans::by_document;

/// A trained model with what it reads: all that is done before the clock of a measurement of
/// speed starts.
pub(crate) struct Prepared {
    saved: Saved,
    texts: Vec<Text>,
}

impl Prepared {
    /// Reads the model in the only one of `folders`.
    pub(crate) fn new(
        documents: &[Document],
        folders: &[PathBuf],
        device: &Device,
    ) -> Result<Self, SystemError> {
        let missing = || SystemError::Unknown(format!("a `{PREDICT}` step lacks an input"));
        let folder: &Path = folders.first().ok_or_else(missing)?;
        let saved = open(folder, device)?;
        Ok(Self {
            texts: saved.vocabulary.lexicon().texts(documents)?,
            saved,
        })
    }

    /// Parameters of the model.
    pub(crate) fn parameters(&self) -> usize {
        self.saved.parameters()
    }

    /// What is found in every sentence, so many sentences a batch.
    pub(crate) fn find(&self, batch: usize) -> Result<Vec<Extraction>, SystemError> {
        let section = &self.saved.section;
        let drawn = (&section.pmei, section.seed);
        find(
            &self.saved.model,
            &self.texts,
            &section.labels,
            drawn,
            batch,
        )
        .map_err(SystemError::Training)
    }
}

/// What the model decides about the step's split.
///
/// # Errors
/// When the model cannot be read or is another than described.
pub fn predict(
    step: &PredictStep,
    corpus: &Corpus,
    folders: &[PathBuf],
    device: &Device,
) -> Result<Vec<Prediction>, SystemError> {
    let documents = corpus.split(step.split);
    let prepared = Prepared::new(documents, folders, device)?;
    Ok(by_document(documents, prepared.find(BATCH)?))
}
