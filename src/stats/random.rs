//! Random numbers that depend on a seed and a stream, and on nothing else.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The generator of one stream of a seed. ChaCha counts, so streams are independent and cost nothing to reach.
pub(super) fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}

/// A uniform index below `length`, without bias (Lemire 2019, section 4). `length` must not be zero.
pub(super) fn index_below(generator: &mut impl RngCore, length: usize) -> usize {
    let length = length as u64;
    loop {
        let product = u128::from(generator.next_u64()) * u128::from(length);
        let low = product as u64;
        // The 2^64 values of a word fall into `length` equal classes and a remainder, which is rejected. It is smaller
        // than `length`, so that hardly ever a division is needed to know it.
        if low >= length || low >= length.wrapping_neg() % length {
            return (product >> 64) as usize;
        }
    }
}

/// `count` indexes below `length`, drawn with replacement.
pub(super) fn indexes(generator: &mut impl RngCore, count: usize, length: usize) -> Vec<usize> {
    (0..count).map(|_| index_below(generator, length)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_about_uniform_and_reproducible() {
        let drawn = indexes(&mut generator(7, 3), 60_000, 6);
        assert_eq!(drawn, indexes(&mut generator(7, 3), 60_000, 6));
        for face in 0..6 {
            let count = drawn.iter().filter(|&&index| index == face).count();
            assert!((9_500..10_500).contains(&count), "{face}: {count}");
        }
    }

    #[test]
    fn streams_and_seeds_differ() {
        let first = indexes(&mut generator(7, 0), 20, 1000);
        assert_ne!(first, indexes(&mut generator(7, 1), 20, 1000));
        assert_ne!(first, indexes(&mut generator(8, 0), 20, 1000));
    }
}
