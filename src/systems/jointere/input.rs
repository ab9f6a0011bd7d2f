//! What a module is given of a sentence: the annotation, or what an earlier module
//! extracted.

use std::path::Path;

use super::examples::Example;
use super::module::{ModuleKind, SpanSource};
use crate::corpus::{Extraction, read_predictions};
use crate::systems::error::SystemError;
use crate::systems::scoring::PREDICTIONS;

/// What the annotation gives a module: all that is decided before it, and nothing that
/// it decides itself.
pub(crate) fn gold_input(kind: ModuleKind, example: &Example) -> Extraction {
    let gold = &example.gold;
    let mut input = Extraction::default();
    match kind.spans() {
        SpanSource::All => {}
        SpanSource::Entities | SpanSource::Kept => input.spans.clone_from(&gold.spans),
        SpanSource::Pairs => {
            input.spans.clone_from(&gold.spans);
            input.entities.clone_from(&gold.entities);
            if kind == ModuleKind::Rc {
                input.pairs.clone_from(&gold.pairs);
            }
        }
    }
    input
}

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

/// Adds the annotated entities that an earlier module did not keep.
pub(crate) fn inject_gold(input: &mut Extraction, example: &Example) {
    for span in &example.gold.spans {
        if !input.spans.contains(span) {
            input.spans.push(*span);
        }
    }
}
