//! More rows for an encoder's piece embedding: what is appended to a vocabulary has none.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

use super::architecture::Architecture;
use super::model::Encoder;
use crate::encoder::initialise::{named_key, normal};
use crate::encoder::module_path::ModulePath;

/// Standard deviation of a new row's values, as BERT and ALBERT draw theirs.
const SIGMA: f64 = 0.02;

/// The encoder with at least `rows` rows of piece embeddings. New rows follow
/// N(0, 0.02²), drawn from `seed`; an encoder that has as many stays as it is.
pub fn grow_vocabulary(
    architecture: Architecture,
    encoder: Encoder,
    rows: usize,
    seed: u64,
) -> (Architecture, Encoder) {
    let old = architecture.vocabulary();
    if rows <= old {
        return (architecture, encoder);
    }
    let encoder = encoder.map(&mut Grower {
        rows,
        seed,
        path: ModulePath::default(),
    });
    (architecture.with_vocabulary(rows), encoder)
}

struct Grower {
    rows: usize,
    seed: u64,
    path: ModulePath,
}

impl ModuleMapper for Grower {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.dotted();
        // BERT's, ALBERT's and DeBERTa's name, and that of T5 and BART.
        let is_pieces = path.ends_with("word_embeddings.weight") || path.ends_with("shared.weight");
        if !is_pieces {
            return param;
        }
        param.map(|old| {
            let device = old.device();
            let mut shape = old.dims();
            let trained = device.is_autodiff();
            let old = if trained { old.inner() } else { old };
            shape[0] = self.rows.saturating_sub(shape[0]);
            let count = shape.iter().product();
            let values = normal(named_key(self.seed, "appended pieces"), count, SIGMA);
            let fresh = Tensor::from_data(TensorData::new(values, shape), &old.device());
            let whole = Tensor::cat(vec![old, fresh], 0);
            if trained {
                Tensor::from_inner(whole).require_grad()
            } else {
                whole
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;
    use serde_json::json;

    use super::*;
    use crate::encoder::transformer::Transformer;
    use crate::encoder::{ARCHITECTURES, Scheme, ScratchConfig, TokenBatch, initialise};

    fn bert(device: &Device) -> (Architecture, Encoder) {
        let shape = ScratchConfig {
            layers: 1,
            hidden: 8,
            heads: 2,
            intermediate: 8,
            ..ScratchConfig::default()
        };
        let architecture = shape.bert(10);
        let encoder = architecture.init(device);
        let encoder = initialise(encoder, 3, Scheme::Normal(0.02), &|_| true);
        (architecture, encoder)
    }

    fn states(encoder: &Encoder, ids: &[u32], device: &Device) -> Vec<f32> {
        let batch = TokenBatch::new(&[ids], 0, device);
        encoder
            .forward(&batch, None)
            .try_into_vec_as::<f32>()
            .unwrap()
    }

    #[test]
    fn old_rows_stay_and_new_ones_can_be_read() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let (architecture, encoder) = bert(&device);
            let before = states(&encoder, &[1, 9], &device);
            let (architecture, encoder) = grow_vocabulary(architecture, encoder, 12, 1);
            assert_eq!(architecture.vocabulary(), 12);
            assert_eq!(states(&encoder, &[1, 9], &device), before);
            let [new, other] = [10, 11].map(|id| states(&encoder, &[1, id], &device));
            assert!(new != other && new != before);
            let (same, _) = grow_vocabulary(architecture.clone(), encoder, 12, 1);
            assert_eq!(same, architecture);
        }
    }

    #[test]
    fn the_embedding_of_every_architecture_grows() {
        let device = Device::flex();
        let settings = [
            json!({
                "model_type": "bert", "vocab_size": 10, "hidden_size": 8,
                "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8,
                "max_position_embeddings": 16,
            }),
            json!({
                "model_type": "albert", "vocab_size": 10, "embedding_size": 6,
                "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
                "intermediate_size": 8, "max_position_embeddings": 16,
            }),
            json!({
                "model_type": "deberta-v2", "vocab_size": 10, "hidden_size": 8,
                "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8,
                "relative_attention": true, "position_biased_input": false,
                "max_position_embeddings": 12, "position_buckets": 8,
                "norm_rel_ebd": "layer_norm", "pos_att_type": "p2c|c2p", "share_att_key": true,
            }),
            json!({
                "model_type": "t5", "vocab_size": 10, "d_model": 8, "d_kv": 4, "d_ff": 8,
                "num_layers": 1, "num_heads": 2, "relative_attention_num_buckets": 8,
                "relative_attention_max_distance": 10, "feed_forward_proj": "gated-gelu",
            }),
            json!({
                "model_type": "bart", "vocab_size": 10, "d_model": 8, "encoder_layers": 1,
                "encoder_attention_heads": 2, "encoder_ffn_dim": 8, "decoder_layers": 1,
                "max_position_embeddings": 16,
            }),
        ];
        let mut names = Vec::new();
        for settings in settings {
            let architecture: Architecture = serde_json::from_value(settings).unwrap();
            let name = architecture.name();
            names.push(name);
            let encoder = architecture.init(&device);
            let encoder = initialise(encoder, 3, Scheme::Normal(0.4), &|_| true);
            let parameters = encoder.num_params();
            let before = states(&encoder, &[1, 9], &device);
            let (grown, encoder) = grow_vocabulary(architecture, encoder, 13, 1);
            let (after, new) = (
                states(&encoder, &[1, 9], &device),
                states(&encoder, &[1, 12], &device),
            );
            assert_eq!(grown.vocabulary(), 13, "{name}");
            assert_eq!(before, after, "{name}");
            assert_ne!(before, new, "{name}");
            let width = if name == "albert" { 6 } else { 8 };
            assert_eq!(encoder.num_params(), parameters + 3 * width, "{name}");
            // What is grown has the shape of what is built.
            assert_eq!(
                grown.init(&device).num_params(),
                encoder.num_params(),
                "{name}"
            );
        }
        assert_eq!(names, ARCHITECTURES);
    }
}
