//! The section `[pmei]`: every switch of the system.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encoder::Pool;
use crate::encoder::recurrent::GruForm;
use crate::systems::identity::Shape;

/// Switches of PMEI. Names are the specification's where it has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PmeiConfig {
    /// How both tasks build on each other.
    pub variant: Variant,
    /// What reads the sentence: word vectors and a BiLSTM, or the encoder.
    pub base: Base,
    /// Width of the BiLSTM's states, per direction.
    pub hidden: usize,
    /// Width of word vectors where `[vectors]` names none.
    pub dimension: usize,
    /// Dropout on the word vectors.
    pub dropout: f64,
    /// Share of training words that turn into the unknown word, so that it is learned.
    pub word_dropout: f64,
    /// What stands for a training word without a pretrained vector.
    pub without_vector: WithoutVector,
    /// Weight of the early predictions' loss (α).
    pub alpha: f64,
    /// Weight of the divergence of what is passed on from its prior (β), for both tasks.
    pub beta: f64,
    /// Which cell goes by the name of GRU.
    pub gru: GruForm,
    /// Whether the four maps of a prior have biases.
    pub prior_bias: bool,
    /// Whether there is an output for no relation, which is never right.
    pub none_output: bool,
    /// Whether a word pairs with itself.
    pub diagonal: bool,
    /// What is passed on when nothing is learned.
    pub test_latent: TestLatent,
    /// Which of a word's pieces stand for it, where the encoder reads.
    pub bert_pool: Pool,
    /// Sentence positions with a prior of their own, of `mtl_sm`; later words share the last.
    pub positions: usize,
    /// The match by which the best model is chosen.
    pub choose_by: ChooseBy,
}

/// How both tasks build on each other (Sun et al. 2021, Tables 3 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Early predictions of both tasks go into both, through stochastic maps.
    Full,
    /// Both tasks on the same states, and nothing between them.
    Mtl,
    /// The same with stochastic maps of the states.
    MtlSm,
    /// Early predictions go into both tasks as they are.
    NoSm,
    /// Each task has its own early predictions alone.
    NoInteraction,
    /// Linear maps in place of the GRU cells.
    NoGru,
}

/// What reads the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Word vectors and one layer of BiLSTM.
    Bilstm,
    /// The transformer of `[encoder]`.
    Encoder,
}

/// What stands for a word that no pretrained vector is known of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithoutVector {
    /// The unknown word.
    Unknown,
    /// A vector of its own, drawn and then learned.
    OwnRow,
}

/// What is passed on when nothing is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestLatent {
    /// The mean.
    Mean,
    /// One draw (the release).
    Sample,
}

/// The match by which the best model is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChooseBy {
    /// Partial match.
    Partial,
    /// Exact match.
    Exact,
}

impl Default for PmeiConfig {
    fn default() -> Self {
        Self {
            variant: Variant::Full,
            base: Base::Bilstm,
            hidden: 50,
            dimension: 100,
            dropout: 0.1,
            word_dropout: 0.04,
            without_vector: WithoutVector::Unknown,
            alpha: 1e-3,
            beta: 1e-6,
            gru: GruForm::Library,
            prior_bias: false,
            none_output: true,
            diagonal: true,
            test_latent: TestLatent::Mean,
            bert_pool: Pool::First,
            positions: 300,
            choose_by: ChooseBy::Partial,
        }
    }
}

impl Variant {
    /// Whether there are early predictions.
    pub(crate) fn is_early(self) -> bool {
        !matches!(self, Self::Mtl | Self::MtlSm)
    }

    /// Whether what is passed on is drawn.
    pub(crate) fn is_stochastic(self) -> bool {
        !matches!(self, Self::Mtl | Self::NoSm)
    }

    /// What people call it, as the papers' tables do.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Full => "PMEI",
            Self::Mtl => "MTL",
            Self::MtlSm => "MTL with SM",
            Self::NoSm => "PMEI w/o SM",
            Self::NoInteraction => "PMEI w/o interaction",
            Self::NoGru => "PMEI w/o GRU",
        }
    }
}

impl PmeiConfig {
    /// A transformer with as many parameters a word as a training computes with, by which its
    /// time is guessed. A table costs K·R a pair of words, and a word has so many `partners`
    /// in the mean; `encoder`, which may be `trained`, lies below where no BiLSTM does.
    pub(crate) fn like(
        &self,
        (encoder, trained): (Shape, bool),
        partners: f64,
        relations: usize,
    ) -> Shape {
        let (width, below) = match self.base {
            Base::Encoder => {
                let width = encoder.width as f64;
                let layers = if trained { encoder.layers } else { 0 };
                (width, 12.0 * layers as f64 * width * width)
            }
            Base::Bilstm => (2.0 * self.hidden as f64, 0.0),
        };
        let outputs = relations as f64 + 1.0;
        let (tables, cells) = if self.variant.is_early() {
            (2.0, 12.0 * (outputs + 2.0 * width) * width)
        } else {
            (1.0, 0.0)
        };
        let parameters = tables * partners * width * outputs + cells + below;
        Shape {
            layers: 1,
            width: (parameters / 12.0).sqrt().round() as usize,
        }
    }

    /// Values that cannot work, as (key within `pmei`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, key: &str, reason: &str| {
            if !holds {
                problems.push((key.to_owned(), reason.to_owned()));
            }
        };
        for (key, value) in [
            ("hidden", self.hidden),
            ("dimension", self.dimension),
            ("positions", self.positions),
        ] {
            require(value > 0, key, "must be at least 1");
        }
        for (key, value) in [
            ("dropout", self.dropout),
            ("word_dropout", self.word_dropout),
        ] {
            require((0.0..1.0).contains(&value), key, "must lie in 0 ≤ p < 1");
        }
        for (key, value) in [("alpha", self.alpha), ("beta", self.beta)] {
            require(
                value >= 0.0 && value.is_finite(),
                key,
                "must be a number, 0 or more",
            );
        }
        problems
    }

    /// The same training said in one way: what plays no part in it stands at its default.
    #[must_use]
    pub(crate) fn canonical(&self, has_vectors: bool) -> Self {
        let default = Self::default();
        let variant = self.variant;
        let mut own = self.clone();
        let early = variant.is_early();
        if !early {
            own.alpha = default.alpha;
        }
        if !early || variant == Variant::NoGru {
            own.gru = default.gru;
        }
        if !variant.is_stochastic() {
            own.beta = default.beta;
            own.test_latent = default.test_latent;
        }
        if !(early && variant.is_stochastic()) {
            own.prior_bias = default.prior_bias;
        }
        if variant != Variant::MtlSm {
            own.positions = default.positions;
        }
        match own.base {
            Base::Bilstm => own.bert_pool = default.bert_pool,
            Base::Encoder => {
                own.hidden = default.hidden;
                own.dropout = default.dropout;
                own.word_dropout = default.word_dropout;
            }
        }
        let words = own.base == Base::Bilstm;
        if !words || has_vectors {
            own.dimension = default.dimension;
        }
        if !(words && has_vectors) {
            own.without_vector = default.without_vector;
        }
        own
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn impossible_values_are_told_by_their_key() {
        let config: PmeiConfig =
            serde_json::from_str(r#"{"hidden": 0, "dropout": 1.0, "alpha": -1.0, "positions": 0}"#)
                .unwrap();
        let keys: Vec<String> = config.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["hidden", "positions", "dropout", "alpha"]);
        assert!(PmeiConfig::default().problems().is_empty());
    }

    #[test]
    fn a_second_table_doubles_the_time() {
        let of = |variant, partners| {
            let own = PmeiConfig {
                variant,
                ..PmeiConfig::default()
            };
            let unread = Shape {
                layers: 2,
                width: 64,
            };
            (own.like((unread, true), partners, 170).width as f64).powi(2)
        };
        let ratio = of(Variant::Full, 30.0) / of(Variant::Mtl, 30.0);
        assert!((2.0..3.0).contains(&ratio), "{ratio}");
        let longer = of(Variant::Mtl, 60.0) / of(Variant::Mtl, 30.0);
        assert!((1.9..2.1).contains(&longer), "{longer}");
    }

    #[test]
    fn tables_are_as_wide_as_a_frozen_encoder() {
        let over = |width, trained| {
            let own = PmeiConfig {
                base: Base::Encoder,
                ..PmeiConfig::default()
            };
            let encoder = Shape { layers: 2, width };
            own.like((encoder, trained), 30.0, 170).width
        };
        assert!(over(768, false) > over(384, false));
        assert!(over(384, true) > over(384, false));
    }

    #[test]
    fn what_plays_no_part_is_left_out() {
        let changed = PmeiConfig {
            alpha: 0.5,
            beta: 0.5,
            gru: GruForm::Printed,
            prior_bias: true,
            test_latent: TestLatent::Sample,
            positions: 7,
            dimension: 9,
            without_vector: WithoutVector::OwnRow,
            ..PmeiConfig::default()
        };
        let of = |variant, has_vectors| {
            let own = PmeiConfig {
                variant,
                ..changed.clone()
            };
            own.canonical(has_vectors)
        };
        let mtl = of(Variant::Mtl, false);
        assert_eq!(
            mtl,
            PmeiConfig {
                variant: Variant::Mtl,
                dimension: 9,
                ..PmeiConfig::default()
            }
        );
        let full = of(Variant::Full, true);
        assert_eq!((full.positions, full.dimension), (300, 100));
        assert_eq!(full.gru, GruForm::Printed);
        assert!(full.prior_bias && full.without_vector == WithoutVector::OwnRow);
        let no_sm = of(Variant::NoSm, true);
        assert!(no_sm.beta < 0.1 && no_sm.alpha > 0.1 && !no_sm.prior_bias);
        let mtl_sm = of(Variant::MtlSm, true);
        assert_eq!((mtl_sm.positions, mtl_sm.gru), (7, GruForm::Library));
        assert_eq!(of(Variant::NoGru, true).gru, GruForm::Library);
    }
}
