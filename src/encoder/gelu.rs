//! GELU (Hendrycks and Gimpel 2016, eq. 2) on the host, value and slope in one pass.
//!
//! Burn's CPU backend evaluates the error function value by value on one thread, in
//! the forward pass and again in the backward pass, which was an eighth of a training
//! step. Here one exponential serves both results, in code a compiler can vectorise,
//! shared out among threads.

use burn::tensor::{DType, Device, Tensor, TensorData, activation};
use rayon::prelude::*;

/// Values one worker computes at a time.
const CHUNK: usize = 1 << 13;

/// x·Φ(x) of every value, with its gradient.
pub(crate) fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    let device = input.device();
    let host = device.clone().without_autodiff();
    if host != Device::flex() || input.dtype() != DType::F32 {
        return activation::gelu(input);
    }
    let shape = input.dims();
    let plain = if device.is_autodiff() {
        input.clone().inner()
    } else {
        input.clone()
    };
    let Ok(values) = plain.clone().into_data().try_into_vec::<f32>() else {
        return activation::gelu(input);
    };
    let tensor = |values: Vec<f32>| Tensor::<D>::from_data(TensorData::new(values, shape), &host);
    let mut outputs = vec![0f32; values.len()];
    if !device.is_autodiff() {
        outputs
            .par_chunks_mut(CHUNK)
            .zip(values.par_chunks(CHUNK))
            .for_each(|(outputs, values)| {
                for (output, value) in outputs.iter_mut().zip(values) {
                    *output = value_and_slope(*value).0;
                }
            });
        return tensor(outputs);
    }
    let mut slopes = vec![0f32; values.len()];
    outputs
        .par_chunks_mut(CHUNK)
        .zip(slopes.par_chunks_mut(CHUNK))
        .zip(values.par_chunks(CHUNK))
        .for_each(|((outputs, slopes), values)| {
            for ((output, slope), value) in outputs.iter_mut().zip(slopes).zip(values) {
                (*output, *slope) = value_and_slope(*value);
            }
        });
    // The first factor is zero and carries the gradient: d(output)/d(input) = slope.
    (input - Tensor::from_inner(plain)) * Tensor::from_inner(tensor(slopes))
        + Tensor::from_inner(tensor(outputs))
}

/// x·Φ(x) and its derivative Φ(x) + x·φ(x).
///
/// Φ comes from Abramowitz and Stegun 1964, formula 7.1.26, whose error in erf is at
/// most 1.5·10⁻⁷; its exponential is that of φ too.
#[inline]
fn value_and_slope(x: f32) -> (f32, f32) {
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

/// eˣ for x ≤ 0, to two units in the last place: 2ⁿ·e^r with |r| ≤ ln 2 / 2 (Cody and
/// Waite's reduction) and Taylor's polynomial of degree 6. No branch and no table, so
/// that the loop around it vectorises.
#[inline]
fn exp_of_negative(x: f32) -> f32 {
    // Adding and taking away 1.5·2²³ rounds to the nearest whole number.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let series = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    series * f32::from_bits(((n as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn grid() -> Vec<f32> {
        (-1200..=1200).map(|step| step as f32 / 100.0).collect()
    }

    fn run(on: &Device, function: fn(Tensor<1>) -> Tensor<1>) -> (Vec<f32>, Vec<f32>) {
        let values = grid();
        let input = Tensor::<1>::from_data(TensorData::from(values.as_slice()), on).require_grad();
        let output = function(input.clone());
        let gradients = output.clone().sum().backward();
        let slope = input.grad(&gradients).unwrap();
        (
            output.into_data().try_into_vec().unwrap(),
            slope.into_data().try_into_vec().unwrap(),
        )
    }

    #[test]
    fn value_and_gradient_are_those_of_the_exact_function() {
        let device = Device::flex().autodiff();
        let (ours, our_slope) = run(&device, gelu);
        let (exact, exact_slope) = run(&device, activation::gelu);
        for index in 0..ours.len() {
            let scale = exact[index].abs().max(1.0);
            assert!(
                (ours[index] - exact[index]).abs() < 1e-6 * scale,
                "{}",
                grid()[index]
            );
            assert!(
                (our_slope[index] - exact_slope[index]).abs() < 2e-6,
                "{}",
                grid()[index]
            );
        }
    }

    #[test]
    fn extremes_stay_finite() {
        for x in [-1e30f32, -100.0, 0.0, 100.0, 1e30] {
            let (value, slope) = value_and_slope(x);
            assert!(
                value.is_finite() && slope.is_finite(),
                "{x}: {value} {slope}"
            );
        }
    }
}
