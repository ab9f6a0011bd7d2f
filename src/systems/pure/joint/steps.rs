//! The description of the step that trains the joint baseline.

use serde::{Deserialize, Serialize};

use super::config::JointBaselineConfig;
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::systems::pure::config::PureConfig;
use crate::train::Recipe;

/// Kind of the step.
pub const JOINT: &str = "pure/joint";
/// Its version; it rises when the same description would give another result.
pub(crate) const VERSION: u32 = 1;

/// Train the joint baseline with this recipe on this corpus from this seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointStep {
    /// What it is trained on.
    pub corpus: CorpusIdentity,
    /// The encoder it starts from.
    pub encoder: EncoderIdentity,
    /// The switches of `[pure]` that matter to it.
    #[serde(default)]
    pub pure: PureConfig,
    /// Its own switches.
    #[serde(default)]
    pub joint_baseline: JointBaselineConfig,
    /// The recipe.
    #[serde(default)]
    pub train: Recipe,
    /// Decides first values, the order of batches and dropout.
    pub seed: u64,
}
