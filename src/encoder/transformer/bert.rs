//! BERT (Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional
//! Transformers"): learned positions, post-norm blocks. SciBERT, MiniLM and many
//! sentence encoders are the same architecture with other weights.
//!
//! Published configuration: `bert-base-uncased`, 12 layers × 768, 12 heads, 3 072.
//! Field names are those of the Hugging Face checkpoint, but for `self` and
//! `LayerNorm`, which cannot be field names here (see `weights`).

use burn::module::Module;
use burn::nn::{
    Embedding, EmbeddingConfig, Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig,
};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::interface::Transformer;
use super::lookup::rows;
use super::names::Names;
use super::norm::layer_norm;
use super::post_norm::{PostNorm, PostNormBlock};
use super::problems;
use super::self_attention::{Projections, self_attend};
use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::{Noise, add_dropped, dropout};

/// The parts of `config.json` that decide what BERT computes, under their Hugging
/// Face names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Rows of the piece embedding.
    pub vocab_size: usize,
    /// Width H of hidden states.
    pub hidden_size: usize,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Heads; they divide the width.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Rows of the position embedding.
    #[serde(default = "positions")]
    pub max_position_embeddings: usize,
    /// Rows of the segment embedding.
    #[serde(default = "segments")]
    pub type_vocab_size: usize,
    /// Added to variances.
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f64,
    /// Dropout after embeddings and sub-layers.
    #[serde(default = "tenth")]
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights.
    #[serde(default = "tenth")]
    pub attention_probs_dropout_prob: f64,
    /// Activation of the feed-forward layer.
    #[serde(default)]
    pub hidden_act: Activation,
    /// Piece that pads.
    #[serde(default)]
    pub pad_token_id: u32,
    /// Whether pieces see those before them alone, which an encoder's do not.
    #[serde(default, skip_serializing)]
    pub is_decoder: bool,
    /// How positions are told; `absolute` is what is computed here.
    #[serde(default = "absolute", skip_serializing)]
    pub position_embedding_type: String,
}

fn positions() -> usize {
    512
}
fn segments() -> usize {
    2
}
fn epsilon() -> f64 {
    1e-12
}
fn absolute() -> String {
    "absolute".to_owned()
}
fn tenth() -> f64 {
    0.1
}

#[derive(Module, Debug)]
#[expect(clippy::struct_field_names, reason = "the checkpoint's names")]
struct Embeddings {
    word_embeddings: Embedding,
    position_embeddings: Embedding,
    token_type_embeddings: Embedding,
    layer_norm: LayerNorm,
}

#[derive(Module, Debug)]
struct SelfAttention {
    query: Linear,
    key: Linear,
    value: Linear,
}

impl SelfAttention {
    fn projections(&self) -> Projections<'_> {
        Projections {
            query: &self.query,
            key: &self.key,
            value: &self.value,
        }
    }
}

#[derive(Module, Debug)]
struct Output {
    dense: Linear,
    layer_norm: LayerNorm,
}

#[derive(Module, Debug)]
struct Attention {
    self_attn: SelfAttention,
    output: Output,
}

#[derive(Module, Debug)]
struct Intermediate {
    dense: Linear,
}

#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    intermediate: Intermediate,
    output: Output,
}

#[derive(Module, Debug)]
struct Layers {
    layer: Vec<Layer>,
}

/// The encoder: piece ids in, one hidden state per piece out.
#[derive(Module, Debug)]
pub struct Bert {
    embeddings: Embeddings,
    encoder: Layers,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    hidden_dropout: f64,
    #[module(skip)]
    attention_dropout: f64,
    #[module(skip)]
    epsilon: f64,
    #[module(skip)]
    act: Activation,
}

/// How checkpoints name the fields below.
pub(crate) const NAMES: Names = Names {
    prefix: "bert.",
    to_checkpoint: &[
        (".attention.self_attn.", ".attention.self."),
        ("layer_norm", "LayerNorm"),
    ],
    aliases: &[],
    unneeded: &["pooler.", "cls.", "embeddings.position_ids"],
    layers: Some("encoder.layer."),
    embeddings: &["embeddings."],
};

impl BertConfig {
    /// The first thing that cannot work, naming its key.
    pub(crate) fn problems(&self) -> Option<String> {
        if self.is_decoder {
            return Some("`is_decoder` is true; only encoders can be computed".to_owned());
        }
        if self.position_embedding_type != "absolute" {
            return Some(format!(
                "`position_embedding_type` is `{}`; only `absolute` can be computed",
                self.position_embedding_type
            ));
        }
        problems::zero(&[
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
            ("type_vocab_size", self.type_vocab_size),
        ])
        .or_else(|| {
            problems::uneven(
                ("num_attention_heads", self.num_attention_heads),
                ("hidden_size", self.hidden_size),
            )
        })
        .or_else(|| {
            problems::impossible(&[
                ("hidden_dropout_prob", self.hidden_dropout_prob),
                (
                    "attention_probs_dropout_prob",
                    self.attention_probs_dropout_prob,
                ),
            ])
        })
    }

    /// Builds the encoder with zero weights: they are loaded or drawn afterwards
    /// (`load_encoder`, `initialise`), never left to a global generator.
    pub fn init(&self, device: &Device) -> Bert {
        let width = self.hidden_size;
        let norm = || {
            LayerNormConfig::new(width)
                .with_epsilon(self.layer_norm_eps)
                .init(device)
        };
        let linear = |input, output| {
            LinearConfig::new(input, output)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let embedding = |rows| {
            EmbeddingConfig::new(rows, width)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let layer = |_| Layer {
            attention: Attention {
                self_attn: SelfAttention {
                    query: linear(width, width),
                    key: linear(width, width),
                    value: linear(width, width),
                },
                output: Output {
                    dense: linear(width, width),
                    layer_norm: norm(),
                },
            },
            intermediate: Intermediate {
                dense: linear(width, self.intermediate_size),
            },
            output: Output {
                dense: linear(self.intermediate_size, width),
                layer_norm: norm(),
            },
        };
        Bert {
            embeddings: Embeddings {
                word_embeddings: embedding(self.vocab_size),
                position_embeddings: embedding(self.max_position_embeddings),
                token_type_embeddings: embedding(self.type_vocab_size),
                layer_norm: norm(),
            },
            encoder: Layers {
                layer: (0..self.num_hidden_layers).map(layer).collect(),
            },
            heads: self.num_attention_heads,
            hidden_dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
            epsilon: self.layer_norm_eps,
            act: self.hidden_act,
        }
    }
}

impl Transformer for Bert {
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let bias = batch.attention_bias();
        let [rows, columns] = batch.dims();
        // Between attentions the pieces of all sentences are rows of one matrix: one
        // large product is faster than one a sentence, and its gradient needs no sum
        // over sentences.
        let mut states = self.embed(batch, noise);
        for layer in &self.encoder.layer {
            states = self.block(layer, states, [rows, columns], bias.as_ref(), noise);
        }
        let [_, width] = states.dims();
        states.reshape([rows, columns, width])
    }
}

impl Bert {
    /// The encoder over the pieces of a batch as rows.
    pub(super) fn post_norm(&self, batch: &TokenBatch) -> PostNorm<'_> {
        PostNorm {
            embedded: self.embed(batch, None),
            blocks: self
                .encoder
                .layer
                .iter()
                .map(|layer| PostNormBlock {
                    projections: layer.attention.self_attn.projections(),
                    output: &layer.attention.output.dense,
                    attended_norm: &layer.attention.output.layer_norm,
                    inner: &layer.intermediate.dense,
                    act: self.act,
                    outer: &layer.output.dense,
                    norm: &layer.output.layer_norm,
                    epsilon: self.epsilon,
                })
                .collect(),
            heads: self.heads,
        }
    }

    fn embed(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<2> {
        let [sentences, length] = batch.dims();
        let tables = &self.embeddings;
        let words = tables.word_embeddings.forward(batch.ids.clone());
        let places = rows(
            &tables.position_embeddings,
            batch.positions.clone(),
            0,
            length,
        );
        let segments = rows(&tables.token_type_embeddings, batch.segments.clone(), 0, 1);
        let sum = words + (places + segments);
        let [_, _, width] = sum.dims();
        let sum = sum.reshape([sentences * length, width]);
        let normed = layer_norm(&tables.layer_norm, self.epsilon, sum);
        dropout(normed, self.hidden_dropout, noise)
    }

    fn block(
        &self,
        layer: &Layer,
        states: Tensor<2>,
        dims: [usize; 2],
        bias: Option<&Tensor<4>>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let attended = self_attend(
            layer.attention.self_attn.projections(),
            states.clone(),
            dims,
            self.heads,
            bias,
            self.attention_dropout,
            noise,
        );
        let states = self.add_and_norm(&layer.attention.output, attended, states, noise);
        let inner = self
            .act
            .apply(layer.intermediate.dense.forward(states.clone()));
        self.add_and_norm(&layer.output, inner, states, noise)
    }

    fn add_and_norm(
        &self,
        weights: &Output,
        inner: Tensor<2>,
        residual: Tensor<2>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let outer = weights.dense.forward(inner);
        let sum = add_dropped(residual, outer, self.hidden_dropout, noise);
        layer_norm(&weights.layer_norm, self.epsilon, sum)
    }
}
