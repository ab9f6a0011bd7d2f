//! Packed texts on the host without padding: what markers leave alone is computed once.
//!
//! Nothing looks at markers but those of their group, so one row a piece of every
//! different text and one row a marker is all there is to compute, and in the last block
//! nothing but ⟨S⟩ and ⟨O⟩ is asked for.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::{Device, Int, Shape, Tensor, TensorData};

use super::layout::Layout;
use super::marker_group::PackedText;
use super::ragged_attention::{Asking, attend};
use crate::encoder::batch::TokenBatch;
use crate::encoder::host::{lying, numbers};
use crate::encoder::host_linear::host_linear;
use crate::encoder::post_norm::PostNormBlock;
use crate::encoder::transformer::Encoder;

/// What [`super::packed_states`] gives, for texts with groups and without dropout; none
/// where the encoder computes otherwise or elsewhere.
pub(super) fn states(encoder: &Encoder, texts: &[PackedText<'_>]) -> Option<Tensor<2>> {
    if texts.iter().any(|text| text.pieces.is_empty()) {
        return None;
    }
    let device = Device::flex();
    let layout = Layout::of(texts);
    let row = |values: &[i32]| {
        let shape = [1, values.len()];
        Tensor::<2, Int>::from_data(TensorData::new(values.to_vec(), shape), &device)
    };
    let model = encoder.post_norm(&TokenBatch {
        ids: row(&layout.ids),
        mask: None,
        segments: None,
        positions: Some(row(&layout.positions)),
        allowed: None,
    })?;
    let (last, earlier) = model.blocks.split_last()?;
    let through = |block: &PostNormBlock, states: &FlexTensor, asking: &FlexTensor, who| {
        let project = |rows: &FlexTensor, layer| host_linear(rows.clone(), layer, |_, _| ());
        let projected = [
            project(asking, block.projections.query)?,
            project(states, block.projections.key)?,
            project(states, block.projections.value)?,
        ];
        block.finish(asking, attend(projected, model.heads, &layout.texts, who))
    };
    let mut states = lying(&model.embedded)?;
    for block in earlier {
        states = through(block, &states, &states, Asking::All)?;
    }
    let asked = picked(&states, &layout.asked);
    let markers = through(last, &states, &asked, Asking::Asked)?;
    let [_, width] = model.embedded.dims();
    let pairs = markers.reshape(Shape::from(vec![layout.order.len(), 2 * width]));
    Some(Tensor::from_primitive::<Flex>(picked(
        &pairs,
        &layout.order,
    )))
}

/// The rows of these numbers.
fn picked(rows: &FlexTensor, places: &[usize]) -> FlexTensor {
    let width = rows.layout().shape()[1];
    let values = numbers(rows);
    let picked: Vec<f32> = places
        .iter()
        .flat_map(|place| &values[place * width..][..width])
        .copied()
        .collect();
    FlexTensor::from_data(TensorData::new(picked, [places.len(), width]))
}
