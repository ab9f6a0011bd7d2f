//! What of JointERE's inference is timed.

use burn::tensor::Device;
use serde::Deserialize;

use super::module::ModuleKind;
use super::predict::Ready;
use super::saved::States;
use super::steps::PREDICT;
use crate::corpus::Corpus;
use crate::systems::draft::Drafts;
use crate::systems::error::SystemError;
use crate::systems::registry::read;
use crate::systems::speed::{Part, Pass};

/// The steps of the chain that ends in the draft `predicted` whose modules decide about
/// relations, in order: what comes before them is given, as in a pipeline whose entities
/// are predicted.
pub(crate) fn relation_steps(predicted: usize, drafts: &Drafts) -> Vec<usize> {
    let mut steps = Vec::new();
    let mut next = Some(predicted);
    while let Some(index) = next {
        let Some(draft) = drafts.get(index).filter(|draft| draft.kind == PREDICT) else {
            break;
        };
        let module = ModuleKind::deserialize(&draft.description["module"]);
        if module.is_ok_and(|module| module.relation_task().is_some()) {
            steps.push(index);
        }
        // What an earlier module extracted is the last input; the first is the training.
        next = draft.inputs.last().copied();
    }
    steps.reverse();
    steps
}

/// A module with its inputs, to be applied again and again.
///
/// # Errors
/// As of [`super::predict`].
pub(crate) fn prepare(
    part: &Part<'_>,
    corpus: &Corpus,
    device: &Device,
) -> Result<Pass, SystemError> {
    let ready = Ready::new(read(part.description)?, corpus, part.inputs, device)?;
    let batch = part.batch;
    Ok(Pass {
        remark: match ready.saved.states {
            States::Encoder(..) => "",
            States::Features { .. } => {
                "without the frozen encoder, whose states are read from a file"
            }
        },
        run: Box::new(move || {
            let extracted = ready
                .stage()
                .extract_by(batch, &ready.sentences, &ready.inputs);
            // Otherwise a compiler that sees that nobody looks could leave work out.
            std::hint::black_box(extracted.map_err(SystemError::Training)?);
            Ok(())
        }),
    })
}
