//! Applying a trained module to a split.

use std::path::Path;

use burn::tensor::Device;

use super::examples::examples;
use super::saved::open;
use super::stage::{Stage, by_document};
use super::steps::PredictStep;
use crate::corpus::{Corpus, Extraction, Prediction};
use crate::systems::error::SystemError;

/// Extends what earlier modules extracted (nothing for the first) by what the module
/// in `model_folder` decides.
///
/// # Errors
/// When the module cannot be read, is another than described, or does not fit the
/// corpus.
pub fn predict(
    step: &PredictStep,
    corpus: &Corpus,
    model_folder: &Path,
    previous: Option<&[Prediction]>,
    device: &Device,
) -> Result<Vec<Prediction>, SystemError> {
    let saved = open(model_folder, device)?;
    if saved.kind != step.module {
        return Err(SystemError::Training(format!(
            "{}: holds the module {}, not {}",
            model_folder.display(),
            saved.kind,
            step.module
        )));
    }
    let documents = corpus.split(step.split);
    let sentences = examples(documents, &saved.labels, &saved.pieces, saved.positions)?;
    let inputs: Vec<Extraction> = match previous {
        Some(previous) => previous
            .iter()
            .flat_map(|document| document.sentences.iter().cloned())
            .collect(),
        None => vec![Extraction::default(); sentences.len()],
    };
    if inputs.len() != sentences.len() {
        return Err(SystemError::Training(format!(
            "the earlier module's output has {} sentences and the {} split {}",
            inputs.len(),
            step.split,
            sentences.len()
        )));
    }
    let stage = Stage {
        kind: saved.kind,
        model: &saved.model,
        labels: &saved.labels,
        config: &step.jointere,
        pruner: &step.pruner,
        padding: saved.pieces.padding(),
    };
    let extractions = stage
        .extract(&sentences, &inputs)
        .map_err(SystemError::Training)?;
    Ok(by_document(documents, extractions))
}
