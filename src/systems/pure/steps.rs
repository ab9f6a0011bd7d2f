//! The descriptions of PURE's steps: plain values that say all that decides a result, and
//! nothing else.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::config::PureConfig;
use crate::corpus::Split;
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::train::Recipe;

/// Kind of the step that trains a model.
pub const TRAIN: &str = "pure/train";
/// Kind of the step that applies a trained model to a split.
pub const PREDICT: &str = "pure/predict";
/// Version of both kinds; it rises when the same description would give another result.
pub(crate) const VERSION: u32 = 1;

/// What a model decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Which spans are entities, and of which type.
    Entities,
    /// Which pairs of given entities are related, and how.
    Relations,
    /// Both, with one encoder.
    Both,
}

/// One of several contiguous parts of the training documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fold {
    /// Its number, from 0.
    pub index: usize,
    /// Number of parts.
    pub of: usize,
}

/// Train this model with this recipe on this corpus from this seed.
///
/// A model of relations reads the entities of dev that it is chosen by (unless they are
/// the annotation's) and those of train that it learns from (unless likewise), the latter
/// from one prediction or from one of every fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainStep {
    /// What the model decides.
    pub task: Task,
    /// What it is trained on.
    pub corpus: CorpusIdentity,
    /// The encoder it starts from.
    pub encoder: EncoderIdentity,
    /// The switches that matter to it.
    #[serde(default)]
    pub pure: PureConfig,
    /// The recipe.
    #[serde(default)]
    pub train: Recipe,
    /// The part of the training documents that it is not shown.
    #[serde(default)]
    pub without: Option<Fold>,
    /// Decides first values, the order of batches and dropout.
    pub seed: u64,
}

/// Apply a trained model (first input) to a split; a model of relations is given the
/// entities of a prediction (second input) or of the annotation, and only a joint one
/// decides both at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictStep {
    /// What is decided.
    pub task: Task,
    /// The corpus whose split it reads.
    pub corpus: CorpusIdentity,
    /// The split.
    pub split: Split,
    /// The part of its documents that is read; all unless given.
    #[serde(default)]
    pub part: Option<Fold>,
    /// Whether of several given entities with the same words only the first is taken.
    #[serde(default)]
    pub dedupe_spans: bool,
    /// The switches that matter in decoding.
    #[serde(default)]
    pub pure: PureConfig,
}

impl Fold {
    /// The documents of the part, of `documents` in all (Zhong and Chen 2021, §5.3).
    pub(crate) fn range(self, documents: usize) -> Range<usize> {
        let of = self.of.max(1);
        documents * self.index / of..documents * (self.index + 1) / of
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_document_is_in_one_part(documents in 0_usize..60, of in 1_usize..12) {
            let parts = (0..of).flat_map(|index| Fold { index, of }.range(documents));
            prop_assert_eq!(parts.collect::<Vec<_>>(), (0..documents).collect::<Vec<_>>());
        }
    }
}
