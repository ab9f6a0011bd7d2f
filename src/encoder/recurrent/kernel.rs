//! What the recurrences on the host have in common.

use burn::tensor::Tensor;

use super::host::{matrix, values};

/// Gradients of the sums inside a cell's gates; rows in the recurrence's order.
#[derive(Debug)]
pub(crate) struct Slopes {
    /// With respect to W x, rows × gates·hidden.
    pub(crate) input: Tensor<2>,
    /// With respect to U h, rows × gates·hidden.
    pub(crate) recurrent: Tensor<2>,
    /// With respect to the bias beside W x.
    pub(crate) bias_ih: Vec<f32>,
    /// With respect to the bias beside U h.
    pub(crate) bias_hh: Vec<f32>,
}

/// Rows of `width` values times a matrix of `width` rows.
pub(crate) fn product(rows: &[f32], width: usize, weights: &Tensor<2>) -> Vec<f32> {
    let rows = matrix(rows.to_vec(), [rows.len() / width, width]);
    values(rows.matmul(weights.clone()))
}

/// Adds value by value.
pub(crate) fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// Sums of the columns of a matrix with `width` of them.
pub(crate) fn column_sums(values: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0f32; width];
    for row in values.chunks_exact(width) {
        add(&mut sums, row);
    }
    sums
}
