//! Which p-values an experiment's number of seeds can reach at all.

use crate::spec::{Cell, Experiment};
use crate::stats::{holm_floor, seed_floor};
use crate::systems::Configuration;

/// The smallest two-sided p-value of a comparison over seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    /// Runs, or folds, on each side.
    pub runs: usize,
    /// Whether they are compared in pairs.
    pub paired: bool,
    /// What they are: `run` or `fold`.
    pub noun: &'static str,
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
    let paired = statistics.paired || folds > 0;
    let single = seed_floor(paired, runs, u64::from(statistics.draws)).ok()?;
    let is_baseline = |cell: &Cell<Configuration>| {
        let wanted = &statistics.baseline;
        cell.values
            .iter()
            .all(|(key, value)| wanted.get(key).is_none_or(|baseline| baseline == value))
    };
    let others: Vec<&Cell<Configuration>> = experiment
        .cells()
        .iter()
        .filter(|cell| !is_baseline(cell))
        .collect();
    let tables = experiment.tables.iter();
    let comparisons = tables
        .map(|table| largest_family(&table.across, &others))
        .max()
        .unwrap_or(others.len());
    if comparisons == 0 {
        return None;
    }
    Some(Floor {
        runs,
        paired,
        noun: if folds > 0 { "fold" } else { "run" },
        single,
        comparisons,
        corrected: holm_floor(single, comparisons).ok()?,
    })
}

/// The largest number of cells in one group of columns: those that agree in the axes
/// across.
fn largest_family(across: &[String], cells: &[&Cell<Configuration>]) -> usize {
    let group = |cell: &Cell<Configuration>| {
        let values = cell.values.iter().filter(|(key, _)| across.contains(key));
        values.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let mut families: Vec<(Vec<serde_json::Value>, usize)> = Vec::new();
    for cell in cells {
        let own = group(cell);
        match families.iter_mut().find(|(group, _)| *group == own) {
            Some((_, count)) => *count += 1,
            None => families.push((own, 1)),
        }
    }
    let counts = families.into_iter().map(|(_, count)| count);
    counts.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::spec::{Options, Vocabulary};

    const TWO: &str = r#"
name = "two"
[axes]
"system.approach" = ["a1", "a2", "a4"]
"corpus.demo.noise" = [0.0, 0.1]
seed = { count = 4 }
[statistics]
baseline = { "system.approach" = "a4" }
[[table]]
rows = "system.approach"
"#;

    #[test]
    fn groups_of_columns_are_families_of_their_own() {
        let comparisons = |text: &str| {
            let vocabulary = Vocabulary::default();
            let options = Options::default();
            let experiment =
                Experiment::parse("two.toml".as_ref(), text, &options, &vocabulary).unwrap();
            floors(&experiment).unwrap().comparisons
        };
        assert_eq!(comparisons(TWO), 4);
        let across = format!("{TWO}across = \"corpus.demo.noise\"\n");
        assert_eq!(comparisons(&across), 2);
    }

    #[test]
    fn folds_are_the_pairs_however_many_seeds_they_have() {
        let text = TWO.replace("seed = {", "fold = { count = 10 }\nseed = {");
        let (vocabulary, options) = (Vocabulary::default(), Options::default());
        let experiment = Experiment::parse("two.toml".as_ref(), &text, &options, &vocabulary);
        let floor = floors(&experiment.unwrap()).unwrap();
        assert_eq!((floor.runs, floor.comparisons), (10, 4));
        assert_eq!((floor.paired, floor.noun), (true, "fold"));
        assert!((floor.single - 2.0 / 1024.0).abs() < 1e-12);
    }
}
