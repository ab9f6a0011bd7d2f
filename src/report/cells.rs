//! The runs of an experiment, sorted into its cells.

use std::collections::{BTreeMap, BTreeSet};

use super::input::{Axis, Input, ScoredRun};
use crate::score::{Column, Counts, Metric, macro_average};
use crate::stats::{self, RunCounts};

/// Why a speed is not tested over documents.
pub(crate) const SPEED_OF_A_RUN: &str = "a speed is that of a whole run, not of its documents";

/// Why an average over types is not tested over documents, and has no interval.
pub(crate) const AVERAGE_OVER_TYPES: &str = "an average over types is no sum over documents";

/// One combination of axis values with the runs that were scored.
#[derive(Debug, Clone)]
pub(crate) struct Cell<'a> {
    /// A value for every axis, in the order of the axes.
    pub(crate) values: Vec<(String, String)>,
    /// Runs in the order of fold and seed.
    pub(crate) runs: Vec<&'a ScoredRun>,
}

/// A run within its cell: its fold, where the experiment has folds, and its seed.
pub(crate) type RunId = (Option<u32>, u64);

/// Why nothing is resampled where there are folds.
const NO_RESAMPLING: &str =
    "folds share training documents, so they cannot be drawn again like independent runs";

fn id(run: &ScoredRun) -> RunId {
    (run.fold, run.seed)
}

/// The number of gold items of every document and metric.
fn gold(run: &ScoredRun) -> BTreeMap<(&str, Metric), u64> {
    let mut gold = BTreeMap::new();
    for document in &run.counts {
        for (metric, counts) in &document.counts {
            gold.insert((document.document.as_str(), *metric), counts.gold);
        }
    }
    gold
}

/// One independent observation: a run, or a fold averaged over its seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unit {
    /// The seed, or the fold where the experiment has folds.
    pub(crate) id: u64,
    /// The measure in percent, the speed, or the size.
    pub(crate) score: f64,
}

/// Whether the experiment has folds; then a fold, not a seed, is the observation that tests compare.
pub(crate) fn has_folds(input: &Input) -> bool {
    input.runs.iter().any(|run| run.fold.is_some())
}

/// What an observation is: a run, or a fold.
pub(crate) fn noun(input: &Input) -> &'static str {
    if has_folds(input) { "fold" } else { "run" }
}

/// All cells that were asked for, in the order of the axes' values, including those without scores.
pub(crate) fn collect(input: &Input) -> Vec<Cell<'_>> {
    let mut cells: BTreeMap<Vec<usize>, Cell<'_>> = BTreeMap::new();
    let empty = |cell: &[(String, String)]| Cell {
        values: aligned(input, cell),
        runs: Vec::new(),
    };
    for missing in &input.missing {
        cells
            .entry(position(input, &missing.cell))
            .or_insert_with(|| empty(&missing.cell));
    }
    for run in &input.runs {
        let cell = cells
            .entry(position(input, &run.cell))
            .or_insert_with(|| empty(&run.cell));
        cell.runs.push(run);
    }
    let mut cells: Vec<_> = cells.into_values().collect();
    for cell in &mut cells {
        cell.runs
            .sort_by(|a, b| (a.fold, a.seed, &a.key).cmp(&(b.fold, b.seed, &b.key)));
    }
    cells
}

/// The value of `key` in a cell; empty where the cell does not have it.
pub(crate) fn value<'a>(cell: &'a [(String, String)], key: &str) -> &'a str {
    cell.iter()
        .find(|(name, _)| name == key)
        .map_or("", |(_, value)| value)
}

fn aligned(input: &Input, cell: &[(String, String)]) -> Vec<(String, String)> {
    input
        .axes
        .iter()
        .map(|axis| (axis.key.clone(), value(cell, &axis.key).to_owned()))
        .collect()
}

fn position(input: &Input, cell: &[(String, String)]) -> Vec<usize> {
    let of = |axis: &Axis| place(axis, value(cell, &axis.key));
    input.axes.iter().map(of).collect()
}

/// Where a value stands among those of its axis; behind them if it is none of them.
pub(crate) fn place(axis: &Axis, value: &str) -> usize {
    let known = axis.values.iter().position(|known| known == value);
    known.unwrap_or(axis.values.len())
}

/// The counts of a run for one metric, added up over documents; none if the run was not scored for it.
pub(crate) fn total(run: &ScoredRun, metric: Metric) -> Option<Counts> {
    run.counts
        .iter()
        .filter_map(|document| document.counts.get(&metric).copied())
        .reduce(|sum, counts| sum + counts)
}

/// What stands in a column for one run: a measure in percent, a speed, or a size in millions; none if it was not
/// scored or timed.
pub(crate) fn score(run: &ScoredRun, column: Column) -> Option<f64> {
    match column {
        Column::Counted(metric, measure) => Some(100.0 * measure.of(total(run, metric)?)),
        Column::Macro(metric, measure) => {
            Some(100.0 * macro_average(&run.counts, metric)?.measure(measure))
        }
        Column::Speed => Some(run.speed.as_ref()?.rate),
        Column::Parameters => Some(run.speed.as_ref()?.parameters? as f64 / 1e6),
    }
}

impl Cell<'_> {
    /// The observations for one column.
    pub(crate) fn units(&self, column: Column) -> Vec<Unit> {
        let mut groups: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for run in &self.runs {
            if let Some(score) = score(run, column) {
                let id = run.fold.map_or(run.seed, u64::from);
                groups.entry(id).or_default().push(score);
            }
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        groups
            .iter()
            .map(|(&id, values)| Unit {
                id,
                score: mean(values),
            })
            .collect()
    }

    /// The runs that have something in a column.
    pub(crate) fn scored(&self, column: Column) -> BTreeSet<RunId> {
        let scored = self.runs.iter().filter(|run| score(run, column).is_some());
        scored.map(|run| id(run)).collect()
    }

    /// What the two lack where they have no run in common.
    pub(crate) fn noun(&self) -> &'static str {
        if self.has_folds() { "fold" } else { "seed" }
    }

    fn has_folds(&self) -> bool {
        self.runs.iter().any(|run| run.fold.is_some())
    }

    /// Whether both were scored on the same documents, in the folds that both have. Documents of two corpora may have
    /// equal names, but hardly ever equal numbers of gold items throughout.
    pub(crate) fn has_documents_of(&self, other: &Self) -> bool {
        let mut seen: BTreeSet<Option<u32>> = BTreeSet::new();
        self.runs.iter().all(|own| {
            let mut others = other.runs.iter();
            let partner = others.find(|run| run.fold == own.fold);
            // One run of a fold stands for all, which `run_counts` compares.
            !seen.insert(own.fold) || partner.is_none_or(|partner| gold(own) == gold(partner))
        })
    }

    /// The counts per document of the runs among `chosen`, documents sorted by name. Their F1 is the measure of the
    /// column.
    ///
    /// The documents of all folds stand side by side. A run has counts on those of its own fold and none on the
    /// others, so that its F1 is that on its fold, and the mean over runs is that over folds.
    ///
    /// Fails with a reason for the reader where there are no such runs, where those of a fold were not scored on
    /// the same documents, where folds have a document in common, or where the column is no measure.
    pub(crate) fn run_counts(
        &self,
        column: Column,
        chosen: &BTreeSet<RunId>,
    ) -> Result<RunCounts, String> {
        let (metric, measure) = match column {
            Column::Counted(metric, measure) => (metric, measure),
            Column::Macro(..) => return Err(AVERAGE_OVER_TYPES.to_owned()),
            Column::Speed | Column::Parameters => return Err(SPEED_OF_A_RUN.to_owned()),
        };
        let runs = self.runs.iter().filter(|run| chosen.contains(&id(run)));
        let runs: Vec<(Option<u32>, BTreeMap<&str, Counts>)> = runs
            .map(|run| {
                let documents = run.counts.iter().filter_map(|document| {
                    Some((document.document.as_str(), *document.counts.get(&metric)?))
                });
                (run.fold, documents.collect())
            })
            .collect();
        let mut fold_of: BTreeMap<&str, Option<u32>> = BTreeMap::new();
        for (fold, documents) in &runs {
            let first = runs.iter().find(|(other, _)| other == fold);
            if first.is_some_and(|(_, first)| !first.keys().eq(documents.keys())) {
                return Err("its runs were not scored on the same documents".to_owned());
            }
            for name in documents.keys() {
                if fold_of
                    .insert(name, *fold)
                    .is_some_and(|other| other != *fold)
                {
                    return Err(format!("the document {name} belongs to several folds"));
                }
            }
        }
        let rows = runs.iter().map(|(_, documents)| {
            let counts = fold_of.keys().map(|name| {
                let counts = documents.get(name).copied().unwrap_or_default();
                let counts = measure.as_f1(counts);
                stats::Counts::new(counts.correct, counts.predicted, counts.gold)
            });
            counts.collect()
        });
        let names = fold_of.keys().map(ToString::to_string).collect();
        RunCounts::new(names, rows.collect()).map_err(|error| error.to_string())
    }

    /// The same counts, for drawing runs and documents again.
    ///
    /// Fails also where the experiment has folds.
    pub(crate) fn resampled_counts(
        &self,
        column: Column,
        chosen: &BTreeSet<RunId>,
    ) -> Result<RunCounts, String> {
        if self.has_folds() {
            return Err(NO_RESAMPLING.to_owned());
        }
        self.run_counts(column, chosen)
    }
}
