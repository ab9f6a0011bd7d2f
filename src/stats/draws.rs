//! Counting hits over many assignments, in parallel and independent of the number of threads.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::stats::permutation::{Tails, Threshold};
use crate::stats::random;

/// Assignments in one chunk. A chunk is worked off by one thread and has a random stream of its own.
const CHUNK: u64 = 4096;

/// Counts the hits of `draws` random assignments.
///
/// `start` makes the working memory of a chunk, `draw` changes it and returns the statistic.
pub(super) fn count_drawn<S>(
    threshold: Threshold,
    draws: u64,
    seed: u64,
    start: impl Fn() -> S + Sync,
    draw: impl Fn(&mut S, &mut ChaCha8Rng) -> f64 + Sync,
) -> Tails<u64> {
    over_chunks(draws, |chunk, assignments| {
        let (mut memory, mut generator) = (start(), random::generator(seed, chunk));
        assignments
            .map(|_| threshold.hits(draw(&mut memory, &mut generator)))
            .fold(Tails::default(), |a, b| a + b)
    })
}

/// Counts the hits of the assignments numbered from 0 to `assignments` - 1.
pub(super) fn count_enumerated<S>(
    threshold: Threshold,
    assignments: u64,
    start: impl Fn() -> S + Sync,
    evaluate: impl Fn(&mut S, u64) -> f64 + Sync,
) -> Tails<u64> {
    over_chunks(assignments, |_, assignments| {
        let mut memory = start();
        assignments
            .map(|number| threshold.hits(evaluate(&mut memory, number)))
            .fold(Tails::default(), |a, b| a + b)
    })
}

/// Adds up what `count` finds in each chunk of the assignments numbered from 0 to `total` - 1, given the number of the
/// chunk and those of its assignments.
pub(super) fn over_chunks(
    total: u64,
    count: impl Fn(u64, Range<u64>) -> Tails<u64> + Sync,
) -> Tails<u64> {
    (0..total.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            count(
                chunk,
                chunk * CHUNK..total.min((chunk + 1).saturating_mul(CHUNK)),
            )
        })
        .reduce(Tails::default, |a, b| a + b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand_chacha::rand_core::RngCore;

    fn drawn(draws: u64, seed: u64) -> Tails<u64> {
        let uniform = |(): &mut (), generator: &mut ChaCha8Rng| {
            f64::from(generator.next_u32()) / f64::from(u32::MAX)
        };
        count_drawn(Threshold::new(0.25, 1.0), draws, seed, || (), uniform)
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let pool = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
        };
        let one = pool(1).install(|| drawn(20_000, 5));
        assert_eq!(one, pool(3).install(|| drawn(20_000, 5)));
        assert!((14_700..15_300).contains(&one.greater), "{one:?}");
        assert_ne!(one, drawn(20_000, 6));
    }

    #[test]
    fn every_number_is_visited_once() {
        let hits = count_enumerated(
            Threshold::new(9_000.0, 1.0),
            10_000,
            || (),
            |(), number| number as f64,
        );
        assert_eq!(
            hits,
            Tails {
                two_sided: 1000,
                greater: 1000,
                less: 9001
            }
        );
    }
}
