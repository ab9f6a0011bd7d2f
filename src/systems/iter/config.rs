//! The section `[iter]`: every switch of the system.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::corpus::CorpusConfig;
use crate::train::RecipeChanges;

/// What an axis calls it where there is no other corpus.
const NONE: &str = "none";

/// Switches of ITER. Names are the specification's where it has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IterConfig {
    /// How many of the nearest left brackets a right bracket may pair with (ω); 0 takes the
    /// nesting depth of the training split.
    pub nesting: usize,
    /// Hidden width of the three heads; 0 takes the width of the encoder's feed-forward
    /// layers for `is_left` and twice that for the two others.
    pub d_ff: usize,
    /// The function in the gate of the heads.
    pub activation: GateActivation,
    /// Dropout in the heads.
    pub dropout: f64,
    /// When a right bracket pairs with a left one, where ω is 1; deeper nesting has a class
    /// for none.
    pub span_rule: SpanRule,
    /// What stands for a span when links are scored, where ω is above 1.
    pub nested_link: NestedLink,
    /// Which positions may be heads of a link in training, where ω is 1.
    pub link_heads: LinkHeads,
    /// Whether a symmetric relation is learned in both directions.
    pub train_symmetric_both: bool,
    /// Whether every relation has a second output for its inverse; a link then has the
    /// higher of both probabilities.
    pub inverse_labels: bool,
    /// Whether the loss of a batch is divided by its number of sentences.
    pub average_loss: bool,
    /// A relation needs a probability above this (λ). Only scoring looks at it.
    pub threshold: f64,
    /// What recall divides by.
    pub gold_source: GoldSource,
    /// Sentences of more pieces are passed over, in training and in inference.
    pub max_length: usize,
    /// Sentences of context on either side; 0 reads the sentence alone.
    pub context: usize,
    /// Words that a training sentence with its context may have before context is dropped.
    pub context_words: usize,
    /// The same in evaluation.
    pub evaluation_words: usize,
    /// A training on another corpus that this one starts from.
    pub pretrain: PretrainConfig,
}

/// A training on another corpus that a training starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PretrainConfig {
    /// The other corpus; without a name or a path, or with the name `none`, there is no such
    /// training.
    pub corpus: CorpusConfig,
    /// The other corpus' name for a label that has another name here; labels that agree but
    /// for the case of their letters are the same anyway.
    pub labels: BTreeMap<String, String>,
    /// ω on the other corpus; 0 takes the nesting depth of its training split.
    pub nesting: usize,
    /// Sentences of more pieces are passed over in that training; context it has none.
    pub max_length: usize,
    /// What the other training changes in the recipe of `[train]`.
    pub train: RecipeChanges,
}

/// The function in the gate of the heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateActivation {
    /// max(0, x), as in all final runs of the paper.
    Relu,
    /// x·Φ(x).
    Gelu,
    /// The hyperbolic tangent.
    Tanh,
}

/// When a right bracket pairs with a left one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpanRule {
    /// Where the log of the summed exponentials of all types' scores is above 0; the type is
    /// the one that scores best (the release).
    Lse,
    /// With every type that scores above 0 (the paper).
    PerType,
}

/// What stands for a span when links are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NestedLink {
    /// The sum of the states at both ends (the release).
    Sum,
    /// Both states side by side (the paper).
    Concat4,
}

/// Which positions may be heads of a link in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkHeads {
    /// All, so that ordinary words are learned not to be (the release).
    AllPositions,
    /// Right brackets alone (the paper's equation 13).
    RightBrackets,
}

/// What recall divides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoldSource {
    /// All of the annotation.
    Raw,
    /// What of the annotation the model could be taught: nothing of sentences that are too
    /// long, and no entity that nests deeper than ω (the release).
    Tensors,
}

impl Default for IterConfig {
    fn default() -> Self {
        Self {
            nesting: 0,
            d_ff: 0,
            activation: GateActivation::Relu,
            dropout: 0.3,
            span_rule: SpanRule::Lse,
            nested_link: NestedLink::Sum,
            link_heads: LinkHeads::AllPositions,
            train_symmetric_both: true,
            inverse_labels: false,
            average_loss: false,
            threshold: 0.5,
            gold_source: GoldSource::Raw,
            max_length: 512,
            context: 0,
            context_words: 128,
            evaluation_words: 256,
            pretrain: PretrainConfig::default(),
        }
    }
}

impl Default for PretrainConfig {
    fn default() -> Self {
        Self {
            corpus: CorpusConfig {
                name: String::new(),
                ..CorpusConfig::default()
            },
            labels: BTreeMap::new(),
            nesting: 0,
            max_length: 512,
            train: RecipeChanges::default(),
        }
    }
}

impl PretrainConfig {
    /// Whether there is such a training.
    pub fn is_asked(&self) -> bool {
        let named = !["", NONE].contains(&self.corpus.name.as_str());
        named || self.corpus.path.is_some()
    }
}

impl IterConfig {
    /// Values that cannot work, as (key within `iter`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, key: &str, reason: &str| {
            if !holds {
                problems.push((key.to_owned(), reason.to_owned()));
            }
        };
        require(
            (0.0..1.0).contains(&self.dropout),
            "dropout",
            "must lie in 0 ≤ p < 1",
        );
        require(
            (0.0..=1.0).contains(&self.threshold),
            "threshold",
            "is a probability, from 0 to 1",
        );
        for (key, value) in [
            ("max_length", self.max_length),
            ("context_words", self.context_words),
            ("evaluation_words", self.evaluation_words),
            ("pretrain.max_length", self.pretrain.max_length),
        ] {
            require(value > 0, key, "must be at least 1");
        }
        if self.pretrain.is_asked() {
            for (key, reason) in self.pretrain.corpus.problems() {
                problems.push((format!("pretrain.corpus.{key}"), reason));
            }
        }
        for (key, reason) in self.pretrain.train.problems() {
            problems.push((format!("pretrain.train.{key}"), reason));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn impossible_values_are_told_by_their_key() {
        let config: IterConfig = serde_json::from_str(
            r#"{"dropout": 1.0, "threshold": 1.5, "max_length": 0,
                "pretrain": {"corpus": {"name": "x", "limit": 0}, "train": {"batch": 0}}}"#,
        )
        .unwrap();
        let keys: Vec<String> = config.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(
            keys,
            [
                "dropout",
                "threshold",
                "max_length",
                "pretrain.corpus.limit",
                "pretrain.train.batch"
            ]
        );
        assert!(IterConfig::default().problems().is_empty());
        assert!(!IterConfig::default().pretrain.is_asked());
        for (corpus, asked) in [
            (r#"{"name": "none"}"#, false),
            (r#"{"name": "conll03"}"#, true),
            (r#"{"name": "", "path": "somewhere"}"#, true),
        ] {
            let text = format!(r#"{{"corpus": {corpus}}}"#);
            let pretrain: PretrainConfig = serde_json::from_str(&text).unwrap();
            assert_eq!(pretrain.is_asked(), asked, "{corpus}");
        }
    }
}
