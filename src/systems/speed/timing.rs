//! The measuring itself, and `speed.json`, which holds what came out.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::config::SpeedConfig;
use super::machine::Machine;
use super::pass::Pass;
use super::step::SPEEDS;
use crate::systems::error::SystemError;

/// The part of the machine's processors that other programs may take before a speed counts as disturbed.
const DISTURBED: f64 = 0.1;

/// A measured speed with all that it takes to judge it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// Sentences a second in the median of the repeats; all sentences of the split count.
    pub sentences_per_second: f64,
    /// Sentences of the split.
    pub sentences: usize,
    /// Their words.
    pub words: usize,
    /// Seconds of every timed pass over the split, in order.
    pub seconds: Vec<f64>,
    /// Parameters of all models inside the clock; nothing in results from before they were counted.
    #[serde(default)]
    pub parameters: Option<usize>,
    /// What is inside the clock, in words.
    pub inside: String,
    /// What is timed, batch, passes to warm up, and timed passes.
    pub protocol: SpeedConfig,
    /// Precision of the arithmetic.
    pub precision: String,
    /// The machine; its threads are those that were at work.
    pub machine: Machine,
    /// The part of the machine's processors that other programs took while it was timed, from 0 to 1; nothing
    /// where the system does not say.
    pub others: Option<f64>,
}

impl Timed {
    /// What was timed and on what, for the note under a table. It names no host.
    pub fn conditions(&self) -> String {
        let SpeedConfig {
            batch,
            warmup,
            repeats,
            ..
        } = self.protocol;
        let timed = match repeats {
            1 => "one pass over the split".to_owned(),
            _ => format!("median of {repeats} passes over the split"),
        };
        let warm = match warmup {
            0 => "not warmed up".to_owned(),
            1 => "after one to warm up".to_owned(),
            _ => format!("after {warmup} to warm up"),
        };
        format!(
            "sentences/s of {}, on {}, batch {batch}, {}; {timed}, {warm}",
            self.inside,
            self.machine.shown(),
            self.precision
        )
    }

    /// Whether other programs took a good part of the processors meanwhile.
    pub fn is_disturbed(&self) -> bool {
        self.others.is_some_and(|part| part > DISTURBED)
    }
}

/// Reads the result of a timed step from its folder.
///
/// # Errors
/// When the file cannot be read.
pub fn read_timed(folder: &Path) -> Result<Timed, SystemError> {
    let path = folder.join(SPEEDS);
    let failed = |reason: String| SystemError::File {
        path: path.clone(),
        reason,
    };
    let text = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

/// Runs all `passes` one after the other, first to warm up and then against the clock, which tells seconds from
/// any fixed time; gives the seconds of every timed repeat. `after` hears how much is done after each repeat.
///
/// # Errors
/// When a pass fails.
pub(super) fn time(
    passes: &mut [Pass],
    protocol: &SpeedConfig,
    clock: &mut dyn FnMut() -> f64,
    after: &mut dyn FnMut(f64),
) -> Result<Vec<f64>, SystemError> {
    let all = (protocol.warmup + protocol.repeats) as f64;
    let mut seconds = Vec::with_capacity(protocol.repeats);
    for number in 0..protocol.warmup + protocol.repeats {
        let began = clock();
        for pass in &mut *passes {
            (pass.run)()?;
        }
        let took = clock() - began;
        if number >= protocol.warmup {
            seconds.push(took);
        }
        after((number + 1) as f64 / all);
    }
    Ok(seconds)
}

/// The middle value, or the mean of the two in the middle; nothing of nothing.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use super::*;

    fn protocol(warmup: usize, repeats: usize) -> SpeedConfig {
        SpeedConfig {
            batch: 8,
            warmup,
            repeats,
            ..SpeedConfig::default()
        }
    }

    /// A clock that stands still but for passes, and passes that take the seconds of `took`, first to last.
    fn world(took: &[f64]) -> (Rc<Cell<f64>>, Pass) {
        let now = Rc::new(Cell::new(17.0));
        let mut left: std::collections::VecDeque<f64> = took.iter().copied().collect();
        let hands = Rc::clone(&now);
        let run = move || {
            let took = left
                .pop_front()
                .ok_or_else(|| SystemError::Training("ran too often".to_owned()))?;
            hands.set(hands.get() + took);
            Ok(())
        };
        let pass = Pass {
            remark: "",
            parameters: 1,
            relations: true,
            run: Box::new(run),
        };
        (now, pass)
    }

    #[test]
    fn warm_up_is_done_first_and_not_counted() {
        let (now, pass) = world(&[9.0, 8.0, 1.0, 3.0, 2.0]);
        let done = RefCell::new(Vec::new());
        let seconds = time(
            &mut [pass],
            &protocol(2, 3),
            &mut || now.get(),
            &mut |part| done.borrow_mut().push(part),
        );
        assert_eq!(seconds.unwrap(), [1.0, 3.0, 2.0]);
        assert_eq!(done.into_inner(), [0.2, 0.4, 0.6, 0.8, 1.0]);
    }

    #[test]
    fn all_parts_of_a_chain_are_inside_the_clock() {
        let (now, first) = world(&[1.0, 2.0]);
        let mut left = vec![0.25, 0.5];
        let hands = Rc::clone(&now);
        let second = Pass {
            remark: "",
            parameters: 1,
            relations: true,
            run: Box::new(move || {
                hands.set(hands.get() + left.remove(0));
                Ok(())
            }),
        };
        let mut passes = [first, second];
        let seconds = time(&mut passes, &protocol(0, 2), &mut || now.get(), &mut |_| ());
        assert_eq!(seconds.unwrap(), [1.25, 2.5]);
        // A pass that fails fails the measurement.
        let again = time(&mut passes, &protocol(0, 1), &mut || now.get(), &mut |_| ());
        assert!(again.unwrap_err().to_string().contains("ran too often"));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let of = |values: &[f64]| median(values);
        assert_eq!(of(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(of(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn conditions_name_the_machine_and_not_the_host() {
        let mut timed = Timed {
            sentences_per_second: 34.6,
            sentences: 551,
            words: 12_000,
            seconds: vec![16.0],
            parameters: Some(22_000_000),
            inside: "relation inference, decoding included".to_owned(),
            protocol: protocol(1, 3),
            precision: "f32".to_owned(),
            machine: Machine {
                host: "secret".to_owned(),
                device: "cpu".to_owned(),
                processor: "AMD EPYC".to_owned(),
                threads: 2,
            },
            others: Some(0.3),
        };
        insta::assert_snapshot!(timed.conditions(), @"sentences/s of relation inference, decoding included, on AMD EPYC, 2 threads, batch 8, f32; median of 3 passes over the split, after one to warm up");
        assert!(timed.is_disturbed());
        timed.others = None;
        timed.protocol = protocol(0, 1);
        assert!(!timed.is_disturbed());
        assert!(
            timed
                .conditions()
                .ends_with("; one pass over the split, not warmed up")
        );
    }
}
