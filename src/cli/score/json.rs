//! Scores for programs. The version rises when a field changes its meaning or goes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::corpus::MatchedBy;
use crate::score::{Average, Counts, Metric, macro_average, total, type_totals};

use super::words::convention;
use super::{Counting, Gold, Scored};

/// The version of the object.
const VERSION: u32 = 1;

/// The unit of scores and of their differences.
pub(in crate::cli) const UNIT: &str = "percent";

#[derive(Debug, Serialize)]
struct ScoreJson {
    version: u32,
    unit: &'static str,
    gold: GoldJson,
    predictions: FileJson,
    convention: ConventionJson,
    metrics: Vec<MetricJson>,
}

/// The gold annotation.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct GoldJson {
    file: String,
    format: &'static str,
    documents: usize,
    sentences: usize,
    entities: usize,
    relations: usize,
}

/// A file of predictions.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct FileJson {
    file: String,
    format: &'static str,
    matched_by: &'static str,
    has_relations: bool,
}

/// What counted as right.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ConventionJson {
    profile: &'static str,
    symmetric: &'static str,
    symmetric_types: Vec<String>,
    words: String,
}

#[derive(Debug, Serialize)]
struct MetricJson {
    metric: &'static str,
    title: String,
    #[serde(flatten)]
    scores: ScoresJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    macro_average: Option<AverageJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    types: Option<BTreeMap<String, ScoresJson>>,
}

/// Scores in percent, and what they are made of.
#[derive(Debug, Serialize)]
struct ScoresJson {
    precision: f64,
    recall: f64,
    f1: f64,
    correct: u64,
    predicted: u64,
    gold: u64,
}

#[derive(Debug, Serialize)]
struct AverageJson {
    precision: f64,
    recall: f64,
    f1: f64,
    types: usize,
}

impl From<&Gold> for GoldJson {
    fn from(gold: &Gold) -> Self {
        Self {
            file: gold.file.path.display().to_string(),
            format: gold.file.format.name(),
            documents: gold.file.documents.len(),
            sentences: gold.sentences().count(),
            entities: gold.sentences().map(|one| one.entities.len()).sum(),
            relations: gold.sentences().map(|one| one.relations.len()).sum(),
        }
    }
}

impl From<&Scored> for FileJson {
    fn from(scored: &Scored) -> Self {
        Self {
            file: scored.path.display().to_string(),
            format: scored.format.name(),
            matched_by: match scored.by {
                MatchedBy::Names => "names",
                MatchedBy::Order => "order",
            },
            has_relations: scored.related,
        }
    }
}

impl From<&Counting> for ConventionJson {
    fn from(counting: &Counting) -> Self {
        Self {
            profile: counting.convention.profile.name(),
            symmetric: counting.convention.symmetric.name(),
            symmetric_types: counting.symmetric_types.clone(),
            words: convention(counting),
        }
    }
}

impl From<Counts> for ScoresJson {
    fn from(counts: Counts) -> Self {
        Self {
            precision: 100.0 * counts.precision(),
            recall: 100.0 * counts.recall(),
            f1: 100.0 * counts.f1(),
            correct: counts.correct,
            predicted: counts.predicted,
            gold: counts.gold,
        }
    }
}

impl From<Average> for AverageJson {
    fn from(average: Average) -> Self {
        Self {
            precision: 100.0 * average.precision,
            recall: 100.0 * average.recall,
            f1: 100.0 * average.f1,
            types: average.types,
        }
    }
}

/// The object of a scored file.
///
/// # Errors
/// Where it cannot be written as JSON.
pub(super) fn json(
    gold: &Gold,
    scored: &Scored,
    counting: &Counting,
    metrics: &[Metric],
) -> Result<String, serde_json::Error> {
    let metric = |&metric: &Metric| MetricJson {
        metric: metric.name(),
        title: counting.convention.profile.title(metric),
        scores: total(&scored.counts, metric).into(),
        macro_average: macro_average(&scored.counts, metric).map(AverageJson::from),
        types: type_totals(&scored.counts, metric).map(|types| {
            let types = types.into_iter();
            types
                .map(|(name, counts)| (name.to_owned(), counts.into()))
                .collect()
        }),
    };
    serde_json::to_string_pretty(&ScoreJson {
        version: VERSION,
        unit: UNIT,
        gold: gold.into(),
        predictions: scored.into(),
        convention: counting.into(),
        metrics: metrics.iter().map(metric).collect(),
    })
}
