//! The states of markers, in whichever way is the fastest that can be gone.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::marker_group::PackedText;
use super::{flat, rectangle};
use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::Noise;
use crate::encoder::transformer::{Encoder, Transformer};

/// Hidden states of the ⟨S⟩ and the ⟨O⟩ marker of every group, side by side, in the
/// order of texts and groups: groups × 2H. With `noise` the dropout of training applies;
/// `padding` is the piece that pads. A text may come several times, in part or in whole.
///
/// Positions of pieces and markers must be positions that the encoder has.
pub fn packed_states(
    encoder: &Encoder,
    texts: &[PackedText<'_>],
    padding: u32,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let device = encoder.devices().into_iter().next().unwrap_or_default();
    let texts: Vec<PackedText> = texts
        .iter()
        .filter(|text| !text.groups.is_empty())
        .copied()
        .collect();
    if texts.is_empty() {
        // The encoder knows its width by its states alone.
        let batch = TokenBatch::new(&[&[padding]], padding, &device);
        let [_, _, width] = encoder.forward(&batch, None).dims();
        return Tensor::zeros([0, 2 * width], &device);
    }
    if noise.is_none()
        && device == Device::flex()
        && let Some(states) = flat::states(encoder, &texts)
    {
        return states;
    }
    rectangle::states(encoder, &texts, padding, &device, noise)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::module::{ModuleVisitor, Param};
    use burn::optim::GradientsParams;
    use serde_json::json;

    use super::*;
    use crate::encoder::packed::MarkerGroup;
    use crate::encoder::{ARCHITECTURES, Architecture, Noise, Scheme, initialise};

    /// A small encoder of every architecture.
    fn architectures() -> Vec<Architecture> {
        let settings = [
            json!({
                "model_type": "bert", "vocab_size": 40, "hidden_size": 12,
                "num_hidden_layers": 3, "num_attention_heads": 3, "intermediate_size": 20,
                "max_position_embeddings": 16,
            }),
            json!({
                "model_type": "albert", "vocab_size": 40, "embedding_size": 6,
                "hidden_size": 12, "num_hidden_layers": 4, "num_hidden_groups": 2,
                "inner_group_num": 2, "num_attention_heads": 3, "intermediate_size": 20,
                "max_position_embeddings": 16, "hidden_dropout_prob": 0.1,
            }),
            json!({
                "model_type": "deberta-v2", "vocab_size": 40, "hidden_size": 12,
                "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
                "relative_attention": true, "position_biased_input": false,
                "max_position_embeddings": 12, "position_buckets": 8,
                "norm_rel_ebd": "layer_norm", "pos_att_type": "p2c|c2p", "share_att_key": true,
            }),
            json!({
                "model_type": "t5", "vocab_size": 40, "d_model": 12, "d_kv": 5, "d_ff": 20,
                "num_layers": 2, "num_heads": 3, "relative_attention_num_buckets": 8,
                "relative_attention_max_distance": 10, "feed_forward_proj": "gated-gelu",
            }),
            json!({
                "model_type": "bart", "vocab_size": 40, "d_model": 12, "encoder_layers": 2,
                "encoder_attention_heads": 3, "encoder_ffn_dim": 20, "decoder_layers": 1,
                "max_position_embeddings": 16,
            }),
        ];
        let all: Vec<Architecture> = settings
            .into_iter()
            .map(|settings| serde_json::from_value(settings).unwrap())
            .collect();
        assert!(all.iter().map(Architecture::name).eq(ARCHITECTURES));
        all
    }

    fn drawn(architecture: &Architecture, device: &Device) -> Encoder {
        initialise(architecture.init(device), 3, Scheme::Normal(0.4), &|_| true)
    }

    /// Texts of several lengths with no, one and many groups.
    fn texts() -> Vec<(Vec<u32>, Vec<MarkerGroup>)> {
        [(9, 3), (14, 1), (4, 0), (6, 5)]
            .into_iter()
            .enumerate()
            .map(|(text, (pieces, groups))| {
                let piece = |index: u32| 4 + (index * 7 + text as u32 * 5) % 30;
                let group = |group: u32| MarkerGroup {
                    ids: [34 + group % 3, 37, 38 - group % 2, 39],
                    positions: [1, 2, 5, 7].map(|step| (step * (group + 1)) % pieces),
                };
                let pieces: Vec<u32> = (0..pieces).map(piece).collect();
                (pieces, (0..groups).map(group).collect())
            })
            .collect()
    }

    fn packed(texts: &[(Vec<u32>, Vec<MarkerGroup>)]) -> Vec<PackedText<'_>> {
        let texts = texts.iter();
        texts
            .map(|(pieces, groups)| PackedText { pieces, groups })
            .collect()
    }

    /// One pair a sequence.
    fn single<'a>(texts: &[PackedText<'a>]) -> Vec<PackedText<'a>> {
        let apart = |text: &PackedText<'a>| {
            let pieces = text.pieces;
            text.groups
                .chunks(1)
                .map(move |groups| PackedText { pieces, groups })
        };
        texts.iter().flat_map(apart).collect()
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn furthest(left: &[f32], right: &[f32]) -> f32 {
        assert_eq!(left.len(), right.len());
        let pairs = left.iter().zip(right);
        pairs
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, |most, here| if here <= most { most } else { here })
    }

    /// The gradients of all parameters, one after the other.
    struct Found<'a>(&'a GradientsParams, Vec<f32>);

    impl ModuleVisitor for Found<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.0.get::<D>(param.id) {
                self.1.extend(values(gradient));
            }
        }
    }

    fn general(encoder: &Encoder, texts: &[PackedText]) -> Vec<f32> {
        values(rectangle::states(encoder, texts, 0, &Device::flex(), None))
    }

    #[test]
    fn pairs_do_not_notice_one_another() {
        for architecture in architectures() {
            let encoder = drawn(&architecture, &Device::flex());
            let texts = texts();
            let together = packed(&texts);
            let apart = single(&together);
            let states = packed_states(&encoder, &together, 0, None);
            assert_eq!(states.dims(), [9, 24]);
            let states = values(states);
            let name = architecture.name();
            for other in [
                general(&encoder, &together),
                general(&encoder, &apart),
                values(packed_states(&encoder, &apart, 0, None)),
            ] {
                let off = furthest(&states, &other);
                assert!(off < 1e-4, "{name}: {off}");
            }
        }
    }

    #[test]
    fn a_group_stands_where_it_is_told() {
        for architecture in architectures() {
            let encoder = drawn(&architecture, &Device::flex());
            let mut texts = texts();
            let before = values(packed_states(&encoder, &packed(&texts), 0, None));
            // The last marker of the first text's second group: all else stays.
            texts[0].1[1].positions[3] ^= 1;
            let after = values(packed_states(&encoder, &packed(&texts), 0, None));
            let name = architecture.name();
            assert!(furthest(&before[..24], &after[..24]) < 1e-5, "{name}");
            assert!(furthest(&before[24..48], &after[24..48]) > 1e-3, "{name}");
            assert!(furthest(&before[48..], &after[48..]) < 1e-5, "{name}");
        }
    }

    #[test]
    fn no_groups_give_no_rows() {
        for architecture in architectures() {
            let encoder = drawn(&architecture, &Device::flex());
            let texts = texts();
            for texts in [&packed(&texts)[2..3], &[]] {
                assert_eq!(packed_states(&encoder, texts, 0, None).dims(), [0, 24]);
            }
        }
    }

    #[test]
    fn gradients_are_those_of_one_pair_a_sequence() {
        for architecture in architectures() {
            let device = Device::flex().autodiff();
            let encoder = drawn(&architecture, &device);
            let texts = texts();
            let together = packed(&texts);
            let gradients = |texts: &[PackedText]| {
                let states = packed_states(&encoder, texts, 0, None);
                let loss = (states.clone() * states).sum();
                let gradients = GradientsParams::from_grads(loss.backward(), &encoder);
                let mut found = Found(&gradients, Vec::new());
                encoder.visit(&mut found);
                found.1
            };
            let (together, apart) = (gradients(&together), gradients(&single(&together)));
            assert!(together.iter().any(|value| value.abs() > 0.1));
            let size = apart.iter().fold(1f32, |most, value| most.max(value.abs()));
            let off = furthest(&together, &apart) / size;
            assert!(off < 1e-5, "{}: {off}", architecture.name());
        }
    }

    #[test]
    fn dropout_follows_its_key() {
        for architecture in architectures() {
            let encoder = drawn(&architecture, &Device::flex());
            let texts = texts();
            let run = |step| {
                let noise = Noise::new(1, step);
                values(packed_states(&encoder, &packed(&texts), 0, Some(&noise)))
            };
            let name = architecture.name();
            assert!(furthest(&run(1), &run(1)) < 1e-7, "{name}");
            assert!(furthest(&run(1), &run(2)) > 1e-2, "{name}");
        }
    }
}
