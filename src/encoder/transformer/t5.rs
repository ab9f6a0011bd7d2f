//! The encoder of T5 (Raffel et al. 2020, "Exploring the Limits of Transfer Learning
//! with a Unified Text-to-Text Transformer"), of its version 1.1 and of FLAN-T5
//! (Chung et al. 2022, "Scaling Instruction-Finetuned Language Models").
//!
//! Published configuration: `flan-t5-base`, 12 layers × 768, 12 heads, 2 048. Norms
//! come before the sub-layers and only scale, no layer has a bias, and scores are not
//! divided by √depth. Positions are told by a bias on the scores alone, one per head
//! and bucket of distances, which all blocks share (Raffel et al. 2020, §2.1).

use burn::module::Module;
use burn::nn::{
    Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig, RmsNorm, RmsNormConfig,
};
use burn::tensor::{Device, Tensor};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::attention::{Projected, Scores, attend};
use super::interface::Transformer;
use super::names::Names;
use super::norm::rms_norm;
use super::relative_bias::distance_bias;
use super::terms::Term;
use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::{Noise, add_dropped, dropout};

/// Checkpoints number the two sub-layers of a block, keep the shared bias in the first
/// block, and name the feed-forward layer's matrices by whether there is a gate. The
/// piece embedding goes by two names, of which a file holds either or both.
pub(crate) const NAMES: Names = Names {
    prefix: "transformer.",
    to_checkpoint: &[
        (".feed_forward.wi.wi_", ".feed_forward.wi_"),
        (".feed_forward.layer_norm.", ".layer.1.layer_norm."),
        (".feed_forward.", ".layer.1.DenseReluDense."),
        (".attention.layer_norm.", ".layer.0.layer_norm."),
        (".attention.", ".layer.0.SelfAttention."),
        (
            "encoder.relative_attention_bias.",
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.",
        ),
    ],
    aliases: &[("encoder.embed_tokens.weight", "shared.weight")],
    unneeded: &[
        "decoder.",
        "lm_head.",
        "classification_head.",
        "classifier.",
        "qa_outputs.",
    ],
    layers: Some("encoder.block."),
    embeddings: &["shared."],
};

/// The parts of `config.json` that decide what T5's encoder computes, under their
/// Hugging Face names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct T5Config {
    /// Rows of the piece embedding.
    pub vocab_size: usize,
    /// Width H of hidden states.
    pub d_model: usize,
    /// Width of a head; heads need not make up the width together.
    pub d_kv: usize,
    /// Width of the feed-forward layer.
    pub d_ff: usize,
    /// Number of the encoder's blocks.
    pub num_layers: usize,
    /// Heads.
    pub num_heads: usize,
    /// Buckets of distances, half of them for each direction.
    #[serde(default = "buckets")]
    pub relative_attention_num_buckets: usize,
    /// Distance from which on all share a bucket.
    #[serde(default = "furthest")]
    pub relative_attention_max_distance: usize,
    /// Dropout after the embedding, on attention weights, in the feed-forward layer,
    /// after sub-layers and after the last norm.
    #[serde(default = "tenth")]
    pub dropout_rate: f64,
    /// Added to mean squares.
    #[serde(default = "epsilon")]
    pub layer_norm_epsilon: f64,
    /// The feed-forward layer's activation, after `gated-` where it has a gate.
    #[serde(default = "relu")]
    pub feed_forward_proj: String,
    /// The activation again; it goes before what `feed_forward_proj` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense_act_fn: Option<String>,
    /// Whether there is a gate; it goes before what `feed_forward_proj` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_gated_act: Option<bool>,
    /// Piece that pads.
    #[serde(default)]
    pub pad_token_id: u32,
}

fn buckets() -> usize {
    32
}
fn furthest() -> usize {
    128
}
fn tenth() -> f64 {
    0.1
}
fn epsilon() -> f64 {
    1e-6
}
fn relu() -> String {
    "relu".to_owned()
}

#[derive(Module, Debug)]
struct Attention {
    layer_norm: RmsNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    o: Linear,
}

/// The two matrices before a gated activation (Shazeer 2020, eq. 6).
#[derive(Module, Debug)]
struct Gated {
    wi_0: Linear,
    wi_1: Linear,
}

#[derive(Module, Debug)]
enum Inner {
    Plain(Linear),
    Gated(Gated),
}

#[derive(Module, Debug)]
struct FeedForward {
    layer_norm: RmsNorm,
    wi: Inner,
    wo: Linear,
}

#[derive(Module, Debug)]
struct Block {
    attention: Attention,
    feed_forward: FeedForward,
}

#[derive(Module, Debug)]
struct Blocks {
    relative_attention_bias: Embedding,
    block: Vec<Block>,
    final_layer_norm: RmsNorm,
}

/// The encoder: piece ids in, one hidden state per piece out. It has no segments and
/// does not read those of a batch.
#[derive(Module, Debug)]
pub struct T5 {
    shared: Embedding,
    encoder: Blocks,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    furthest: usize,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    act: Activation,
}

/// What every attention of a forward pass sees beside the states.
struct Around<'a> {
    dims: [usize; 2],
    distances: &'a Tensor<4>,
    mask: Option<&'a Tensor<4>>,
    noise: Option<&'a Noise>,
}

impl T5Config {
    /// Builds the encoder with zero weights: they are loaded or drawn afterwards, never
    /// left to a global generator.
    pub fn init(&self, device: &Device) -> T5 {
        let width = self.d_model;
        let inner = self.d_kv * self.num_heads;
        // `problems` tells of a name that cannot be read; the published default stands
        // in for it here.
        let (gated, act) = self.feed_forward().unwrap_or((false, Activation::Relu));
        let norm = || {
            RmsNormConfig::new(width)
                .with_epsilon(self.layer_norm_epsilon)
                .init(device)
        };
        let linear = |input, output| {
            LinearConfig::new(input, output)
                .with_bias(false)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let embedding = |rows, columns| {
            EmbeddingConfig::new(rows, columns)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let block = |_| Block {
            attention: Attention {
                layer_norm: norm(),
                q: linear(width, inner),
                k: linear(width, inner),
                v: linear(width, inner),
                o: linear(inner, width),
            },
            feed_forward: FeedForward {
                layer_norm: norm(),
                wi: if gated {
                    Inner::Gated(Gated {
                        wi_0: linear(width, self.d_ff),
                        wi_1: linear(width, self.d_ff),
                    })
                } else {
                    Inner::Plain(linear(width, self.d_ff))
                },
                wo: linear(self.d_ff, width),
            },
        };
        T5 {
            shared: embedding(self.vocab_size, width),
            encoder: Blocks {
                relative_attention_bias: embedding(
                    self.relative_attention_num_buckets,
                    self.num_heads,
                ),
                block: (0..self.num_layers).map(block).collect(),
                final_layer_norm: norm(),
            },
            heads: self.num_heads,
            furthest: self.relative_attention_max_distance,
            dropout: self.dropout_rate,
            act,
        }
    }

    /// The first thing in the configuration that cannot work, naming its key.
    pub(crate) fn problems(&self) -> Option<String> {
        let counts = [
            ("vocab_size", self.vocab_size, 1),
            ("d_model", self.d_model, 1),
            ("d_kv", self.d_kv, 1),
            ("d_ff", self.d_ff, 1),
            ("num_layers", self.num_layers, 1),
            ("num_heads", self.num_heads, 1),
            // Each direction has a bucket for distance 0 and one for further ones.
            (
                "relative_attention_num_buckets",
                self.relative_attention_num_buckets,
                4,
            ),
            (
                "relative_attention_max_distance",
                self.relative_attention_max_distance,
                self.relative_attention_num_buckets / 4 + 1,
            ),
        ];
        for (key, value, least) in counts {
            if value < least {
                return Some(format!("`{key}` = {value} must be at least {least}"));
            }
        }
        if !(0.0..1.0).contains(&self.dropout_rate) {
            return Some(format!(
                "`dropout_rate` = {} must lie in 0 ≤ p < 1",
                self.dropout_rate
            ));
        }
        if self.layer_norm_epsilon.is_nan() || self.layer_norm_epsilon <= 0.0 {
            return Some(format!(
                "`layer_norm_epsilon` = {} must be above 0",
                self.layer_norm_epsilon
            ));
        }
        if self.pad_token_id as usize >= self.vocab_size {
            return Some(format!(
                "`pad_token_id` = {} must be below `vocab_size` = {}",
                self.pad_token_id, self.vocab_size
            ));
        }
        self.feed_forward().err()
    }

    /// Whether the feed-forward layer has a gate, and its activation.
    fn feed_forward(&self) -> Result<(bool, Activation), String> {
        let whole = self.feed_forward_proj.as_str();
        let (gated, name) = match whole.strip_prefix("gated-") {
            // The name predates the one of the tanh form, which is what was trained.
            Some("gelu") => (true, "gelu_new"),
            Some(name) => (true, name),
            None => (false, whole),
        };
        let (key, value, name) = match &self.dense_act_fn {
            Some(name) => ("dense_act_fn", name.as_str(), name.as_str()),
            None => ("feed_forward_proj", whole, name),
        };
        let act = Activation::deserialize(name.into_deserializer())
            .map_err(|error: serde::de::value::Error| format!("`{key}` = `{value}`: {error}"))?;
        Ok((self.is_gated_act.unwrap_or(gated), act))
    }
}

impl Transformer for T5 {
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        let [rows, columns] = batch.dims();
        let table = &self.encoder.relative_attention_bias;
        let distances = distance_bias(table, self.furthest, batch);
        let mask = batch.attention_bias();
        let around = Around {
            dims: [rows, columns],
            distances: &distances,
            mask: mask.as_ref(),
            noise,
        };
        let states = self.shared.forward(batch.ids.clone());
        let [_, _, width] = states.dims();
        // Between attentions the pieces of all sentences are rows of one matrix.
        let mut states = self.drop(states.reshape([rows * columns, width]), noise);
        for block in &self.encoder.block {
            let attended = self.attend(&block.attention, &states, &around);
            states = add_dropped(states, attended, self.dropout, noise);
            let inner = self.feed_forward(&block.feed_forward, &states, noise);
            states = add_dropped(states, inner, self.dropout, noise);
        }
        let states = rms_norm(&self.encoder.final_layer_norm, states);
        self.drop(states, noise).reshape([rows, columns, width])
    }
}

impl T5 {
    fn drop(&self, states: Tensor<2>, noise: Option<&Noise>) -> Tensor<2> {
        dropout(states, self.dropout, noise)
    }

    fn attend(&self, weights: &Attention, states: &Tensor<2>, around: &Around) -> Tensor<2> {
        let states = rms_norm(&weights.layer_norm, states.clone());
        let projected = Projected {
            query: weights.q.forward(states.clone()),
            key: weights.k.forward(states.clone()),
            value: weights.v.forward(states),
        };
        let scores = Scores {
            scale: 1.0,
            terms: vec![Term::Bias(around.distances.clone())],
            mask: around.mask,
            dropout: self.dropout,
        };
        let attended = attend(projected, around.dims, self.heads, scores, around.noise);
        weights.o.forward(attended)
    }

    fn feed_forward(
        &self,
        weights: &FeedForward,
        states: &Tensor<2>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let states = rms_norm(&weights.layer_norm, states.clone());
        let inner = match &weights.wi {
            Inner::Plain(wi) => self.act.apply(wi.forward(states)),
            Inner::Gated(wi) => {
                self.act.apply(wi.wi_0.forward(states.clone())) * wi.wi_1.forward(states)
            }
        };
        weights.wo.forward(self.drop(inner, noise))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Int;
    use serde_json::json;

    use super::*;
    use crate::encoder::initialise::{Scheme, initialise};

    fn config() -> T5Config {
        serde_json::from_str(
            r#"{"vocab_size": 20, "d_model": 8, "d_kv": 3, "d_ff": 10, "num_layers": 2,
                "num_heads": 2, "feed_forward_proj": "gated-gelu"}"#,
        )
        .unwrap()
    }

    fn encoder() -> T5 {
        let zeros = config().init(&Device::flex());
        initialise(zeros, 5, Scheme::Normal(0.5), &|_| true)
    }

    fn batch(sequences: &[&[u32]]) -> TokenBatch {
        TokenBatch::new(sequences, 0, &Device::flex())
    }

    fn positions<const L: usize>(values: [i32; L]) -> Tensor<2, Int> {
        Tensor::<1, Int>::from_data(values, &Device::flex()).unsqueeze()
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn largest_difference<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> f32 {
        values((left - right).abs().max())[0]
    }

    #[test]
    fn only_differences_between_positions_count() {
        let encoder = encoder();
        let mut input = batch(&[&[3, 4, 5, 6]]);
        let plain = encoder.forward(&input, None);
        for start in [0, 70] {
            input.positions = Some(positions([start, start + 1, start + 2, start + 3]));
            let moved = encoder.forward(&input, None);
            assert!(largest_difference(plain.clone(), moved) < 1e-6);
        }
        input.positions = Some(positions([3, 2, 1, 0]));
        let turned = encoder.forward(&input, None);
        assert!(largest_difference(plain, turned) > 1e-2);
    }

    #[test]
    fn a_sequence_alone_has_the_states_that_it_has_in_a_batch() {
        let encoder = encoder();
        let together = encoder.forward(&batch(&[&[3, 4, 5, 6, 7], &[8, 9]]), None);
        let alone = encoder.forward(&batch(&[&[8, 9]]), None);
        let part = together.narrow(0, 1, 1).narrow(1, 0, 2);
        assert!(largest_difference(part, alone) < 1e-5);
    }

    #[test]
    fn names_of_activations_say_whether_there_is_a_gate() {
        let read = |name: &str| {
            T5Config {
                feed_forward_proj: name.to_owned(),
                ..config()
            }
            .feed_forward()
        };
        assert_eq!(read("relu"), Ok((false, Activation::Relu)));
        assert_eq!(read("gelu"), Ok((false, Activation::Gelu)));
        assert_eq!(read("gated-gelu"), Ok((true, Activation::GeluNew)));
        assert_eq!(read("gated-silu"), Ok((true, Activation::Silu)));
        assert!(read("gate-silu").is_err());
        let saved = T5Config {
            dense_act_fn: Some("silu".to_owned()),
            is_gated_act: Some(false),
            ..config()
        };
        assert_eq!(saved.feed_forward(), Ok((false, Activation::Silu)));
    }

    #[test]
    fn problems_name_the_key() {
        assert_eq!(config().problems(), None);
        for (key, value) in [
            ("num_heads", json!(0)),
            ("relative_attention_num_buckets", json!(3)),
            ("relative_attention_max_distance", json!(8)),
            ("dropout_rate", json!(1.0)),
            ("layer_norm_epsilon", json!(0.0)),
            ("pad_token_id", json!(20)),
            ("feed_forward_proj", json!("gated-mish")),
            ("dense_act_fn", json!("mish")),
        ] {
            let mut broken = serde_json::to_value(config()).unwrap();
            broken[key] = value;
            let broken: T5Config = serde_json::from_value(broken).unwrap();
            let problem = broken.problems().unwrap();
            assert!(problem.starts_with(&format!("`{key}`")), "{problem}");
        }
    }
}
