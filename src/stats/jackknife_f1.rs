//! The jackknife over documents, of one system's F1 or of the difference of two.

use crate::stats::run_counts::mean_f1;
use crate::stats::{Counts, Jackknife, RunCounts, StatsError, check};

/// The jackknife over documents of the mean over runs of the micro F1, as a fraction.
pub fn jackknife_mean_f1(system: &RunCounts) -> Result<Jackknife, StatsError> {
    Jackknife::from_leave_one_out(system.mean_f1(), without_each_document(system))
}

/// The jackknife over documents of the difference of the mean F1, first minus second.
///
/// The number of runs may differ; the documents must not.
pub fn jackknife_difference(
    first: &RunCounts,
    second: &RunCounts,
) -> Result<Jackknife, StatsError> {
    first.same_documents(second)?;
    let (left, right) = (without_each_document(first), without_each_document(second));
    check::same_length("documents", left.len(), right.len())?;
    let differences = left.iter().zip(&right).map(|(a, b)| a - b).collect();
    Jackknife::from_leave_one_out(first.mean_f1() - second.mean_f1(), differences)
}

/// The mean F1 without each document, from the totals less the counts of that document.
fn without_each_document(system: &RunCounts) -> Vec<f64> {
    let totals = system.totals();
    let without = |document: usize| {
        let rest: Vec<Counts> = totals
            .iter()
            .zip(system.runs())
            .map(|(total, run)| less(*total, run[document]))
            .collect();
        mean_f1(&rest)
    };
    (0..system.documents().len()).map(without).collect()
}

fn less(total: Counts, document: Counts) -> Counts {
    Counts::new(
        total.correct - document.correct,
        total.predicted - document.predicted,
        total.gold - document.gold,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    fn system(runs: Vec<Vec<Counts>>) -> RunCounts {
        RunCounts::new(
            (0..runs[0].len())
                .map(|document| document.to_string())
                .collect(),
            runs,
        )
        .unwrap()
    }

    #[test]
    fn each_document_is_left_out_of_all_runs() {
        let right = Counts::new(1, 1, 1);
        let wrong = Counts::new(0, 1, 1);
        let result =
            jackknife_mean_f1(&system(vec![vec![right, wrong], vec![right, right]])).unwrap();
        assert_eq!(
            (result.estimate, result.leave_one_out),
            (0.75, vec![0.5, 1.0])
        );
    }

    #[test]
    fn a_system_does_not_differ_from_itself() {
        let one = system(vec![vec![
            Counts::new(1, 2, 3),
            Counts::new(2, 2, 4),
            Counts::new(0, 1, 1),
        ]]);
        let result = jackknife_difference(&one, &one).unwrap();
        assert_eq!((result.estimate, result.standard_error), (0.0, 0.0));
    }

    #[test]
    fn one_document_or_other_documents_are_refused() {
        let one = system(vec![vec![Counts::new(1, 2, 3)]]);
        let two = system(vec![vec![Counts::new(1, 2, 3); 2]]);
        assert!(jackknife_mean_f1(&one).is_err());
        assert!(jackknife_difference(&one, &two).is_err());
    }
}
