//! What of ITER's inference is timed: all of it, from pieces to entities and relations
//! (Hennen et al. 2024, §4.4).

use burn::tensor::Device;

use super::predict::Prepared;
use super::steps::{PREDICT, PredictStep};
use crate::corpus::Corpus;
use crate::systems::draft::Drafts;
use crate::systems::error::SystemError;
use crate::systems::registry::read;
use crate::systems::speed::{Part, Pass};

/// The step that extracts, if the draft `predicted` is one.
pub(crate) fn extraction_steps(predicted: usize, drafts: &Drafts) -> Vec<usize> {
    let draft = drafts.get(predicted).filter(|draft| draft.kind == PREDICT);
    draft.map(|_| predicted).into_iter().collect()
}

/// A model with its texts, to be applied again and again.
///
/// # Errors
/// As of [`super::predict`].
pub(crate) fn prepare(
    part: &Part<'_>,
    corpus: &Corpus,
    device: &Device,
) -> Result<Pass, SystemError> {
    let step: PredictStep = read(part.description)?;
    let prepared = Prepared::new(corpus.split(step.split), part.inputs, device)?;
    let batch = part.batch;
    Ok(Pass {
        remark: "",
        run: Box::new(move || {
            // Otherwise a compiler that sees that nobody looks could leave work out.
            std::hint::black_box(prepared.find(&step, batch)?);
            Ok(())
        }),
    })
}
