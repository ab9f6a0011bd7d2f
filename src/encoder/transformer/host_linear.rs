//! A linear layer on the host with what follows on each row of its product, where nothing
//! is recorded.
//!
//! As tensor operations, bias, activation, residual and norm each read and write all rows
//! on their way through memory; here a row is finished while it lies in a core's cache.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::nn::Linear;
use rayon::prelude::*;

use crate::encoder::host::{lying, numbers, primitive};

/// Rows one worker finishes at a time.
const ROWS: usize = 16;

/// x W + b of every row with `after` done to it, which is given the row's number. None
/// where the layer's numbers do not lie on the host.
pub(crate) fn host_linear(
    rows: FlexTensor,
    layer: &Linear,
    after: impl Fn(usize, &mut [f32]) + Sync,
) -> Option<FlexTensor> {
    let weight = primitive(&layer.weight.val())?;
    let bias = match &layer.bias {
        Some(bias) => Some(lying(&bias.val())?),
        None => None,
    };
    let bias = bias.as_ref().map_or(&[][..], numbers);
    let width = weight.layout().shape()[1];
    let mut product = Flex::float_matmul(rows, weight);
    product
        .storage_mut::<f32>()
        .par_chunks_mut(ROWS * width)
        .enumerate()
        .for_each(|(part, rows)| {
            for (index, row) in rows.chunks_exact_mut(width).enumerate() {
                for (value, bias) in row.iter_mut().zip(bias) {
                    *value += bias;
                }
                after(part * ROWS + index, row);
            }
        });
    Some(product)
}
