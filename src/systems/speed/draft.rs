//! Drafting the step that times a run's inference.

use serde_json::Value;

use super::machine::Machine;
use super::step::{SPEED, SpeedStep, VERSION};
use crate::systems::Configuration;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::identity::CorpusIdentity;

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
    };
    let read = |index: &usize| std::iter::once(*index).chain(drafts.inputs(*index).to_vec());
    let inputs = timed.iter().flat_map(read).collect();
    Ok(drafts.add(Draft {
        kind: SPEED,
        version: VERSION,
        label: format!("speed of {what} on {}", step.split),
        description: value(&step)?,
        defaults: Value::Null,
        inputs,
        training: false,
    }))
}
