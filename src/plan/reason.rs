//! Why a step is to be done, or not.

use std::collections::HashMap;
use std::fmt;

use crate::store::{Record, State, Store, StoreError};

use super::difference::differences;
use super::step::Step;

/// A step's standing before a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its result is there.
    Cached,
    /// Nothing like it was done before.
    New,
    /// A like step was done; these keys differ.
    Changed(String),
    /// An input is to be done again.
    Input,
    /// Something that is to be done reads what was removed from its result to save space.
    Collected,
    /// It was begun and not finished.
    Unfinished,
    /// Its result does not match its checksum.
    Damaged(String),
    /// It failed before.
    Failed {
        /// How often.
        attempts: u32,
        /// What it said last.
        message: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cached => formatter.write_str("cached"),
            Self::New => formatter.write_str("new"),
            Self::Changed(what) => write!(formatter, "new because {what}"),
            Self::Input => formatter.write_str("new because an input is"),
            Self::Collected => formatter.write_str("removed to save space, done again"),
            Self::Unfinished => formatter.write_str("unfinished, starts again"),
            Self::Damaged(what) => write!(formatter, "damaged ({what}), done again"),
            Self::Failed { attempts, message } => {
                let message = message.lines().next().unwrap_or_default();
                write!(formatter, "failed {attempts}× ({message}), tried again")
            }
        }
    }
}

/// The reason of every step, in order.
///
/// # Errors
/// When the store cannot be read.
pub fn reasons(steps: &[Step], store: &Store) -> Result<Vec<Reason>, StoreError> {
    let mut stored: HashMap<String, Vec<Record>> = HashMap::new();
    for record in store.steps()? {
        stored.entry(record.kind.clone()).or_default().push(record);
    }
    let mut fresh: HashMap<&str, bool> = HashMap::new();
    let mut reasons = Vec::with_capacity(steps.len());
    for step in steps {
        let reason = match store.state(&step.key)? {
            State::Done(_) => Reason::Cached,
            State::Damaged { file, reason } => Reason::Damaged(format!("{file}: {reason}")),
            State::Failed { attempts, message } => Reason::Failed { attempts, message },
            State::Unfinished if has_begun(store, &step.key) => Reason::Unfinished,
            State::Unfinished | State::Absent => {
                if step
                    .inputs
                    .iter()
                    .any(|input| fresh.get(input.as_str()) == Some(&true))
                {
                    Reason::Input
                } else {
                    changed(step, stored.get(&step.kind).map_or(&[], Vec::as_slice))
                }
            }
        };
        fresh.insert(&step.key, reason != Reason::Cached);
        reasons.push(reason);
    }
    let place: HashMap<&str, usize> = steps
        .iter()
        .enumerate()
        .map(|(place, step)| (step.key.as_str(), place))
        .collect();
    // Inputs come before what reads them, so going backwards finds chains of what is gone.
    for (number, step) in steps.iter().enumerate().rev() {
        if reasons[number] == Reason::Cached {
            continue;
        }
        for input in step.inputs.iter().filter_map(|key| place.get(key.as_str())) {
            if reasons[*input] == Reason::Cached && !store.collected(&steps[*input].key)?.is_empty()
            {
                reasons[*input] = Reason::Collected;
            }
        }
    }
    Ok(reasons)
}

/// A step that was declared but never begun is as good as absent.
fn has_begun(store: &Store, key: &str) -> bool {
    store.events(key).is_ok_and(|events| !events.is_empty())
}

/// The stored step that differs least, if it is the same step in all but a few keys.
fn changed(step: &Step, stored: &[Record]) -> Reason {
    let nearest = stored
        .iter()
        .filter(|record| record.key != step.key)
        // What a timed step times is told by its inputs alone.
        .filter(|record| !step.alone || record.inputs == step.inputs)
        .map(|record| differences(&record.description, &step.description))
        .filter(|found| {
            !found.is_empty()
                && found.len() <= 3
                && found
                    .iter()
                    .all(|(path, _, _)| path != "seed" && path != "module")
        })
        .min_by_key(Vec::len);
    match nearest {
        None => Reason::New,
        Some(found) => Reason::Changed(
            found
                .iter()
                .map(|(path, old, new)| format!("`{path}` {old} → {new}"))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::store::key;

    fn timed(host: &str, input: &str) -> Step {
        let description = json!({ "machine": { "host": host, "threads": 2 } });
        let inputs = vec![input.to_owned()];
        Step {
            key: key("speed", 1, &description, &inputs),
            kind: "speed".to_owned(),
            label: "speed".to_owned(),
            inputs,
            description,
            hints: json!({}),
            training: false,
            alone: true,
            seconds: 1.0,
        }
    }

    #[test]
    fn a_speed_of_another_machine_is_the_reason_only_where_it_is_of_the_same_model() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let step = timed("a", "model");
        store
            .declare(&Record {
                key: step.key,
                kind: step.kind,
                label: step.label,
                description: step.description,
                inputs: step.inputs,
                hints: step.hints,
            })
            .unwrap();
        let steps = [timed("b", "model"), timed("b", "other")];
        let shown: Vec<String> = reasons(&steps, &store)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(shown, ["new because `machine.host` a → b", "new"]);
    }
}
