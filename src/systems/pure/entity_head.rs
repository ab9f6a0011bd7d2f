//! What scores spans (Zhong and Chen 2021, §3.2).

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::{Device, Tensor};

use super::config::PureConfig;
use crate::corpus::Span;
use crate::encoder::Noise;
use crate::systems::spans::{Scorer, Words, add_bias, set_prior};

/// The perceptron over h(s) = [x_first; x_last; φ(width)].
#[derive(Module, Debug)]
pub(crate) struct EntityHead {
    width: Embedding,
    scorer: Scorer,
    #[module(skip)]
    dropout: f64,
}

impl EntityHead {
    /// Over states of width `hidden`, to `types` + 1 scores; all weights are zero.
    pub(crate) fn new(hidden: usize, types: usize, config: &PureConfig, device: &Device) -> Self {
        let input = 2 * hidden + config.width_dim;
        Self {
            width: EmbeddingConfig::new(config.max_span + 1, config.width_dim)
                .with_initializer(Initializer::Zeros)
                .init(device),
            scorer: Scorer::new(input, config.mlp, types + 1, device),
            dropout: config.dropout,
        }
    }

    /// Lets the scores' biases start at the log frequencies of the labels.
    pub(crate) fn set_prior(&mut self, counts: &[f64]) {
        set_prior(&mut self.scorer.score, counts);
    }

    /// Scores of spans, given as (sentence of the batch, span); spans × (types + 1), the
    /// first of no entity.
    pub(crate) fn score(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let product = words.project(&self.scorer.first.weight.val(), &self.width, spans);
        let first = add_bias(product, &self.scorer.first);
        self.scorer.finish(first, self.dropout, noise)
    }
}

#[cfg(test)]
mod tests;
