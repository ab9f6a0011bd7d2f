//! Chance, reproducible on every machine: one ChaCha8 stream for each document.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A stream of random choices.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The `stream`-th stream of `seed`; streams of a seed are independent.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number below `bound`, which is at least 1. The bias of at most `bound / 2^64` is immaterial.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        // The upper 53 bits make a uniform double in [0, 1), so that 0 is never and 1 always true.
        ((self.0.next_u64() >> 11) as f64) * 2_f64.powi(-53) < probability
    }

    /// One of the items, which are not empty.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A place in `weights` (not all zero), in proportion.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.below(1000), dice.below(1000), dice.below(1000)]
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
    }

    #[test]
    fn chances_are_about_right() {
        let mut dice = Dice::new(0, 0);
        let hits = (0..10_000).filter(|_| dice.chance(0.3)).count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
        assert!(!dice.chance(0.0) && dice.chance(1.0));
        let ones = (0..10_000)
            .filter(|_| dice.weighted(&[3, 1, 0]) == 1)
            .count();
        assert!((2_300..2_700).contains(&ones), "{ones}");
    }
}
