//! A gated recurrent unit as a layer that takes one step.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation};

use super::gru_step::gru_step;
use super::stepwise::gru;
use super::weights::{Cell, CellWeights};

/// Which of two cells goes by the name of GRU.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GruForm {
    /// PyTorch's: r, z = σ(W y + b + U h + d), n = tanh(W y + b + r∘(U h + d)),
    /// h′ = (1 − z)∘n + z∘h.
    Library,
    /// As papers print it: z, u = σ(W [h; y]), ȟ = tanh(W [u∘h; y]),
    /// h′ = (1 − z)∘h + z∘ȟ, without biases.
    Printed,
}

/// A gated recurrent unit.
#[derive(Module, Debug)]
pub enum GruCell {
    /// PyTorch's `GRUCell`, its four tensors in its layout.
    Library(CellWeights),
    /// The cell as printed.
    Printed(PrintedGru),
}

/// The three maps of the printed cell, each from [state; input] to the state.
#[derive(Module, Debug)]
pub struct PrintedGru {
    /// z: how much of the state is replaced.
    pub update: Linear,
    /// u: how much of the state the candidate sees.
    pub reset: Linear,
    /// ȟ
    pub candidate: Linear,
}

impl GruCell {
    /// A cell of zeros for inputs of `input` values and states of `hidden`;
    /// `initialise` draws its values.
    pub fn new(form: GruForm, input: usize, hidden: usize, device: &Device) -> Self {
        let map = || {
            LinearConfig::new(hidden + input, hidden)
                .with_bias(false)
                .with_initializer(burn::module::Initializer::Zeros)
                .init(device)
        };
        match form {
            GruForm::Library => Self::Library(CellWeights::new(Cell::Gru, input, hidden, device)),
            GruForm::Printed => Self::Printed(PrintedGru {
                update: map(),
                reset: map(),
                candidate: map(),
            }),
        }
    }

    /// The next state (batch × hidden) from `input` (batch × input) and `state`.
    pub fn forward(&self, input: Tensor<2>, state: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Library(weights) => {
                let product = |values: Tensor<2>, weights: Tensor<2>, bias: Tensor<1>| {
                    values.matmul(weights.transpose()) + bias.unsqueeze()
                };
                let own = product(input, weights.weight_ih.val(), weights.bias_ih.val());
                let (inner, bias) = (weights.weight_hh.val(), weights.bias_hh.val());
                let product = product(state.clone(), inner, bias);
                gru_step(&own, &product, &state).unwrap_or_else(|| gru(&own, &product, &state))
            }
            Self::Printed(cell) => {
                let joined = Tensor::cat(vec![state.clone(), input.clone()], 1);
                let update = activation::sigmoid(cell.update.forward(joined.clone()));
                let reset = activation::sigmoid(cell.reset.forward(joined));
                let joined = Tensor::cat(vec![reset * state.clone(), input], 1);
                let candidate = cell.candidate.forward(joined).tanh();
                state.clone() + update * (candidate - state)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::initialise::{Scheme, initialise};
    use burn::tensor::TensorData;

    fn step(form: GruForm) -> Vec<f32> {
        let device = Device::flex();
        let cell = initialise(
            GruCell::new(form, 2, 3, &device),
            8,
            Scheme::Framework,
            &|_| true,
        );
        let input = Tensor::from_data([[1f32, -2.0]], &device);
        let state = Tensor::from_data([[0.5f32, -0.5, 4.0]], &device);
        cell.forward(input, state)
            .into_data()
            .try_into_vec()
            .unwrap()
    }

    #[test]
    fn a_cell_of_zeros_halves_its_state() {
        for form in [GruForm::Library, GruForm::Printed] {
            let cell = GruCell::new(form, 2, 3, &Device::flex());
            let (input, state) = (Tensor::ones([1, 2], &Device::flex()), [[1f32, 2.0, 3.0]]);
            let next = cell.forward(input, Tensor::from_data(state, &Device::flex()));
            assert_eq!(next.into_data(), TensorData::from([[0.5f32, 1.0, 1.5]]));
        }
    }

    #[test]
    fn the_two_forms_are_drawn_and_differ() {
        let library = step(GruForm::Library);
        let printed = step(GruForm::Printed);
        assert_ne!(library, printed);
        assert!(
            library
                .iter()
                .chain(&printed)
                .all(|value| value.is_finite())
        );
    }
}
