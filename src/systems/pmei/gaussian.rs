//! Gaussians with independent values: drawing from one, and what it adds to another.
//!
//! On the host both are one node of the gradient graph, since as tensor operations they would
//! be twenty passes over all values, and as many on the way back.

use burn::backend::flex::FlexTensor;
use burn::tensor::{Tensor, TensorData};

use crate::encoder::host::{Inputs, Pullback, numbers, result};

/// Added to every variance, so that none is 0.
const LEAST_VARIANCE: f32 = 1e-8;

/// A Gaussian for every row and value.
#[derive(Debug, Clone)]
pub(crate) struct Gaussian {
    pub(crate) mean: Tensor<2>,
    /// s, the signed deviation: the variance is s² + 10⁻⁸.
    pub(crate) deviation: Tensor<2>,
}

impl Gaussian {
    pub(crate) fn variance(&self) -> Tensor<2> {
        self.deviation.clone() * self.deviation.clone() + f64::from(LEAST_VARIANCE)
    }

    /// μ + √v ∘ ε.
    pub(crate) fn draw(&self, noise: Tensor<2>) -> Tensor<2> {
        self.mean.clone() + self.variance().sqrt() * noise
    }

    /// KL(self ‖ prior), summed over rows and values:
    /// ½ Σ [log w − log v + (v + (μ − m)²)/w − 1] with the prior's mean m and variance w
    /// (Kingma and Welling 2014, appendix B, for any two of them).
    fn divergence(&self, prior: &Self) -> Tensor<1> {
        let distance = self.mean.clone() - prior.mean.clone();
        let (own, other) = (self.variance(), prior.variance());
        let ratio = (own.clone() + distance.clone() * distance) / other.clone();
        (other.log() - own.log() + ratio - 1.0)
            .sum()
            .mul_scalar(0.5)
    }

    /// A draw with this noise, and the divergence from `prior`.
    pub(crate) fn pass(&self, prior: &Self, noise: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.pass_on_host(prior, &noise)
            .unwrap_or_else(|| (self.draw(noise), self.divergence(prior)))
    }

    fn pass_on_host(&self, prior: &Self, noise: &Tensor<2>) -> Option<(Tensor<2>, Tensor<1>)> {
        let shape = self.mean.dims();
        let Inputs { recorded, lying } = Inputs::of([
            (&self.mean).into(),
            (&self.deviation).into(),
            (&prior.mean).into(),
            (&prior.deviation).into(),
            noise.into(),
        ])?;
        let [mean, deviation, prior_mean, prior_deviation, noise] = lying.each_ref().map(numbers);
        let mut values = Vec::with_capacity(mean.len() + 1);
        let mut divergence = 0f64;
        for place in 0..mean.len() {
            let own = Terms::of(
                (mean[place], deviation[place]),
                (prior_mean[place], prior_deviation[place]),
            );
            values.push(mean[place] + own.variance.sqrt() * noise[place]);
            let ratio = own.squares / own.prior_variance;
            divergence += f64::from((own.prior_variance / own.variance).ln() + ratio - 1.0);
        }
        let count = values.len();
        values.push((0.5 * divergence) as f32);
        let output = result(recorded.as_ref(), values, [count + 1], || Passed {
            lying: lying.clone(),
            shape,
        });
        Some((
            output.clone().narrow(0, 0, count).reshape(shape),
            output.narrow(0, count, 1),
        ))
    }
}

/// What one value's Gaussians have in common.
struct Terms {
    variance: f32,
    prior_variance: f32,
    /// μ − m
    distance: f32,
    /// v + (μ − m)²
    squares: f32,
}

impl Terms {
    fn of((mean, deviation): (f32, f32), (prior_mean, prior_deviation): (f32, f32)) -> Self {
        let variance = deviation * deviation + LEAST_VARIANCE;
        let distance = mean - prior_mean;
        Self {
            variance,
            prior_variance: prior_deviation * prior_deviation + LEAST_VARIANCE,
            distance,
            squares: variance + distance * distance,
        }
    }
}

/// The way back through a draw and its divergence.
#[derive(Debug, Clone)]
struct Passed {
    /// μ, s, and those of the prior; ε.
    lying: [FlexTensor; 5],
    shape: [usize; 2],
}

impl Pullback<5> for Passed {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 5]) -> [Option<TensorData>; 5] {
        let [mean, deviation, prior_mean, prior_deviation, noise] =
            self.lying.each_ref().map(numbers);
        let (of_divergence, of_draw) = upstream
            .split_last()
            .map_or((0.0, &[][..]), |(a, b)| (*a, b));
        let count = of_draw.len();
        let mut gradients: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0f32; count]);
        let [of_mean, of_deviation, of_prior_mean, of_prior_deviation] = &mut gradients;
        for place in 0..count {
            let own = Terms::of(
                (mean[place], deviation[place]),
                (prior_mean[place], prior_deviation[place]),
            );
            let (s, q) = (deviation[place], prior_deviation[place]);
            let share = own.distance / own.prior_variance;
            of_mean[place] = of_draw[place] + of_divergence * share;
            of_prior_mean[place] = -of_divergence * share;
            of_deviation[place] = of_draw[place] * noise[place] * s / own.variance.sqrt()
                + of_divergence * s * (1.0 / own.prior_variance - 1.0 / own.variance);
            of_prior_deviation[place] =
                of_divergence * q * (1.0 - own.squares / own.prior_variance) / own.prior_variance;
        }
        let [a, b, c, d] = gradients;
        let [first, second, third, fourth, _] = wanted;
        let give =
            |wanted: bool, values: Vec<f32>| wanted.then(|| TensorData::new(values, self.shape));
        [
            give(first, a),
            give(second, b),
            give(third, c),
            give(fourth, d),
            None,
        ]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;
    use crate::encoder::host::values;

    #[test]
    fn the_host_and_other_devices_agree() {
        let device = Device::flex().autodiff();
        let leaf = |shift: f32| {
            let numbers = (0..35).map(|at| (at as f32 * 0.61 + shift).sin() * 1.5);
            let data = TensorData::new(numbers.collect::<Vec<f32>>(), [7, 5]);
            Tensor::<2>::from_data(data, &device).require_grad()
        };
        let own = Gaussian {
            mean: leaf(0.0),
            deviation: leaf(1.0),
        };
        let prior = Gaussian {
            mean: leaf(2.0),
            deviation: leaf(3.0),
        };
        let noise = leaf(4.0).detach();
        let weights = leaf(5.0).detach();
        let results = |(draw, divergence): (Tensor<2>, Tensor<1>)| {
            let whole = (draw.clone() * weights.clone()).sum() + (divergence.clone() * 0.3).sum();
            let gradients = whole.backward();
            let mut results = vec![values(draw), values(divergence)];
            for input in [&own.mean, &own.deviation, &prior.mean, &prior.deviation] {
                results.push(values(input.grad(&gradients).unwrap()));
            }
            results
        };
        let host = results(own.pass_on_host(&prior, &noise).unwrap());
        let other = results((own.draw(noise.clone()), own.divergence(&prior)));
        for (host, other) in host.iter().zip(&other) {
            assert_eq!(host.len(), other.len());
            for (host, other) in host.iter().zip(other) {
                let off = (host - other).abs() / other.abs().max(1.0);
                assert!(off < 1e-5, "{host} is not {other}");
            }
        }
    }
}
