//! The encoder of BART (Lewis et al. 2020, "BART: Denoising Sequence-to-Sequence
//! Pre-training for Natural Language Generation, Translation, and Comprehension", §2.1):
//! learned positions, a norm after the embedding, post-norm blocks with GELU.
//!
//! Published configuration: `bart-large`, 12 layers × 1 024, 16 heads, 4 096. Field
//! names are those of the Hugging Face checkpoint, whose decoder is left unread.

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

/// The checkpoint's names. The piece embedding is one tensor of encoder and decoder,
/// and files hold it as `shared`, as the encoder's own, or as both.
pub(crate) const NAMES: Names = Names {
    prefix: "model.",
    to_checkpoint: &[],
    aliases: &[("encoder.embed_tokens.weight", "shared.weight")],
    unneeded: &[
        "decoder.",
        "encoder.version",
        "final_logits_bias",
        "lm_head.",
    ],
    layers: Some("encoder.layers."),
    embeddings: &[
        "shared.",
        "encoder.embed_positions.",
        "encoder.layernorm_embedding.",
    ],
};

/// Rows of the position table before that of position 0. They are a remnant of
/// fairseq, where positions were numbered on from the padding's id.
const OFFSET: usize = 2;

/// Added to variances; the architecture's configuration does not name it.
const EPSILON: f64 = 1e-5;

/// The parts of `config.json` that decide what BART's encoder computes, under their
/// Hugging Face names and with their defaults, which are those of `bart-large`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BartConfig {
    /// Rows of the piece embedding.
    pub vocab_size: usize,
    /// Width H of hidden states.
    pub d_model: usize,
    /// Number of blocks.
    pub encoder_layers: usize,
    /// Heads; they divide the width.
    pub encoder_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub encoder_ffn_dim: usize,
    /// Activation of the feed-forward layer.
    pub activation_function: Activation,
    /// Positions; the table has two rows more.
    pub max_position_embeddings: usize,
    /// Whether piece embeddings are multiplied by √H.
    pub scale_embedding: bool,
    /// Dropout after the embeddings and sub-layers.
    pub dropout: f64,
    /// Dropout on attention weights.
    pub attention_dropout: f64,
    /// Dropout after the activation.
    pub activation_dropout: f64,
    /// Share of blocks that training leaves out at random; only 0 works.
    pub encoder_layerdrop: f64,
    /// Piece that pads.
    pub pad_token_id: u32,
}

impl Default for BartConfig {
    fn default() -> Self {
        Self {
            vocab_size: 50_265,
            d_model: 1024,
            encoder_layers: 12,
            encoder_attention_heads: 16,
            encoder_ffn_dim: 4096,
            activation_function: Activation::Gelu,
            max_position_embeddings: 1024,
            scale_embedding: false,
            dropout: 0.1,
            attention_dropout: 0.0,
            activation_dropout: 0.0,
            encoder_layerdrop: 0.0,
            pad_token_id: 1,
        }
    }
}

#[derive(Module, Debug)]
#[expect(clippy::struct_field_names, reason = "the checkpoint's names")]
struct Attention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
}

impl Attention {
    fn projections(&self) -> Projections<'_> {
        Projections {
            query: &self.q_proj,
            key: &self.k_proj,
            value: &self.v_proj,
        }
    }
}

#[derive(Module, Debug)]
struct Layer {
    self_attn: Attention,
    self_attn_layer_norm: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    final_layer_norm: LayerNorm,
}

#[derive(Module, Debug)]
struct Stack {
    embed_positions: Embedding,
    layernorm_embedding: LayerNorm,
    layers: Vec<Layer>,
}

/// The encoder: piece ids in, one hidden state per piece out.
#[derive(Module, Debug)]
pub struct Bart {
    shared: Embedding,
    encoder: Stack,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    embedding_scale: f64,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    attention_dropout: f64,
    #[module(skip)]
    activation_dropout: f64,
    #[module(skip)]
    act: Activation,
}

impl BartConfig {
    /// Builds the encoder with zero weights: they are loaded or drawn afterwards,
    /// never left to a global generator.
    pub fn init(&self, device: &Device) -> Bart {
        let width = self.d_model;
        let norm = || {
            LayerNormConfig::new(width)
                .with_epsilon(EPSILON)
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
            self_attn: Attention {
                q_proj: linear(width, width),
                k_proj: linear(width, width),
                v_proj: linear(width, width),
                out_proj: linear(width, width),
            },
            self_attn_layer_norm: norm(),
            fc1: linear(width, self.encoder_ffn_dim),
            fc2: linear(self.encoder_ffn_dim, width),
            final_layer_norm: norm(),
        };
        Bart {
            shared: embedding(self.vocab_size),
            encoder: Stack {
                embed_positions: embedding(self.max_position_embeddings + OFFSET),
                layernorm_embedding: norm(),
                layers: (0..self.encoder_layers).map(layer).collect(),
            },
            heads: self.encoder_attention_heads,
            embedding_scale: if self.scale_embedding {
                (width as f64).sqrt()
            } else {
                1.0
            },
            dropout: self.dropout,
            attention_dropout: self.attention_dropout,
            activation_dropout: self.activation_dropout,
            act: self.activation_function,
        }
    }

    /// The first thing that cannot work, naming its key.
    pub(crate) fn problems(&self) -> Option<String> {
        problems::zero(&[
            ("vocab_size", self.vocab_size),
            ("d_model", self.d_model),
            ("encoder_ffn_dim", self.encoder_ffn_dim),
            ("max_position_embeddings", self.max_position_embeddings),
        ])
        .or_else(|| {
            problems::uneven(
                ("encoder_attention_heads", self.encoder_attention_heads),
                ("d_model", self.d_model),
            )
        })
        .or_else(|| {
            problems::impossible(&[
                ("dropout", self.dropout),
                ("attention_dropout", self.attention_dropout),
                ("activation_dropout", self.activation_dropout),
            ])
        })
        .or_else(|| {
            (self.encoder_layerdrop != 0.0).then(|| {
                format!(
                    "`encoder_layerdrop` = {} is not supported; set it to 0, which changes \
                     nothing but training",
                    self.encoder_layerdrop
                )
            })
        })
    }
}

impl Transformer for Bart {
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let bias = batch.attention_bias();
        let [sentences, length] = batch.dims();
        // Between attentions the pieces of all sentences are rows of one matrix: one
        // large product is faster than one a sentence.
        let mut states = self.embed(batch, noise);
        for layer in &self.encoder.layers {
            states = self.block(layer, states, [sentences, length], bias.as_ref(), noise);
        }
        let [_, width] = states.dims();
        states.reshape([sentences, length, width])
    }
}

impl Bart {
    /// The encoder over the pieces of a batch as rows.
    pub(super) fn post_norm(&self, batch: &TokenBatch) -> PostNorm<'_> {
        PostNorm {
            embedded: self.embed(batch, None),
            blocks: self
                .encoder
                .layers
                .iter()
                .map(|layer| PostNormBlock {
                    projections: layer.self_attn.projections(),
                    output: &layer.self_attn.out_proj,
                    attended_norm: &layer.self_attn_layer_norm,
                    inner: &layer.fc1,
                    act: self.act,
                    outer: &layer.fc2,
                    norm: &layer.final_layer_norm,
                    epsilon: EPSILON,
                })
                .collect(),
            heads: self.heads,
        }
    }

    fn embed(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<2> {
        let [sentences, length] = batch.dims();
        let words = self.shared.forward(batch.ids.clone()) * self.embedding_scale;
        let ids = batch
            .positions
            .clone()
            .map(|positions| positions + OFFSET as i32);
        let places = rows(&self.encoder.embed_positions, ids, OFFSET, length);
        let sum = words + places;
        let [_, _, width] = sum.dims();
        let sum = sum.reshape([sentences * length, width]);
        let normed = layer_norm(&self.encoder.layernorm_embedding, EPSILON, sum);
        dropout(normed, self.dropout, noise)
    }

    fn block(
        &self,
        layer: &Layer,
        states: Tensor<2>,
        dims: [usize; 2],
        bias: Option<&Tensor<4>>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let weights = &layer.self_attn;
        let attended = self_attend(
            weights.projections(),
            states.clone(),
            dims,
            self.heads,
            bias,
            self.attention_dropout,
            noise,
        );
        let outer = weights.out_proj.forward(attended);
        let sum = add_dropped(states, outer, self.dropout, noise);
        let states = layer_norm(&layer.self_attn_layer_norm, EPSILON, sum);
        let inner = self.act.apply(layer.fc1.forward(states.clone()));
        let inner = dropout(inner, self.activation_dropout, noise);
        let outer = layer.fc2.forward(inner);
        let sum = add_dropped(states, outer, self.dropout, noise);
        layer_norm(&layer.final_layer_norm, EPSILON, sum)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Int;

    use super::*;
    use crate::encoder::{Scheme, initialise};

    fn small() -> BartConfig {
        BartConfig {
            vocab_size: 20,
            d_model: 8,
            encoder_layers: 2,
            encoder_attention_heads: 2,
            encoder_ffn_dim: 12,
            max_position_embeddings: 5,
            ..BartConfig::default()
        }
    }

    fn drawn(config: &BartConfig) -> Bart {
        let bart = config.init(&Device::flex());
        initialise(bart, 1, Scheme::Normal(0.5), &|_| true)
    }

    fn batch(sequences: &[&[u32]]) -> TokenBatch {
        TokenBatch::new(sequences, 1, &Device::flex())
    }

    fn difference(one: Tensor<3>, other: Tensor<3>) -> f32 {
        (one - other).abs().max().into_scalar()
    }

    #[test]
    fn explicit_positions_are_obeyed_up_to_the_last() {
        let bart = drawn(&small());
        let mut batch = batch(&[&[4, 5, 6, 7, 8]]);
        let implicit = bart.forward(&batch, None);
        let at = |ids: [i32; 5]| Some(Tensor::<2, Int>::from_ints([ids], &Device::flex()));
        batch.positions = at([0, 1, 2, 3, 4]);
        assert!(difference(bart.forward(&batch, None), implicit.clone()) < 1e-5);
        batch.positions = at([4, 1, 2, 3, 0]);
        assert!(difference(bart.forward(&batch, None), implicit) > 1e-2);
    }

    #[test]
    fn a_sequence_alone_gives_the_states_it_gives_in_a_batch() {
        let bart = drawn(&small());
        let alone = bart.forward(&batch(&[&[4, 5, 6]]), None);
        let together = bart.forward(&batch(&[&[9, 8, 7, 6, 5], &[4, 5, 6]]), None);
        let same = together.narrow(0, 1, 1).narrow(1, 0, 3);
        assert!(difference(alone, same) < 1e-5);
    }

    #[test]
    fn permissions_take_the_place_of_the_mask() {
        let bart = drawn(&small());
        let alone = bart.forward(&batch(&[&[4, 5]]), None);
        let mut packed = batch(&[&[4, 5, 6]]);
        packed.allowed = Some(Tensor::from_floats(
            [[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]],
            &Device::flex(),
        ));
        let states = bart.forward(&packed, None).narrow(1, 0, 2);
        assert!(difference(alone, states) < 1e-5);
    }

    #[test]
    fn the_scale_is_the_root_of_the_width() {
        let mut bart = drawn(&small());
        let scaled = drawn(&BartConfig {
            scale_embedding: true,
            ..small()
        });
        let batch = batch(&[&[4, 5, 6]]);
        let states = scaled.forward(&batch, None);
        assert!(difference(bart.forward(&batch, None), states.clone()) > 1e-2);
        bart.shared.weight = bart.shared.weight.map(|table| table * 8f64.sqrt());
        assert!(difference(bart.forward(&batch, None), states) < 1e-5);
    }

    #[test]
    fn each_dropout_acts_in_training_alone() {
        let batch = batch(&[&[4, 5, 6]]);
        let calm = BartConfig {
            dropout: 0.0,
            ..small()
        };
        let states = drawn(&calm).forward(&batch, None);
        let changes: [fn(&mut BartConfig); 3] = [
            |config| config.dropout = 0.5,
            |config| config.attention_dropout = 0.5,
            |config| config.activation_dropout = 0.5,
        ];
        let noise = Noise::new(1, 1);
        assert!(difference(drawn(&calm).forward(&batch, Some(&noise)), states.clone()) < 1e-6);
        for change in changes {
            let mut config = calm.clone();
            change(&mut config);
            let bart = drawn(&config);
            assert!(difference(bart.forward(&batch, None), states.clone()) < 1e-6);
            assert!(difference(bart.forward(&batch, Some(&noise)), states.clone()) > 1e-3);
        }
    }

    #[test]
    fn problems_name_the_key() {
        assert_eq!(small().problems(), None);
        assert_eq!(BartConfig::default().problems(), None);
        let broken = |change: fn(&mut BartConfig)| {
            let mut config = small();
            change(&mut config);
            config.problems().unwrap()
        };
        let heads = broken(|c| c.encoder_attention_heads = 3);
        assert!(heads.contains("`encoder_attention_heads` = 3"), "{heads}");
        assert!(broken(|c| c.activation_dropout = -0.1).contains("`activation_dropout`"));
        assert!(broken(|c| c.encoder_layerdrop = 0.2).contains("`encoder_layerdrop`"));
    }
}
