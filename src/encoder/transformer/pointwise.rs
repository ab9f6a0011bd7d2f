//! Functions of single values on the host, value and slope in one pass.
//!
//! Burn's CPU backend evaluates an activation operation by operation on one thread, in
//! the forward pass and again in the backward pass, which was an eighth of a training
//! step. Here one exponential serves both results, in code a compiler can vectorise,
//! shared out among threads.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use crate::encoder::host::{Inputs, Pullback, numbers, result};

/// Values one worker computes at a time.
const CHUNK: usize = 1 << 13;

/// `function` of every value, with its gradient; `function` gives the value and the
/// slope there. Where values do not lie in this host's memory as 32-bit numbers,
/// `elsewhere` computes the same with the device's own operations.
pub(crate) fn pointwise<const D: usize>(
    input: Tensor<D>,
    function: impl Fn(f32) -> (f32, f32) + Sync,
    elsewhere: impl Fn(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    let shape = input.dims();
    let Some(Inputs {
        recorded,
        lying: [values],
    }) = Inputs::of([(&input).into()])
    else {
        return elsewhere(input);
    };
    let values = numbers(&values);
    let mut outputs = vec![0f32; values.len()];
    if recorded.is_none() {
        outputs
            .par_chunks_mut(CHUNK)
            .zip(values.par_chunks(CHUNK))
            .for_each(|(outputs, values)| {
                for (output, value) in outputs.iter_mut().zip(values) {
                    *output = function(*value).0;
                }
            });
        return Tensor::from_data(TensorData::new(outputs, shape), &input.device());
    }
    let mut slopes = vec![0f32; values.len()];
    outputs
        .par_chunks_mut(CHUNK)
        .zip(slopes.par_chunks_mut(CHUNK))
        .zip(values.par_chunks(CHUNK))
        .for_each(|((outputs, slopes), values)| {
            for ((output, slope), value) in outputs.iter_mut().zip(slopes).zip(values) {
                (*output, *slope) = function(*value);
            }
        });
    result(recorded.as_ref(), outputs, shape, || Slopes {
        slopes,
        shape,
    })
}

/// The way back through a function of single values.
#[derive(Debug, Clone)]
struct Slopes<const D: usize> {
    slopes: Vec<f32>,
    shape: [usize; D],
}

impl<const D: usize> Pullback<1> for Slopes<D> {
    fn pull(self, mut upstream: Vec<f32>, _: [bool; 1]) -> [Option<TensorData>; 1] {
        upstream
            .par_chunks_mut(CHUNK)
            .zip(self.slopes.par_chunks(CHUNK))
            .for_each(|(upstream, slopes)| {
                for (upstream, slope) in upstream.iter_mut().zip(slopes) {
                    *upstream *= slope;
                }
            });
        [Some(TensorData::new(upstream, self.shape))]
    }
}

/// eˣ for x ≤ 0, to two units in the last place: 2ⁿ·e^r with |r| ≤ ln 2 / 2 (Cody and
/// Waite's reduction) and Taylor's polynomial of degree 6. No branch and no table, so
/// that the loop around it vectorises. Below −87 it stays at e⁻⁸⁷, about 10⁻³⁸.
#[inline]
pub(crate) fn exp_of_negative(x: f32) -> f32 {
    // Adding 1.5·2²³ rounds to the nearest whole number, which the sum's last bits hold.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let series = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    series * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;

    #[test]
    fn the_exponential_is_exact_to_rounding() {
        for step in 0..=8700 {
            let x = -(step as f32) / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp_of_negative(x)) - exact).abs() / exact;
            assert!(error < 2.5e-7, "{x}: {error}");
        }
        assert!(exp_of_negative(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn more_values_than_one_worker_takes_keep_their_places() {
        let count = 2 * CHUNK + 3;
        let values: Vec<f32> = (0..count).map(|index| index as f32).collect();
        for device in [Device::flex(), Device::flex().autodiff()] {
            let input = Tensor::<1>::from_data(TensorData::from(values.as_slice()), &device);
            let output = pointwise(input, |x| (2.0 * x, 2.0), |input| input);
            let doubled: Vec<f32> = values.iter().map(|value| 2.0 * value).collect();
            assert_eq!(output.into_data().try_into_vec::<f32>().unwrap(), doubled);
        }
    }
}
