//! A plan as people read it.

use std::fmt::Write;

use super::build::Plan;
use super::correction::author;
use super::floor::{Floor, POWER, WORTH};
use super::reason::Reason;
use super::step::Step;
use crate::spec::Correction;

/// The plan in plain text: totals first, then what is missing, then every step.
pub fn render(
    plan: &Plan,
    reasons: &[Reason],
    floor: Option<&Floor>,
    claims: Option<&str>,
    workers: usize,
) -> String {
    let mut text = String::new();
    let trainings = plan.trainings();
    let cached = plan
        .steps
        .iter()
        .zip(reasons)
        .filter(|(step, reason)| step.training && **reason == Reason::Cached)
        .count();
    let (alone, shared): (Vec<&Step>, Vec<&Step>) = plan
        .steps
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| **reason != Reason::Cached)
        .map(|(step, _)| step)
        .partition(|step| step.alone);
    let sum = |steps: &[&Step]| steps.iter().map(|step| step.seconds).sum::<f64>();
    let seconds = sum(&shared) / workers as f64 + sum(&alone);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{trainings} trainings for {} asked: {} shared. {cached} cached. {}.",
        plan.asked,
        plan.asked - trainings,
        if seconds > 0.0 {
            format!(
                "About {} on {}{}",
                duration(seconds),
                count(workers, "worker"),
                if plan.missing.is_empty() {
                    ""
                } else {
                    ", without what is missing"
                }
            )
        } else {
            "Nothing to do".to_owned()
        }
    );
    if let Some(floor) = floor {
        let sizes = if floor.paired {
            format!("{} of {}s", count(floor.runs, "pair"), floor.noun)
        } else {
            format!("{runs} against {runs} {}s", floor.noun, runs = floor.runs)
        };
        let comparisons = count(floor.comparisons, "comparison");
        let corrected = match author(floor.correction) {
            Some(author) => {
                let all = if floor.correction == Correction::BenjaminiHochberg {
                    " where all are as clear"
                } else {
                    ""
                };
                let left = floor.corrected;
                format!(", after {author} over {comparisons} {left:.3}{all}")
            }
            None => format!("; {comparisons}, not corrected"),
        };
        let _ = writeln!(
            text,
            "{sizes}: the smallest two-sided p is {:.3}{corrected}.",
            floor.single,
        );
        if let Some(needed) = floor.needed {
            let _ = writeln!(
                text,
                "A system that wins {:.0} % of the pairs of runs is found with {:.0} % certainty from {needed} runs \
                 each on (Noether 1987); with fewer, only clearer differences are.",
                100.0 * WORTH,
                100.0 * POWER,
            );
        }
    }
    if let Some(claims) = claims {
        let _ = writeln!(text, "{claims}");
    }
    for missing in &plan.missing {
        let _ = writeln!(
            text,
            "missing for {}: {}",
            count(missing.runs, "run"),
            missing.reason
        );
    }
    let _ = writeln!(text);
    let width = plan
        .steps
        .iter()
        .map(|step| step.label.chars().count())
        .max()
        .unwrap_or(0);
    for (step, reason) in plan.steps.iter().zip(reasons) {
        let _ = writeln!(text, "{}  {:<width$}  {reason}", &step.key[..8], step.label);
    }
    text
}

/// `1 run`, `3 runs`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Seconds as people say them.
fn duration(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{} s", seconds.max(1.0).round())
    } else if seconds < 5400.0 {
        format!("{} min", (seconds / 60.0).round())
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_say_them() {
        assert_eq!(duration(0.2), "1 s");
        assert_eq!(duration(89.4), "89 s");
        assert_eq!(duration(600.0), "10 min");
        assert_eq!(duration(9000.0), "2.5 h");
    }
}
