//! What of the first moment and of the fresh gradient goes into a step of Adam.

use burn::optim::{AdamWState, AdaptiveMomentumState};
use burn::tensor::Tensor;

use super::adamw::Constants;
use super::recipe::Method;

/// How fast Nesterov's momentum rises to β₁ (Dozat 2016, §2; PyTorch's `momentum_decay`).
const RISE: f64 = 0.004;

/// Below this a product of momenta is nothing beside 1.
const NOTHING: f64 = 1e-18;

/// Factors of the first moment and of the gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Momentum {
    pub(super) moment: f32,
    pub(super) slope: f32,
}

impl Momentum {
    /// The factors of step `time`, from 1. Adam's are 1/(1 − β₁ᵗ) and 0. With Nesterov's
    /// momentum (Dozat 2016, algorithm 8), μ_t = β₁ (1 − ½ · 0.96^(0.004 t)) and Π_t the
    /// product of the momenta up to t, they are μ_{t+1}/(1 − Π_{t+1}) and
    /// (1 − μ_t)/(1 − Π_t).
    pub(super) fn at(method: Method, beta_1: f32, time: i32) -> Self {
        if method == Method::Adamw {
            return Self {
                moment: 1.0 / (1.0 - beta_1.powi(time)),
                slope: 0.0,
            };
        }
        let momentum =
            |time: i32| f64::from(beta_1) * (1.0 - 0.5 * 0.96_f64.powf(RISE * f64::from(time)));
        let mut product = 1.0;
        for earlier in 1..=time {
            product *= momentum(earlier);
            if product < NOTHING {
                break;
            }
        }
        let (now, next) = (momentum(time), momentum(time + 1));
        Self {
            moment: (next / (1.0 - product * next)) as f32,
            slope: ((1.0 - now) / (1.0 - product)) as f32,
        }
    }
}

/// A step with Nesterov's momentum by tensor operations, for devices other than the host.
pub(super) fn elsewhere<const D: usize>(
    constants: Constants,
    rate: f64,
    tensor: Tensor<D>,
    gradient: Tensor<D>,
    state: Option<AdamWState<D>>,
) -> (Tensor<D>, Option<AdamWState<D>>) {
    let (time, first, second) = match state {
        Some(state) => {
            let momentum = state.momentum;
            (momentum.time, momentum.moment_1, momentum.moment_2)
        }
        None => (0, tensor.zeros_like(), tensor.zeros_like()),
    };
    let time = time + 1;
    let Constants {
        beta_1,
        beta_2,
        epsilon,
        weight_decay,
    } = constants;
    let first = first.mul_scalar(beta_1) + gradient.clone().mul_scalar(1.0 - beta_1);
    let squares = gradient.clone().square().mul_scalar(1.0 - beta_2);
    let second = second.mul_scalar(beta_2) + squares;
    let factors = Momentum::at(Method::Nadam, beta_1, time as i32);
    let correction = 1.0 / (1.0 - beta_2.powi(time as i32));
    let root = second
        .clone()
        .mul_scalar(correction)
        .sqrt()
        .add_scalar(epsilon);
    let step = first.clone().mul_scalar(factors.moment) + gradient.mul_scalar(factors.slope);
    let keep = 1.0 - rate * f64::from(weight_decay);
    let moved = tensor.mul_scalar(keep) - (step / root).mul_scalar(rate);
    let state = AdamWState::new(AdaptiveMomentumState {
        time,
        moment_1: first,
        moment_2: second,
        max_moment_2: None,
    });
    (moved, Some(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first moments and values of torch.optim.NAdam(lr=0.1) on the slopes 1, −2, 0.5 of a
    /// parameter that begins at 1, worked out in double precision by its published formula.
    #[test]
    fn three_steps_are_pytorchs() {
        let (mut value, mut first, mut second) = (1.0_f64, 0.0_f64, 0.0_f64);
        let mut values = Vec::new();
        for (time, slope) in [(1, 1.0), (2, -2.0), (3, 0.5)] {
            let factors = Momentum::at(Method::Nadam, 0.9, time);
            first = 0.9 * first + 0.1 * slope;
            second = 0.999 * second + 0.001 * slope * slope;
            let root = (second / (1.0 - 0.999_f64.powi(time))).sqrt() + 1e-8;
            let moved = f64::from(factors.moment) * first + f64::from(factors.slope) * slope;
            value -= 0.1 * moved / root;
            values.push(value);
        }
        let expected = [0.894_354_823_2, 0.985_010_571_9, 0.963_883_048_2];
        for (found, expected) in values.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-6,
                "{values:?} is not {expected:?}"
            );
        }
    }

    #[test]
    fn adam_takes_no_fresh_slope() {
        let factors = Momentum::at(Method::Adamw, 0.9, 1);
        assert!((factors.moment - 10.0).abs() < 1e-4 && factors.slope.abs() < f32::MIN_POSITIVE);
        // After many steps Nesterov's factors are those of plain averages.
        let late = Momentum::at(Method::Nadam, 0.9, 100_000);
        assert!((late.moment - 0.9).abs() < 1e-4 && (late.slope - 0.1).abs() < 1e-4);
    }
}
