//! What the numbers of a report took to make.

use minijinja::{Value, context};

use crate::report::input::Input;
use crate::report::text::counted;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// One sentence on all of it, and a line for each kind of step; nothing where nothing is known.
pub(super) fn work(input: &Input) -> Option<Value> {
    if input.work.is_empty() {
        return None;
    }
    let steps: usize = input.work.iter().map(|work| work.steps).sum();
    let seconds: f64 = input.work.iter().map(|work| work.seconds).sum();
    let trained: f64 = input.trainings.iter().map(|one| one.seconds).sum();
    let summary = format!(
        "{} in {}, {} of it for {}. What several runs share was done once and counts once; steps done side by side \
         are added up.",
        counted(steps, "step"),
        duration(seconds),
        duration(trained),
        counted(input.trainings.len(), "training"),
    );
    let lines: Vec<Value> = input
        .work
        .iter()
        .map(|work| {
            context! {
                kind => work.kind,
                steps => work.steps,
                time => duration(work.seconds),
                each => duration(work.seconds / work.steps.max(1) as f64),
                memory => work.memory.map(|bytes| format!("{:.0} MiB", bytes as f64 / MEBIBYTE)),
            }
        })
        .collect();
    let measured = input.work.iter().any(|work| work.memory.is_some());
    Some(context! { summary, lines, measured })
}

/// A time with as many parts as a reader needs.
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else if seconds < 2.0 * MINUTE {
        format!("{seconds:.0} s")
    } else if seconds < 2.0 * HOUR {
        format!("{:.0} min", seconds / MINUTE)
    } else {
        format!("{:.1} h", seconds / HOUR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_one_reads_them() {
        let shown = [0.04, 9.9, 59.0, 130.0, 7_000.0, 9_000.0].map(duration);
        assert_eq!(
            shown,
            ["0.0 s", "9.9 s", "59 s", "2 min", "117 min", "2.5 h"]
        );
    }
}
