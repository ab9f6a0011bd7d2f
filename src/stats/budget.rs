//! What a search may be expected to find with a budget of so many trials.
//!
//! The best of a hundred trials beats the best of ten, whatever the system. So a search is told by the score that the
//! best of k trials would have on average, for every k, from the development scores of the trials that were made.

use crate::stats::{StatsError, check};

/// How the trials of a smaller budget are drawn from those that were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trials {
    /// With repeats, as Dodge et al. 2019, equation 4, have it; too low, the more so the larger the budget.
    WithReplacement,
    /// Without repeats: the unbiased estimate (Tang et al. 2020, equation 6).
    WithoutReplacement,
}

/// The expected best of k trials for k = 1 to the number of `scores`, in the unit of the scores.
pub fn expected_best(scores: &[f64], trials: Trials) -> Result<Vec<f64>, StatsError> {
    check::finite("development scores", scores)?;
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let best_of = match trials {
        Trials::WithReplacement => with_replacement,
        Trials::WithoutReplacement => without_replacement,
    };
    Ok((1..=sorted.len()).map(|k| best_of(&sorted, k)).collect())
}

/// Sum of v_(i) [(i/n)^k - ((i-1)/n)^k] over the sorted scores.
fn with_replacement(sorted: &[f64], k: usize) -> f64 {
    let below = |rank: usize| (rank as f64 / sorted.len() as f64).powf(k as f64);
    let ranked = (1..).zip(sorted);
    ranked
        .map(|(rank, score)| score * (below(rank) - below(rank - 1)))
        .sum()
}

/// Sum of v_(i) C(i-1, k-1) / C(n, k): the weight of the largest is k/n, and each below has (i - k)/(i - 1) of that of
/// the next, so that no coefficient has to be computed.
fn without_replacement(sorted: &[f64], k: usize) -> f64 {
    let mut weight = k as f64 / sorted.len() as f64;
    let mut sum = 0.0;
    for rank in (k..=sorted.len()).rev() {
        sum += weight * sorted[rank - 1];
        if rank > k {
            weight *= (rank - k) as f64 / (rank - 1) as f64;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_of_three() {
        let best = expected_best(&[3.0, 1.0, 2.0], Trials::WithoutReplacement).unwrap();
        // The pairs are 1 2, 1 3 and 2 3.
        for (found, expected) in best.iter().zip([2.0, 8.0 / 3.0, 3.0]) {
            assert!((found - expected).abs() < 1e-15, "{best:?}");
        }
        let best = expected_best(&[3.0, 1.0, 2.0], Trials::WithReplacement).unwrap();
        // Of nine ordered pairs one has 1 as its best, three have 2, and five have 3.
        assert!((best[1] - (1.0 + 6.0 + 15.0) / 9.0).abs() < 1e-15);
    }

    #[test]
    fn no_trials_are_refused() {
        assert!(expected_best(&[], Trials::WithReplacement).is_err());
        assert!(expected_best(&[f64::NAN], Trials::WithoutReplacement).is_err());
    }

    proptest! {
        #[test]
        fn more_trials_find_more_and_all_find_the_best(scores in prop::collection::vec(0.0..100.0_f64, 1..200)) {
            let unbiased = expected_best(&scores, Trials::WithoutReplacement).unwrap();
            let biased = expected_best(&scores, Trials::WithReplacement).unwrap();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            let best = scores.iter().copied().fold(0.0, f64::max);
            prop_assert!((unbiased[0] - mean).abs() < 1e-9 && (biased[0] - mean).abs() < 1e-9);
            prop_assert!((unbiased[scores.len() - 1] - best).abs() < 1e-9);
            for (k, (one, other)) in unbiased.iter().zip(&biased).enumerate() {
                prop_assert!(one + 1e-9 >= *other);
                prop_assert!(k == 0 || unbiased[k - 1] <= one + 1e-9);
            }
        }
    }
}
