//! Attention of pieces to each other over plain projections of their states.

use burn::nn::Linear;
use burn::tensor::Tensor;

use super::attention::{Projected, Scores, attend};
use crate::encoder::dropout::Noise;

/// The linear maps to queries, keys and values, each H × H.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projections<'a> {
    pub(crate) query: &'a Linear,
    pub(crate) key: &'a Linear,
    pub(crate) value: &'a Linear,
}

/// Scaled dot-product attention over all heads (Vaswani et al. 2017, eq. 1), its scores
/// divided by √depth: rows of states, (batch · pieces) × H, to rows of the same shape
/// that still want an output projection. `dims` is batch and pieces.
pub(crate) fn self_attend(
    weights: Projections,
    states: Tensor<2>,
    dims: [usize; 2],
    heads: usize,
    bias: Option<&Tensor<4>>,
    probability: f64,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let [_, width] = states.dims();
    let projected = Projected {
        query: weights.query.forward(states.clone()),
        key: weights.key.forward(states.clone()),
        value: weights.value.forward(states),
    };
    let scores = Scores {
        scale: 1.0 / ((width / heads) as f64).sqrt(),
        terms: Vec::new(),
        mask: bias,
        dropout: probability,
    };
    attend(projected, dims, heads, scores, noise)
}
