//! The sentences under the matrices of every two rows.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::cells;
use super::compare::Comparison;
use super::input::Input;
use super::legend::{seed_test, sizes};
use super::pairwise::Matrix;
use super::text::{CIRCLE, DAGGER, STAR, counted, probability};
use crate::stats;

/// What the numbers and marks of the matrices of a table are, and which marks were out of reach. `mixed` tells that
/// some rows are scored under different conventions.
pub(super) fn legend(input: &Input, matrices: &[Matrix], mixed: bool) -> Vec<String> {
    let all: Vec<&Comparison> = matrices
        .iter()
        .flat_map(|matrix| &matrix.comparisons)
        .collect();
    let mut lines = Vec::new();
    if mixed {
        let line = "Rows are compared only where the same counts as right.";
        lines.push(line.to_owned());
    }
    if all.is_empty() {
        if !mixed {
            lines.push("No two rows are scored yet, so there is nothing to compare.".to_owned());
        }
        return lines;
    }
    let below =
        "Below the diagonal: mean of the row minus mean of the column, in percentage points";
    if let Some(test) = seed_test(input, &all) {
        let unit = if cells::has_folds(input) {
            "folds"
        } else {
            "seeds"
        };
        lines.push(format!(
            "{below}. Above it: p over {unit}, {test}, two-sided, not corrected."
        ));
        lines.push(over_seeds(input, matrices, unit));
        lines.extend(floors(input, matrices));
    } else {
        lines.push(format!("{below}."));
    }
    if all.iter().any(|one| one.documents.is_ok()) {
        lines.push(format!(
            "{CIRCLE} p < {} over documents: block approximate randomisation, two-sided, after Holm's correction \
             over the pairs of a matrix. These p-values are in pairwise.csv.",
            input.statistics.alpha
        ));
    }
    lines.extend(untested(&all));
    lines
}

fn over_seeds(input: &Input, matrices: &[Matrix], unit: &str) -> String {
    let alpha = input.statistics.alpha;
    let pairs = matrices
        .iter()
        .map(|matrix| matrix.comparisons.len())
        .max()
        .unwrap_or(0);
    let chance = if pairs > 1 {
        let expected = alpha * pairs as f64;
        format!("; by chance alone up to {expected:.1} of {pairs} pairs have it on average")
    } else {
        String::new()
    };
    let all = counted(pairs, "pair");
    format!(
        "{STAR} p < {alpha} over {unit} without correction{chance}. {DAGGER} Also after Holm's correction over the \
         {all} of a matrix."
    )
}

/// For every pair of sample sizes, the smallest p there can be and the marks it rules out.
fn floors(input: &Input, matrices: &[Matrix]) -> Vec<String> {
    let alpha = input.statistics.alpha;
    let mut lines = Vec::new();
    for matrix in matrices {
        let tested = matrix
            .comparisons
            .iter()
            .filter_map(|one| one.seeds.as_ref().ok());
        let pairs = tested.clone().count();
        for seeds in tested {
            // A floor is a probability and a family not empty, so this cannot fail.
            let reachable = stats::holm_floor(seeds.floor, pairs).unwrap_or(1.0);
            let mut line = format!(
                "With {} the smallest two-sided p is {}",
                sizes(input, seeds),
                probability(seeds.floor)
            );
            if pairs > 1 {
                let _ = write!(
                    line,
                    ", after Holm over {pairs} pairs {}",
                    probability(reachable)
                );
            }
            if seeds.floor >= alpha {
                let _ = write!(line, ": neither {STAR} nor {DAGGER} is possible");
            } else if reachable >= alpha {
                let _ = write!(line, ": no pair could get {DAGGER} here");
            }
            line.push('.');
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// How many pairs have no test, for each reason.
fn untested(all: &[&Comparison]) -> Vec<String> {
    let mut counts: Vec<(&str, &str, usize)> = Vec::new();
    for one in all {
        let reasons = [
            ("seeds", one.seeds.as_ref().err()),
            ("documents", one.documents.as_ref().err()),
        ];
        for (unit, reason) in reasons {
            let Some(reason) = reason else { continue };
            match counts
                .iter_mut()
                .find(|(known, why, _)| (*known, *why) == (unit, reason.as_str()))
            {
                Some((_, _, count)) => *count += 1,
                None => counts.push((unit, reason, 1)),
            }
        }
    }
    let line = |(unit, reason, count): &(&str, &str, usize)| {
        let verb = if *count == 1 { "is" } else { "are" };
        format!(
            "{} {verb} not tested over {unit}: {reason}.",
            counted(*count, "pair")
        )
    };
    counts.iter().map(line).collect()
}
