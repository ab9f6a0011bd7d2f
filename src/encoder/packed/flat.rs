//! Packed texts on the host without padding: what markers leave alone is computed once.
//!
//! Nothing looks at markers but those of their group, so one row a piece of every
//! different text and one row a marker is all there is to compute, and in the last block
//! nothing but ⟨S⟩ and ⟨O⟩ is asked for.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::layout::Layout;
use super::marker_group::PackedText;
use super::ragged_attention::{Asking, attend};
use crate::encoder::batch::TokenBatch;
use crate::encoder::post_norm::PostNormBlock;
use crate::encoder::transformer::Encoder;

/// What [`super::packed_states`] gives, for texts with groups and without dropout; none
/// where the encoder computes otherwise or elsewhere.
pub(super) fn states(encoder: &Encoder, texts: &[PackedText<'_>]) -> Option<Tensor<2>> {
    let device = Device::flex();
    let layout = Layout::of(texts);
    let row = |values: &[i32]| {
        let shape = [1, values.len()];
        Tensor::<2, Int>::from_data(TensorData::new(values.to_vec(), shape), &device)
    };
    let list = |values: &[i32]| row(values).reshape([values.len()]);
    let model = encoder.post_norm(&TokenBatch {
        ids: row(&layout.ids),
        mask: None,
        segments: None,
        positions: Some(row(&layout.positions)),
        allowed: None,
    })?;
    let (last, earlier) = model.blocks.split_last()?;
    let through = |block: &PostNormBlock, states: Tensor<2>, asking: Tensor<2>, who: Asking| {
        let weights = block.projections;
        let projected = [
            &weights.query.forward(asking.clone()),
            &weights.key.forward(states.clone()),
            &weights.value.forward(states),
        ];
        let attended = attend(projected, model.heads, &layout.texts, who)?;
        Some(block.finish(asking, attended))
    };
    let mut states = model.embedded;
    for block in earlier {
        states = through(block, states.clone(), states, Asking::All)?;
    }
    let asked = states.clone().select(0, list(&layout.asked));
    let markers = through(last, states, asked, Asking::Asked)?;
    let [rows, width] = markers.dims();
    let pairs = markers.reshape([rows / 2, 2 * width]);
    Some(pairs.select(0, list(&layout.order)))
}
