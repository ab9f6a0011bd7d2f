//! AdamW (Loshchilov and Hutter 2019, algorithm 2), with Nesterov's momentum if asked, in
//! one pass over host memory.
//!
//! Burn's own AdamW is a dozen whole-tensor operations, which on the CPU backend run
//! on one thread and read and write every moment several times. On the CPU the update
//! is done here value by value, shared out among threads; every value is computed
//! alone, so the result does not depend on their number. Other devices keep Burn's AdamW,
//! and have Nesterov's momentum as tensor operations.

use burn::optim::{AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

use super::momentum::{Momentum, elsewhere};
use super::recipe::Method;

/// Values one worker updates at a time.
const CHUNK: usize = 1 << 14;

/// AdamW with bias correction and decoupled decay.
#[derive(Clone)]
pub(crate) struct HostAdamW {
    beta_1: f32,
    beta_2: f32,
    epsilon: f32,
    weight_decay: f32,
    method: Method,
    elsewhere: AdamW,
    on_host: bool,
}

impl HostAdamW {
    /// β = (0.9, 0.999); `on_host` says that the device's memory is the host's.
    pub(crate) fn new(method: Method, epsilon: f64, weight_decay: f64, on_host: bool) -> Self {
        let (epsilon, weight_decay) = (epsilon as f32, weight_decay as f32);
        Self {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon,
            weight_decay,
            method,
            elsewhere: AdamWConfig::new()
                .with_epsilon(epsilon)
                .with_weight_decay(weight_decay)
                .build(),
            on_host,
        }
    }

    fn constants(&self) -> Constants {
        Constants {
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            weight_decay: self.weight_decay,
        }
    }

    fn update(&self, rate: f64, time: i32, values: Values<'_>) {
        let Momentum {
            moment,
            slope: fresh,
        } = Momentum::at(self.method, self.beta_1, time);
        let correction_2 = 1.0 / (1.0 - self.beta_2.powi(time));
        let keep = 1.0 - (rate * f64::from(self.weight_decay)) as f32;
        let rate = rate as f32;
        let Values {
            parameters,
            gradient,
            first,
            second,
        } = values;
        parameters
            .par_chunks_mut(CHUNK)
            .zip(gradient.par_chunks(CHUNK))
            .zip(first.par_chunks_mut(CHUNK))
            .zip(second.par_chunks_mut(CHUNK))
            .for_each(|(((parameters, gradient), first), second)| {
                for index in 0..parameters.len() {
                    let slope = gradient[index];
                    let m = self.beta_1 * first[index] + (1.0 - self.beta_1) * slope;
                    let v = self.beta_2 * second[index] + (1.0 - self.beta_2) * slope * slope;
                    first[index] = m;
                    second[index] = v;
                    let step =
                        (m * moment + slope * fresh) / ((v * correction_2).sqrt() + self.epsilon);
                    parameters[index] = keep * parameters[index] - rate * step;
                }
            });
    }
}

/// What does not change from step to step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constants {
    pub(super) beta_1: f32,
    pub(super) beta_2: f32,
    pub(super) epsilon: f32,
    pub(super) weight_decay: f32,
}

/// The four rows of numbers that an update reads and writes.
struct Values<'a> {
    parameters: &'a mut [f32],
    gradient: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl Optimizer for HostAdamW {
    type State<const D: usize> = AdamWState<D>;

    fn step<const D: usize>(
        &self,
        rate: f64,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let device = tensor.device();
        if !self.on_host || tensor.dtype() != DType::F32 || gradient.dtype() != DType::F32 {
            return match self.method {
                Method::Adamw => self.elsewhere.step(rate, tensor, gradient, state),
                Method::Nadam => elsewhere(self.constants(), rate, tensor, gradient, state),
            };
        }
        let state = state.unwrap_or_else(|| {
            AdamWState::new(AdaptiveMomentumState {
                time: 0,
                moment_1: tensor.zeros_like(),
                moment_2: tensor.zeros_like(),
                max_moment_2: None,
            })
        });
        let AdaptiveMomentumState {
            time,
            moment_1,
            moment_2,
            ..
        } = state.momentum;
        let shape = tensor.dims();
        let [mut parameters, mut first, mut second] = [tensor, moment_1, moment_2].map(host_values);
        // The gradient is only read, where it lies: a matrix product's memory cannot become
        // a vector without a copy.
        let gradient = gradient.into_data();
        self.update(
            rate,
            time as i32 + 1,
            Values {
                parameters: &mut parameters,
                gradient: gradient.as_slice().unwrap_or_default(),
                first: &mut first,
                second: &mut second,
            },
        );
        let back = |values| Tensor::<D>::from_data(TensorData::new(values, shape), &device);
        let momentum = AdaptiveMomentumState {
            time: time + 1,
            moment_1: back(first),
            moment_2: back(second),
            max_moment_2: None,
        };
        (back(parameters), Some(AdamWState::new(momentum)))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        AdamW::to_device(state, device)
    }
}

/// A tensor's values; without a copy where nothing else holds them. The caller has seen
/// that they are f32.
fn host_values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn tensor(values: &[f32]) -> Tensor<1> {
        Tensor::from_data(TensorData::from(values), &Device::flex())
    }

    #[test]
    fn it_is_the_same_method_as_burns() {
        let (own, other) = (
            HostAdamW::new(Method::Adamw, 1e-6, 0.1, true),
            HostAdamW::new(Method::Adamw, 1e-6, 0.1, false),
        );
        same(&own, &other);
    }

    #[test]
    fn it_is_the_same_method_on_every_device() {
        let (own, other) = (
            HostAdamW::new(Method::Nadam, 1e-6, 0.1, true),
            HostAdamW::new(Method::Nadam, 1e-6, 0.1, false),
        );
        same(&own, &other);
    }

    fn same(own: &HostAdamW, other: &HostAdamW) {
        let start = [0.5, -1.0, 2.0, 0.0];
        let (mut ours, mut theirs) = (tensor(&start), tensor(&start));
        let (mut our_state, mut their_state) = (None, None);
        for step in 0..20 {
            let gradient: Vec<f32> = (0..4)
                .map(|index| ((step * 7 + index * 3) % 5) as f32 - 2.0)
                .collect();
            (ours, our_state) = own.step(0.01, ours, tensor(&gradient), our_state);
            (theirs, their_state) = other.step(0.01, theirs, tensor(&gradient), their_state);
        }
        let ours: Vec<f32> = ours.into_data().try_into_vec().unwrap();
        let theirs: Vec<f32> = theirs.into_data().try_into_vec().unwrap();
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() < 1e-5, "{ours:?} is not {theirs:?}");
        }
        assert!((ours[0] - 0.5).abs() > 1e-3, "nothing was learnt");
    }
}
