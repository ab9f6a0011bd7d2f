//! Which p-values an experiment's number of seeds can reach at all.

use crate::spec::Experiment;
use crate::stats::{holm_floor, sign_flip_floor, two_sample_floor};
use crate::systems::Configuration;

/// The smallest two-sided p-value of a comparison over seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    /// Runs on each side.
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
    let runs = experiment.axes.seeds.len().max(1) * experiment.axes.folds.len().max(1);
    let single = if statistics.paired {
        sign_flip_floor(runs)
    } else {
        two_sample_floor(runs, runs)
    }
    .ok()?;
    // Cells that agree with the baseline on every other axis are compared with it.
    let keys: Vec<&String> = statistics.baseline.keys().collect();
    let variants = experiment
        .axes
        .axes
        .iter()
        .filter(|axis| keys.contains(&&axis.key))
        .map(|axis| axis.values.len())
        .product::<usize>();
    let comparisons = variants.saturating_sub(1);
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
