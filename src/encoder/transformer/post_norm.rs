//! What BERT, ALBERT and BART have in common: positions that are told at the bottom
//! alone, and blocks that norm after every sum (Vaswani et al. 2017, §3.1).

use burn::backend::flex::FlexTensor;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::activation::Activation;
use super::host_linear::host_linear;
use super::norm::layer_norm_row;
use super::self_attention::Projections;
use crate::encoder::host::{lying, numbers};

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
    /// None where not all lies on the host.
    pub(crate) fn finish(&self, states: &FlexTensor, attended: FlexTensor) -> Option<FlexTensor> {
        let states = self.add_and_norm(self.output, attended, states, self.attended_norm)?;
        let act = |_, row: &mut [f32]| self.act.apply_to(row);
        let inner = host_linear(states.clone(), self.inner, act)?;
        self.add_and_norm(self.outer, inner, &states, self.norm)
    }

    fn add_and_norm(
        &self,
        layer: &Linear,
        inner: FlexTensor,
        residual: &FlexTensor,
        norm: &LayerNorm,
    ) -> Option<FlexTensor> {
        let residual = numbers(residual);
        let gamma = lying(&norm.gamma.val())?;
        let beta = lying(&norm.beta.as_ref()?.val())?;
        let (gamma, beta) = (numbers(&gamma), numbers(&beta));
        host_linear(inner, layer, |index, row| {
            let residual = &residual[index * row.len()..];
            for (value, residual) in row.iter_mut().zip(residual) {
                *value += residual;
            }
            layer_norm_row(row, gamma, beta, self.epsilon);
        })
    }
}
