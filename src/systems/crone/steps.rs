//! The descriptions of Crone's steps: plain values that say all that decides a result, and
//! nothing else.

use serde::{Deserialize, Serialize};

use super::config::CroneConfig;
use super::context::FeaturesIdentity;
use crate::corpus::Split;
use crate::systems::identity::{CorpusIdentity, VectorsIdentity};
use crate::train::Recipe;

/// Kind of the step that trains a model.
pub const TRAIN: &str = "crone/train";
/// Kind of the step that applies a trained model to a split.
pub const PREDICT: &str = "crone/predict";
/// Version of both kinds; it rises when the same description would give another result.
pub(crate) const VERSION: u32 = 1;

/// Train a model with this recipe on this corpus from this seed. The step that reads the
/// corpus with a frozen encoder, where there is one, is its only input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainStep {
    /// What it is trained on.
    pub corpus: CorpusIdentity,
    /// The word vectors.
    #[serde(default)]
    pub vectors: VectorsIdentity,
    /// The file of contextual features.
    #[serde(default)]
    pub features: FeaturesIdentity,
    /// The switches that matter to it.
    #[serde(default)]
    pub crone: CroneConfig,
    /// The relation types without a direction; selection counts them as the profile does.
    #[serde(default)]
    pub symmetric: Vec<String>,
    /// The recipe.
    #[serde(default)]
    pub train: Recipe,
    /// Decides first values, the order of batches and dropout.
    pub seed: u64,
}

/// Apply a trained model (the first input) to a split; the second input is the step that
/// reads the corpus with a frozen encoder, where there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictStep {
    /// The corpus whose split it reads.
    pub corpus: CorpusIdentity,
    /// The split.
    pub split: Split,
    /// The file of contextual features.
    #[serde(default)]
    pub features: FeaturesIdentity,
    /// Whether tags keep to the rules of BIO.
    #[serde(default)]
    pub crf_constraints: bool,
}
