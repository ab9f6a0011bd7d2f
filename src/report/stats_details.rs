//! What `stats.json` tells of a comparison beside its tests: how large the effect is, and what it owes to single
//! documents and runs.

use serde::Serialize;

use super::cells::Unit;
use super::compare::{self, Comparison, ResampledTest};
use super::influence::{ByDocument, ByRun};
use super::stats_json::Tested;
use crate::stats;

/// Resamples behind the bound of a violation ratio.
const REPLICATES: usize = 500;

/// How large a difference is.
#[derive(Serialize)]
pub(super) struct Effect {
    /// The share of pairs of runs in which the cell scores higher, ties one half.
    probability_above: Option<f64>,
    /// The difference in units of the spread from run to run. With few runs it comes out too large on average, and
    /// seeds that vary little make a small difference a large d.
    cohen_d: Option<f64>,
}

impl Effect {
    pub(super) fn of(one: &Comparison) -> Self {
        let [ours, theirs] = one.units.each_ref().map(|units| scores(units));
        Self {
            probability_above: stats::probability_above(&ours, &theirs).ok(),
            cohen_d: stats::cohen_d(&ours, &theirs).ok().flatten(),
        }
    }
}

fn scores(units: &[Unit]) -> Vec<f64> {
    units.iter().map(|unit| unit.score).collect()
}

/// Almost stochastic order (Dror et al. 2019): how far the scores of one side are from lying above those of the other.
#[derive(Serialize)]
pub(super) struct Order {
    /// The side with the larger mean, of which it is asked whether it lies above: `cell` or `baseline`.
    larger: &'static str,
    epsilon: f64,
    epsilon_upper: f64,
    alpha: f64,
    replicates: usize,
    seed: String,
}

impl Order {
    /// None of folds, which are not independent, and where a side has a single run.
    pub(super) fn of(one: &Comparison, alpha: f64) -> Option<Self> {
        let [ours, theirs] = one.units.each_ref().map(|units| scores(units));
        if one.resampled.is_some() || ours.len() < 2 || theirs.len() < 2 {
            return None;
        }
        let (larger, first, second) = if one.difference() < 0.0 {
            ("baseline", theirs, ours)
        } else {
            ("cell", ours, theirs)
        };
        let seed = compare::seed_of(&format!(
            "order|{}|{:?}|{:?}",
            one.column.name(),
            one.cell,
            one.baseline
        ));
        let order =
            stats::almost_stochastic_order(&first, &second, alpha, REPLICATES, seed).ok()?;
        Some(Self {
            larger,
            epsilon: order.epsilon,
            epsilon_upper: order.upper,
            alpha,
            replicates: REPLICATES,
            seed: seed.to_string(),
        })
    }
}

/// The corrected resampled t test over folds (Nadeau and Bengio 2003).
#[derive(Serialize)]
pub(super) struct Resampled {
    test: &'static str,
    test_over_train: f64,
    t: f64,
    degrees_of_freedom: usize,
    standard_error: f64,
    p: f64,
    p_corrected: f64,
}

pub(super) fn resampled(one: &ResampledTest) -> Resampled {
    Resampled {
        test: "corrected resampled t",
        test_over_train: one.ratio,
        t: one.test.t,
        degrees_of_freedom: one.test.degrees_of_freedom,
        standard_error: one.test.standard_error,
        p: one.test.p,
        p_corrected: one.corrected,
    }
}

/// What the difference would be without single documents, and without single runs.
#[derive(Serialize)]
pub(super) struct Jackknife<'a> {
    documents: Tested<Documents<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<Runs>,
}

#[derive(Serialize)]
struct Documents<'a> {
    of: usize,
    bias: f64,
    standard_error: f64,
    most_influential: Vec<Without<&'a str>>,
}

#[derive(Serialize)]
struct Runs {
    /// In so many of the differences below the sign is that of the difference of all runs.
    sign_kept: usize,
    of: usize,
    without: Vec<Without<u64>>,
}

/// What is left out, and the difference without it.
#[derive(Serialize)]
struct Without<T> {
    without: T,
    difference: f64,
}

impl<'a> Jackknife<'a> {
    pub(super) fn of(one: &'a Comparison) -> Self {
        Self {
            documents: match &one.influence {
                Ok(influence) => Tested::Made(documents(influence)),
                Err(reason) => Tested::Not {
                    not_tested: reason.clone(),
                },
            },
            runs: one.runs.as_ref().map(runs),
        }
    }
}

fn documents(influence: &ByDocument) -> Documents<'_> {
    Documents {
        of: influence.documents,
        bias: influence.bias,
        standard_error: influence.standard_error,
        most_influential: influence
            .most
            .iter()
            .map(|(document, difference)| Without {
                without: document.as_str(),
                difference: *difference,
            })
            .collect(),
    }
}

fn runs(runs: &ByRun) -> Runs {
    let without = runs.without.iter();
    let without = without.map(|&(without, difference)| Without {
        without,
        difference,
    });
    Runs {
        sign_kept: runs.stable,
        of: runs.without.len(),
        without: without.collect(),
    }
}
