//! Applying a trained model.

use burn::module::Module;
use burn::tensor::Device;

use super::config::CroneConfig;
use super::data::{Input, inputs};
use super::find::{BATCH, find};
use super::saved::{Saved, open};
use super::steps::{PREDICT, PredictStep};
use super::training::Read;
use crate::corpus::{Corpus, Extraction, Prediction};
use crate::systems::error::SystemError;
use crate::systems::spans::by_document;

/// A trained model with its sentences in numbers: all that is done before the clock of a
/// measurement of speed starts.
pub(super) struct Prepared {
    saved: Saved,
    config: CroneConfig,
    inputs: Vec<Input>,
}

impl Prepared {
    /// Reads the model in the first of the steps' folders.
    pub(super) fn new(
        step: &PredictStep,
        corpus: &Corpus,
        read: Read<'_>,
        device: &Device,
    ) -> Result<Self, SystemError> {
        let missing = || SystemError::Unknown(format!("a `{PREDICT}` step lacks an input"));
        let (training, steps) = read.steps.split_first().ok_or_else(missing)?;
        let saved = open(training, device)?;
        let features = Read { steps, ..read }.open(step.split)?;
        let documents = corpus.split(step.split);
        let vocabulary = &saved.section.vocabulary;
        let config = CroneConfig {
            crf_constraints: step.crf_constraints,
            ..saved.section.crone.clone()
        };
        Ok(Self {
            inputs: inputs(documents, vocabulary, features.as_ref())?,
            saved,
            config,
        })
    }

    /// Parameters of the model that were learned.
    pub(super) fn parameters(&self) -> usize {
        self.saved.model.num_params() - self.saved.section.vocabulary.fixed()
    }

    /// Whether contextual states of the words are read.
    pub(super) fn reads_states(&self) -> bool {
        self.saved.section.features.is_some()
    }

    /// Whether the model finds relations, and not entities alone.
    pub(super) fn has_relations(&self) -> bool {
        self.saved.model.scorer.is_some()
    }

    /// What is found in every sentence, so many sentences a batch.
    pub(super) fn find(&self, batch: usize) -> Result<Vec<Extraction>, SystemError> {
        let labels = &self.saved.section.labels;
        let rule = (&self.config, CroneConfig::default().threshold);
        find(&self.saved.model, &self.inputs, labels, rule, batch).map_err(SystemError::Training)
    }
}

/// What the model decides about the step's split.
///
/// # Errors
/// When the model or its features cannot be read or do not fit the corpus.
pub fn predict(
    step: &PredictStep,
    corpus: &Corpus,
    read: Read<'_>,
    device: &Device,
) -> Result<Vec<Prediction>, SystemError> {
    let found = Prepared::new(step, corpus, read, device)?.find(BATCH)?;
    Ok(by_document(corpus.split(step.split), found))
}
