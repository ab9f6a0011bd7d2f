//! The activation functions that Hugging Face configurations name.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use super::gelu::{
    exact, gelu, gelu_row, gelu_tanh, gelu_tanh_row, plain_silu, quick, quick_gelu, quick_gelu_row,
    silu, silu_row, tanh_form,
};

/// `hidden_act` of a Hugging Face configuration. Names of one function that differ only
/// in how it is computed are the same here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// x·Φ(x) with the exact error function (Hendrycks and Gimpel 2016, eq. 2).
    #[default]
    #[serde(alias = "gelu_python")]
    Gelu,
    /// The tanh approximation of the same (§2 there).
    #[serde(
        alias = "gelu_pytorch_tanh",
        alias = "gelu_python_tanh",
        alias = "gelu_fast",
        alias = "gelu_accurate"
    )]
    GeluNew,
    /// x·σ(1.702·x), the sigmoid approximation of the same (§2 there).
    QuickGelu,
    /// x·σ(x) (§2 there; Ramachandran et al. 2017 call it Swish).
    #[serde(alias = "swish")]
    Silu,
    /// max(0, x).
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Applies the function to every value.
    pub(crate) fn apply<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Gelu => gelu(input),
            Self::GeluNew => gelu_tanh(input),
            Self::QuickGelu => quick_gelu(input),
            Self::Silu => silu(input),
            Self::Relu => activation::relu(input),
            Self::Tanh => activation::tanh(input),
        }
    }

    /// The function at `x`, and its slope there.
    #[inline]
    pub(crate) fn with_slope(self, x: f32) -> (f32, f32) {
        match self {
            Self::Gelu => exact(x),
            Self::GeluNew => tanh_form(x),
            Self::QuickGelu => quick(x),
            Self::Silu => plain_silu(x),
            Self::Relu if x > 0.0 => (x, 1.0),
            Self::Relu => (0.0, 0.0),
            Self::Tanh => {
                let value = x.tanh();
                (value, 1.0 - value * value)
            }
        }
    }

    /// Applies the function to values on the host, in their place.
    pub(crate) fn apply_to(self, values: &mut [f32]) {
        match self {
            Self::Gelu => gelu_row(values),
            Self::GeluNew => gelu_tanh_row(values),
            Self::QuickGelu => quick_gelu_row(values),
            Self::Silu => silu_row(values),
            Self::Relu => values.iter_mut().for_each(|value| *value = value.max(0.0)),
            Self::Tanh => values.iter_mut().for_each(|value| *value = value.tanh()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;

    #[test]
    fn every_name_means_its_function() {
        // The functions at −1 and 2, from their definitions.
        let expected = [
            ("gelu", [-0.158_655_25, 1.954_499_7]),
            ("gelu_python", [-0.158_655_25, 1.954_499_7]),
            ("gelu_new", [-0.158_808, 1.954_597_7]),
            ("gelu_fast", [-0.158_808, 1.954_597_7]),
            ("gelu_pytorch_tanh", [-0.158_808, 1.954_597_7]),
            ("quick_gelu", [-0.154_204_23, 1.935_658_6]),
            ("silu", [-0.268_941_43, 1.761_594_2]),
            ("swish", [-0.268_941_43, 1.761_594_2]),
            ("relu", [0.0, 2.0]),
            ("tanh", [-0.761_594_2, 0.964_027_6]),
        ];
        for (name, values) in expected {
            let function: Activation = serde_json::from_str(&format!("\"{name}\"")).unwrap();
            let input = Tensor::<1>::from_floats([-1.0, 2.0], &Device::flex());
            let found: Vec<f32> = function.apply(input).into_data().try_into_vec().unwrap();
            let mut row = [-1.0, 2.0];
            function.apply_to(&mut row);
            for (x, value) in [-1.0, 2.0].into_iter().zip(values) {
                let (found, slope) = function.with_slope(x);
                let step = 1e-2;
                let [after, before] = [x + step, x - step].map(|x| function.with_slope(x).0);
                assert!((found - value).abs() < 1e-6, "{name}: {found}");
                let secant = (after - before) / (2.0 * step);
                assert!((slope - secant).abs() < 1e-3, "{name}: {slope} {secant}");
            }
            for (found, expected) in found.into_iter().chain(row).zip(values.repeat(2)) {
                assert!((found - expected).abs() < 1e-6, "{name}: {found}");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let text = serde_json::from_str::<Activation>("\"mish\"")
            .unwrap_err()
            .to_string();
        assert!(text.contains("`mish`") && text.contains("`silu`"), "{text}");
    }
}
