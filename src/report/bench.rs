//! The speeds of an experiment by cell, as `sweep bench` shows them and as data.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::baseline::Baseline;
use super::cells::{self, Cell};
use super::input::{Input, MissingRun, ScoredRun, Speed};
use crate::score::Column;
use crate::stats::Summary;

type Values<'a> = BTreeMap<&'a str, &'a str>;

/// The speed of one cell.
#[derive(Debug, Serialize)]
pub(super) struct TimedCell<'a> {
    /// Axis keys and values.
    pub(super) cell: Values<'a>,
    /// Runs that were timed, or folds where there are any.
    pub(super) runs: usize,
    /// Mean over them.
    pub(super) sentences_per_second: f64,
    /// Sample standard deviation; none of one run.
    pub(super) sd: Option<f64>,
    /// The mean divided by that of the baseline, where there is one.
    pub(super) ratio: Option<f64>,
    /// Mean number of parameters of all models inside the clock.
    pub(super) parameters: Option<u64>,
    /// What was inside the clock.
    pub(super) inside: &'a str,
    /// Sentences, or inputs made of them, a batch.
    pub(super) batch: usize,
    /// The device.
    pub(super) device: &'a str,
    /// All of it in words.
    pub(super) conditions: &'a str,
    /// Runs during which other programs took much of the processors.
    pub(super) disturbed: usize,
}

/// One run with its speed.
#[derive(Debug, Serialize)]
struct TimedRun<'a> {
    cell: Values<'a>,
    seed: u64,
    fold: Option<u32>,
    sentences_per_second: f64,
    parameters: Option<usize>,
    disturbed: bool,
    key: &'a str,
}

/// One run without.
#[derive(Debug, Serialize)]
struct UntimedRun<'a> {
    cell: Values<'a>,
    seed: u64,
    fold: Option<u32>,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct Bench<'a> {
    experiment: &'a str,
    profile: &'a str,
    split: &'a str,
    baseline: BTreeMap<String, String>,
    cells: Vec<TimedCell<'a>>,
    runs: Vec<TimedRun<'a>>,
    /// Runs with scores and without a speed.
    untimed: Vec<UntimedRun<'a>>,
    /// Runs without either.
    missing: Vec<UntimedRun<'a>>,
}

/// All cells that have speeds, in the order of the axes.
pub(super) fn timed_cells<'a>(input: &Input, cells: &'a [Cell<'a>]) -> Vec<TimedCell<'a>> {
    let declared = Baseline::of(input);
    let baseline = |cell: &Cell<'_>| {
        let values = declared.of_cell(&cell.values);
        let found = cells.iter().find(|other| other.values == values);
        let found = found.filter(|_| !declared.is_empty());
        found.and_then(|found| summary(found, Column::Speed))
    };
    let timed = cells.iter().filter_map(|cell| {
        let rate = summary(cell, Column::Speed)?;
        let speeds = || cell.runs.iter().filter_map(|run| run.speed.as_ref());
        let first: &Speed = speeds().next()?;
        let theirs = baseline(cell).filter(|theirs| theirs.mean > 0.0);
        let millions = summary(cell, Column::Parameters);
        Some(TimedCell {
            cell: values(&cell.values),
            runs: rate.count,
            sentences_per_second: rate.mean,
            sd: rate.standard_deviation,
            ratio: theirs.map(|theirs| rate.mean / theirs.mean),
            parameters: millions.map(|millions| (1e6 * millions.mean).round() as u64),
            inside: &first.inside,
            batch: first.batch,
            device: &first.device,
            conditions: &first.conditions,
            disturbed: speeds().filter(|speed| speed.disturbed).count(),
        })
    });
    timed.collect()
}

/// The same as JSON, with every run.
///
/// # Errors
/// When a speed is no finite number.
pub fn bench_values(input: &Input) -> Result<Value, serde_json::Error> {
    let cells = cells::collect(input);
    let runs = cells.iter().flat_map(|cell| &cell.runs);
    serde_json::to_value(Bench {
        experiment: &input.name,
        profile: &input.profile,
        split: &input.split,
        baseline: Baseline::of(input).declared.into_iter().collect(),
        runs: runs.filter_map(|run| timed_run(run)).collect(),
        untimed: input
            .untimed_in_order()
            .into_iter()
            .map(untimed_run)
            .collect(),
        missing: input
            .missing_in_order()
            .into_iter()
            .map(untimed_run)
            .collect(),
        cells: timed_cells(input, &cells),
    })
}

fn timed_run(run: &ScoredRun) -> Option<TimedRun<'_>> {
    let speed = run.speed.as_ref()?;
    Some(TimedRun {
        cell: values(&run.cell),
        seed: run.seed,
        fold: run.fold,
        sentences_per_second: speed.rate,
        parameters: speed.parameters,
        disturbed: speed.disturbed,
        key: &speed.key,
    })
}

fn untimed_run(run: &MissingRun) -> UntimedRun<'_> {
    UntimedRun {
        cell: values(&run.cell),
        seed: run.seed,
        fold: run.fold,
        reason: &run.reason,
    }
}

fn values(pairs: &[(String, String)]) -> Values<'_> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

/// Over runs, or folds; none where there are none.
fn summary(cell: &Cell<'_>, column: Column) -> Option<Summary> {
    let units = cell.units(column);
    let values: Vec<f64> = units.iter().map(|unit| unit.score).collect();
    Summary::of(&values).ok()
}
