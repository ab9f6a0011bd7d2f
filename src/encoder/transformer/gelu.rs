//! GELU and its relatives (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units",
//! §2): x times a probability that grows with x.

use burn::tensor::{Tensor, activation};

use super::pointwise::{exp_of_negative, pointwise};

/// 2·√(2/π) and 0.044715, the constants of the tanh approximation.
const STEEPNESS: f32 = 1.595_769;
const CUBIC: f32 = 0.044_715;

/// The steepness of the sigmoid approximation.
const QUICK: f32 = 1.702;

/// x·Φ(x) of every value (eq. 2), with its gradient.
pub(crate) fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    pointwise(input, exact, activation::gelu)
}

/// 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) of every value (§2), with its gradient.
pub(crate) fn gelu_tanh<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    pointwise(input, tanh_form, |input| {
        let square = input.clone() * input.clone();
        let inner = input.clone() * (square * CUBIC + 1.0) * STEEPNESS;
        input * activation::sigmoid(inner)
    })
}

/// x·σ(1.702·x) of every value (§2), with its gradient.
pub(crate) fn quick_gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    pointwise(input, quick, |input| {
        input.clone() * activation::sigmoid(input * QUICK)
    })
}

/// x·σ(x) of every value (§2, there named SiLU), with its gradient.
pub(crate) fn silu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    pointwise(input, plain_silu, activation::silu)
}

/// x·σ(1.702·x) and its derivative.
#[inline]
pub(super) fn quick(x: f32) -> (f32, f32) {
    gated(x, QUICK * x, QUICK)
}

/// x·σ(x) and its derivative.
#[inline]
pub(super) fn plain_silu(x: f32) -> (f32, f32) {
    gated(x, x, 1.0)
}

/// What [`gelu`] makes of values, in their place.
pub(crate) fn gelu_row(values: &mut [f32]) {
    for value in values {
        *value = exact(*value).0;
    }
}

/// What [`gelu_tanh`] makes of values, in their place.
pub(crate) fn gelu_tanh_row(values: &mut [f32]) {
    for value in values {
        *value = tanh_form(*value).0;
    }
}

/// What [`quick_gelu`] makes of values, in their place.
pub(crate) fn quick_gelu_row(values: &mut [f32]) {
    for value in values {
        *value = quick(*value).0;
    }
}

/// What [`silu`] makes of values, in their place.
pub(crate) fn silu_row(values: &mut [f32]) {
    for value in values {
        *value = plain_silu(*value).0;
    }
}

/// x·Φ(x) and its derivative Φ(x) + x·φ(x).
///
/// Φ comes from Abramowitz and Stegun 1964, formula 7.1.26, whose error in erf is at
/// most 1.5·10⁻⁷; its exponential is that of φ too.
#[inline]
pub(super) fn exact(x: f32) -> (f32, f32) {
    const SQRT_HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const DENSITY: f32 = 0.398_942_3;
    let z = (x * SQRT_HALF).abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let polynomial = t
        * (0.254_829_6
            + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
    let bell = exp_of_negative(-0.5 * x * x);
    let tail = 0.5 * polynomial * bell;
    let phi = if x >= 0.0 { 1.0 - tail } else { tail };
    (x * phi, phi + x * DENSITY * bell)
}

/// The tanh approximation as a gate: 0.5·(1 + tanh(u)) is σ(2u).
#[inline]
pub(super) fn tanh_form(x: f32) -> (f32, f32) {
    // Beyond 12 the gate is 0 or 1 to rounding, and a cube could overflow.
    let near = x.clamp(-12.0, 12.0);
    let square = CUBIC * near * near;
    gated(
        x,
        STEEPNESS * near * (1.0 + square),
        STEEPNESS * (1.0 + 3.0 * square),
    )
}

/// x·σ(s) and its derivative σ(s) + x·σ(s)·(1 − σ(s))·s′, where s and s′ are a function
/// of x and its slope. Only e^(−|s|) is needed, which cannot overflow.
#[inline]
fn gated(x: f32, s: f32, s_slope: f32) -> (f32, f32) {
    let small = exp_of_negative(-s.abs());
    let total = 1.0 / (1.0 + small);
    let gate = if s >= 0.0 { total } else { small * total };
    (x * gate, gate + x * (small * total * total) * s_slope)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::{DType, Device, TensorData};
    use proptest::prelude::*;

    use super::*;

    type Function = fn(Tensor<1>) -> Tensor<1>;

    fn grid() -> Vec<f32> {
        (-1600..=1600).map(|step| step as f32 / 100.0).collect()
    }

    fn run(function: Function) -> (Vec<f32>, Vec<f32>) {
        let device = Device::flex().autodiff();
        let input =
            Tensor::<1>::from_data(TensorData::from(grid().as_slice()), &device).require_grad();
        let output = function(input.clone());
        let gradients = output.clone().sum().backward();
        let slope = input.grad(&gradients).unwrap();
        (
            output.into_data().try_into_vec().unwrap(),
            slope.into_data().try_into_vec().unwrap(),
        )
    }

    #[test]
    fn values_and_gradients_are_those_of_the_backend() {
        let pairs: [(Function, Function); 4] = [
            (gelu, activation::gelu),
            (gelu_tanh, activation::gelu_approximate),
            (quick_gelu, |x| {
                x.clone() * activation::sigmoid(x.mul_scalar(1.702))
            }),
            (silu, activation::silu),
        ];
        for (function, backend) in pairs {
            let (ours, our_slope) = run(function);
            let (theirs, their_slope) = run(backend);
            for (index, x) in grid().into_iter().enumerate() {
                let scale = theirs[index].abs().max(1.0);
                assert!((ours[index] - theirs[index]).abs() < 1e-6 * scale, "{x}");
                assert!((our_slope[index] - their_slope[index]).abs() < 2e-6, "{x}");
            }
        }
    }

    #[test]
    fn other_precisions_are_left_to_the_backend() {
        let functions: [Function; 4] = [gelu, gelu_tanh, quick_gelu, silu];
        for function in functions {
            let input = Tensor::<1>::from_floats(grid().as_slice(), &Device::flex());
            let host = function(input.clone()).cast(DType::F64);
            let backend = function(input.cast(DType::F64));
            let largest = (host - backend).abs().max().cast(DType::F32);
            assert!(largest.into_scalar::<f32>() < 2e-6);
        }
    }

    /// The definition in 64 bits; the slope by a central difference.
    fn tanh_form_64(x: f64) -> (f64, f64) {
        let value = |x: f64| {
            let root = (2.0 / std::f64::consts::PI).sqrt();
            0.5 * x * (1.0 + (root * (x + 0.044_715 * x.powi(3))).tanh())
        };
        (value(x), (value(x + 1e-5) - value(x - 1e-5)) / 2e-5)
    }

    proptest! {
        #[test]
        fn the_tanh_form_is_its_definition(x in -12f32..12.0) {
            let (value, slope) = tanh_form(x);
            let (exact, exact_slope) = tanh_form_64(f64::from(x));
            prop_assert!((f64::from(value) - exact).abs() < 1e-6 * exact.abs().max(1.0));
            prop_assert!((f64::from(slope) - exact_slope).abs() < 1e-6);
        }

        #[test]
        fn nothing_overflows(x in prop::num::f32::NORMAL | prop::num::f32::ZERO) {
            for (value, slope) in [exact(x), tanh_form(x), gated(x, x, 1.0)] {
                prop_assert!(value.is_finite() && slope.is_finite(), "{} {}", value, slope);
            }
        }
    }
}
