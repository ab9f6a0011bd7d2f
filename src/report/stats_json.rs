//! `stats.json`: every comparison behind the marks, and every interval behind the plots, in full.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claims::Judged;
use super::claims_json::{Told, told};
use super::compare::{Comparison, DocumentTest, SeedTest};
use super::error::ReportError;
use super::grid::Grid;
use super::input::Input;
use super::intervals::{Interval, LEVEL, REPLICATES};
use super::stats_details::{self, Effect, Jackknife, Order, Resampled};
use super::unit::Unit;
use crate::spec::Family;
use crate::stats::{Assignments, PermutationTest, Summary};

/// Raised whenever a field changes its name or meaning.
const VERSION: u32 = 1;

type Values = BTreeMap<String, String>;

#[derive(Serialize)]
struct File<'a> {
    version: u32,
    experiment: &'a str,
    /// Of every mean, spread, difference and interval, unless it has one of its own.
    unit: &'static str,
    alpha: f64,
    correction: &'static str,
    family: &'static str,
    comparisons: Vec<Compared<'a>>,
    /// Every two rows; `cell` is that of the row and `baseline` that of the column, corrected by Holm over a matrix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pairwise: Vec<Compared<'a>>,
    intervals: Vec<Around>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Compared<'a> {
    table: usize,
    metric: String,
    /// Where it is not that of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    cell: Values,
    baseline: Values,
    cell_scores: Scores,
    baseline_scores: Scores,
    difference: f64,
    #[serde(flatten)]
    effect: Effect,
    seeds: Tested<OverSeeds>,
    /// Beside the test over folds, which share training documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    resampled: Option<Tested<Resampled>>,
    documents: Tested<OverDocuments>,
    #[serde(skip_serializing_if = "Option::is_none")]
    almost_stochastic_order: Option<Order>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jackknife: Option<Jackknife<'a>>,
}

#[derive(Serialize)]
struct Scores {
    mean: f64,
    sd: Option<f64>,
    /// The standard error of the mean.
    se: Option<f64>,
    n: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Tested<T> {
    Made(T),
    Not { not_tested: String },
}

#[derive(Serialize)]
struct OverSeeds {
    test: &'static str,
    n: usize,
    baseline_n: usize,
    floor: f64,
    p: f64,
    p_corrected: f64,
    #[serde(flatten)]
    assignments: Counted,
}

#[derive(Serialize)]
struct OverDocuments {
    test: &'static str,
    documents: usize,
    runs: usize,
    difference: f64,
    p: f64,
    p_corrected: f64,
    #[serde(flatten)]
    assignments: Counted,
}

/// `draws` assignments, `hits` of them as extreme as observed; enumerated where there is no seed.
#[derive(Serialize)]
pub(super) struct Counted {
    draws: u64,
    hits: u64,
    seed: Option<String>,
}

#[derive(Serialize)]
struct Around {
    table: usize,
    metric: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    cell: Values,
    mean: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    level: f64,
    replicates: usize,
    seed: String,
}

/// The whole file as JSON.
pub(crate) fn render(
    input: &Input,
    tables: &[(Grid, Vec<Interval>)],
    claims: &[Judged<'_>],
) -> Result<Vec<u8>, ReportError> {
    let comparisons = tables.iter().flat_map(|(grid, _)| &grid.comparisons);
    let matrices = tables.iter().flat_map(|(grid, _)| &grid.pairwise.matrices);
    let around = tables
        .iter()
        .flat_map(|(grid, intervals)| intervals.iter().map(|interval| (grid.number, interval)));
    let across = tables
        .iter()
        .any(|(grid, _)| grid.headings().next().is_some());
    let file = File {
        version: VERSION,
        experiment: &input.name,
        unit: "percent",
        alpha: input.statistics.alpha,
        correction: input.statistics.correct.name(),
        family: match input.statistics.family {
            Family::Table => "the comparisons with the baseline in one table",
            Family::Column if across => {
                "the comparisons with the baseline in one column of a table"
            }
            Family::Column => "the comparisons with the baseline in one table and metric",
        },
        comparisons: comparisons
            .map(|one| Compared {
                almost_stochastic_order: Order::of(one, input.statistics.alpha),
                jackknife: Some(Jackknife::of(one)),
                ..compared(one)
            })
            .collect(),
        pairwise: matrices
            .flat_map(|matrix| matrix.comparisons.iter().map(compared))
            .collect(),
        intervals: around
            .map(|(table, interval)| describe(table, interval))
            .collect(),
        claims: told(claims),
    };
    let mut bytes = serde_json::to_vec_pretty(&file).map_err(|error| ReportError::Format {
        file: "stats.json".to_owned(),
        problem: error.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn values(cell: &[(String, String)]) -> Values {
    cell.iter().cloned().collect()
}

fn scores(summary: &Summary) -> Scores {
    Scores {
        mean: summary.mean,
        sd: summary.standard_deviation,
        se: summary.standard_error,
        n: summary.count,
    }
}

fn compared(one: &Comparison) -> Compared<'_> {
    Compared {
        table: one.table,
        metric: one.column.name(),
        unit: Unit::of(one.column).unusual(),
        cell: values(&one.cell),
        baseline: values(&one.baseline),
        cell_scores: scores(&one.ours),
        baseline_scores: scores(&one.theirs),
        difference: one.difference(),
        effect: Effect::of(one),
        seeds: tested(&one.seeds, over_seeds),
        resampled: one
            .resampled
            .as_ref()
            .map(|test| tested(test, stats_details::resampled)),
        documents: tested(&one.documents, over_documents),
        almost_stochastic_order: None,
        jackknife: None,
    }
}

fn tested<A, B>(outcome: &Result<A, String>, describe: impl Fn(&A) -> B) -> Tested<B> {
    match outcome {
        Ok(test) => Tested::Made(describe(test)),
        Err(reason) => Tested::Not {
            not_tested: reason.clone(),
        },
    }
}

fn over_seeds(one: &SeedTest) -> OverSeeds {
    OverSeeds {
        test: one.name(),
        n: one.first,
        baseline_n: one.second,
        floor: one.floor,
        p: one.test.p().two_sided,
        p_corrected: one.corrected,
        assignments: counted(&one.test),
    }
}

fn over_documents(one: &DocumentTest) -> OverDocuments {
    OverDocuments {
        test: "block approximate randomisation",
        documents: one.documents,
        runs: one.runs,
        difference: 100.0 * one.test.statistic,
        p: one.test.p().two_sided,
        p_corrected: one.corrected,
        assignments: counted(&one.test),
    }
}

/// What a test counted.
pub(super) fn counted(test: &PermutationTest) -> Counted {
    let seed = match test.source {
        // Readers of JSON that know only doubles would round a seed written as a number.
        Assignments::Drawn { seed } => Some(seed.to_string()),
        Assignments::Enumerated | Assignments::Given => None,
    };
    Counted {
        draws: test.assignments,
        hits: test.hits.two_sided,
        seed,
    }
}

fn describe(table: usize, interval: &Interval) -> Around {
    Around {
        table,
        metric: interval.column.name(),
        unit: Unit::of(interval.column).unusual(),
        cell: values(&interval.cell),
        mean: interval.mean,
        lower: interval.ends.map(|(lower, _)| lower),
        upper: interval.ends.map(|(_, upper)| upper),
        level: LEVEL,
        replicates: REPLICATES,
        seed: interval.seed.to_string(),
    }
}
