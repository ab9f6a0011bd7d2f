//! The gated block that every head of ITER is: W_o · dropout(act(W_a x) ∘ (W_i x)), without
//! biases, after the feed-forward layers of T5 (Shazeer 2020, "GLU Variants Improve
//! Transformer", eq. 5 and 6).
//!
//! Two of the three heads read vectors that are put side by side, [x_i; x_j]. W_a and W_i are
//! linear in each part, so they are applied to positions, and their results are added where a
//! pair needs them. That is the same function, and k² pairs of k spans then cost k products.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor};

use super::config::GateActivation;
use super::pairs::combine;
use crate::encoder::{Activation, Noise, dropout};
use crate::systems::spans::unbiased;

/// A gated block from `parts` vectors of one width to some outputs.
#[derive(Module, Debug)]
pub(crate) struct Gated {
    /// W_a, inputs × hidden width.
    pub(crate) gate: Linear,
    /// W_i, inputs × hidden width.
    pub(crate) value: Linear,
    /// W_o, hidden width × outputs.
    pub(crate) output: Linear,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    rate: f64,
}

/// What W_a and W_i make of one part of the input, a row each.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// Rows × hidden width.
    pub(crate) gate: Tensor<2>,
    /// Rows × hidden width.
    pub(crate) value: Tensor<2>,
}

impl Gated {
    /// A block from vectors of width `input` over a layer of `width` to `outputs`; all
    /// weights are zero until they are drawn.
    pub(crate) fn new(
        [input, width, outputs]: [usize; 3],
        activation: GateActivation,
        rate: f64,
        device: &Device,
    ) -> Self {
        Self {
            gate: unbiased(input, width, device),
            value: unbiased(input, width, device),
            output: unbiased(width, outputs, device),
            activation: match activation {
                GateActivation::Relu => Activation::Relu,
                GateActivation::Gelu => Activation::Gelu,
                GateActivation::Tanh => Activation::Tanh,
            },
            rate,
        }
    }

    /// Outputs for every row of `input`, rows × inputs; rows × outputs.
    pub(crate) fn forward(&self, input: Tensor<2>, noise: Option<&Noise>) -> Tensor<2> {
        let gate = self.activation.apply(self.gate.forward(input.clone()));
        let hidden = gate * self.value.forward(input);
        self.output.forward(dropout(hidden, self.rate, noise))
    }

    /// The terms of part number `part` of the input, rows × width of a part.
    pub(crate) fn terms(&self, rows: &Tensor<2>, part: usize) -> Terms {
        let [_, width] = rows.dims();
        let of = |layer: &Linear| {
            let weight = layer.weight.val().narrow(0, part * width, width);
            rows.clone().matmul(weight)
        };
        Terms {
            gate: of(&self.gate),
            value: of(&self.value),
        }
    }

    /// Outputs for pairs of a row of `first` and a row of `second`; pairs × outputs.
    pub(crate) fn pairs(
        &self,
        first: (&Terms, Tensor<1, Int>),
        second: (&Terms, Tensor<1, Int>),
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let hidden = combine(first, second, self.activation);
        self.output.forward(dropout(hidden, self.rate, noise))
    }
}

impl Terms {
    /// The sum of two terms, row by row.
    pub(crate) fn add(self, other: Self) -> Self {
        Self {
            gate: self.gate + other.gate,
            value: self.value + other.value,
        }
    }

    /// The rows with these numbers.
    pub(crate) fn select(&self, rows: &Tensor<1, Int>) -> Self {
        Self {
            gate: self.gate.clone().select(0, rows.clone()),
            value: self.value.clone().select(0, rows.clone()),
        }
    }
}
