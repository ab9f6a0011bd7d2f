//! What of Crone's inference is timed: all of its own, from the words' numbers to entities and
//! relations. Contextual states are there before the clock starts, which the remark says.

use std::path::Path;

use burn::tensor::Device;

use super::predict::Prepared;
use super::steps::{PREDICT, PredictStep};
use super::training::Read;
use crate::corpus::Corpus;
use crate::systems::draft::Drafts;
use crate::systems::error::SystemError;
use crate::systems::registry::read;
use crate::systems::speed::{Inside, Part, Parts, Pass, one_step};

/// The steps that are inside the clock of the run whose prediction is the draft
/// `predicted`. One step extracts everything, so that there is none which finds relations
/// between given entities.
pub(crate) fn timed_steps(inside: Inside, predicted: usize, drafts: &Drafts) -> Parts {
    one_step(PREDICT, inside, predicted, drafts)
}

/// A model with its texts, to be applied again and again.
///
/// # Errors
/// As of [`super::predict`].
pub(crate) fn prepare(
    part: &Part<'_>,
    corpus: &Corpus,
    features: Option<&Path>,
    device: &Device,
) -> Result<Pass, SystemError> {
    let step: PredictStep = read(part.description)?;
    let reads = Read {
        vectors: None,
        features: features.filter(|_| step.features.hash.is_some()),
        steps: part.inputs,
    };
    let prepared = Prepared::new(&step, corpus, reads, device)?;
    let batch = part.batch;
    Ok(Pass {
        remark: if prepared.reads_states() {
            "without what computed the contextual states, which are read from a file"
        } else {
            ""
        },
        parameters: prepared.parameters(),
        relations: prepared.has_relations(),
        run: Box::new(move || {
            // Otherwise a compiler that sees that nobody looks could leave work out.
            std::hint::black_box(prepared.find(batch)?);
            Ok(())
        }),
    })
}
