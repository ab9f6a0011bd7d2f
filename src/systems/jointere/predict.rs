//! Applying a trained module to a split.

use std::path::PathBuf;

use burn::tensor::Device;

use super::examples::{Example, Source, examples};
use super::input::gold_input;
use super::saved::{Saved, States, open};
use super::stage::Stage;
use super::steps::{PREDICT, PredictStep};
use crate::corpus::{Corpus, Extraction, Prediction};
use crate::systems::error::SystemError;
use crate::systems::features::open_features;
use crate::systems::spans::{by_document, read_extractions};

/// Extends what earlier modules extracted (nothing for the first, or the annotation) by
/// what a trained module decides. `inputs` are the results of the module's training, of the steps that
/// read the corpus for it where its encoder is frozen, and of the earlier module.
///
/// # Errors
/// When the module cannot be read, is another than described, or does not fit the
/// corpus.
pub fn predict(
    step: &PredictStep,
    corpus: &Corpus,
    inputs: &[PathBuf],
    device: &Device,
) -> Result<Vec<Prediction>, SystemError> {
    let ready = Ready::new(step.clone(), corpus, inputs, device)?;
    let extractions = ready
        .stage()
        .extract(&ready.sentences, &ready.inputs)
        .map_err(SystemError::Training)?;
    Ok(by_document(corpus.split(step.split), extractions))
}

/// A trained module with all that it reads of a split.
pub(crate) struct Ready {
    step: PredictStep,
    pub(crate) saved: Saved,
    /// The split, sentence by sentence.
    pub(crate) sentences: Vec<Example>,
    /// What is extracted from each of them before the module.
    pub(crate) inputs: Vec<Extraction>,
}

impl Ready {
    /// Reads the module and its inputs.
    ///
    /// # Errors
    /// As of [`predict`].
    pub(crate) fn new(
        step: PredictStep,
        corpus: &Corpus,
        inputs: &[PathBuf],
        device: &Device,
    ) -> Result<Self, SystemError> {
        let missing = || SystemError::Unknown(format!("a `{PREDICT}` step lacks an input"));
        let (training, others) = inputs.split_first().ok_or_else(missing)?;
        let saved = open(training, device)?;
        if saved.kind != step.module {
            return Err(SystemError::Training(format!(
                "{}: holds the module {}, not {}",
                training.display(),
                saved.kind,
                step.module
            )));
        }
        let documents = corpus.split(step.split);
        let (sentences, others) = match &saved.states {
            States::Encoder(architecture, pieces) => {
                let source = Source::Pieces(pieces, architecture.longest());
                (examples(documents, &saved.labels, &source)?, others)
            }
            States::Features { files, .. } => {
                let (features, others) = others.split_at_checked(*files).ok_or_else(missing)?;
                let features = open_features(features, step.split)?;
                let source = Source::States(&features);
                (examples(documents, &saved.labels, &source)?, others)
            }
        };
        let inputs = if step.reads_gold {
            let gold = |sentence: &Example| gold_input(saved.kind, sentence);
            sentences.iter().map(gold).collect()
        } else {
            match others.first() {
                Some(folder) => read_extractions(folder, sentences.len())?,
                None => vec![Extraction::default(); sentences.len()],
            }
        };
        Ok(Self {
            step,
            saved,
            sentences,
            inputs,
        })
    }

    /// The module as a stage of its approach.
    pub(crate) fn stage(&self) -> Stage<'_> {
        Stage {
            kind: self.saved.kind,
            model: &self.saved.model,
            labels: &self.saved.labels,
            config: &self.step.jointere,
            pruner: &self.step.pruner,
        }
    }
}
