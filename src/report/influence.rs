//! What a difference owes to single documents and single runs: the jackknife behind `stats.json`.

use super::cells::Unit;
use crate::stats::{self, RunCounts};

/// So many documents are named.
const NAMED: usize = 5;

/// The jackknife over documents of a difference of two cells, in percentage points.
#[derive(Debug, Clone)]
pub(crate) struct ByDocument {
    /// Number of documents.
    pub(crate) documents: usize,
    /// The bias of the difference, which F1 has as a ratio of sums.
    pub(crate) bias: f64,
    /// The standard error of the difference over documents.
    pub(crate) standard_error: f64,
    /// The documents without which the difference moves most, with the difference without them.
    pub(crate) most: Vec<(String, f64)>,
}

/// The difference without each run, or fold.
#[derive(Debug, Clone)]
pub(crate) struct ByRun {
    /// The seed, or the fold, that is left out of both cells, and the difference without it.
    pub(crate) without: Vec<(u64, f64)>,
    /// How often the difference keeps its sign.
    pub(crate) stable: usize,
}

impl ByDocument {
    /// Leaves each document out of all runs of both systems.
    pub(crate) fn of(ours: &RunCounts, theirs: &RunCounts) -> Result<Self, String> {
        let jackknife = stats::jackknife_difference(ours, theirs);
        let jackknife = jackknife.map_err(|error| error.to_string())?;
        let mut order: Vec<usize> = (0..jackknife.leave_one_out.len()).collect();
        let moved = |document: &usize| {
            let without = jackknife.leave_one_out[*document];
            (without - jackknife.estimate).abs()
        };
        // Equal ones stay in their order.
        order.sort_by(|one, other| moved(other).total_cmp(&moved(one)));
        // What is left of a document that changes nothing is rounding.
        let named = order.iter().take(NAMED).filter(|one| moved(one) > 1e-12);
        Ok(Self {
            documents: order.len(),
            bias: 100.0 * jackknife.bias,
            standard_error: 100.0 * jackknife.standard_error,
            most: named
                .map(|&document| {
                    let name = ours.documents()[document].clone();
                    (name, 100.0 * jackknife.leave_one_out[document])
                })
                .collect(),
        })
    }
}

impl ByRun {
    /// Leaves each seed (or fold) out of both cells; none where nothing would be left, or where the means are equal,
    /// since zero has no sign to keep.
    pub(crate) fn of(ours: &[Unit], theirs: &[Unit]) -> Option<Self> {
        let whole = mean(ours, None)? - mean(theirs, None)?;
        let mut ids: Vec<u64> = ours.iter().chain(theirs).map(|unit| unit.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let without = ids.into_iter().filter_map(|id| {
            let difference = mean(ours, Some(id))? - mean(theirs, Some(id))?;
            Some((id, difference))
        });
        let without: Vec<(u64, f64)> = without.collect();
        let keeps = |(_, difference): &&(u64, f64)| difference * whole > 0.0;
        let stable = without.iter().filter(keeps).count();
        (!without.is_empty() && whole.abs() > 1e-9).then_some(Self { without, stable })
    }

    /// Whether the sign of the difference rests on a single run.
    pub(crate) fn is_stable(&self) -> bool {
        self.stable == self.without.len()
    }
}

fn mean(units: &[Unit], left_out: Option<u64>) -> Option<f64> {
    let kept = units.iter().filter(|unit| Some(unit.id) != left_out);
    let scores: Vec<f64> = kept.map(|unit| unit.score).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;
    use crate::stats::Counts;

    fn units(scores: &[(u64, f64)]) -> Vec<Unit> {
        let unit = |&(id, score): &(u64, f64)| Unit { id, score };
        scores.iter().map(unit).collect()
    }

    #[test]
    fn a_difference_that_one_run_makes_is_not_stable() {
        let ours = units(&[(1, 70.0), (2, 70.0), (3, 76.0)]);
        let theirs = units(&[(1, 71.0), (2, 71.0), (3, 71.0)]);
        let runs = ByRun::of(&ours, &theirs).unwrap();
        assert_eq!(runs.without, [(1, 2.0), (2, 2.0), (3, -1.0)]);
        assert_eq!((runs.stable, runs.is_stable()), (2, false));
    }

    #[test]
    fn runs_of_one_side_are_left_out_of_it_alone() {
        let runs = ByRun::of(
            &units(&[(1, 70.0), (2, 72.0)]),
            &units(&[(7, 60.0), (8, 62.0)]),
        );
        let runs = runs.unwrap();
        assert_eq!(runs.without, [(1, 11.0), (2, 9.0), (7, 9.0), (8, 11.0)]);
        assert!(runs.is_stable());
    }

    #[test]
    fn nothing_is_left_without_the_only_run_and_zero_has_no_sign() {
        assert!(ByRun::of(&units(&[(1, 70.0)]), &units(&[(1, 71.0)])).is_none());
        let same = units(&[(1, 70.0), (2, 71.0)]);
        assert!(ByRun::of(&same, &same).is_none());
        assert!(ByRun::of(&[], &same).is_none());
    }

    #[test]
    fn the_most_influential_document_comes_first() {
        let system = |correct: [u64; 7]| {
            let names = (0..7).map(|document| format!("d{document}"));
            let run = correct.map(|correct| Counts::new(correct, 10, 10));
            RunCounts::new(names.collect(), vec![run.to_vec()]).unwrap()
        };
        let found = ByDocument::of(&system([5, 5, 9, 5, 5, 5, 6]), &system([5; 7])).unwrap();
        assert_eq!((found.documents, found.most.len()), (7, 5));
        assert_eq!(found.most[0].0, "d2");
        assert!((found.most[0].1 - 10.0 / 6.0).abs() < 1e-9);
        let same = ByDocument::of(&system([5; 7]), &system([5; 7])).unwrap();
        assert!(same.most.is_empty());
    }
}
