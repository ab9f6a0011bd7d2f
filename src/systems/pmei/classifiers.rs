//! A classifier of words and one of word pairs, as they are for early and for final
//! predictions.

use std::sync::Arc;

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::table::{GoldCell, Grid, TableLoss, apart, likely, pooled, table_loss};
use crate::score::pmei::Tag;
use crate::systems::spans::{add_bias, linear};

/// The tags, in the order of their outputs.
pub(crate) const TAGS: [Tag; 5] = [Tag::Outside, Tag::Begin, Tag::Inside, Tag::End, Tag::Single];

/// Sun et al. 2021, §3.2: p_e = softmax(A h_i + a), p_r[i, j] = σ(B relu(L [h_i; h_j] + l) + b).
#[derive(Module, Debug)]
pub(crate) struct Classifiers {
    /// A: K → 5.
    pub(crate) tags: Linear,
    /// L: 2K → K.
    pub(crate) pair: Linear,
    /// B: K → relations.
    pub(crate) relations: Linear,
}

impl Classifiers {
    /// Classifiers of zeros over states of `width`; `initialise` draws their values.
    pub(crate) fn new(width: usize, relations: usize, device: &Device) -> Self {
        Self {
            tags: linear(width, TAGS.len(), device),
            pair: linear(2 * width, width, device),
            relations: linear(width, relations, device),
        }
    }

    /// L [x; y] + l as a sum of one term for each word: rows × K as first and as second
    /// argument.
    pub(crate) fn terms(&self, states: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let weight = self.pair.weight.val();
        let [_, width] = states.dims();
        let first = states.clone().matmul(weight.clone().narrow(0, 0, width));
        let second = states.clone().matmul(weight.narrow(0, width, width));
        let second = add_bias(second, &self.pair);
        (first, second)
    }

    /// The loss of the table over `states` (rows × K), and its best probabilities if it is
    /// `pooling`.
    pub(crate) fn table(
        &self,
        states: &Tensor<2>,
        grid: &Arc<Grid>,
        gold: &[GoldCell],
        pooling: bool,
    ) -> TableLoss {
        let (first, second) = self.terms(states);
        table_loss((&first, &second), &self.relations, grid, gold, pooling)
            .unwrap_or_else(|| apart((&first, &second), &self.relations, grid, gold, pooling))
    }

    /// max_j p_r[i, j], rows × relations, where nothing is learned.
    pub(crate) fn pooled(&self, states: &Tensor<2>, grid: &Grid) -> Tensor<2> {
        pooled(self.terms(states), &self.relations, grid)
    }

    /// The cells with p_r ≥ ½.
    pub(crate) fn likely(&self, states: &Tensor<2>, grid: &Grid) -> Vec<GoldCell> {
        likely(self.terms(states), &self.relations, grid)
    }
}
