//! The unpaired permutation test over seeds: which score belongs to which system is a relabelling.

use crate::stats::combinations::{advance, binomial};
use crate::stats::draws::count_drawn;
use crate::stats::permutation::{Tails, Threshold, magnitude};
use crate::stats::summary::mean;
use crate::stats::{Assignments, PermutationTest, StatsError, check, random};

/// Up to this many relabellings all are enumerated.
pub(super) const LARGEST_ENUMERATED: f64 = 1e6;

/// Tests whether the scores of two systems, not paired, differ in mean.
///
/// The statistic is the difference of the means. All splits of the pooled scores into groups of the two sizes are
/// enumerated if there are at most 10^6; otherwise `draws` of them are drawn from `seed`. For unequal sizes the
/// two-sided p-value is not twice the one-sided one, because a split has no mirror.
pub fn two_sample(
    first: &[f64],
    second: &[f64],
    draws: u64,
    seed: u64,
) -> Result<PermutationTest, StatsError> {
    check::finite("scores of the first system", first)?;
    check::finite("scores of the second system", second)?;
    let scale = magnitude(first.iter().chain(second));
    // The statistic does not change with a shift, and small numbers leave less rounding.
    let mut pool: Vec<f64> = first.iter().chain(second).copied().collect();
    let centre = mean(&pool);
    for score in &mut pool {
        *score -= centre;
    }
    let split = Split {
        total: pool.iter().sum(),
        first: first.len(),
        second: second.len(),
    };
    let threshold = Threshold::new(
        split.difference(&mut pool[..first.len()].iter().copied()),
        scale,
    );

    let splits = binomial(pool.len(), first.len());
    let (source, assignments, hits) = if splits <= LARGEST_ENUMERATED {
        (
            Assignments::Enumerated,
            splits as u64,
            enumerate(&pool, &split, threshold),
        )
    } else {
        check::draws(draws)?;
        (
            Assignments::Drawn { seed },
            draws,
            draw(&pool, &split, threshold, draws, seed),
        )
    };
    Ok(PermutationTest {
        statistic: threshold.observed,
        source,
        assignments,
        hits,
    })
}

/// The sizes of the two groups and the sum of both.
struct Split {
    total: f64,
    first: usize,
    second: usize,
}

impl Split {
    /// The difference of the means if the first group is `chosen`.
    fn difference(&self, chosen: &mut dyn Iterator<Item = f64>) -> f64 {
        let sum: f64 = chosen.sum();
        sum / self.first as f64 - (self.total - sum) / self.second as f64
    }
}

fn enumerate(pool: &[f64], split: &Split, threshold: Threshold) -> Tails<u64> {
    let mut chosen: Vec<usize> = (0..split.first).collect();
    let mut hits = Tails::default();
    loop {
        hits =
            hits + threshold.hits(split.difference(&mut chosen.iter().map(|&index| pool[index])));
        if !advance(&mut chosen, pool.len()) {
            return hits;
        }
    }
}

/// Counts the hits of random splits: the first group is filled by the start of a Fisher-Yates shuffle.
fn draw(pool: &[f64], split: &Split, threshold: Threshold, draws: u64, seed: u64) -> Tails<u64> {
    count_drawn(
        threshold,
        draws,
        seed,
        || pool.to_vec(),
        |scores, generator| {
            for position in 0..split.first {
                let other = position + random::index_below(generator, scores.len() - position);
                scores.swap(position, other);
            }
            split.difference(&mut scores[..split.first].iter().copied())
        },
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn separated_groups_reach_the_floor() {
        let test = two_sample(&[6.0, 7.0, 8.0, 9.0], &[1.0, 2.0, 3.0, 4.0], 0, 0).unwrap();
        assert_eq!(
            (test.assignments, test.hits.two_sided, test.hits.greater),
            (70, 2, 1)
        );
        assert!((test.statistic - 5.0).abs() < 1e-12);
    }

    #[test]
    fn equal_scores_give_one() {
        let test = two_sample(&[70.1; 3], &[70.1; 4], 0, 0).unwrap();
        assert_eq!(
            test.p(),
            Tails {
                two_sided: 1.0,
                greater: 1.0,
                less: 1.0
            }
        );
    }

    #[test]
    fn many_scores_are_drawn() {
        let first: Vec<f64> = (0..13).map(|index| f64::from(index * 7 % 13)).collect();
        let second: Vec<f64> = first.iter().map(|score| score + 0.5).collect();
        let test = two_sample(&first, &second, 10_000, 4).unwrap();
        assert_eq!(
            (test.source, test.assignments),
            (Assignments::Drawn { seed: 4 }, 10_000)
        );
        // The normal limit for thirteen shuffled scores a side and a shift of half a point is 0.744.
        assert!(
            (test.p().two_sided - 0.744).abs() < 0.03,
            "{}",
            test.p().two_sided
        );
        assert_eq!(test, two_sample(&first, &second, 10_000, 4).unwrap());
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(two_sample(&[], &[1.0], 10, 0).is_err());
        assert!(two_sample(&[1.0], &[f64::NAN], 10, 0).is_err());
        assert!(two_sample(&[1.0; 20], &[1.0; 20], 0, 0).is_err());
    }

    proptest! {
        #[test]
        fn exchanging_the_systems_exchanges_the_tails(
            first in prop::collection::vec(-40_i32..40, 1..6), second in prop::collection::vec(-40_i32..40, 1..6)
        ) {
            let first: Vec<f64> = first.into_iter().map(|score| 70.0 + f64::from(score) / 10.0).collect();
            let second: Vec<f64> = second.into_iter().map(|score| 70.0 + f64::from(score) / 10.0).collect();
            let test = two_sample(&first, &second, 0, 0).unwrap().hits;
            let back = two_sample(&second, &first, 0, 0).unwrap().hits;
            prop_assert_eq!((test.two_sided, test.greater, test.less), (back.two_sided, back.less, back.greater));
        }

        #[test]
        fn drawing_agrees_with_enumerating(
            first in prop::collection::vec(-40_i32..40, 4..6), second in prop::collection::vec(-40_i32..40, 4..6)
        ) {
            let pool: Vec<f64> = first.iter().chain(&second).map(|&score| f64::from(score)).collect();
            let (first, second) = pool.split_at(first.len());
            let exact = two_sample(first, second, 0, 0).unwrap();
            let split = Split { total: pool.iter().sum(), first: first.len(), second: second.len() };
            let threshold = Threshold::new(exact.statistic, 40.0);
            let hits = draw(&pool, &split, threshold, 20_000, 9);
            prop_assert!((exact.p().two_sided - hits.two_sided as f64 / 20_000.0).abs() < 0.02);
        }
    }
}
