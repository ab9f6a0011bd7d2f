//! Which p-values an experiment's number of seeds can reach at all.

use crate::spec::{Cell, Experiment};
use crate::stats::{holm_floor, sign_flip_floor, two_sample_floor};
use crate::systems::Configuration;

/// The smallest two-sided p-value of a comparison over seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    /// Runs, or folds, on each side.
    pub runs: usize,
    /// The smallest p of one comparison.
    pub single: f64,
    /// Number of comparisons that are corrected together.
    pub comparisons: usize,
    /// The smallest p after Holm's correction.
    pub corrected: f64,
}

/// The floor of the experiment's comparisons with its baseline; none without a
/// baseline or with a single cell.
pub fn floors(experiment: &Experiment<Configuration>) -> Option<Floor> {
    let statistics = &experiment.statistics;
    if statistics.baseline.is_empty() {
        return None;
    }
    // As the report has it: folds, where there are any, are the paired observations.
    let folds = experiment.axes.folds.len();
    let runs = if folds > 0 {
        folds
    } else {
        experiment.axes.seeds.len().max(1)
    };
    let single = if statistics.paired || folds > 0 {
        sign_flip_floor(runs)
    } else {
        two_sample_floor(runs, runs)
    }
    .ok()?;
    let is_baseline = |cell: &Cell<Configuration>| {
        let wanted = &statistics.baseline;
        cell.values
            .iter()
            .all(|(key, value)| wanted.get(key).is_none_or(|baseline| baseline == value))
    };
    let comparisons = experiment
        .cells()
        .iter()
        .filter(|cell| !is_baseline(cell))
        .count();
    if comparisons == 0 {
        return None;
    }
    Some(Floor {
        runs,
        single,
        comparisons,
        corrected: holm_floor(single, comparisons).ok()?,
    })
}
