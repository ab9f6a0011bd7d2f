//! The activation functions that Hugging Face configurations name.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

/// `hidden_act` of a Hugging Face configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// x·Φ(x) with the exact error function (Hendrycks and Gimpel 2016, eq. 2).
    #[default]
    Gelu,
    /// The tanh approximation of the same.
    #[serde(alias = "gelu_pytorch_tanh")]
    GeluNew,
    /// max(0, x).
    Relu,
}

impl Activation {
    /// Applies the function to every value.
    pub(crate) fn apply<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Gelu => super::gelu::gelu(input),
            Self::GeluNew => activation::gelu_approximate(input),
            Self::Relu => activation::relu(input),
        }
    }
}
