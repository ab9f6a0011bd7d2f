//! What a test can show at best, known before anything is trained.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::stats::combinations::binomial;
use crate::stats::{StatsError, check};

/// Nobody trains more runs of one system for a test.
const MOST_RUNS: usize = 100;

/// The smallest two-sided p-value of the enumerated [`sign_flip`](crate::stats::sign_flip) over `pairs`: 2/2^n.
///
/// Beyond 20 pairs signs are drawn, and [`drawn_floor`] holds.
pub fn sign_flip_floor(pairs: usize) -> Result<f64, StatsError> {
    check::at_least("pairs", pairs, 1)?;
    Ok(2.0 * 0.5_f64.powi(i32::try_from(pairs).unwrap_or(i32::MAX)))
}

/// The smallest two-sided p-value of the enumerated [`two_sample`](crate::stats::two_sample).
///
/// One split in C(n + m, n), or two where the groups are equally large and every split has a mirror. Beyond 10^6
/// splits they are drawn, and [`drawn_floor`] holds.
pub fn two_sample_floor(first: usize, second: usize) -> Result<f64, StatsError> {
    check::at_least("runs of the first system", first, 1)?;
    check::at_least("runs of the second system", second, 1)?;
    let extreme = if first == second { 2.0 } else { 1.0 };
    Ok(extreme / binomial(first.saturating_add(second), first))
}

/// The smallest two-sided p-value over `documents`: 2/2^D where enumerated, 1/(draws + 1) beyond 20 documents.
pub fn document_floor(documents: usize, draws: u64) -> Result<f64, StatsError> {
    check::at_least("documents", documents, 1)?;
    if documents <= crate::stats::documents::LARGEST_ENUMERATED {
        sign_flip_floor(documents)
    } else {
        drawn_floor(draws)
    }
}

/// The smallest p-value of a test with random draws: 1/(draws + 1).
pub fn drawn_floor(draws: u64) -> Result<f64, StatsError> {
    check::draws(draws)?;
    Ok(1.0 / (draws as f64 + 1.0))
}

/// The smallest two-sided p-value over `runs` of each system: of the enumerated test where it enumerates so many,
/// else 1/(draws + 1).
pub fn seed_floor(paired: bool, runs: usize, draws: u64) -> Result<f64, StatsError> {
    let enumerated = if paired {
        runs <= crate::stats::sign_flip::LARGEST_ENUMERATED
    } else {
        binomial(runs.saturating_mul(2), runs) <= crate::stats::two_sample::LARGEST_ENUMERATED
    };
    match (enumerated, paired) {
        (true, true) => sign_flip_floor(runs),
        (true, false) => two_sample_floor(runs, runs),
        (false, _) => drawn_floor(draws),
    }
}

/// The least number of runs of each system with which test number `which` of a family can come below `alpha`.
///
/// `paired` tells of each test of the family whether it is paired, and `correct` corrects its p-values; none if
/// even a hundred runs are too few, because the draws are.
pub fn runs_needed(
    paired: &[bool],
    which: usize,
    draws: u64,
    alpha: f64,
    correct: impl Fn(&[f64]) -> Vec<f64>,
) -> Option<usize> {
    (1..=MOST_RUNS).find(|&runs| {
        let floors = paired.iter().map(|&paired| seed_floor(paired, runs, draws));
        let floors: Result<Vec<f64>, StatsError> = floors.collect();
        let corrected = floors.map(|floors| correct(&floors)).unwrap_or_default();
        corrected.get(which).is_some_and(|&p| p < alpha)
    })
}

/// What is left of a floor after Holm's correction over `comparisons`: min(1, m floor).
///
/// This is the first step of the procedure, which the smallest p-value of the family has to pass.
pub fn holm_floor(floor: f64, comparisons: usize) -> Result<f64, StatsError> {
    check::probabilities("floor", &[floor])?;
    check::at_least("comparisons", comparisons, 1)?;
    Ok((floor * comparisons as f64).min(1.0))
}

/// Runs of each system needed to find that P(A > B) is `gamma`, to be rounded up.
///
/// ((z(1 - alpha) + z(power)) / (root 6 (gamma - 1/2)))^2, Noether 1987, for a one-sided test at level `alpha`.
pub fn noether_sample_size(alpha: f64, power: f64, gamma: f64) -> Result<f64, StatsError> {
    check::open_unit("alpha", alpha)?;
    check::open_unit("power", power)?;
    if !(gamma > 0.5 && gamma <= 1.0) {
        return Err(StatsError::OutOfRange {
            what: "gamma",
            value: gamma,
            range: "above 0.5 and at most 1",
        });
    }
    let normal = Normal::standard();
    let z = normal.inverse_cdf(1.0 - alpha) + normal.inverse_cdf(power);
    Ok((z / (6.0_f64.sqrt() * (gamma - 0.5))).powi(2))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;
    use crate::stats::{sign_flip, two_sample};

    #[test]
    fn the_tests_reach_their_floors() {
        for runs in 1..8_u32 {
            let low: Vec<f64> = (0..runs).map(|run| f64::from(1 << run)).collect();
            let high: Vec<f64> = low.iter().map(|score| score * 1000.0).collect();
            let paired = sign_flip(&high, &low, 0, 0).unwrap().p().two_sided;
            assert_eq!(paired, sign_flip_floor(low.len()).unwrap());
            let unpaired = two_sample(&high, &low, 0, 0).unwrap().p().two_sided;
            assert_eq!(unpaired, two_sample_floor(low.len(), low.len()).unwrap());
        }
    }

    #[test]
    fn five_against_five_over_four_comparisons() {
        let floor = two_sample_floor(5, 5).unwrap();
        assert!((holm_floor(floor, 4).unwrap() - 8.0 / 252.0).abs() < 1e-15);
        assert_eq!(holm_floor(0.4, 3).unwrap(), 1.0);
    }

    #[test]
    fn floors_over_seeds_switch_to_draws() {
        assert_eq!(
            seed_floor(true, 20, 9).unwrap(),
            sign_flip_floor(20).unwrap()
        );
        assert_eq!(seed_floor(true, 21, 9).unwrap(), 0.1);
        assert_eq!(seed_floor(false, 5, 9).unwrap(), 2.0 / 252.0);
        assert_eq!(seed_floor(false, 12, 9).unwrap(), 0.1);
    }

    #[test]
    fn runs_needed_depend_on_the_family_and_its_tests() {
        let holm = |p: &[f64]| crate::stats::holm(p).unwrap();
        assert_eq!(runs_needed(&[false], 0, 9999, 0.05, holm), Some(4));
        assert_eq!(runs_needed(&[true], 0, 9999, 0.05, holm), Some(6));
        assert_eq!(runs_needed(&[false; 3], 0, 9999, 0.05, holm), Some(5));
        // The paired test has the largest p of its family, which Holm leaves as it is.
        assert_eq!(runs_needed(&[false, true], 1, 9999, 0.05, holm), Some(6));
        assert_eq!(runs_needed(&[true; 2], 1, 9999, 0.05, holm), Some(7));
        assert_eq!(runs_needed(&[true], 0, 9999, 1e-9, holm), None);
        assert_eq!(runs_needed(&[true], 1, 9999, 0.05, holm), None);
    }

    #[test]
    fn documents_switch_to_draws_beyond_twenty() {
        assert_eq!(document_floor(20, 9).unwrap(), 0.5_f64.powi(19));
        assert_eq!(document_floor(21, 9).unwrap(), 0.1);
        assert!(document_floor(21, 0).is_err());
    }

    #[test]
    fn noether_needs_29_runs_for_three_quarters() {
        assert_eq!(noether_sample_size(0.05, 0.95, 0.75).unwrap().ceil(), 29.0);
        assert!(noether_sample_size(0.05, 0.95, 0.5).is_err());
        assert!(noether_sample_size(0.0, 0.95, 0.7).is_err());
    }

    #[test]
    fn nothing_to_compare_is_refused() {
        assert!(
            sign_flip_floor(0).is_err()
                && two_sample_floor(0, 3).is_err()
                && holm_floor(0.1, 0).is_err()
        );
        assert!(holm_floor(f64::NAN, 1).is_err());
    }
}
