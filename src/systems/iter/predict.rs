//! Applying a trained model.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;

use super::config::{GoldSource, IterConfig};
use super::find::{BATCH, find};
use super::input::{Input, inputs};
use super::saved::{Saved, open};
use super::steps::{PREDICT, PredictStep};
use crate::corpus::{Corpus, Document, Entity, Extraction, Prediction, Relation};
use crate::systems::error::SystemError;
use crate::systems::spans::by_document;

/// A trained model with its inputs turned into pieces: all that is done before the clock of
/// a measurement of speed starts.
pub(crate) struct Prepared {
    saved: Saved,
    inputs: Vec<Input>,
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
            inputs: inputs(documents, saved.reading(), &saved.pieces)?,
            saved,
        })
    }

    /// Parameters of the model.
    pub(crate) fn parameters(&self) -> usize {
        self.saved.model.num_params()
    }

    /// Whether the model finds relations, and not entities alone.
    pub(crate) fn has_relations(&self) -> bool {
        self.saved.model.heads.is_link.is_some()
    }

    /// What is found in every sentence, so many sentences a batch.
    pub(crate) fn find(
        &self,
        step: &PredictStep,
        batch: usize,
    ) -> Result<Vec<Extraction>, SystemError> {
        let labels = &self.saved.section.labels;
        let rule = (step.span_rule, IterConfig::default().threshold);
        find(&self.saved.model, &self.inputs, labels, rule, batch).map_err(SystemError::Training)
    }

    /// The documents with what of their annotation the model could be taught: nothing of
    /// sentences that it does not read, and nothing that nests deeper than ω.
    fn taught(&self, documents: &[Document]) -> Vec<Document> {
        let labels = &self.saved.section.labels;
        let mut inputs = self.inputs.iter();
        let mut taught = documents.to_vec();
        let sentences = taught.iter_mut().flat_map(|one| &mut one.sentences);
        for (sentence, input) in sentences.zip(&mut inputs) {
            let whole = input.brackets(sentence, labels);
            let known = whole.reachable(self.saved.section.nesting);
            let reached = |span| {
                let places = known
                    .entities
                    .iter()
                    .filter_map(|(place, _)| input.span(*place));
                input.is_read && places.into_iter().any(|found| found == span)
            };
            sentence
                .entities
                .retain(|entity: &Entity| reached(entity.span));
            sentence
                .relations
                .retain(|one: &Relation| reached(one.head) && reached(one.tail));
        }
        taught
    }
}

/// What the model decides about the step's split, and the documents to put it beside.
///
/// # Errors
/// When the model cannot be read, is another than described, or does not fit the corpus.
pub fn predict<'a>(
    step: &PredictStep,
    corpus: &'a Corpus,
    folders: &[PathBuf],
    device: &Device,
) -> Result<(Cow<'a, [Document]>, Vec<Prediction>), SystemError> {
    let documents = corpus.split(step.split);
    let prepared = Prepared::new(documents, folders, device)?;
    let predicted = by_document(documents, prepared.find(step, BATCH)?);
    let gold = match step.gold_source {
        GoldSource::Raw => Cow::Borrowed(documents),
        GoldSource::Tensors => Cow::Owned(prepared.taught(documents)),
    };
    Ok((gold, predicted))
}
