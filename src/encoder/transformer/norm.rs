//! Layer normalisation (Ba et al. 2016) and root-mean-square normalisation (Zhang and
//! Sennrich 2019), each one node of the gradient graph on the host.
//!
//! As tensor operations a norm is ten passes over all values forward and more backward.

use burn::nn::{LayerNorm, RmsNorm};
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::lanes::{dot, sum};
use crate::encoder::host::{Inputs, Pullback, numbers, result};

/// Rows one worker takes at a time; sums over rows are added in this order.
const ROWS: usize = 64;

/// γ·(x − mean)/√(variance + ε) + β of every row (Ba et al. 2016, eq. 4). `epsilon` is
/// that of `norm`, which does not tell it.
pub(crate) fn layer_norm(norm: &LayerNorm, epsilon: f64, input: Tensor<2>) -> Tensor<2> {
    let Some(beta) = &norm.beta else {
        return norm.forward(input);
    };
    let (gamma, beta) = (norm.gamma.val(), beta.val());
    match Inputs::of([(&input).into(), (&gamma).into(), (&beta).into()]) {
        Some(inputs) => normed(&inputs, input.dims(), epsilon, true),
        None => norm.forward(input),
    }
}

/// γ·x/√(mean of squares + ε) of every row (Zhang and Sennrich 2019, eq. 4).
pub(crate) fn rms_norm(norm: &RmsNorm, input: Tensor<2>) -> Tensor<2> {
    let gamma = norm.gamma.val();
    match Inputs::of([(&input).into(), (&gamma).into()]) {
        Some(inputs) => normed(&inputs, input.dims(), norm.epsilon, false),
        None => norm.forward(input),
    }
}

/// Inputs are the rows, γ and, if there is one, β.
fn normed<const N: usize>(
    inputs: &Inputs<N>,
    shape: [usize; 2],
    epsilon: f64,
    centred: bool,
) -> Tensor<2>
where
    Normed: Pullback<N>,
{
    let [rows, width] = shape;
    let input = numbers(&inputs.lying[0]);
    let gamma = numbers(&inputs.lying[1]);
    let beta = inputs.lying.get(2).map(numbers);
    let mut outputs = vec![0f32; rows * width];
    let mut unscaled = vec![
        0f32;
        if inputs.recorded.is_some() {
            rows * width
        } else {
            0
        }
    ];
    let mut factors = vec![0f32; rows];
    let part = ROWS * width;
    let keep = inputs.recorded.is_some();
    let kept = if keep { part } else { 1 };
    let mut kept: Vec<&mut [f32]> = unscaled.chunks_mut(kept).collect();
    kept.resize_with(rows.div_ceil(ROWS), Default::default);
    outputs
        .par_chunks_mut(part)
        .zip(kept)
        .zip(factors.par_chunks_mut(ROWS))
        .zip(input.par_chunks(part))
        .for_each(|(((outputs, kept), factors), values)| {
            let rows = outputs.chunks_exact_mut(width).zip(factors);
            for (row, ((output, factor), values)) in
                rows.zip(values.chunks_exact(width)).enumerate()
            {
                output.copy_from_slice(values);
                *factor = standardise(output, epsilon as f32, centred);
                if keep {
                    kept[row * width..][..width].copy_from_slice(output);
                }
                scale(output, gamma, beta);
            }
        });
    let gamma = gamma.to_vec();
    result(inputs.recorded.as_ref(), outputs, shape, || Normed {
        unscaled,
        factors,
        gamma,
        centred,
    })
}

/// What [`layer_norm`] makes of one row, in its place.
pub(crate) fn layer_norm_row(row: &mut [f32], gamma: &[f32], beta: &[f32], epsilon: f64) {
    standardise(row, epsilon as f32, true);
    scale(row, gamma, Some(beta));
}

/// Subtracts a row's mean, if `centred`, and multiplies it by what is given: the inverse
/// of its deviation.
fn standardise(row: &mut [f32], epsilon: f32, centred: bool) -> f32 {
    let count = row.len() as f32;
    let mean = if centred { sum(row) / count } else { 0.0 };
    for value in row.iter_mut() {
        *value -= mean;
    }
    let variance = dot(row, row) / count;
    let factor = 1.0 / (variance + epsilon).sqrt();
    for value in row.iter_mut() {
        *value *= factor;
    }
    factor
}

fn scale(row: &mut [f32], gamma: &[f32], beta: Option<&[f32]>) {
    match beta {
        Some(beta) => {
            for ((value, gamma), beta) in row.iter_mut().zip(gamma).zip(beta) {
                *value = *value * gamma + beta;
            }
        }
        None => {
            for (value, gamma) in row.iter_mut().zip(gamma) {
                *value *= gamma;
            }
        }
    }
}

/// The way back through a norm.
#[derive(Debug, Clone)]
struct Normed {
    /// Rows before γ and β.
    unscaled: Vec<f32>,
    /// What each row was multiplied by.
    factors: Vec<f32>,
    gamma: Vec<f32>,
    centred: bool,
}

impl Pullback<3> for Normed {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 3]) -> [Option<TensorData>; 3] {
        self.gradients(upstream, wanted)
    }
}

impl Pullback<2> for Normed {
    fn pull(self, upstream: Vec<f32>, [input, gamma]: [bool; 2]) -> [Option<TensorData>; 2] {
        let [input, gamma, _] = self.gradients(upstream, [input, gamma, false]);
        [input, gamma]
    }
}

impl Normed {
    /// With g = γ·(gradient of the output) and x̂ the row before γ, the gradient of the
    /// input is (g − mean of g − x̂·mean of g·x̂)·factor, where only a centred norm has
    /// the first mean.
    fn gradients(self, mut upstream: Vec<f32>, wanted: [bool; 3]) -> [Option<TensorData>; 3] {
        let Self {
            unscaled,
            factors,
            gamma,
            centred,
        } = self;
        let width = gamma.len();
        let part = ROWS * width;
        let pull_row = |upstream: &mut [f32], unscaled: &[f32], factor: f32| {
            for (upstream, gamma) in upstream.iter_mut().zip(&gamma) {
                *upstream *= gamma;
            }
            let count = width as f32;
            let mean = if centred { sum(upstream) / count } else { 0.0 };
            let along = dot(upstream, unscaled) / count;
            for (upstream, unscaled) in upstream.iter_mut().zip(unscaled) {
                *upstream = (*upstream - mean - unscaled * along) * factor;
            }
        };
        let shares: Vec<[Vec<f32>; 2]> = upstream
            .par_chunks_mut(part)
            .zip(unscaled.par_chunks(part))
            .zip(factors.par_chunks(ROWS))
            .map(|((upstream, unscaled), factors)| {
                let mut sums = [vec![0f32; width], vec![0f32; width]];
                let [gammas, betas] = &mut sums;
                let rows = upstream.chunks_exact_mut(width).zip(factors);
                for ((upstream, factor), unscaled) in rows.zip(unscaled.chunks_exact(width)) {
                    let sums = gammas.iter_mut().zip(betas.iter_mut());
                    for (((gamma, beta), upstream), unscaled) in
                        sums.zip(upstream.iter()).zip(unscaled)
                    {
                        *gamma += upstream * unscaled;
                        *beta += upstream;
                    }
                    pull_row(upstream, unscaled, *factor);
                }
                sums
            })
            .collect();
        let total = |which: usize| {
            let mut total = vec![0f32; width];
            for share in &shares {
                for (total, share) in total.iter_mut().zip(&share[which]) {
                    *total += share;
                }
            }
            TensorData::new(total, [width])
        };
        let rows = factors.len();
        [
            wanted[0].then(|| TensorData::new(upstream, [rows, width])),
            wanted[1].then(|| total(0)),
            wanted[2].then(|| total(1)),
        ]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::module::{Module, Param};
    use burn::nn::{LayerNormConfig, RmsNormConfig};
    use burn::tensor::Device;
    use rayon::ThreadPoolBuilder;

    use super::*;

    /// More rows than a worker takes, in a width that no vector divides.
    const SHAPE: [usize; 2] = [ROWS + 7, 13];

    fn tensor<const D: usize>(shape: [usize; D], step: usize) -> Tensor<D> {
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count)
            .map(|index| ((index * step) % 31) as f32 / 9.0 - 1.5)
            .collect();
        let device = Device::flex().autodiff();
        Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
    }

    /// The result of a norm and the gradients of its input and parameters.
    fn run(norm: impl Fn(Tensor<2>) -> Tensor<2>, parameters: &[&Tensor<1>]) -> Vec<Vec<f32>> {
        let input = tensor(SHAPE, 7);
        let output = norm(input.clone());
        let gradients = (output.clone() * tensor(SHAPE, 5)).sum().backward();
        let mut results = vec![output.into_data().try_into_vec().unwrap()];
        results.push(
            input
                .grad(&gradients)
                .unwrap()
                .into_data()
                .try_into_vec()
                .unwrap(),
        );
        for parameter in parameters {
            let gradient = parameter.grad(&gradients).unwrap();
            results.push(gradient.into_data().try_into_vec().unwrap());
        }
        results
    }

    fn assert_near(left: &[Vec<f32>], right: &[Vec<f32>]) {
        assert_eq!(left.len(), right.len());
        for (part, (left, right)) in left.iter().zip(right).enumerate() {
            assert_eq!(left.len(), right.len());
            for (left, right) in left.iter().zip(right) {
                let size = right.abs().max(1.0);
                assert!(
                    (left - right).abs() < 2e-5 * size,
                    "part {part}: {left} {right}"
                );
            }
        }
    }

    fn layer() -> LayerNorm {
        let device = Device::flex().autodiff();
        let mut norm = LayerNormConfig::new(SHAPE[1])
            .with_epsilon(1e-3)
            .init(&device);
        norm.gamma = Param::from_tensor(tensor([SHAPE[1]], 3));
        norm.beta = Some(Param::from_tensor(tensor([SHAPE[1]], 4)));
        norm
    }

    #[test]
    fn the_layer_norm_is_that_of_its_module() {
        let norm = layer();
        let (gamma, beta) = (norm.gamma.val(), norm.beta.as_ref().unwrap().val());
        let own = run(|input| layer_norm(&norm, 1e-3, input), &[&gamma, &beta]);
        let other = run(|input| norm.forward(input), &[&gamma, &beta]);
        assert_near(&own, &other);
        let plain = norm.valid();
        let input = tensor(SHAPE, 7).inner();
        let values = layer_norm(&plain, 1e-3, input)
            .into_data()
            .try_into_vec::<f32>();
        assert_eq!(values.unwrap(), own[0]);
    }

    #[test]
    fn the_root_mean_square_norm_is_that_of_its_module() {
        let device = Device::flex().autodiff();
        let mut norm = RmsNormConfig::new(SHAPE[1])
            .with_epsilon(1e-3)
            .init(&device);
        norm.gamma = Param::from_tensor(tensor([SHAPE[1]], 3));
        let gamma = norm.gamma.val();
        let own = run(|input| rms_norm(&norm, input), &[&gamma]);
        assert_near(&own, &run(|input| norm.forward(input), &[&gamma]));
    }

    #[test]
    fn every_bit_is_the_same_on_any_number_of_threads() {
        let on = |threads| {
            let pool = ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let norm = layer();
                let (gamma, beta) = (norm.gamma.val(), norm.beta.as_ref().unwrap().val());
                run(|input| layer_norm(&norm, 1e-3, input), &[&gamma, &beta])
            })
        };
        let bits = |parts: Vec<Vec<f32>>| {
            let values = parts.into_iter().flatten();
            values.map(f32::to_bits).collect::<Vec<_>>()
        };
        assert_eq!(bits(on(1)), bits(on(3)));
    }
}
