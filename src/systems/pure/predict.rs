//! Applying a trained model to a split.

use std::path::PathBuf;

use burn::tensor::Device;

use super::prepared::Prepared;
use super::relations::BATCH;
use super::steps::PredictStep;
use crate::corpus::{Corpus, Document, Prediction};
use crate::systems::error::SystemError;
use crate::systems::spans::by_document;

/// The documents that a step reads.
pub fn documents<'a>(step: &PredictStep, corpus: &'a Corpus) -> &'a [Document] {
    let all = corpus.split(step.split);
    match step.part {
        Some(part) => &all[part.range(all.len())],
        None => all,
    }
}

/// What the model of the first of `inputs` decides about the step's documents; a model of
/// relations is given the entities of the second.
///
/// # Errors
/// When the model cannot be read, is another than described, or does not fit the corpus.
pub fn predict(
    step: &PredictStep,
    corpus: &Corpus,
    inputs: &[PathBuf],
    device: &Device,
) -> Result<Vec<Prediction>, SystemError> {
    let documents = documents(step, corpus);
    let prepared = Prepared::new(step, documents, inputs, device)?;
    let extracted = prepared.find(BATCH).map_err(SystemError::Training)?;
    Ok(by_document(documents, extracted))
}
