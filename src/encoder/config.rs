//! The `[encoder]` section: which encoder, and how one from scratch is built.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encoder::checkpoint::HubName;
use crate::encoder::transformer::{Architecture, BertConfig, Freeze, T5Config};

/// Which encoder reads the sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EncoderConfig {
    /// `scratch` for one built from `[encoder.scratch]`, the name of a Hugging Face
    /// folder under the models folder, or `owner/name` for a model of the Hugging Face
    /// hub that `sweep model get` has fetched.
    pub name: String,
    /// Branch, tag or commit of a model of the hub; `main` where none is given. Only
    /// content counts: the same files at another revision are the same encoder.
    pub revision: Option<String>,
    /// A Hugging Face folder anywhere; takes the place of looking the name up.
    pub path: Option<PathBuf>,
    /// How many layers are kept, from the bottom; all unless given.
    pub keep_layers: Option<usize>,
    /// What keeps its pretrained values: `none`, `embeddings` or `all`.
    pub freeze: Freeze,
    /// How many layers keep their pretrained values, from the bottom, the embeddings
    /// with them.
    pub frozen_layers: usize,
    /// Whether training computes cheap intermediate results twice rather than keep
    /// them: slower, in less memory. It decides no result, and so is no part of a step.
    pub gradient_checkpointing: bool,
    /// Shape of an encoder that is trained from scratch.
    pub scratch: ScratchConfig,
}

/// Shape of a small encoder trained from scratch over a vocabulary of words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScratchConfig {
    /// How it is built.
    pub architecture: ScratchArchitecture,
    /// Number of transformer blocks.
    pub layers: usize,
    /// Width of the hidden states.
    pub hidden: usize,
    /// Attention heads; they divide the width.
    pub heads: usize,
    /// Width of the feed-forward layers.
    pub intermediate: usize,
    /// Longest input in pieces, [CLS] and [SEP] included.
    pub positions: usize,
    /// Dropout inside the encoder.
    pub dropout: f64,
    /// Words seen less often in the training split are unknown.
    pub minimum_count: u32,
}

/// How an encoder from scratch is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScratchArchitecture {
    /// BERT: every position has an embedding, which a short training learns for positions
    /// that are seen often.
    #[default]
    Bert,
    /// T5: attention knows distances, so that what is learned in one place holds in all.
    /// It learns long inputs sooner.
    T5,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            name: "scratch".to_owned(),
            revision: None,
            path: None,
            keep_layers: None,
            freeze: Freeze::None,
            frozen_layers: 0,
            gradient_checkpointing: false,
            scratch: ScratchConfig::default(),
        }
    }
}

impl Default for ScratchConfig {
    fn default() -> Self {
        Self {
            architecture: ScratchArchitecture::Bert,
            layers: 2,
            hidden: 96,
            heads: 4,
            intermediate: 192,
            positions: 128,
            dropout: 0.1,
            minimum_count: 2,
        }
    }
}

impl EncoderConfig {
    /// Whether the encoder is trained from scratch rather than read from a folder.
    pub fn is_scratch(&self) -> bool {
        self.path.is_none() && self.name == "scratch"
    }

    /// Values that cannot work, as (key within `encoder`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let shape = &self.scratch;
        let mut problems = Vec::new();
        let mut at_least = |key: &str, value: usize, least: usize| {
            if value < least {
                problems.push((
                    format!("scratch.{key}"),
                    format!("must be at least {least}"),
                ));
            }
        };
        at_least("layers", shape.layers, 1);
        at_least("hidden", shape.hidden, 1);
        at_least("heads", shape.heads, 1);
        at_least("intermediate", shape.intermediate, 1);
        at_least("positions", shape.positions, 8);
        if self.name.trim().is_empty() && self.path.is_none() {
            problems.push((
                "name".to_owned(),
                "must be `scratch` or the name of a model".to_owned(),
            ));
        }
        let of_hub = self.path.is_none() && self.name.parse::<HubName>().is_ok();
        if self.revision.is_some() && !of_hub {
            problems.push((
                "revision".to_owned(),
                "is for models of the hub alone: give `name` as `owner/name`, and no `path`"
                    .to_owned(),
            ));
        }
        if self.keep_layers == Some(0) {
            problems.push(("keep_layers".to_owned(), "must be at least 1".to_owned()));
        }
        if self.is_scratch() {
            let untrained = "has nothing to keep: an encoder from scratch is not pretrained";
            if self.freeze != Freeze::None {
                problems.push(("freeze".to_owned(), untrained.to_owned()));
            }
            if self.frozen_layers > 0 {
                problems.push(("frozen_layers".to_owned(), untrained.to_owned()));
            }
            if self.keep_layers.is_some() {
                problems.push((
                    "keep_layers".to_owned(),
                    "is for pretrained encoders; set encoder.scratch.layers".to_owned(),
                ));
            }
        }
        if shape.heads > 0 && !shape.hidden.is_multiple_of(shape.heads) {
            problems.push((
                "scratch.heads".to_owned(),
                format!("must divide encoder.scratch.hidden = {}", shape.hidden),
            ));
        }
        if !(0.0..1.0).contains(&shape.dropout) {
            problems.push((
                "scratch.dropout".to_owned(),
                "must lie in 0 ≤ p < 1".to_owned(),
            ));
        }
        problems
    }
}

impl ScratchConfig {
    /// The architecture of this shape over a vocabulary of `vocabulary` pieces, of which
    /// `padding` pads.
    pub fn over(&self, vocabulary: usize, padding: u32) -> Architecture {
        match self.architecture {
            ScratchArchitecture::Bert => self.bert(vocabulary),
            ScratchArchitecture::T5 => self.t5(vocabulary, padding),
        }
    }

    /// The encoder of a T5 of this shape, which knows positions by their distances alone.
    fn t5(&self, vocabulary: usize, padding: u32) -> Architecture {
        Architecture::T5(T5Config {
            vocab_size: vocabulary,
            d_model: self.hidden,
            d_kv: self.hidden / self.heads.max(1),
            d_ff: self.intermediate,
            num_layers: self.layers,
            num_heads: self.heads,
            relative_attention_num_buckets: 32,
            relative_attention_max_distance: 128,
            dropout_rate: self.dropout,
            layer_norm_epsilon: 1e-6,
            feed_forward_proj: "relu".to_owned(),
            dense_act_fn: None,
            is_gated_act: None,
            pad_token_id: padding,
        })
    }

    /// The BERT of this shape over a vocabulary of `vocabulary` pieces.
    pub fn bert(&self, vocabulary: usize) -> Architecture {
        Architecture::Bert(BertConfig {
            vocab_size: vocabulary,
            hidden_size: self.hidden,
            num_hidden_layers: self.layers,
            num_attention_heads: self.heads,
            intermediate_size: self.intermediate,
            max_position_embeddings: self.positions,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: self.dropout,
            attention_probs_dropout_prob: self.dropout,
            hidden_act: crate::encoder::transformer::Activation::Gelu,
            pad_token_id: 0,
            is_decoder: false,
            position_embedding_type: "absolute".to_owned(),
        })
    }
}
