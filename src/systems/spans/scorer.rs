//! The perceptrons that score spans and pairs (Yan et al. 2022, §3.1).

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation};

use crate::encoder::{Noise, dropout};

/// A two-layer perceptron and the linear layer that scores its output.
#[derive(Module, Debug)]
pub(crate) struct Scorer {
    pub(crate) first: Linear,
    pub(crate) second: Linear,
    pub(crate) score: Linear,
}

impl Scorer {
    /// From vectors of width `input` over two layers of `width` to `outputs` scores; all
    /// weights are zero.
    pub(crate) fn new(input: usize, width: usize, outputs: usize, device: &Device) -> Self {
        Self {
            first: linear(input, width, device),
            second: linear(width, width, device),
            score: linear(width, outputs, device),
        }
    }

    /// What follows the first linear layer.
    pub(crate) fn finish(&self, first: Tensor<2>, rate: f64, noise: Option<&Noise>) -> Tensor<2> {
        let hidden = dropout(activation::relu(first), rate, noise);
        let hidden = activation::relu(self.second.forward(hidden));
        self.score.forward(dropout(hidden, rate, noise))
    }
}

/// A linear layer whose weights are zero until they are drawn.
pub(crate) fn linear(input: usize, output: usize, device: &Device) -> Linear {
    LinearConfig::new(input, output)
        .with_initializer(Initializer::Zeros)
        .init(device)
}

/// The same without a bias.
pub(crate) fn unbiased(input: usize, output: usize, device: &Device) -> Linear {
    LinearConfig::new(input, output)
        .with_bias(false)
        .with_initializer(Initializer::Zeros)
        .init(device)
}

/// The layer's product with its bias.
pub(crate) fn add_bias(product: Tensor<2>, layer: &Linear) -> Tensor<2> {
    match layer.bias.as_ref().map(Param::val) {
        Some(bias) => product + bias.unsqueeze(),
        None => product,
    }
}
