//! Dropout whose noise depends on a key and a counter alone.
//!
//! The mask is made on the host by a counter-based generator, so it is the same for
//! every number of threads and every backend, and it costs a fraction of a
//! sequential generator. Nothing has to be saved to resume: the key of a training
//! step is a function of the run's seed and the step's number.

use std::cell::Cell;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::host::{Inputs, Pullback, numbers, result};

/// Values one worker fills before it takes the next share of a mask.
const CHUNK: usize = 1 << 14;

/// The dropout noise of one training step.
#[derive(Debug)]
pub struct Noise {
    key: u64,
    drawn: Cell<u64>,
}

impl Noise {
    /// Noise for step number `step` of the run with this `seed`.
    pub fn new(seed: u64, step: u64) -> Self {
        Self {
            key: mix(mix(seed) ^ step),
            drawn: Cell::new(0),
        }
    }

    /// A fresh key; every mask of a step has its own.
    fn next_key(&self) -> u64 {
        let drawn = self.drawn.get();
        self.drawn.set(drawn + 1);
        mix(self.key ^ (drawn << 40))
    }

    /// Independent draws from N(0, 1), the same for every number of threads.
    pub(crate) fn normals(&self, count: usize) -> Vec<f32> {
        let key = self.next_key();
        let mut values = vec![0f32; count];
        values
            .par_chunks_mut(CHUNK)
            .enumerate()
            .for_each(|(chunk, part)| {
                // Two uniforms give two normals (Box and Muller 1958).
                let first = key.wrapping_add((chunk * CHUNK) as u64);
                for (pair, part) in part.chunks_mut(2).enumerate() {
                    let counter = first.wrapping_add(2 * pair as u64);
                    let radius = (-2.0 * unit(mix(counter)).ln()).sqrt();
                    let angle = std::f64::consts::TAU * unit(mix(counter.wrapping_add(1)));
                    let (sine, cosine) = angle.sin_cos();
                    for (value, normal) in part.iter_mut().zip([cosine, sine]) {
                        *value = (radius * normal) as f32;
                    }
                }
            });
        values
    }

    /// For each of `count` things, whether it is struck, with `probability` and
    /// independently of the others.
    pub(crate) fn strikes(&self, count: usize, probability: f64) -> Vec<bool> {
        let key = self.next_key();
        (0..count as u64)
            .map(|index| unit(mix(key.wrapping_add(index))) <= probability)
            .collect()
    }
}

/// Uniform in (0, 1], from 53 bits.
pub(crate) fn unit(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 1.0) / 9_007_199_254_740_992.0
}

/// SplitMix64's output function (Steele, Lea and Flood 2014, "Fast splittable
/// pseudorandom number generators"): a bijection on 64 bits that passes the usual
/// batteries when fed a counter.
pub(crate) fn mix(counter: u64) -> u64 {
    let mut bits = counter.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Zeroes each value with `probability` and scales the others by
/// `1 / (1 - probability)` (Srivastava et al. 2014, inverted form).
///
/// Without noise (evaluation) or with probability 0 the input comes back as it is.
pub fn dropout<const D: usize>(
    input: Tensor<D>,
    probability: f64,
    noise: Option<&Noise>,
) -> Tensor<D> {
    let Some(mask) = Mask::draw(probability, noise) else {
        return input;
    };
    let shape = input.dims();
    if let Some(Inputs {
        recorded,
        lying: [values],
    }) = Inputs::of([(&input).into()])
    {
        let mut output = numbers(&values).to_vec();
        mask.apply_all(&mut output);
        result(recorded.as_ref(), output, shape, || Dropped { mask, shape })
    } else {
        let mask = mask.tensor(shape, &input.device());
        input * mask
    }
}

/// `residual` + dropout of `input`, in one pass.
pub(crate) fn add_dropped(
    residual: Tensor<2>,
    input: Tensor<2>,
    probability: f64,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let Some(mask) = Mask::draw(probability, noise) else {
        return residual + input;
    };
    let shape = input.dims();
    if let Some(Inputs { recorded, lying }) = Inputs::of([(&residual).into(), (&input).into()]) {
        let [residual, input] = lying.each_ref().map(numbers);
        let mut output = input.to_vec();
        output
            .par_chunks_mut(CHUNK)
            .zip(residual.par_chunks(CHUNK))
            .enumerate()
            .for_each(|(chunk, (output, residual))| {
                mask.apply(chunk * CHUNK, output);
                for (output, residual) in output.iter_mut().zip(residual) {
                    *output += residual;
                }
            });
        result(recorded.as_ref(), output, shape, || Dropped { mask, shape })
    } else {
        let mask = mask.tensor(shape, &input.device());
        residual + input * mask
    }
}

/// The way back through dropout: the same mask.
#[derive(Debug, Clone)]
struct Dropped<const D: usize> {
    mask: Mask,
    shape: [usize; D],
}

impl<const D: usize> Pullback<1> for Dropped<D> {
    fn pull(self, mut upstream: Vec<f32>, _: [bool; 1]) -> [Option<TensorData>; 1] {
        self.mask.apply_all(&mut upstream);
        [Some(TensorData::new(upstream, self.shape))]
    }
}

impl<const D: usize> Pullback<2> for Dropped<D> {
    fn pull(self, upstream: Vec<f32>, [residual, input]: [bool; 2]) -> [Option<TensorData>; 2] {
        let residual = residual.then(|| TensorData::new(upstream.clone(), self.shape));
        let input = input.then(|| {
            let mut gradient = upstream;
            self.mask.apply_all(&mut gradient);
            TensorData::new(gradient, self.shape)
        });
        [residual, input]
    }
}

/// What dropout multiplies a tensor's values by: 0, or the scale of what is kept. It is a
/// function of the key and a value's place, so it is made again for the way back.
///
/// Four values share one draw of 64 bits, so probabilities are rounded to multiples of
/// 2⁻¹⁶.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mask {
    key: u64,
    threshold: u64,
    scale: f32,
}

impl Mask {
    /// A mask of its own; none where nothing is to be dropped.
    pub(crate) fn draw(probability: f64, noise: Option<&Noise>) -> Option<Self> {
        let noise = noise.filter(|_| probability > 0.0)?;
        Some(Self::new(probability, noise.next_key()))
    }

    fn new(probability: f64, key: u64) -> Self {
        let keep = 1.0 - probability;
        Self {
            key,
            threshold: (keep * 65536.0) as u64,
            scale: (1.0 / keep) as f32,
        }
    }

    /// What kept values are multiplied by.
    pub(crate) fn scale(self) -> f32 {
        self.scale
    }

    /// Masks the values of which the first is at place `first` of the tensor.
    pub(crate) fn apply(self, first: usize, values: &mut [f32]) {
        let head = values.len().min(first.wrapping_neg() % 4);
        let (head, rest) = values.split_at_mut(head);
        self.quad(first, head);
        let first = first + head.len();
        let mut quads = rest.chunks_exact_mut(4);
        let mut place = first;
        for quad in &mut quads {
            let bits = mix(self.key.wrapping_add(place as u64 / 4));
            for (lane, value) in quad.iter_mut().enumerate() {
                *value *= self.factor(bits >> (16 * lane));
            }
            place += 4;
        }
        self.quad(place, quads.into_remainder());
    }

    /// Masks fewer than four values, which share a draw.
    fn quad(self, first: usize, values: &mut [f32]) {
        let bits = mix(self.key.wrapping_add(first as u64 / 4));
        for (lane, value) in (first % 4..).zip(values) {
            *value *= self.factor(bits >> (16 * lane));
        }
    }

    fn factor(self, bits: u64) -> f32 {
        if (bits & 0xFFFF) < self.threshold {
            self.scale
        } else {
            0.0
        }
    }

    fn apply_all(self, values: &mut [f32]) {
        values
            .par_chunks_mut(CHUNK)
            .enumerate()
            .for_each(|(chunk, part)| self.apply(chunk * CHUNK, part));
    }

    /// The mask itself, for a tensor of this shape.
    pub(crate) fn tensor<const D: usize>(self, shape: [usize; D], device: &Device) -> Tensor<D> {
        let mut values = vec![1f32; shape.iter().product()];
        self.apply_all(&mut values);
        // A tensor without gradients is a constant beside one with them.
        let device = device.clone().without_autodiff();
        Tensor::from_data(TensorData::new(values, shape), &device)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, clippy::unwrap_used)]

    use super::*;

    fn mask_values(count: usize, probability: f64, key: u64) -> Vec<f32> {
        let mut values = vec![1f32; count];
        Mask::new(probability, key).apply_all(&mut values);
        values
    }

    #[test]
    fn the_share_that_is_kept_is_one_minus_the_probability() {
        let values = mask_values(200_000, 0.3, 7);
        let kept = values.iter().filter(|value| **value > 0.0).count() as f64 / 200_000.0;
        assert!((kept - 0.7).abs() < 0.005, "{kept}");
        let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / 200_000.0;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
    }

    #[test]
    fn normals_have_mean_0_and_variance_1() {
        let values = Noise::new(5, 2).normals(100_001);
        assert_eq!(values, Noise::new(5, 2).normals(100_001));
        let count = values.len() as f64;
        let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
        let square = |value: &f32| f64::from(*value).powi(2);
        let variance = values.iter().map(square).sum::<f64>() / count;
        assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02);
        let far = values.iter().filter(|value| value.abs() > 1.96).count() as f64 / count;
        assert!((far - 0.05).abs() < 0.003, "{far}");
    }

    #[test]
    fn masks_repeat_with_their_key_and_differ_without() {
        let noise = Noise::new(3, 11);
        let again = Noise::new(3, 11);
        let first = mask_values(100_000, 0.5, noise.next_key());
        assert_eq!(first, mask_values(100_000, 0.5, again.next_key()));
        assert_ne!(first, mask_values(100_000, 0.5, noise.next_key()));
        assert_ne!(
            first,
            mask_values(100_000, 0.5, Noise::new(3, 12).next_key())
        );
    }

    #[test]
    fn neighbouring_chunks_do_not_repeat_each_other() {
        let values = mask_values(2 * CHUNK, 0.5, 1);
        assert_ne!(values[..CHUNK], values[CHUNK..]);
    }

    #[test]
    fn a_mask_in_parts_is_the_mask() {
        let mask = Mask::new(0.4, 5);
        let whole = mask_values(1_000, 0.4, 5);
        for (first, end) in [(0, 3), (1, 2), (2, 9), (3, 1_000), (5, 5), (997, 1_000)] {
            let mut part = vec![1f32; end - first];
            mask.apply(first, &mut part);
            assert_eq!(part, whole[first..end]);
        }
    }

    #[test]
    fn gradients_go_where_values_were_kept() {
        let device = Device::flex().autodiff();
        let ones = || Tensor::<2>::ones([9, 11], &device).require_grad();
        let (input, other, residual) = (ones(), ones(), ones());
        let key = || Noise::new(1, 2);
        let dropped = dropout(input.clone(), 0.5, Some(&key()));
        let added = add_dropped(residual.clone(), other.clone(), 0.5, Some(&key()));
        let values = |tensor: Tensor<2>| tensor.into_data().try_into_vec::<f32>().unwrap();
        let kept = values(dropped.clone());
        assert!(kept.contains(&0.0) && kept.contains(&2.0));
        let gradients = (dropped + added.clone()).sum().backward();
        assert_eq!(values(input.grad(&gradients).unwrap()), kept);
        assert_eq!(values(other.grad(&gradients).unwrap()), kept);
        assert!(
            values(residual.grad(&gradients).unwrap())
                .iter()
                .all(|one| *one == 1.0)
        );
        let sums: Vec<f32> = kept.iter().map(|value| value + 1.0).collect();
        assert_eq!(values(added), sums);
    }
}
