//! What BERT, ALBERT and BART have in common: positions that are told at the bottom
//! alone, and blocks that norm after every sum (Vaswani et al. 2017, §3.1).

use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::activation::Activation;
use super::norm::layer_norm;
use super::self_attention::Projections;

/// An encoder over rows of pieces, as it computes without dropout.
#[derive(Debug)]
pub(crate) struct PostNorm<'a> {
    /// The pieces at the bottom, rows × H.
    pub(crate) embedded: Tensor<2>,
    /// From the bottom; blocks may share weights.
    pub(crate) blocks: Vec<PostNormBlock<'a>>,
    pub(crate) heads: usize,
}

/// A block, whose attention is up to the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PostNormBlock<'a> {
    pub(crate) projections: Projections<'a>,
    /// From what was attended to, H × H.
    pub(crate) output: &'a Linear,
    pub(crate) attended_norm: &'a LayerNorm,
    /// The feed-forward layer.
    pub(crate) inner: &'a Linear,
    pub(crate) act: Activation,
    pub(crate) outer: &'a Linear,
    pub(crate) norm: &'a LayerNorm,
    /// Added to the variances of both norms.
    pub(crate) epsilon: f64,
}

impl PostNormBlock<'_> {
    /// What the block makes of `states` that have `attended` to others, rows × H each.
    pub(crate) fn finish(&self, states: Tensor<2>, attended: Tensor<2>) -> Tensor<2> {
        let sum = states + self.output.forward(attended);
        let states = layer_norm(self.attended_norm, self.epsilon, sum);
        let inner = self.act.apply(self.inner.forward(states.clone()));
        layer_norm(self.norm, self.epsilon, states + self.outer.forward(inner))
    }
}
