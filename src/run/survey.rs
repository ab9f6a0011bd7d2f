//! What of a plan is done already.

use std::collections::{HashMap, HashSet};

use super::error::RunError;
use crate::plan::Step;
use crate::store::{Record, State, Store};

/// A finished step whose result no longer is what was written.
pub(super) struct Damage {
    pub(super) step: usize,
    pub(super) file: String,
    pub(super) reason: String,
}

/// What of a plan is done already.
pub(super) struct Survey {
    pub(super) cached: Vec<bool>,
    pub(super) damages: Vec<Damage>,
}

impl Survey {
    /// Looks at every step, and in full at the results that a step yet to be run will read.
    pub(super) fn new(store: &Store, steps: &[Step]) -> Result<Self, RunError> {
        let mut survey = Self {
            cached: vec![false; steps.len()],
            damages: Vec::new(),
        };
        let mut pending = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            if !survey.admit(index, store.state(&step.key)?) {
                pending.push(index);
            }
        }
        let position: HashMap<_, _> = steps
            .iter()
            .enumerate()
            .map(|(index, step)| (&step.key, index))
            .collect();
        let mut verified = HashSet::new();
        while let Some(index) = pending.pop() {
            for key in &steps[index].inputs {
                if !verified.insert(key) {
                    continue;
                }
                match position.get(key) {
                    Some(&input) if survey.cached[input] => {
                        if !survey.admit(input, store.verify(key)?) {
                            pending.push(input);
                        }
                    }
                    Some(_) => {}
                    None if matches!(store.verify(key)?, State::Done(_)) => {}
                    None => {
                        return Err(RunError::UnknownInput {
                            label: steps[index].label.clone(),
                            input: key.clone(),
                        });
                    }
                }
            }
        }
        Ok(survey)
    }

    /// Notes the state of a step and says whether it is done.
    fn admit(&mut self, step: usize, state: State) -> bool {
        self.cached[step] = matches!(state, State::Done(_));
        if let State::Damaged { file, reason } = state {
            self.damages.push(Damage { step, file, reason });
        }
        self.cached[step]
    }
}

/// The plan without the second and later mention of a step.
pub(super) fn distinct(steps: &[Step]) -> Vec<Step> {
    let mut seen = HashSet::new();
    steps
        .iter()
        .filter(|step| seen.insert(&step.key))
        .cloned()
        .collect()
}

impl From<&Step> for Record {
    fn from(step: &Step) -> Self {
        Self {
            key: step.key.clone(),
            kind: step.kind.clone(),
            label: step.label.clone(),
            description: step.description.clone(),
            inputs: step.inputs.clone(),
            hints: step.hints.clone(),
        }
    }
}
