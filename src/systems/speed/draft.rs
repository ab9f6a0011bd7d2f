//! Drafting the step that times a run's inference.

use serde_json::json;

use super::config::Inside;
use super::machine::Machine;
use super::step::{SPEED, SpeedStep, VERSION};
use crate::systems::Configuration;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::identity::CorpusIdentity;

/// The prediction steps of a run that are inside the clock, in the order in which they are done; or why none is, as
/// the end of a sentence about the run.
pub(crate) type Parts = Result<Vec<usize>, &'static str>;

/// Why a run has no speed of relations: it has none, or decides them together with entities.
pub(crate) const NO_RELATIONS: &str = "it has no step that finds relations between given entities";
/// Why a run has no speed of extraction: its entities are those of the annotation.
pub(crate) const NO_EXTRACTION: &str =
    "its entities are given by the annotation, so that nothing extracts them from sentences";

/// Drafts the step that times the prediction steps `timed`, one after the other, and returns its index. `what` says
/// whose inference it is.
///
/// # Errors
/// Never, unless the description cannot be written as JSON.
pub(crate) fn draft(
    configuration: &Configuration,
    corpus: &CorpusIdentity,
    what: &str,
    timed: &[usize],
    drafts: &mut Drafts,
) -> Result<usize, String> {
    let step = SpeedStep {
        corpus: corpus.clone(),
        split: configuration.eval.split.into(),
        protocol: configuration.speed.clone(),
        precision: "f32".to_owned(),
        machine: Machine::here(&configuration.device),
        measurement: 0,
    };
    let read = |index: &usize| std::iter::once(*index).chain(drafts.inputs(*index).to_vec());
    let inputs = timed.iter().flat_map(read).collect();
    Ok(drafts.add(Draft {
        kind: SPEED,
        version: VERSION,
        label: format!("speed of {what} on {}", step.split),
        description: value(&step)?,
        defaults: json!({
            "protocol": { "inside": value(&Inside::default())? },
            "measurement": 0,
        }),
        inputs,
        training: false,
    }))
}
