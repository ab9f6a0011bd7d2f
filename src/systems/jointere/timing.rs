//! What of JointERE's inference is timed.

use burn::module::Module;
use burn::tensor::Device;
use serde::Deserialize;

use super::module::ModuleKind;
use super::predict::Ready;
use super::saved::States;
use super::steps::PREDICT;
use crate::corpus::Corpus;
use crate::systems::draft::{Draft, Drafts};
use crate::systems::error::SystemError;
use crate::systems::registry::read;
use crate::systems::speed::{Inside, NO_EXTRACTION, NO_RELATIONS, Part, Parts, Pass};

/// The steps of the chain that ends in the draft `predicted` that are inside the clock, in
/// order: all of them, or those whose modules decide about relations. What comes before a
/// module is given, and read from the stored prediction of the module before it.
pub(crate) fn timed_steps(inside: Inside, predicted: usize, drafts: &Drafts) -> Parts {
    let mut chain: Vec<(usize, &Draft)> = Vec::new();
    let mut next = Some(predicted);
    while let Some(index) = next {
        let Some(draft) = drafts.get(index).filter(|draft| draft.kind == PREDICT) else {
            break;
        };
        chain.push((index, draft));
        // What an earlier module extracted is the last input; the first is the training.
        next = draft.inputs.last().copied();
    }
    chain.reverse();
    let decides = |draft: &Draft| {
        let module = ModuleKind::deserialize(&draft.description["module"]);
        module.is_ok_and(|module| module.relation_task().is_some())
    };
    let (chosen, reason): (Vec<usize>, _) = match inside {
        Inside::Relations => {
            let relations = chain.iter().filter(|(_, draft)| decides(draft));
            (relations.map(|(index, _)| *index).collect(), NO_RELATIONS)
        }
        Inside::Extraction => {
            let first = chain.first();
            let reads_gold = first.is_some_and(|(_, one)| one.description["reads_gold"] == true);
            let all = chain.iter().filter(|_| !reads_gold);
            (all.map(|(index, _)| *index).collect(), NO_EXTRACTION)
        }
    };
    if chosen.is_empty() {
        return Err(reason);
    }
    Ok(chosen)
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
        parameters: ready.saved.model.num_params(),
        relations: ready.saved.kind.relation_task().is_some(),
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
