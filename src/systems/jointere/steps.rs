//! The descriptions of JointERE's steps: plain values that say all that decides a
//! result, and nothing else.

use serde::{Deserialize, Serialize};

use super::config::{JointEreConfig, PrunerConfig};
use super::mean_field::MeanFieldConfig;
use super::module::ModuleKind;
use crate::corpus::Split;
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::train::Recipe;

/// Kind of the step that trains a module.
pub const TRAIN: &str = "jointere/train";
/// Kind of the step that applies a trained module to a split.
pub const PREDICT: &str = "jointere/predict";
/// Version of both kinds; it rises when the same description would give another result.
pub(crate) const VERSION: u32 = 2;

/// Train this module with this recipe on this corpus from this seed. A module over kept
/// spans has the steps that kept them, on train and on dev, as its last two inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainStep {
    /// The module.
    pub module: ModuleKind,
    /// What it is trained on.
    pub corpus: CorpusIdentity,
    /// The encoder it starts from.
    pub encoder: EncoderIdentity,
    /// The network's shape and loss.
    #[serde(default)]
    pub jointere: JointEreConfig,
    /// How spans are kept; only of the pruner, and of what is trained on its spans.
    #[serde(default)]
    pub pruner: PrunerConfig,
    /// High-order inference; only of modules that do it.
    #[serde(default)]
    pub mfvi: MeanFieldConfig,
    /// The recipe.
    #[serde(default)]
    pub train: Recipe,
    /// Decides first values, the order of batches and dropout.
    pub seed: u64,
}

/// Apply a trained module (first input) to a split, given what an earlier module
/// extracted (last input), the annotation, or nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictStep {
    /// The module.
    pub module: ModuleKind,
    /// The corpus whose split it reads.
    pub corpus: CorpusIdentity,
    /// The split.
    pub split: Split,
    /// Whether it is given the annotation.
    #[serde(default)]
    pub reads_gold: bool,
    /// The switches that matter in decoding.
    #[serde(default)]
    pub jointere: JointEreConfig,
    /// How spans are kept; only of the pruner.
    #[serde(default)]
    pub pruner: PrunerConfig,
}
