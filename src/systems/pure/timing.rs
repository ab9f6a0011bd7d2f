//! What of PURE's inference is timed: the relation model, given entities (Zhong and Chen
//! 2021, §4.3 and Table 3), or all of a run's models.

use burn::tensor::Device;
use serde::Deserialize;

use super::predict::documents;
use super::prepared::Prepared;
use super::steps::{PREDICT, PredictStep, Task};
use crate::corpus::Corpus;
use crate::systems::draft::Drafts;
use crate::systems::error::SystemError;
use crate::systems::registry::read;
use crate::systems::speed::{Inside, NO_EXTRACTION, NO_RELATIONS, Part, Parts, Pass};

/// The steps that are inside the clock of the run whose last prediction is the draft
/// `predicted`.
///
/// Of a whole extraction, the relation model follows the entity model, whose entities it is
/// given: the very ones that the pass before it finds, but read from that model's stored
/// prediction, so that only inference is timed.
pub(crate) fn timed_steps(inside: Inside, predicted: usize, drafts: &Drafts) -> Parts {
    match (task(predicted, drafts), inside) {
        (Some(Task::Relations), Inside::Relations)
        | (Some(Task::Entities | Task::Both), Inside::Extraction) => Ok(vec![predicted]),
        (Some(Task::Relations), Inside::Extraction) => {
            // The training is the first input; without a second the annotation gives the
            // entities.
            let given = drafts.inputs(predicted).get(1).copied();
            let found = given.filter(|given| task(*given, drafts) == Some(Task::Entities));
            found.map_or(Err(NO_EXTRACTION), |given| Ok(vec![given, predicted]))
        }
        (Some(Task::Entities | Task::Both), Inside::Relations) | (None, _) => Err(NO_RELATIONS),
    }
}

/// What a prediction decides; nothing where the draft is none.
fn task(index: usize, drafts: &Drafts) -> Option<Task> {
    let draft = drafts.get(index).filter(|draft| draft.kind == PREDICT)?;
    Task::deserialize(&draft.description["task"]).ok()
}

/// A model with its texts, and with its entities where it is given some, to be applied
/// again and again.
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
        parameters: prepared.parameters(),
        relations: step.task != Task::Entities,
        run: Box::new(move || {
            // Otherwise a compiler that sees that nobody looks could leave work out.
            std::hint::black_box(prepared.find(batch).map_err(SystemError::Training)?);
            Ok(())
        }),
    })
}
