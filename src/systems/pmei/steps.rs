//! The descriptions of PMEI's steps: plain values that say all that decides a result, and
//! nothing else.

use serde::{Deserialize, Serialize};

use super::config::PmeiConfig;
use crate::corpus::Split;
use crate::systems::identity::{CorpusIdentity, EncoderIdentity, VectorsIdentity};
use crate::train::Recipe;

/// Kind of the step that trains a model.
pub const TRAIN: &str = "pmei/train";
/// Kind of the step that applies a trained model to a split.
pub const PREDICT: &str = "pmei/predict";
/// Version of both kinds; it rises when the same description would give another result.
pub(crate) const VERSION: u32 = 1;

/// Train a model with this recipe on this corpus from this seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainStep {
    /// What it is trained on.
    pub corpus: CorpusIdentity,
    /// The encoder it starts from; none where a BiLSTM reads.
    #[serde(default)]
    pub encoder: Option<EncoderIdentity>,
    /// The word vectors it starts from, where a BiLSTM reads.
    #[serde(default)]
    pub vectors: VectorsIdentity,
    /// The switches that matter to it.
    #[serde(default)]
    pub pmei: PmeiConfig,
    /// The recipe.
    #[serde(default)]
    pub train: Recipe,
    /// Decides first values, the order of batches, dropout and what is drawn.
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
}
