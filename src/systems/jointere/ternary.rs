//! Scores of an entity type, another, and the relation between them (Yan et al. 2022,
//! §3.2): f_ij = reshape((head(b_i) ∘ tail(b_j)) W_t).

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Device, Tensor};

use super::candidates::Candidates;
use crate::systems::spans::{Words, add_bias, linear, side, unbiased};

/// Scores triples of two types and a relation for ordered pairs of spans.
#[derive(Module, Debug)]
pub(crate) struct Ternary {
    head: Linear,
    tail: Linear,
    weight: Linear,
}

impl Ternary {
    /// For span vectors of width `vector`, through a product of width `width`, and this
    /// many scores of spans and pairs; all weights are zero.
    pub(crate) fn new(
        vector: usize,
        width: usize,
        entities: usize,
        relations: usize,
        device: &Device,
    ) -> Self {
        Self {
            head: linear(vector, width, device),
            tail: linear(vector, width, device),
            weight: unbiased(width, entities * entities * relations, device),
        }
    }

    /// f of every candidate pair: pairs × (types of the head × types of the tail ×
    /// relations), the relations of two types together.
    pub(crate) fn forward(
        &self,
        words: &Words,
        widths: &Embedding,
        candidates: &Candidates,
    ) -> Tensor<2> {
        let device = words.start.device();
        let of = |layer: &Linear| {
            let product = words.project(&layer.weight.val(), widths, &candidates.spans);
            add_bias(product, layer)
        };
        let heads = of(&self.head).select(0, side(&candidates.pairs, |pair| pair.0, &device));
        let tails = of(&self.tail).select(0, side(&candidates.pairs, |pair| pair.1, &device));
        self.weight.forward(heads * tails)
    }
}
