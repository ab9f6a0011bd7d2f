//! Comparisons for programs. The version rises when a field changes its meaning or goes.

use serde::Serialize;

use crate::stats::{Assignments, Summary};

use super::super::score::{ConventionJson, Counting, FileJson, GoldJson, UNIT};
use super::legend::MODELS_ONLY;
use super::sides::{Side, Sides};
use super::statistics::{Comparison, LEVEL, Settings, Tested};

/// The version of the object.
const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
struct CompareJson {
    version: u32,
    unit: &'static str,
    gold: GoldJson,
    convention: ConventionJson,
    systems: [SystemJson; 2],
    paired: bool,
    alpha: f64,
    correction: &'static str,
    /// Why the numbers say nothing about the methods, where that is so.
    caution: Option<&'static str>,
    metrics: Vec<MetricJson>,
}

#[derive(Debug, Serialize)]
struct SystemJson {
    name: String,
    files: Vec<FileJson>,
}

/// Scores and differences in percent and percentage points.
#[derive(Debug, Serialize)]
struct MetricJson {
    metric: String,
    systems: [SpreadJson; 2],
    difference: f64,
    interval: Option<IntervalJson>,
    over_seeds: TestJson,
    over_documents: TestJson,
    probability_above: Option<f64>,
}

#[derive(Debug, Serialize)]
struct SpreadJson {
    scores: Vec<f64>,
    mean: f64,
    standard_deviation: Option<f64>,
}

#[derive(Debug, Serialize)]
struct IntervalJson {
    level: f64,
    lower: f64,
    upper: f64,
}

/// A test, or the reason why there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum TestJson {
    Done {
        test: &'static str,
        p: f64,
        p_corrected: f64,
        smallest_p: f64,
        permutations: u64,
        enumerated: bool,
    },
    None {
        reason: String,
    },
}

impl TestJson {
    fn new(test: &'static str, tested: &Result<Tested, String>) -> Self {
        match tested {
            Err(reason) => Self::None {
                reason: reason.clone(),
            },
            Ok(tested) => Self::Done {
                test,
                p: tested.test.p().two_sided,
                p_corrected: tested.corrected,
                smallest_p: tested.floor,
                permutations: tested.test.assignments,
                enumerated: tested.test.source == Assignments::Enumerated,
            },
        }
    }
}

impl From<&Side> for SystemJson {
    fn from(side: &Side) -> Self {
        Self {
            name: side.name.clone(),
            files: side.files.iter().map(FileJson::from).collect(),
        }
    }
}

/// The object of a comparison.
///
/// # Errors
/// Where it cannot be written as JSON.
pub(super) fn json(
    sides: &Sides,
    counting: &Counting,
    family: &[Comparison],
    settings: Settings,
) -> Result<String, serde_json::Error> {
    let seeds = if settings.paired {
        "paired sign flip"
    } else {
        "two-sample permutation"
    };
    let spread = |scores: &[f64], summary: &Summary| SpreadJson {
        scores: scores.to_vec(),
        mean: summary.mean,
        standard_deviation: summary.standard_deviation,
    };
    let metric = |one: &Comparison| MetricJson {
        metric: one.column.name(),
        systems: [
            spread(&one.scores[0], &one.ours),
            spread(&one.scores[1], &one.theirs),
        ],
        difference: one.difference(),
        interval: one.interval.as_ref().ok().map(|ends| IntervalJson {
            level: LEVEL,
            lower: ends.lower,
            upper: ends.upper,
        }),
        over_seeds: TestJson::new(seeds, &one.seeds),
        over_documents: TestJson::new("document randomisation", &one.documents),
        probability_above: one.above,
    };
    serde_json::to_string_pretty(&CompareJson {
        version: VERSION,
        unit: UNIT,
        gold: (&sides.gold).into(),
        convention: counting.into(),
        systems: [(&sides.ours).into(), (&sides.theirs).into()],
        paired: settings.paired,
        alpha: settings.alpha,
        correction: settings.correct.name(),
        caution: (sides.files() == (1, 1)).then_some(MODELS_ONLY),
        metrics: family.iter().map(metric).collect(),
    })
}
