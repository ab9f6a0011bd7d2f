//! Dropout whose noise depends on a key and a counter alone.
//!
//! The mask is made on the host by a counter-based generator, so it is the same for
//! every number of threads and every backend, and it costs a fraction of a
//! sequential generator. Nothing has to be saved to resume: the key of a training
//! step is a function of the run's seed and the step's number.

use std::cell::Cell;

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

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
    let Some(noise) = noise.filter(|_| probability > 0.0) else {
        return input;
    };
    let shape = input.dims();
    let values = mask_values(shape.iter().product(), probability, noise.next_key());
    let mask = Tensor::<D>::from_data(
        TensorData::new(values, shape),
        &input.device().without_autodiff(),
    );
    // A tensor without gradients is a constant beside one with them.
    input * mask
}

/// The mask's values: 0, or the scale of what is kept. Four values share one draw
/// of 64 bits, so probabilities are rounded to multiples of 2⁻¹⁶.
fn mask_values(count: usize, probability: f64, key: u64) -> Vec<f32> {
    let keep = 1.0 - probability;
    let threshold = (keep * 65536.0) as u64;
    let scale = (1.0 / keep) as f32;
    let mut values = vec![0f32; count];
    values
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, part)| {
            let first = key.wrapping_add((chunk * CHUNK) as u64);
            for (index, quad) in part.chunks_mut(4).enumerate() {
                let mut bits = mix(first.wrapping_add(index as u64));
                for value in quad {
                    *value = if (bits & 0xFFFF) < threshold {
                        scale
                    } else {
                        0.0
                    };
                    bits >>= 16;
                }
            }
        });
    values
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]

    use super::*;

    #[test]
    fn the_share_that_is_kept_is_one_minus_the_probability() {
        let values = mask_values(200_000, 0.3, 7);
        let kept = values.iter().filter(|value| **value > 0.0).count() as f64 / 200_000.0;
        assert!((kept - 0.7).abs() < 0.005, "{kept}");
        let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / 200_000.0;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
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
}
