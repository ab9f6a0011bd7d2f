//! DeBERTa (He et al. 2021, "DeBERTa: Decoding-enhanced BERT with Disentangled
//! Attention") as its second release and DeBERTa-v3 (He et al. 2023) have it: pieces
//! attend by content and by relative position, blocks are those of BERT.
//!
//! Published configuration: `deberta-v3-base`, 12 layers × 768, 12 heads, 3 072, 256
//! position buckets. Field names are those of the Hugging Face checkpoint, but for
//! `self` and `LayerNorm`, which cannot be field names here (see `NAMES`).

use burn::module::Module;
use burn::nn::{
    Embedding, EmbeddingConfig, Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig,
};
use burn::tensor::{Device, Tensor};

use super::buckets::Buckets;
use super::config::DebertaConfig;
use super::disentangled::{Relative, SelfAttention, Surroundings};
use super::distances::Distances;
use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::{Noise, add_dropped, dropout};
use crate::encoder::transformer::activation::Activation;
use crate::encoder::transformer::interface::Transformer;
use crate::encoder::transformer::names::Names;
use crate::encoder::transformer::norm::layer_norm;

/// Checkpoints hold absolute positions even where the configuration does without.
pub(crate) const NAMES: Names = Names {
    prefix: "deberta.",
    to_checkpoint: &[
        (".attention.self_attn.", ".attention.self."),
        ("layer_norm", "LayerNorm"),
    ],
    aliases: &[],
    unneeded: &[
        "embeddings.position_ids",
        "embeddings.position_embeddings.",
        "lm_predictions.",
        "mask_predictions.",
        "cls.",
        "pooler.",
        "classifier.",
    ],
    layers: Some("encoder.layer."),
    embeddings: &["embeddings."],
};

#[derive(Module, Debug)]
#[expect(clippy::struct_field_names, reason = "the checkpoint's names")]
struct Embeddings {
    word_embeddings: Embedding,
    position_embeddings: Option<Embedding>,
    token_type_embeddings: Option<Embedding>,
    embed_proj: Option<Linear>,
    layer_norm: LayerNorm,
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
    rel_embeddings: Option<Embedding>,
    layer_norm: Option<LayerNorm>,
}

/// The encoder: piece ids in, one hidden state per piece out.
#[derive(Module, Debug)]
pub struct Deberta {
    embeddings: Embeddings,
    encoder: Layers,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    buckets: Option<Buckets>,
    #[module(skip)]
    hidden_dropout: f64,
    #[module(skip)]
    epsilon: f64,
    #[module(skip)]
    act: Activation,
}

impl Deberta {
    pub(super) fn zeros(config: &DebertaConfig, device: &Device) -> Self {
        let width = config.hidden_size;
        let embedded = config.embedding_size.unwrap_or(width);
        let norm = || {
            LayerNormConfig::new(width)
                .with_epsilon(config.layer_norm_eps)
                .init(device)
        };
        let linear = |input, output| {
            LinearConfig::new(input, output)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let embedding = |rows, width| {
            EmbeddingConfig::new(rows, width)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let buckets = config.buckets();
        let layer = |_| Layer {
            attention: Attention {
                self_attn: SelfAttention::zeros(config, device),
                output: Output {
                    dense: linear(width, width),
                    layer_norm: norm(),
                },
            },
            intermediate: Intermediate {
                dense: linear(width, config.intermediate_size),
            },
            output: Output {
                dense: linear(config.intermediate_size, width),
                layer_norm: norm(),
            },
        };
        let projection = || {
            LinearConfig::new(embedded, width)
                .with_bias(false)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        Self {
            embeddings: Embeddings {
                word_embeddings: embedding(config.vocab_size, embedded),
                position_embeddings: config
                    .position_biased_input
                    .then(|| embedding(config.max_position_embeddings, embedded)),
                token_type_embeddings: (config.type_vocab_size > 0)
                    .then(|| embedding(config.type_vocab_size, embedded)),
                embed_proj: (embedded != width).then(projection),
                layer_norm: norm(),
            },
            encoder: Layers {
                layer: (0..config.num_hidden_layers).map(layer).collect(),
                rel_embeddings: buckets.map(|buckets| embedding(buckets.rows(), width)),
                layer_norm: (config.norm_rel_ebd == "layer_norm").then(norm),
            },
            heads: config.num_attention_heads,
            buckets,
            hidden_dropout: config.hidden_dropout_prob,
            epsilon: config.layer_norm_eps,
            act: config.hidden_act,
        }
    }
}

impl Transformer for Deberta {
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let [rows, columns] = batch.dims();
        let around = Surroundings {
            dims: [rows, columns],
            bias: batch.attention_bias(),
            relative: self.relative(batch),
            noise,
        };
        // Between attentions the pieces of all sentences are rows of one matrix.
        let mut states = self.embed(batch, noise);
        for layer in &self.encoder.layer {
            states = self.block(layer, states, &around);
        }
        let [_, width] = states.dims();
        states.reshape([rows, columns, width])
    }
}

impl Deberta {
    /// Embeddings of all pieces, (batch · pieces) × H. Those of padding are not zeroed,
    /// since no piece attends to them.
    fn embed(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<2> {
        let [rows, columns] = batch.dims();
        let tables = &self.embeddings;
        let mut sum = tables.word_embeddings.forward(batch.ids.clone());
        if let Some(table) = &tables.position_embeddings {
            sum = sum
                + match &batch.positions {
                    Some(ids) => table.forward(ids.clone()),
                    None => table.weight.val().narrow(0, 0, columns).unsqueeze(),
                };
        }
        if let Some(table) = &tables.token_type_embeddings {
            sum = sum
                + match &batch.segments {
                    Some(ids) => table.forward(ids.clone()),
                    None => table.weight.val().narrow(0, 0, 1).unsqueeze(),
                };
        }
        let [_, _, width] = sum.dims();
        let mut states = sum.reshape([rows * columns, width]);
        if let Some(projection) = &tables.embed_proj {
            states = projection.forward(states);
        }
        let normed = layer_norm(&tables.layer_norm, self.epsilon, states);
        dropout(normed, self.hidden_dropout, noise)
    }

    fn relative(&self, batch: &TokenBatch) -> Option<Relative> {
        let table = self.encoder.rel_embeddings.as_ref()?;
        let distances = Distances::new(batch, self.buckets?, self.heads);
        let mut embeddings = distances.needed(table.weight.val());
        if let Some(norm) = &self.encoder.layer_norm {
            embeddings = layer_norm(norm, self.epsilon, embeddings);
        }
        Some(Relative {
            distances,
            embeddings,
        })
    }

    fn block(&self, layer: &Layer, states: Tensor<2>, around: &Surroundings) -> Tensor<2> {
        let attended = layer.attention.self_attn.forward(states.clone(), around);
        let states = self.add_and_norm(&layer.attention.output, attended, states, around.noise);
        let inner = self
            .act
            .apply(layer.intermediate.dense.forward(states.clone()));
        self.add_and_norm(&layer.output, inner, states, around.noise)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::{Scheme, initialise};
    use burn::tensor::{Int, TensorData};

    /// A small model whose single distances end within the test's sentences; the
    /// same seed draws the parameters of all of them.
    fn model(terms: &str, shared: bool) -> Deberta {
        let text = format!(
            r#"{{"vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 2,
            "num_attention_heads": 2, "intermediate_size": 16, "relative_attention": true,
            "position_biased_input": false, "max_position_embeddings": 12,
            "position_buckets": 8, "norm_rel_ebd": "layer_norm",
            "pos_att_type": "{terms}", "share_att_key": {shared}}}"#
        );
        let config: DebertaConfig = serde_json::from_str(&text).unwrap();
        assert_eq!(config.problems(), None);
        let zeros = config.init(&Device::flex());
        initialise(zeros, 5, Scheme::Normal(0.7), &|_| true)
    }

    fn ids(count: u32) -> Vec<u32> {
        (0..count)
            .map(|index| 1 + (index * index + 3) % 29)
            .collect()
    }

    fn batch(sequences: &[&[u32]]) -> TokenBatch {
        TokenBatch::new(sequences, 0, &Device::flex())
    }

    /// States of the first pieces of one sentence.
    fn states(model: &Deberta, batch: &TokenBatch, sentence: usize, pieces: usize) -> Vec<f32> {
        let states = model.forward(batch, None);
        let states = states.narrow(0, sentence, 1).narrow(1, 0, pieces);
        states.into_data().try_into_vec().unwrap()
    }

    fn furthest(left: &[f32], right: &[f32]) -> f32 {
        assert_eq!(left.len(), right.len());
        let pairs = left.iter().zip(right);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    fn places(rows: &[&[i32]]) -> Tensor<2, Int> {
        let shape = [rows.len(), rows[0].len()];
        Tensor::from_data(TensorData::new(rows.concat(), shape), &Device::flex())
    }

    #[test]
    fn explicit_positions_from_anywhere_are_like_none() {
        for shared in [true, false] {
            let model = model("p2c|c2p", shared);
            let sentence = ids(20);
            let mut batch = batch(&[&sentence, &sentence[4..]]);
            let implicit = [0, 1].map(|row| states(&model, &batch, row, 16));
            let count: Vec<i32> = (0..20).collect();
            let later: Vec<i32> = (90..110).collect();
            batch.positions = Some(places(&[&count, &later]));
            for (row, implicit) in implicit.iter().enumerate() {
                let explicit = states(&model, &batch, row, 16);
                assert!(furthest(&explicit, implicit) < 1e-5);
            }
            let flat = [3; 20];
            batch.positions = Some(places(&[&flat, &flat]));
            assert!(furthest(&states(&model, &batch, 0, 16), &implicit[0]) > 1e-2);
        }
    }

    #[test]
    fn a_sentence_alone_is_as_in_its_batch() {
        let model = model("p2c|c2p", true);
        let [long, short] = [ids(17), ids(4)];
        let together = states(&model, &batch(&[&long, &short]), 1, 4);
        let alone = states(&model, &batch(&[&short]), 0, 4);
        assert!(furthest(&together, &alone) < 1e-5);
        assert_eq!(states(&model, &batch(&[&[7]]), 0, 1).len(), 8);
    }

    #[test]
    fn what_may_not_be_attended_to_does_not_matter() {
        let model = model("p2c|c2p", false);
        let sentence = ids(6);
        let mut changed = sentence.clone();
        changed[5] = 2;
        let result = |ids: &[u32], seen: f32| {
            let mut batch = batch(&[ids]);
            let mut allowed = vec![1.0; 36];
            for from in 0..5 {
                allowed[from * 6 + 5] = seen;
            }
            let allowed = TensorData::new(allowed, [1, 6, 6]);
            batch.allowed = Some(Tensor::from_data(allowed, &Device::flex()));
            states(&model, &batch, 0, 5)
        };
        assert!(furthest(&result(&sentence, 0.0), &result(&changed, 0.0)) < 1e-7);
        assert!(furthest(&result(&sentence, 1.0), &result(&changed, 1.0)) > 1e-3);
    }

    #[test]
    fn what_stands_at_padding_does_not_matter() {
        let model = model("p2c|c2p", false);
        let [long, short] = [ids(9), ids(5)];
        let padded = batch(&[&long, &short]);
        let mut other = padded.clone();
        other.ids = TokenBatch::new(&[&long, &short], 11, &Device::flex()).ids;
        let difference = furthest(
            &states(&model, &padded, 1, 5),
            &states(&model, &other, 1, 5),
        );
        assert!(difference < 1e-7, "{difference}");
    }

    #[test]
    fn training_drops_by_its_key_alone() {
        let model = model("p2c|c2p", true);
        let batch = batch(&[&ids(9)]);
        let run = |step| -> Vec<f32> {
            let noise = Noise::new(1, step);
            let states = model.forward(&batch, Some(&noise));
            states.into_data().try_into_vec().unwrap()
        };
        assert!(furthest(&run(1), &run(1)) < 1e-7);
        assert!(furthest(&run(1), &run(2)) > 1e-2);
        assert!(furthest(&run(1), &states(&model, &batch, 0, 9)) > 1e-2);
    }

    #[test]
    fn terms_and_own_projections_count() {
        let sentence = ids(9);
        let given = |terms: &str, shared| states(&model(terms, shared), &batch(&[&sentence]), 0, 9);
        let results = [
            given("", true),
            given("c2p", true),
            given("p2c", true),
            given("p2c|c2p", true),
            given("p2c|c2p", false),
        ];
        for (index, result) in results.iter().enumerate() {
            for other in &results[..index] {
                assert!(furthest(result, other) > 1e-2, "{index}");
            }
        }
    }

    #[test]
    fn the_order_of_pieces_is_told_by_distances_alone() {
        let [forward, mut backward] = [ids(6), ids(6)];
        backward.reverse();
        for (terms, differs) in [("", false), ("c2p", true), ("p2c", true)] {
            let model = model(terms, true);
            let one = states(&model, &batch(&[&forward]), 0, 1);
            let width = one.len();
            let other = states(&model, &batch(&[&backward]), 0, 6);
            let difference = furthest(&one, &other[5 * width..]);
            assert_eq!(difference > 1e-3, differs, "{terms}: {difference}");
        }
    }
}
