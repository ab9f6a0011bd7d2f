//! The sections `[jointere]` and `[pruner]`: every switch of the system.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::module::ModuleKind;

/// Switches of JointERE. Names are the specification's where it has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JointEreConfig {
    /// Longest candidate span in words: 8 for ACE05, 12 for SciERC.
    pub max_span: usize,
    /// Width of the embedding of a span's length (d_l).
    pub width_dim: usize,
    /// Width of the span's two-layer perceptron.
    pub span_mlp: usize,
    /// Width of the pair's two-layer perceptron.
    pub pair_mlp: usize,
    /// Dropout in both perceptrons.
    pub dropout: f64,
    /// Dropout on the encoder's states.
    pub state_dropout: f64,
    /// Which piece stands for a span's last word: its `first` or its `last`.
    pub span_end: SpanEnd,
    /// What the summed loss of a batch is divided by.
    pub loss_norm: LossNorm,
    /// Whether the score layers' biases start at the log frequencies of the training
    /// labels, which spares the steps that only learn how rare entities are.
    pub prior_bias: bool,
    /// Whether a relation needs both its endpoints decoded as entities.
    pub require_entity_endpoints: bool,
    /// Epochs of single modules, in place of `train.epochs`, as in `{ ec = 5 }`.
    pub epochs: BTreeMap<String, u32>,
}

/// Which of a word's pieces stands for it at a span's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpanEnd {
    /// The first piece (JointERE).
    First,
    /// The last piece (PURE).
    Last,
}

/// What a batch's summed loss is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossNorm {
    /// Its number of sentences.
    PerSentence,
    /// Nothing.
    Sum,
    /// Its number of spans and pairs.
    MeanItems,
}

/// Which spans are kept for the modules that decide entities and relations together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PrunerConfig {
    /// Kept spans per word of the sentence (α).
    pub alpha: f64,
    /// Least number of kept spans (m_l).
    pub least: usize,
    /// Largest number of kept spans (m_u).
    pub most: usize,
    /// How α·n becomes a whole number.
    pub round: Rounding,
    /// Whether gold spans that were not kept are added in training.
    pub inject_gold: bool,
    /// Width of the pruner's bi-affine part of a span's vector (d_biaf).
    pub biaffine: usize,
    /// Width of the pruner's two-layer perceptron (d_cat).
    pub mlp: usize,
}

/// How α·n becomes a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Up.
    Ceil,
    /// Down.
    Floor,
}

impl Default for JointEreConfig {
    fn default() -> Self {
        Self {
            max_span: 8,
            width_dim: 150,
            span_mlp: 200,
            pair_mlp: 400,
            dropout: 0.1,
            state_dropout: 0.1,
            span_end: SpanEnd::First,
            loss_norm: LossNorm::PerSentence,
            prior_bias: false,
            require_entity_endpoints: true,
            epochs: BTreeMap::new(),
        }
    }
}

impl Default for PrunerConfig {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            least: 3,
            most: 18,
            round: Rounding::Ceil,
            inject_gold: false,
            biaffine: 768,
            mlp: 768,
        }
    }
}

impl JointEreConfig {
    /// Values that cannot work, as (key within `jointere`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("max_span", self.max_span),
            ("width_dim", self.width_dim),
            ("span_mlp", self.span_mlp),
            ("pair_mlp", self.pair_mlp),
        ] {
            if value == 0 {
                problems.push((key.to_owned(), "must be at least 1".to_owned()));
            }
        }
        for (key, value) in [
            ("dropout", self.dropout),
            ("state_dropout", self.state_dropout),
        ] {
            if !(0.0..1.0).contains(&value) {
                problems.push((key.to_owned(), "must lie in 0 ≤ p < 1".to_owned()));
            }
        }
        for (module, epochs) in &self.epochs {
            let known = ModuleKind::ALL.map(ModuleKind::key);
            if !known.contains(&module.as_str()) {
                problems.push((
                    format!("epochs.{module}"),
                    format!("is no module; the modules are {}", known.join(", ")),
                ));
            } else if *epochs == 0 {
                problems.push((format!("epochs.{module}"), "must be at least 1".to_owned()));
            }
        }
        problems
    }
}

impl PrunerConfig {
    /// Values that cannot work, as (key within `pruner`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        if !self.alpha.is_finite() || self.alpha <= 0.0 {
            let reason = "must be a number above 0";
            problems.push(("alpha".to_owned(), reason.to_owned()));
        }
        if self.least < 2 {
            let reason = "must be at least 2, since a pair needs two spans";
            problems.push(("least".to_owned(), reason.to_owned()));
        }
        if self.most < self.least {
            let reason = format!("must not be below `pruner.least`, which is {}", self.least);
            problems.push(("most".to_owned(), reason));
        }
        for (key, value) in [("biaffine", self.biaffine), ("mlp", self.mlp)] {
            if value == 0 {
                problems.push((key.to_owned(), "must be at least 1".to_owned()));
            }
        }
        problems
    }

    /// Number of spans kept of a sentence of `words` words (Yan et al. 2022, §3.3).
    pub(crate) fn keep(&self, words: usize) -> usize {
        let share = self.alpha * words as f64;
        let share = match self.round {
            Rounding::Ceil => share.ceil(),
            Rounding::Floor => share.floor(),
        };
        self.least.max(self.most.min(share as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_kept_spans_follows_the_specification() {
        let pruner = PrunerConfig::default();
        assert_eq!([4, 20, 41].map(|words| pruner.keep(words)), [3, 10, 18]);
    }

    #[test]
    fn widths_of_nothing_are_refused() {
        assert!(PrunerConfig::default().problems().is_empty());
        let pruner = PrunerConfig {
            biaffine: 0,
            mlp: 0,
            ..PrunerConfig::default()
        };
        let keys: Vec<String> = pruner.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["biaffine", "mlp"]);
    }
}
