//! ALBERT (Lan et al. 2020, "ALBERT: A Lite BERT for Self-supervised Learning of
//! Language Representations"): BERT's post-norm block with a narrow embedding that is
//! projected to the hidden width (§3.1, factorised embedding parameterisation) and one
//! set of weights for many layers (§3.1, cross-layer parameter sharing).
//!
//! Published configuration: `albert-xxlarge-v2`, 12 layers × 4 096 that share one
//! group, 64 heads, 16 384, embeddings of 128. Field names are those of the Hugging
//! Face checkpoint, but for `LayerNorm`.

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

/// The checkpoint's names. `full_layer_layer_norm` is spelt so in checkpoints too, so
/// only a whole segment `layer_norm` becomes `LayerNorm`. A group's layers belong to
/// several layers of the encoder, so none can be told apart.
pub(crate) const NAMES: Names = Names {
    prefix: "albert.",
    to_checkpoint: &[(".layer_norm.", ".LayerNorm.")],
    aliases: &[],
    unneeded: &[
        "pooler.",
        "predictions.",
        "sop_classifier.",
        "embeddings.position_ids",
    ],
    layers: None,
    embeddings: &["embeddings.", "encoder.embedding_hidden_mapping_in."],
};

/// The parts of `config.json` that decide what ALBERT computes, under their Hugging
/// Face names and with their defaults, which are those of `albert-xxlarge`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlbertConfig {
    /// Rows of the piece embedding.
    pub vocab_size: usize,
    /// Width E of the embeddings.
    pub embedding_size: usize,
    /// Width H of hidden states.
    pub hidden_size: usize,
    /// Number of times a group of blocks is applied.
    pub num_hidden_layers: usize,
    /// Groups with weights of their own; layer i uses group ⌊i·groups/layers⌋.
    pub num_hidden_groups: usize,
    /// Blocks in a group.
    pub inner_group_num: usize,
    /// Heads; they divide the width.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Activation of the feed-forward layer.
    pub hidden_act: Activation,
    /// Dropout after the embeddings and the attention.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights.
    pub attention_probs_dropout_prob: f64,
    /// Rows of the position embedding.
    pub max_position_embeddings: usize,
    /// Rows of the segment embedding.
    pub type_vocab_size: usize,
    /// Added to variances.
    pub layer_norm_eps: f64,
    /// Piece that pads.
    pub pad_token_id: u32,
}

impl Default for AlbertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_000,
            embedding_size: 128,
            hidden_size: 4096,
            num_hidden_layers: 12,
            num_hidden_groups: 1,
            inner_group_num: 1,
            num_attention_heads: 64,
            intermediate_size: 16_384,
            hidden_act: Activation::GeluNew,
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            pad_token_id: 0,
        }
    }
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
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    dense: Linear,
    layer_norm: LayerNorm,
}

impl Attention {
    fn projections(&self) -> Projections<'_> {
        Projections {
            query: &self.query,
            key: &self.key,
            value: &self.value,
        }
    }
}

#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    ffn: Linear,
    ffn_output: Linear,
    full_layer_layer_norm: LayerNorm,
}

#[derive(Module, Debug)]
struct Group {
    albert_layers: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layers {
    embedding_hidden_mapping_in: Linear,
    albert_layer_groups: Vec<Group>,
}

/// The encoder: piece ids in, one hidden state per piece out.
#[derive(Module, Debug)]
pub struct Albert {
    embeddings: Embeddings,
    encoder: Layers,
    #[module(skip)]
    layers: usize,
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

impl AlbertConfig {
    /// Builds the encoder with zero weights: they are loaded or drawn afterwards,
    /// never left to a global generator.
    pub fn init(&self, device: &Device) -> Albert {
        let width = self.hidden_size;
        let norm = |width| {
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
            EmbeddingConfig::new(rows, self.embedding_size)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let layer = |_| Layer {
            attention: Attention {
                query: linear(width, width),
                key: linear(width, width),
                value: linear(width, width),
                dense: linear(width, width),
                layer_norm: norm(width),
            },
            ffn: linear(width, self.intermediate_size),
            ffn_output: linear(self.intermediate_size, width),
            full_layer_layer_norm: norm(width),
        };
        let group = |_| Group {
            albert_layers: (0..self.inner_group_num).map(layer).collect(),
        };
        Albert {
            embeddings: Embeddings {
                word_embeddings: embedding(self.vocab_size),
                position_embeddings: embedding(self.max_position_embeddings),
                token_type_embeddings: embedding(self.type_vocab_size),
                layer_norm: norm(self.embedding_size),
            },
            encoder: Layers {
                embedding_hidden_mapping_in: linear(self.embedding_size, width),
                albert_layer_groups: (0..self.num_hidden_groups).map(group).collect(),
            },
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            hidden_dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
            epsilon: self.layer_norm_eps,
            act: self.hidden_act,
        }
    }

    /// The first thing that cannot work, naming its key.
    pub(crate) fn problems(&self) -> Option<String> {
        problems::zero(&[
            ("vocab_size", self.vocab_size),
            ("embedding_size", self.embedding_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_groups", self.num_hidden_groups),
            ("inner_group_num", self.inner_group_num),
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
}

impl Transformer for Albert {
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let bias = batch.attention_bias();
        let dims @ [sentences, length] = batch.dims();
        // Between attentions the pieces of all sentences are rows of one matrix: one
        // large product is faster than one a sentence.
        let embedded = self.embed(batch, noise);
        let mut states = self.encoder.embedding_hidden_mapping_in.forward(embedded);
        for layer in self.layers() {
            states = self.block(layer, states, dims, bias.as_ref(), noise);
        }
        let [_, width] = states.dims();
        states.reshape([sentences, length, width])
    }
}

impl Albert {
    /// The blocks in the order in which they apply.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        let groups = &self.encoder.albert_layer_groups;
        (0..self.layers)
            .flat_map(move |index| &groups[index * groups.len() / self.layers].albert_layers)
    }

    /// The encoder over the pieces of a batch as rows.
    pub(super) fn post_norm(&self, batch: &TokenBatch) -> PostNorm<'_> {
        let embedded = self.embed(batch, None);
        PostNorm {
            embedded: self.encoder.embedding_hidden_mapping_in.forward(embedded),
            blocks: self
                .layers()
                .map(|layer| PostNormBlock {
                    projections: layer.attention.projections(),
                    output: &layer.attention.dense,
                    attended_norm: &layer.attention.layer_norm,
                    inner: &layer.ffn,
                    act: self.act,
                    outer: &layer.ffn_output,
                    norm: &layer.full_layer_layer_norm,
                    epsilon: self.epsilon,
                })
                .collect(),
            heads: self.heads,
        }
    }

    /// Normed sum of the three embeddings, (batch · pieces) × E.
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

    /// One block. Nothing is dropped after the feed-forward layer: so do the
    /// implementations with which the published results were fine-tuned, although the
    /// configuration's dropout would suggest it.
    fn block(
        &self,
        layer: &Layer,
        states: Tensor<2>,
        dims: [usize; 2],
        bias: Option<&Tensor<4>>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let weights = &layer.attention;
        let attended = self_attend(
            weights.projections(),
            states.clone(),
            dims,
            self.heads,
            bias,
            self.attention_dropout,
            noise,
        );
        let outer = weights.dense.forward(attended);
        let sum = add_dropped(states, outer, self.hidden_dropout, noise);
        let states = layer_norm(&weights.layer_norm, self.epsilon, sum);
        let inner = self.act.apply(layer.ffn.forward(states.clone()));
        let outer = layer.ffn_output.forward(inner);
        layer_norm(&layer.full_layer_layer_norm, self.epsilon, states + outer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Int;

    use super::*;
    use crate::encoder::{Scheme, initialise};

    fn small() -> AlbertConfig {
        AlbertConfig {
            vocab_size: 20,
            embedding_size: 6,
            hidden_size: 8,
            num_hidden_layers: 4,
            num_hidden_groups: 2,
            num_attention_heads: 2,
            intermediate_size: 12,
            max_position_embeddings: 10,
            ..AlbertConfig::default()
        }
    }

    fn drawn(config: &AlbertConfig) -> Albert {
        let albert = config.init(&Device::flex());
        initialise(albert, 1, Scheme::Normal(0.5), &|_| true)
    }

    fn batch(sequences: &[&[u32]]) -> TokenBatch {
        TokenBatch::new(sequences, 0, &Device::flex())
    }

    fn difference(one: Tensor<3>, other: Tensor<3>) -> f32 {
        (one - other).abs().max().into_scalar()
    }

    #[test]
    fn explicit_positions_are_obeyed() {
        let albert = drawn(&small());
        let mut batch = batch(&[&[4, 5, 6, 7]]);
        let implicit = albert.forward(&batch, None);
        let at = |ids: [i32; 4]| Some(Tensor::<2, Int>::from_ints([ids], &Device::flex()));
        batch.positions = at([0, 1, 2, 3]);
        assert!(difference(albert.forward(&batch, None), implicit.clone()) < 1e-5);
        batch.positions = at([3, 1, 2, 0]);
        assert!(difference(albert.forward(&batch, None), implicit) > 1e-2);
    }

    #[test]
    fn a_sequence_alone_gives_the_states_it_gives_in_a_batch() {
        let albert = drawn(&small());
        let alone = albert.forward(&batch(&[&[4, 5, 6]]), None);
        let together = albert.forward(&batch(&[&[9, 8, 7, 6, 5], &[4, 5, 6]]), None);
        let same = together.narrow(0, 1, 1).narrow(1, 0, 3);
        assert!(difference(alone, same) < 1e-5);
    }

    #[test]
    fn permissions_take_the_place_of_the_mask() {
        let albert = drawn(&small());
        let alone = albert.forward(&batch(&[&[4, 5]]), None);
        let mut packed = batch(&[&[4, 5, 6]]);
        packed.allowed = Some(Tensor::from_floats(
            [[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]],
            &Device::flex(),
        ));
        let states = albert.forward(&packed, None).narrow(1, 0, 2);
        assert!(difference(alone, states) < 1e-5);
    }

    #[test]
    fn layers_of_a_group_share_their_weights() {
        let config = small();
        let count = |config: &AlbertConfig| config.init(&Device::flex()).num_params();
        let layer = 4 * (8 * 8 + 8) + (8 * 12 + 12) + (12 * 8 + 8) + 4 * 8;
        let rest = (20 + 10 + 2) * 6 + 2 * 6 + (6 * 8 + 8);
        assert_eq!(count(&config), rest + 2 * layer);
        let deeper = AlbertConfig {
            num_hidden_layers: 12,
            ..config.clone()
        };
        assert_eq!(count(&deeper), rest + 2 * layer);
        let inner = AlbertConfig {
            inner_group_num: 3,
            ..config
        };
        assert_eq!(count(&inner), rest + 6 * layer);
    }

    #[test]
    fn a_group_of_several_blocks_applies_them_in_turn() {
        // One group of two blocks, once, is two groups of one block, once each.
        let nested = AlbertConfig {
            num_hidden_layers: 1,
            num_hidden_groups: 1,
            inner_group_num: 2,
            ..small()
        };
        let mut flat = AlbertConfig {
            num_hidden_layers: 2,
            ..small()
        }
        .init(&Device::flex());
        let nested = drawn(&nested);
        flat.embeddings = nested.embeddings.clone();
        flat.encoder.embedding_hidden_mapping_in =
            nested.encoder.embedding_hidden_mapping_in.clone();
        for (index, layer) in nested.encoder.albert_layer_groups[0]
            .albert_layers
            .iter()
            .enumerate()
        {
            flat.encoder.albert_layer_groups[index].albert_layers = vec![layer.clone()];
        }
        let batch = batch(&[&[4, 5, 6]]);
        let states = nested.forward(&batch, None);
        assert!(difference(states.clone(), flat.forward(&batch, None)) < 1e-6);
        flat.encoder.albert_layer_groups.reverse();
        assert!(difference(states, flat.forward(&batch, None)) > 1e-2);
    }

    #[test]
    fn problems_name_the_key() {
        assert_eq!(small().problems(), None);
        assert_eq!(AlbertConfig::default().problems(), None);
        let broken = |change: fn(&mut AlbertConfig)| {
            let mut config = small();
            change(&mut config);
            config.problems().unwrap()
        };
        assert!(broken(|c| c.num_attention_heads = 3).contains("`num_attention_heads` = 3"));
        assert!(broken(|c| c.num_hidden_groups = 0).contains("`num_hidden_groups`"));
        assert!(broken(|c| c.hidden_dropout_prob = 1.0).contains("`hidden_dropout_prob`"));
    }
}
