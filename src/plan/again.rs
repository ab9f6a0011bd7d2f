//! Which runs are timed, and which measurement of a speed counts.
//!
//! A result is never replaced, and a speed that is measured again is another result: a step of its own, whose
//! description has its number among the measurements. So an interruption loses nothing, and plans take the last one
//! that was finished.

use crate::store::{State, Store, StoreError, key};

use super::step::Step;

/// The field of a description that numbers measurements, left out of the first, 0.
const NUMBER: &str = "measurement";

/// Which runs are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// All, where a table, a plot or a claim shows what is measured; else none.
    AsShown,
    /// All.
    Always,
    /// All, anew even where a measurement is there.
    Anew,
}

/// The step with the number of the measurement that a plan needs: the last one that was ever finished, or the one
/// after it.
pub(super) fn measurement(
    first: &Step,
    version: u32,
    store: &Store,
    timing: Timing,
) -> Result<Step, StoreError> {
    let mut last = None;
    for number in 0.. {
        let step = numbered(first, version, number);
        // Declared is what a run was about to do, and numbers follow each other.
        if store.description(&step.key).is_err() {
            break;
        }
        if matches!(
            store.state(&step.key)?,
            State::Done(_) | State::Damaged { .. }
        ) {
            last = Some(number);
        }
    }
    let number = match (last, timing) {
        (None, _) => 0,
        (Some(last), Timing::Anew) => last + 1,
        (Some(last), Timing::AsShown | Timing::Always) => last,
    };
    Ok(numbered(first, version, number))
}

fn numbered(first: &Step, version: u32, number: u32) -> Step {
    let mut step = first.clone();
    if number > 0 {
        step.description[NUMBER] = number.into();
        step.key = key(&step.kind, version, &step.description, &step.inputs);
        step.label = format!("{}, measurement {}", step.label, number + 1);
    }
    step
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;
    use crate::store::Record;

    fn first() -> Step {
        let description = json!({ "split": "test" });
        Step {
            key: key("speed", 1, &description, &[]),
            kind: "speed".to_owned(),
            label: "speed of a4".to_owned(),
            inputs: Vec::new(),
            description,
            hints: Value::Null,
            training: false,
            alone: true,
            seconds: 1.0,
        }
    }

    fn declare(store: &Store, step: &Step) {
        let step = step.clone();
        let record = Record {
            key: step.key,
            kind: step.kind,
            label: step.label,
            description: step.description,
            inputs: step.inputs,
            hints: step.hints,
        };
        store.declare(&record).unwrap();
    }

    fn measure(store: &Store, step: &Step) {
        declare(store, step);
        let writer = store.begin(&step.key).unwrap();
        std::fs::write(writer.output("speed.json").unwrap(), &step.label).unwrap();
        writer.finish(Value::Null).unwrap();
    }

    #[test]
    fn the_last_finished_measurement_counts_and_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let planned = |timing| measurement(&first(), 1, &store, timing).unwrap();
        // The first one has the key that it had before there were others.
        assert_eq!(planned(Timing::AsShown), first());
        assert_eq!(planned(Timing::Anew), first());
        measure(&store, &first());
        assert_eq!(planned(Timing::Always), first());

        let second = planned(Timing::Anew);
        assert_eq!(second.label, "speed of a4, measurement 2");
        assert_eq!(
            second.description,
            json!({ "split": "test", "measurement": 1 })
        );
        // What was begun and not finished changes nothing, and is gone on with.
        declare(&store, &second);
        drop(store.begin(&second.key).unwrap());
        assert_eq!(planned(Timing::Always), first());
        assert_eq!(planned(Timing::Anew), second);
        measure(&store, &second);
        assert_eq!(planned(Timing::AsShown), second);
        assert_eq!(planned(Timing::Anew).description["measurement"], 2);
        for step in [first(), second] {
            assert!(store.output(&step.key, "speed.json").is_ok());
        }
    }

    #[test]
    fn a_damaged_measurement_is_done_again_and_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        measure(&store, &first());
        let second = measurement(&first(), 1, &store, Timing::Anew).unwrap();
        measure(&store, &second);
        let path = store.output(&second.key, "speed.json").unwrap();
        std::fs::write(path, "short").unwrap();
        let planned = measurement(&first(), 1, &store, Timing::AsShown).unwrap();
        assert_eq!(planned, second);
    }
}
