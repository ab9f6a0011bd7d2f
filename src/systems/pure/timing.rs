//! What of PURE's inference is timed: the relation model, given entities (Zhong and Chen
//! 2021, §4.3 and Table 3).

use burn::tensor::Device;
use serde::Deserialize;

use super::predict::{Prepared, documents};
use super::steps::{PREDICT, PredictStep, Task};
use crate::corpus::Corpus;
use crate::systems::draft::Drafts;
use crate::systems::error::SystemError;
use crate::systems::registry::read;
use crate::systems::speed::{Part, Pass};

/// The step that finds relations, if the draft `predicted` is one.
pub(crate) fn relation_steps(predicted: usize, drafts: &Drafts) -> Vec<usize> {
    let draft = drafts.get(predicted).filter(|draft| draft.kind == PREDICT);
    let task = draft.map(|draft| Task::deserialize(&draft.description["task"]));
    match task {
        Some(Ok(Task::Relations)) => vec![predicted],
        _ => Vec::new(),
    }
}

/// A relation model with its entities and texts, to be applied again and again.
///
/// # Errors
/// As of [`super::predict`].
pub(crate) fn prepare(
    part: &Part<'_>,
    corpus: &Corpus,
    device: &Device,
) -> Result<Pass, SystemError> {
    let step: PredictStep = read(part.description)?;
    let prepared = Prepared::new(&step, documents(&step, corpus), part.inputs, device)?;
    let batch = part.batch;
    Ok(Pass {
        remark: "",
        run: Box::new(move || {
            // Otherwise a compiler that sees that nobody looks could leave work out.
            std::hint::black_box(prepared.find(batch).map_err(SystemError::Training)?);
            Ok(())
        }),
    })
}
