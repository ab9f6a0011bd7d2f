//! The section `[crone]`: every switch of the system.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encoder::recurrent::Cell;
use crate::systems::identity::Shape;

/// Switches of Crone. The defaults are the paper's for CoNLL04 (Crone 2020, Table 1), but
/// for the context, which has to be brought along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CroneConfig {
    /// Where a word's contextual state comes from.
    pub context: Context,
    /// The file of features that `context = "file"` reads, such as ELMo's layers.
    pub features: Option<PathBuf>,
    /// The kind of all recurrent cells.
    pub cell: Cell,
    /// Width of a recurrent state, per direction.
    pub hidden: usize,
    /// Recurrent layers below both tasks.
    pub shared_layers: usize,
    /// Recurrent layers of entity recognition alone.
    pub ner_layers: usize,
    /// Recurrent layers of relation extraction alone.
    pub re_layers: usize,
    /// Dropout on the input of every recurrent layer over words.
    pub dropout: f64,
    /// Dropout on what pairs are scored by.
    pub re_dropout: f64,
    /// The function of the feed-forward layer of entities.
    pub ner_activation: FeedForward,
    /// Width of the feed-forward layer of entities.
    pub ner_width: usize,
    /// Width of the feed-forward layer of relations, whose function is max(0, x).
    pub re_width: usize,
    /// Values of a tag's embedding.
    pub label_embedding: usize,
    /// Values of a character's embedding.
    pub character_embedding: usize,
    /// Width of the recurrent states over characters, per direction.
    pub character_hidden: usize,
    /// Values of a word that the model learns itself, where there are no word vectors.
    pub word_embedding: usize,
    /// Words seen less often in the training split have no such values of their own.
    pub minimum_count: usize,
    /// What the relations' loss is multiplied by (λ_r).
    pub relation_weight: f64,
    /// A relation needs a probability above this (θ_r). Only scoring looks at it.
    pub threshold: f64,
    /// How like two words are: 1 − cosine, or the cosine.
    pub cos: Cosine,
    /// Whether a word is paired with itself too.
    pub self_pairs: bool,
    /// What the relations' loss is divided by.
    pub re_reduction: RelationReduction,
    /// Whether decoding keeps to tag sequences in which `I-x` follows `B-x` or `I-x`.
    pub crf_constraints: bool,
}

/// Where a word's contextual state comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// Words have none: vectors, characters and casing are all that is read.
    #[default]
    None,
    /// The states of `[encoder]`, which is frozen and reads the corpus once.
    Encoder,
    /// A file of features that was computed before; several layers are mixed by weights
    /// that are learned.
    File,
}

/// The function of a feed-forward layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedForward {
    /// max(0, x).
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

/// How like two words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cosine {
    /// 1 − cos.
    Distance,
    /// cos.
    Similarity,
}

/// What the relations' loss is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationReduction {
    /// The cells of a batch: its pairs times the relation types.
    MeanCells,
    /// The sentences of a batch.
    SumPerSentence,
}

impl Default for CroneConfig {
    fn default() -> Self {
        Self {
            context: Context::None,
            features: None,
            cell: Cell::Gru,
            hidden: 256,
            shared_layers: 1,
            ner_layers: 1,
            re_layers: 2,
            dropout: 0.35,
            re_dropout: 0.5,
            ner_activation: FeedForward::Tanh,
            ner_width: 64,
            re_width: 128,
            label_embedding: 25,
            character_embedding: 32,
            character_hidden: 32,
            word_embedding: 100,
            minimum_count: 2,
            relation_weight: 5.0,
            threshold: 0.9,
            cos: Cosine::Distance,
            self_pairs: false,
            re_reduction: RelationReduction::MeanCells,
            crf_constraints: false,
        }
    }
}

impl CroneConfig {
    /// Recurrent layers over words, all together.
    pub fn layers(&self) -> usize {
        self.shared_layers + self.ner_layers + self.re_layers
    }

    /// A transformer with about as many parameters as the recurrent layers have, by which
    /// the time of a training is guessed: 12 H² a layer there, 18 H² (GRU) here.
    pub(crate) fn like(&self) -> Shape {
        Shape {
            layers: self.layers(),
            width: self.hidden * 5 / 4,
        }
    }

    /// Values that cannot work, as (key within `crone`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, key: &str, reason: &str| {
            if !holds {
                problems.push((key.to_owned(), reason.to_owned()));
            }
        };
        for (key, value) in [("dropout", self.dropout), ("re_dropout", self.re_dropout)] {
            require((0.0..1.0).contains(&value), key, "must lie in 0 ≤ p < 1");
        }
        require(
            (0.0..=1.0).contains(&self.threshold),
            "threshold",
            "is a probability, from 0 to 1",
        );
        require(
            self.relation_weight >= 0.0 && self.relation_weight.is_finite(),
            "relation_weight",
            "must be a number, 0 or more",
        );
        for (key, value) in [
            ("hidden", self.hidden),
            ("ner_width", self.ner_width),
            ("re_width", self.re_width),
            ("label_embedding", self.label_embedding),
            ("character_embedding", self.character_embedding),
            ("character_hidden", self.character_hidden),
            ("word_embedding", self.word_embedding),
        ] {
            require(value > 0, key, "must be at least 1");
        }
        require(
            self.context != Context::File || self.features.is_some(),
            "context",
            "is \"file\", so that `crone.features` must name the file",
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn impossible_values_are_told_by_their_key() {
        let config: CroneConfig = serde_json::from_str(
            r#"{"context": "file", "dropout": 1.0, "threshold": 2, "hidden": 0,
                "relation_weight": -1}"#,
        )
        .unwrap();
        let keys: Vec<String> = config.problems().into_iter().map(|(key, _)| key).collect();
        let expected = [
            "dropout",
            "threshold",
            "relation_weight",
            "hidden",
            "context",
        ];
        assert_eq!(keys, expected);
        assert!(CroneConfig::default().problems().is_empty());
    }
}
