//! The counts of one system: every run on every document.

use crate::stats::{Counts, StatsError, check};

/// Totals up to here, of two systems together and doubled, are exact integers in both `i64` and `f64`.
const LARGEST_TOTAL: u128 = 1 << 50;

/// The counts of all runs of one system on the same documents, checked once.
///
/// Holds at least one run and one document, a row of counts per run with one entry per document, and no counts so
/// large that a total would lose exactness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunCounts {
    documents: Vec<String>,
    runs: Vec<Vec<Counts>>,
}

impl RunCounts {
    /// Takes the document names and, per run, one entry per document in the order of the names.
    pub fn new(documents: Vec<String>, runs: Vec<Vec<Counts>>) -> Result<Self, StatsError> {
        check::at_least("documents", documents.len(), 1)?;
        check::at_least("runs", runs.len(), 1)?;
        for (row, run) in runs.iter().enumerate() {
            if run.len() != documents.len() {
                let (found, expected) = (run.len(), documents.len());
                return Err(StatsError::RowLength {
                    what: "counts of a run",
                    row,
                    found,
                    expected,
                });
            }
        }
        let largest = runs
            .iter()
            .flatten()
            .map(|counts| counts.correct.max(counts.predicted).max(counts.gold))
            .max();
        let largest = largest.unwrap_or(0);
        let cells = runs.len().saturating_mul(documents.len());
        if u128::from(largest).saturating_mul(cells as u128) > LARGEST_TOTAL {
            return Err(StatsError::CountsTooLarge { largest, cells });
        }
        Ok(Self { documents, runs })
    }

    /// The names of the documents, in the order of the counts.
    pub fn documents(&self) -> &[String] {
        &self.documents
    }

    /// The counts, `[run][document]`.
    pub fn runs(&self) -> &[Vec<Counts>] {
        &self.runs
    }

    /// The total of each run over its documents.
    pub fn totals(&self) -> Vec<Counts> {
        self.runs
            .iter()
            .map(|run| run.iter().copied().sum())
            .collect()
    }

    /// The mean over runs of the micro F1 over documents.
    pub fn mean_f1(&self) -> f64 {
        mean_f1(&self.totals())
    }

    /// One run that holds, per document, the counts of all runs added up.
    pub(super) fn pooled(&self) -> Vec<Counts> {
        (0..self.documents.len())
            .map(|document| self.runs.iter().map(|run| run[document]).sum())
            .collect()
    }

    /// Fails unless `other` was scored on the same documents in the same order.
    pub(super) fn same_documents(&self, other: &Self) -> Result<(), StatsError> {
        check::same_length("documents", self.documents.len(), other.documents.len())?;
        match self
            .documents
            .iter()
            .zip(&other.documents)
            .position(|(left, right)| left != right)
        {
            Some(position) => Err(StatsError::DocumentMismatch {
                position,
                left: self.documents[position].clone(),
                right: other.documents[position].clone(),
            }),
            None => Ok(()),
        }
    }
}

/// The mean of the F1 of several totals.
pub(super) fn mean_f1(totals: &[Counts]) -> f64 {
    totals.iter().map(|counts| counts.f1()).sum::<f64>() / totals.len() as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_mean_is_over_runs_and_the_f1_over_documents() {
        let runs = vec![
            vec![Counts::new(1, 1, 1), Counts::new(0, 2, 0)],
            vec![Counts::new(1, 1, 1), Counts::new(0, 0, 0)],
        ];
        let system = RunCounts::new(names(&["x", "y"]), runs).unwrap();
        assert!((system.mean_f1() - f64::midpoint(0.5, 1.0)).abs() < 1e-15);
        assert_eq!(
            system.pooled(),
            vec![Counts::new(2, 2, 2), Counts::new(0, 2, 0)]
        );
    }

    #[test]
    fn ragged_and_empty_input_is_refused() {
        assert!(RunCounts::new(Vec::new(), vec![Vec::new()]).is_err());
        assert!(RunCounts::new(names(&["x"]), Vec::new()).is_err());
        let error =
            RunCounts::new(names(&["x"]), vec![vec![Counts::default()], Vec::new()]).unwrap_err();
        assert!(
            matches!(
                error,
                StatsError::RowLength {
                    row: 1,
                    found: 0,
                    expected: 1,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn counts_that_would_lose_exactness_are_refused() {
        let runs = vec![vec![Counts::new(0, 1 << 51, 0)]];
        assert!(matches!(
            RunCounts::new(names(&["x"]), runs),
            Err(StatsError::CountsTooLarge { .. })
        ));
    }

    #[test]
    fn documents_are_compared_by_name_and_order() {
        let row = vec![vec![Counts::default(); 2]];
        let first = RunCounts::new(names(&["x", "y"]), row.clone()).unwrap();
        let second = RunCounts::new(names(&["x", "z"]), row).unwrap();
        let error = first.same_documents(&second).unwrap_err();
        assert!(
            matches!(error, StatsError::DocumentMismatch { position: 1, .. }),
            "{error}"
        );
    }
}
