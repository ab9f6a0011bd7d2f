//! The descriptions of ITER's steps: plain values that say all that decides a result, and
//! nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::config::{GoldSource, IterConfig, SpanRule};
use crate::corpus::Split;
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::train::Recipe;

/// Kind of the step that trains a model.
pub const TRAIN: &str = "iter/train";
/// Kind of the step that applies a trained model to a split.
pub const PREDICT: &str = "iter/predict";
/// Version of both kinds; it rises when the same description would give another result.
pub(crate) const VERSION: u32 = 1;

/// Train a model with this recipe on this corpus from this seed. With an input, the model
/// starts from the one that that step has trained, whatever its labels were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainStep {
    /// What it is trained on.
    pub corpus: CorpusIdentity,
    /// The encoder it starts from, unless it starts from another step's model.
    pub encoder: EncoderIdentity,
    /// The switches that matter to it.
    #[serde(default)]
    pub iter: IterConfig,
    /// The relation types without a direction.
    #[serde(default)]
    pub symmetric: Vec<String>,
    /// The other model's names for labels that have another name here.
    #[serde(default)]
    pub renamed: BTreeMap<String, String>,
    /// The recipe.
    #[serde(default)]
    pub train: Recipe,
    /// Decides first values, the order of batches and dropout.
    pub seed: u64,
}

/// Apply a trained model (the only input) to a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictStep {
    /// The corpus whose split it reads.
    pub corpus: CorpusIdentity,
    /// The split.
    pub split: Split,
    /// When a right bracket pairs with a left one.
    #[serde(default = "default_span_rule")]
    pub span_rule: SpanRule,
    /// What the predictions are put beside.
    #[serde(default = "default_gold_source")]
    pub gold_source: GoldSource,
}

/// `span_rule` of a description that leaves it out.
fn default_span_rule() -> SpanRule {
    IterConfig::default().span_rule
}

/// `gold_source` of a description that leaves it out.
fn default_gold_source() -> GoldSource {
    IterConfig::default().gold_source
}
