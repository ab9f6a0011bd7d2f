//! Extractions sentence by sentence, as steps hand them to each other.

use std::path::Path;

use crate::corpus::{Document, Extraction, Prediction, read_predictions};
use crate::systems::error::SystemError;
use crate::systems::scoring::PREDICTIONS;

/// The extractions in a prediction's folder, one for each of `sentences`.
///
/// # Errors
/// When they cannot be read, or are of another number of sentences.
pub(crate) fn read_extractions(
    folder: &Path,
    sentences: usize,
) -> Result<Vec<Extraction>, SystemError> {
    let (_, predictions) = read_predictions(&folder.join(PREDICTIONS))?;
    let extractions: Vec<Extraction> = predictions
        .into_iter()
        .flat_map(|document| document.sentences)
        .collect();
    if extractions.len() == sentences {
        return Ok(extractions);
    }
    Err(SystemError::Training(format!(
        "{}: holds {} sentences where {sentences} are expected",
        folder.display(),
        extractions.len()
    )))
}

/// Puts extractions, one per sentence, back into their documents.
pub(crate) fn by_document(documents: &[Document], extractions: Vec<Extraction>) -> Vec<Prediction> {
    let mut rest = extractions.into_iter();
    documents
        .iter()
        .map(|document| Prediction {
            key: document.key.clone(),
            sentences: rest.by_ref().take(document.sentences.len()).collect(),
        })
        .collect()
}
