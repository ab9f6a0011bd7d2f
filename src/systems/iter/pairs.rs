//! The hidden layer of a gated block for pairs of rows.

use burn::tensor::{Int, Tensor};

use super::gated::Terms;
use crate::encoder::Activation;

/// act(a_i + b_j) ∘ (c_i + d_j) for every pair (i, j), where a and c are the gate's and the
/// value's terms of `first`, and b and d those of `second`; pairs × hidden width.
pub(super) fn combine(
    (first, left): (&Terms, Tensor<1, Int>),
    (second, right): (&Terms, Tensor<1, Int>),
    activation: Activation,
) -> Tensor<2> {
    let Terms { gate, value } = first.select(&left).add(second.select(&right));
    activation.apply(gate) * value
}
