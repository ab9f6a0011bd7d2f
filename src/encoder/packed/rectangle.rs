//! Packed texts as a batch that any architecture reads.
//!
//! Every text with its groups is a row of one rectangle; positions are told, and who may
//! look at whom is a permission for every pair of pieces.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::marker_group::{MARKERS, PackedText};
use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::Noise;
use crate::encoder::transformer::{Encoder, Transformer};

/// What [`super::packed_states`] gives, on any device, with gradients and with dropout.
/// Every text has groups.
pub(super) fn states(
    encoder: &Encoder,
    texts: &[PackedText<'_>],
    padding: u32,
    device: &Device,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let batch = batch(texts, padding, device);
    let states = encoder.forward(&batch, noise);
    let [rows, columns, width] = states.dims();
    let states = states.reshape([rows * columns, width]);
    // The first marker of every group is that of the subject, the third the object's.
    let markers = |which: usize| {
        let places: Vec<i32> = texts
            .iter()
            .enumerate()
            .flat_map(|(row, text)| {
                let first = row * columns + text.pieces.len() + which;
                (0..text.groups.len()).map(move |group| (first + MARKERS * group) as i32)
            })
            .collect();
        let shape = [places.len()];
        Tensor::<1, Int>::from_data(TensorData::new(places, shape), device)
    };
    let subjects = states.clone().select(0, markers(0));
    let objects = states.select(0, markers(2));
    Tensor::cat(vec![subjects, objects], 1)
}

/// The texts with their markers behind them, as one rectangle.
fn batch(texts: &[PackedText<'_>], padding: u32, device: &Device) -> TokenBatch {
    let length = |text: &PackedText| text.pieces.len() + MARKERS * text.groups.len();
    let rows = texts.len();
    let columns = texts.iter().map(length).max().unwrap_or(1).max(1);
    let mut ids = vec![padding as i32; rows * columns];
    let mut positions = vec![0i32; rows * columns];
    let mut allowed = vec![0f32; rows * columns * columns];
    for (row, text) in texts.iter().enumerate() {
        let (pieces, length) = (text.pieces.len(), length(text));
        let own = row * columns..row * columns + length;
        let groups = text.groups.iter();
        let markers = groups.flat_map(|group| group.ids.into_iter().zip(group.positions));
        let all = text.pieces.iter().copied().zip(0..).chain(markers);
        let places = ids[own.clone()].iter_mut().zip(&mut positions[own]);
        for ((id, position), (piece, place)) in places.zip(all) {
            (*id, *position) = (piece as i32, place as i32);
        }
        let allowed = &mut allowed[row * columns * columns..][..columns * columns];
        for (from, line) in allowed.chunks_exact_mut(columns).enumerate() {
            // Padding looks at the text as well: a softmax over nothing is no number.
            line[..pieces].fill(1.0);
            if (pieces..length).contains(&from) {
                let group = pieces + (from - pieces) / MARKERS * MARKERS;
                line[group..group + MARKERS].fill(1.0);
            }
        }
    }
    let shape = [rows, columns];
    TokenBatch {
        ids: Tensor::from_data(TensorData::new(ids, shape), device),
        mask: None,
        segments: None,
        positions: Some(Tensor::from_data(TensorData::new(positions, shape), device)),
        allowed: Some(Tensor::from_data(
            TensorData::new(allowed, [rows, columns, columns]),
            device,
        )),
    }
}
