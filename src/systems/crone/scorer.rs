//! Scores of relations between pairs of words.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::config::{Cosine, CroneConfig};
use super::pairs::Pairs;
use crate::encoder::{Noise, dropout};
use crate::systems::spans::{indices, linear, side, unbiased};

/// Squared length below which a vector has no direction; its cosine is 0.
const TINY: f64 = 1e-16;

/// Scores of pairs (Crone 2020, eqs. 7 to 10).
///
/// A word is g = [its state; the embedding of its tag]. With f = relu(W g + b), a pair's score
/// for every relation is linear in f of both words, in how like these are, and in one number a
/// relation that is symmetric in both words:
/// d_k = Σ_q m_k[q] g_i[q] g_j[q] (DistMult, Yang et al. 2015).
#[derive(Module, Debug)]
pub(super) struct PairScorer {
    /// Of every tag, its values.
    pub(super) labels: Embedding,
    /// W and b.
    pub(super) feed_forward: Linear,
    /// The diagonals m, one a relation.
    pub(super) diagonals: Linear,
    /// W' and b'.
    pub(super) output: Linear,
    #[module(skip)]
    cos: Cosine,
    #[module(skip)]
    dropout: f64,
}

impl PairScorer {
    /// A scorer of zeros over states of `state` values and so many tags.
    pub(super) fn new(
        state: usize,
        tags: usize,
        relations: usize,
        config: &CroneConfig,
        device: &Device,
    ) -> Self {
        let (input, width) = (state + config.label_embedding, config.re_width);
        Self {
            labels: EmbeddingConfig::new(tags, config.label_embedding)
                .with_initializer(Initializer::Zeros)
                .init(device),
            feed_forward: linear(input, width, device),
            diagonals: unbiased(input, relations, device),
            output: linear(2 * width + 1 + relations, relations, device),
            cos: config.cos,
            dropout: config.re_dropout,
        }
    }

    /// Scores of at least one pair, pairs × relations: of words among `states`, one row each,
    /// and with these `tags`.
    pub(super) fn forward(
        &self,
        states: &Tensor<2>,
        pairs: &Pairs,
        tags: &[usize],
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let device = states.device();
        let list = |numbers: &[usize]| {
            let numbers: Vec<i32> = numbers.iter().map(|number| *number as i32).collect();
            indices(&numbers, &device)
        };
        let words = states.clone().select(0, list(&pairs.words));
        let labels = self.labels.weight.val().select(0, list(tags));
        let words = Tensor::cat(vec![words, labels], 1);
        self.score(&dropout(words, self.dropout, noise), &pairs.places)
    }

    fn score(&self, words: &Tensor<2>, pairs: &[(usize, usize)]) -> Tensor<2> {
        let device = words.device();
        let left = side(pairs, |pair| pair.0, &device);
        let right = side(pairs, |pair| pair.1, &device);
        let of_pair = |rows: &Tensor<2>| {
            let rows = |places| rows.clone().select(0, places);
            (rows(left.clone()), rows(right.clone()))
        };
        let hidden = relu(self.feed_forward.forward(words.clone()));
        let (first, second) = of_pair(&hidden);
        let squares = hidden.clone().square().sum_dim(1).clamp_min(TINY);
        let (one, other) = of_pair(&(hidden / squares.sqrt()));
        let cosine = (one * other).sum_dim(1);
        let likeness = match self.cos {
            Cosine::Similarity => cosine,
            Cosine::Distance => cosine.neg().add_scalar(1.0),
        };
        let (head, tail) = of_pair(words);
        let symmetric = self.diagonals.forward(head * tail);
        let all = Tensor::cat(vec![first, second, likeness, symmetric], 1);
        self.output.forward(all)
    }
}
