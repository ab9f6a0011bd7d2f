//! What is timed of systems whose models extract everything in one step.

use super::{Inside, NO_EXTRACTION, NO_RELATIONS, Parts};
use crate::systems::draft::Drafts;

/// The one step inside the clock of the run whose prediction is the draft `predicted`, which is
/// to be of this `kind`. There is none that finds relations between given entities.
pub(crate) fn one_step(kind: &str, inside: Inside, predicted: usize, drafts: &Drafts) -> Parts {
    let is_own = drafts
        .get(predicted)
        .is_some_and(|draft| draft.kind == kind);
    match inside {
        Inside::Extraction if is_own => Ok(vec![predicted]),
        Inside::Extraction => Err(NO_EXTRACTION),
        Inside::Relations => Err(NO_RELATIONS),
    }
}
