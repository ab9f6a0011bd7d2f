//! Multi-head attention (Vaswani et al. 2017, §3.2) between projected pieces.

use burn::tensor::{Tensor, activation};

use crate::encoder::dropout::{Noise, dropout};

/// Rows of a matrix, (batch · pieces) × (heads · depth), as batch × heads × pieces ×
/// depth.
pub(crate) fn split_heads(
    projected: Tensor<2>,
    [batch, length]: [usize; 2],
    heads: usize,
) -> Tensor<4> {
    let [_, width] = projected.dims();
    projected
        .reshape([batch, length, heads, width / heads])
        .swap_dims(1, 2)
}

/// softmax(Q Kᵀ + bias) V of every head (Vaswani et al. 2017, eq. 1), with the heads
/// side by side again: (batch · pieces) × (heads · depth).
///
/// Queries, keys and values are batch × heads × pieces × depth. Where an architecture
/// scales its scores, the queries come scaled, since they are smaller than the scores.
/// `bias` broadcasts to batch × heads × from × to.
pub(crate) fn attend(
    query: Tensor<4>,
    key: Tensor<4>,
    value: Tensor<4>,
    bias: Option<Tensor<4>>,
    probability: f64,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let [batch, heads, length, depth] = value.dims();
    let mut scores = query.matmul(key.swap_dims(2, 3));
    if let Some(bias) = bias {
        scores = scores + bias;
    }
    let attention = dropout(activation::softmax(scores, 3), probability, noise);
    attention
        .matmul(value)
        .swap_dims(1, 2)
        .reshape([batch * length, heads * depth])
}
