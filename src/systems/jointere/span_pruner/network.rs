//! From the two parts of a span's vector to its score.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};

use super::biaffine::biaffine;
use super::pooling::pool;
use super::starts::Starts;
use crate::encoder::{Noise, dropout};
use crate::systems::jointere::config::PrunerConfig;
use crate::systems::spans::{linear, unbiased};

/// The network that scores spans by whether they are entities: h is a two-layer
/// perceptron of [hb; ha], the score a linear function of h (Yan et al. 2022, §3.3).
#[derive(Module, Debug)]
pub(crate) struct SpanPruner {
    /// W_b, as the layer without bias that takes [x_start; 1] to d × (H + 1) values. Drawn
    /// by fan-in it has that of a start, H + 1, as PyTorch's bilinear layer.
    pub(super) biaffine: Linear,
    pub(super) pool: Linear,
    pub(super) first: Linear,
    pub(super) second: Linear,
    pub(crate) score: Linear,
    #[module(skip)]
    dropout: f64,
}

impl SpanPruner {
    /// A network over states of width `hidden`, with `dropout` after both layers of the
    /// perceptron. Its weights are zero until `initialise` draws them.
    pub(crate) fn new(hidden: usize, config: &PrunerConfig, dropout: f64, device: &Device) -> Self {
        let side = hidden + 1;
        Self {
            biaffine: unbiased(side, config.biaffine * side, device),
            pool: linear(hidden, 1, device),
            first: linear(config.biaffine + hidden, config.mlp, device),
            second: linear(config.mlp, config.mlp, device),
            score: linear(config.mlp, 1, device),
            dropout,
        }
    }

    /// Scores of all spans of at most `longest` words, spans × 1: sentence by sentence, by
    /// start and then by end. `states` are the words', words × H, sentences one after
    /// another, and `sentences` their numbers of words. None where there are no words.
    pub(crate) fn forward(
        &self,
        states: &Tensor<2>,
        sentences: &[usize],
        longest: usize,
        noise: Option<&Noise>,
    ) -> Option<Tensor<2>> {
        let starts = Starts::of(sentences, longest);
        if starts.spans() == 0 {
            return None;
        }
        let parts = vec![self.joined(states, &starts), self.pooled(states, &starts)];
        let hidden = activation::relu(self.first.forward(Tensor::cat(parts, 1)));
        let hidden = self.second.forward(dropout(hidden, self.dropout, noise));
        let hidden = dropout(activation::relu(hidden), self.dropout, noise);
        Some(self.score.forward(hidden))
    }

    /// hb, spans × d.
    pub(super) fn joined(&self, states: &Tensor<2>, starts: &Starts) -> Tensor<2> {
        let [words, _] = states.dims();
        let ones = Tensor::ones([words, 1], &states.device());
        let words = Tensor::cat(vec![states.clone(), ones], 1);
        biaffine(&self.biaffine.weight.val(), &words, starts)
    }

    /// ha, spans × H.
    pub(super) fn pooled(&self, states: &Tensor<2>, starts: &Starts) -> Tensor<2> {
        pool(&self.pool, states, starts)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::{Scheme, initialise};
    use burn::tensor::TensorData;
    use proptest::prelude::*;

    const HIDDEN: usize = 3;

    fn pruner(dropout: f64) -> SpanPruner {
        let config = PrunerConfig {
            biaffine: 4,
            mlp: 5,
            ..PrunerConfig::default()
        };
        let pruner = SpanPruner::new(HIDDEN, &config, dropout, &Device::flex());
        initialise(pruner, 7, Scheme::Framework, &|_| true)
    }

    fn states(values: &[f32]) -> Tensor<2> {
        let shape = [values.len() / HIDDEN, HIDDEN];
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn scores(
        pruner: &SpanPruner,
        states: &Tensor<2>,
        sentences: &[usize],
        longest: usize,
        noise: Option<&Noise>,
    ) -> Vec<f32> {
        let scores = pruner.forward(states, sentences, longest, noise);
        scores.map_or_else(Vec::new, |scores| {
            assert_eq!(scores.dims()[1], 1);
            scores.into_data().try_into_vec().unwrap()
        })
    }

    #[test]
    fn every_weight_is_drawn() {
        let pruner = pruner(0.0);
        for layer in [
            &pruner.biaffine,
            &pruner.pool,
            &pruner.first,
            &pruner.second,
            &pruner.score,
        ] {
            let [inputs, _] = layer.weight.val().dims();
            let bound = 1.0 / (inputs as f32).sqrt();
            let values: Vec<f32> = layer.weight.val().into_data().try_into_vec().unwrap();
            let largest = values
                .iter()
                .fold(0f32, |most, value| most.max(value.abs()));
            assert!(largest > bound / 4.0 && largest <= bound, "{largest}");
        }
    }

    #[test]
    fn dropout_follows_its_noise() {
        let pruner = pruner(0.5);
        let values: Vec<f32> = (0..12 * HIDDEN).map(|place| (place as f32).sin()).collect();
        let states = states(&values);
        let noisy = |step| {
            let noise = Noise::new(1, step);
            scores(&pruner, &states, &[12], 3, Some(&noise))
        };
        assert_eq!(noisy(1), noisy(1));
        assert_ne!(noisy(1), noisy(2));
        assert_ne!(noisy(1), scores(&pruner, &states, &[12], 3, None));
    }

    proptest! {
        #[test]
        fn a_sentence_scores_alike_alone_and_in_a_batch(
            sentences in prop::collection::vec(0usize..7, 1..5),
            longest in 1usize..9,
            seed in 0u64..100,
        ) {
            let pruner = pruner(0.1);
            let words: usize = sentences.iter().sum();
            let values = (0..words * HIDDEN)
                .map(|place| ((place as u64 * 31 + seed) as f32).sin());
            let values: Vec<f32> = values.collect();
            let together = scores(&pruner, &states(&values), &sentences, longest, None);
            let (mut alone, mut from, mut spans) = (Vec::new(), 0, 0);
            for words in &sentences {
                let own = &values[from * HIDDEN..(from + words) * HIDDEN];
                alone.extend(scores(&pruner, &states(own), &[*words], longest, None));
                from += words;
                spans += (1..=longest).map(|width| (words + 1).saturating_sub(width)).sum::<usize>();
            }
            prop_assert_eq!(together.len(), spans);
            prop_assert_eq!(alone.len(), spans);
            for (left, right) in together.iter().zip(&alone) {
                prop_assert!((left - right).abs() < 1e-4, "{} is not {}", left, right);
            }
        }
    }
}
