//! Which p-values an experiment's number of seeds can reach at all.

use super::correction::corrected;
use crate::spec::{Cell, Correction, Experiment, Family, Table};
use crate::stats::{noether_sample_size, seed_floor};
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
    /// How they are corrected.
    pub correction: Correction,
    /// The smallest p after the correction, where all comparisons are as clear as can be.
    pub corrected: f64,
    /// The runs on each side that a difference worth having needs to be found, where there are fewer; none of folds,
    /// whose number is not for choosing.
    pub needed: Option<usize>,
}

/// A difference worth having: the better system scores higher in this share of all pairs of runs (Bouthillier et al.
/// 2021).
pub(super) const WORTH: f64 = 0.75;

/// How often such a difference should be found.
pub(super) const POWER: f64 = 0.95;

/// The floor of the experiment's comparisons with its baseline; none without a
/// baseline or with a single cell. `metrics` is the number of columns of a table that
/// names none.
pub fn floors(experiment: &Experiment<Configuration>, metrics: usize) -> Option<Floor> {
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
        .map(|table| match statistics.family {
            Family::Column => largest_family(&table.across, &others),
            Family::Table => others.len() * compared(table, metrics),
        })
        .max()
        .unwrap_or(match statistics.family {
            Family::Column => others.len(),
            Family::Table => others.len() * metrics,
        });
    if comparisons == 0 {
        return None;
    }
    // For a test in one direction; the two-sided ones of the report need a little more.
    let needed = noether_sample_size(statistics.alpha, POWER, WORTH).ok()?;
    let needed = needed.ceil() as usize;
    let left = corrected(statistics.correct, &vec![single; comparisons]);
    Some(Floor {
        runs,
        paired,
        noun: if folds > 0 { "fold" } else { "run" },
        single,
        comparisons,
        correction: statistics.correct,
        corrected: left.first().copied()?,
        needed: (folds == 0 && runs < needed).then_some(needed),
    })
}

/// The columns of a table in which cells are compared: all but sizes.
fn compared(table: &Table, metrics: usize) -> usize {
    let is_size = |name: &&String| name.as_str() == "parameters";
    match table.columns.len() {
        0 => metrics,
        all => all - table.columns.iter().filter(is_size).count(),
    }
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
            let vocabulary = Vocabulary {
                metrics: &["ent-c", "rel-c"],
                sizes: &["parameters"],
                ..Vocabulary::default()
            };
            let options = Options::default();
            let experiment =
                Experiment::parse("two.toml".as_ref(), text, &options, &vocabulary).unwrap();
            floors(&experiment, 6).unwrap().comparisons
        };
        assert_eq!(comparisons(TWO), 4);
        let across = format!("{TWO}across = \"corpus.demo.noise\"\n");
        assert_eq!(comparisons(&across), 2);
        // Two approaches with two noises against the baseline, in as many columns as there are.
        let table = TWO.replace("[statistics]", "[statistics]\nfamily = \"table\"");
        assert_eq!(comparisons(&table), 4 * 6);
        let named = format!("{table}columns = [\"ent-c\", \"rel-c\", \"parameters\"]\n");
        assert_eq!(comparisons(&named), 4 * 2);
    }

    #[test]
    fn the_floor_is_that_of_the_declared_correction() {
        let corrected = |correct: &str| {
            let text = TWO.replace(
                "[statistics]",
                &format!("[statistics]\ncorrect = {correct:?}"),
            );
            let (vocabulary, options) = (Vocabulary::default(), Options::default());
            let experiment = Experiment::parse("two.toml".as_ref(), &text, &options, &vocabulary);
            let floor = floors(&experiment.unwrap(), 6).unwrap();
            assert_eq!((floor.runs, floor.needed), (4, Some(29)));
            floor.corrected / floor.single
        };
        assert!((corrected("holm") - 4.0).abs() < 1e-9);
        assert!((corrected("bonferroni") - 4.0).abs() < 1e-9);
        assert!((corrected("benjamini-hochberg") - 1.0).abs() < 1e-9);
        assert!((corrected("none") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn folds_are_the_pairs_however_many_seeds_they_have() {
        let text = TWO.replace("seed = {", "fold = { count = 10 }\nseed = {");
        let (vocabulary, options) = (Vocabulary::default(), Options::default());
        let experiment = Experiment::parse("two.toml".as_ref(), &text, &options, &vocabulary);
        let floor = floors(&experiment.unwrap(), 6).unwrap();
        assert_eq!(floor.needed, None);
        assert_eq!((floor.runs, floor.comparisons), (10, 4));
        assert_eq!((floor.paired, floor.noun), (true, "fold"));
        assert!((floor.single - 2.0 / 1024.0).abs() < 1e-12);
    }
}
