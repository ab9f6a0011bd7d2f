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
use burn::tensor::{Device, Tensor, activation};
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::batch::TokenBatch;
use super::dropout::{Noise, dropout};

/// The parts of `config.json` that decide what BERT computes, under their Hugging
/// Face names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Always `bert`; another architecture's folder is refused by it.
    #[serde(default = "model_type")]
    pub model_type: String,
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
}

fn model_type() -> String {
    "bert".to_owned()
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
    act: Activation,
}

impl BertConfig {
    /// Builds the encoder with zero weights: they are loaded or drawn afterwards
    /// (`load_bert`, `initialise`), never left to a global generator.
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
            act: self.hidden_act,
        }
    }
}

impl Bert {
    /// Hidden states of the last layer, batch × pieces × H. With `noise` the dropout
    /// of training applies.
    pub fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let bias = batch.attention_bias();
        let states = self.embed(batch, noise);
        let [rows, columns, width] = states.dims();
        // Between attentions the pieces of all sentences are rows of one matrix: one
        // large product is faster than one a sentence, and its gradient needs no sum
        // over sentences.
        let mut states = states.reshape([rows * columns, width]);
        for layer in &self.encoder.layer {
            states = self.block(layer, states, [rows, columns], bias.as_ref(), noise);
        }
        states.reshape([rows, columns, width])
    }

    fn embed(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let [_, length] = batch.dims();
        let tables = &self.embeddings;
        let words = tables.word_embeddings.forward(batch.ids.clone());
        let places = match &batch.positions {
            Some(ids) => tables.position_embeddings.forward(ids.clone()),
            None => tables
                .position_embeddings
                .weight
                .val()
                .narrow(0, 0, length)
                .unsqueeze(),
        };
        let segments = match &batch.segments {
            Some(ids) => tables.token_type_embeddings.forward(ids.clone()),
            None => tables
                .token_type_embeddings
                .weight
                .val()
                .narrow(0, 0, 1)
                .unsqueeze(),
        };
        let sum = words + (places + segments);
        dropout(tables.layer_norm.forward(sum), self.hidden_dropout, noise)
    }

    fn block(
        &self,
        layer: &Layer,
        states: Tensor<2>,
        dims: [usize; 2],
        bias: Option<&Tensor<4>>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let weights = &layer.attention.self_attn;
        let attended = self.attend(weights, states.clone(), dims, bias, noise);
        let states = self.add_and_norm(&layer.attention.output, attended, states, noise);
        let inner = self
            .act
            .apply(layer.intermediate.dense.forward(states.clone()));
        self.add_and_norm(&layer.output, inner, states, noise)
    }

    /// Scaled dot-product attention (Vaswani et al. 2017, eq. 1) over all heads.
    fn attend(
        &self,
        weights: &SelfAttention,
        states: Tensor<2>,
        [batch, length]: [usize; 2],
        bias: Option<&Tensor<4>>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let [_, width] = states.dims();
        let depth = width / self.heads;
        let split = |projected: Tensor<2>| {
            projected
                .reshape([batch, length, self.heads, depth])
                .swap_dims(1, 2)
        };
        // The scale goes onto the queries, which are smaller than the scores.
        let query = split(weights.query.forward(states.clone())).div_scalar((depth as f64).sqrt());
        let key = split(weights.key.forward(states.clone()));
        let value = split(weights.value.forward(states));
        let mut scores = query.matmul(key.swap_dims(2, 3));
        if let Some(bias) = bias {
            scores = scores + bias.clone();
        }
        let attention = dropout(
            activation::softmax(scores, 3),
            self.attention_dropout,
            noise,
        );
        attention
            .matmul(value)
            .swap_dims(1, 2)
            .reshape([batch * length, width])
    }

    fn add_and_norm(
        &self,
        weights: &Output,
        inner: Tensor<2>,
        residual: Tensor<2>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let outer = dropout(weights.dense.forward(inner), self.hidden_dropout, noise);
        weights.layer_norm.forward(outer + residual)
    }
}
