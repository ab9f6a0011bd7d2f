//! The paired permutation test over seeds or folds: the sign of each difference is a coin.

use rand_chacha::rand_core::RngCore;

use crate::stats::draws::{count_drawn, count_enumerated};
use crate::stats::permutation::{Threshold, magnitude};
use crate::stats::{Assignments, PermutationTest, StatsError, check};

/// Up to this many pairs all sign vectors are enumerated.
pub(super) const LARGEST_ENUMERATED: usize = 20;

/// Tests whether the paired scores of two systems differ in mean.
///
/// `first[i]` and `second[i]` share their seed or fold. The statistic is the mean difference. All 2^n sign vectors
/// are enumerated up to 20 pairs; beyond, `draws` of them are drawn from `seed` (Phipson and Smyth 2010).
pub fn sign_flip(
    first: &[f64],
    second: &[f64],
    draws: u64,
    seed: u64,
) -> Result<PermutationTest, StatsError> {
    check::paired(first, second)?;
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let threshold = Threshold::new(
        flipped_mean(&differences, &[]),
        magnitude(first.iter().chain(second)),
    );
    let (source, assignments, hits) = if differences.len() <= LARGEST_ENUMERATED {
        let assignments = 1 << differences.len();
        let hits = count_enumerated(
            threshold,
            assignments,
            || (),
            |(), signs| flipped_mean(&differences, &[signs]),
        );
        (Assignments::Enumerated, assignments, hits)
    } else {
        check::draws(draws)?;
        let start = || vec![0_u64; differences.len().div_ceil(64)];
        let hits = count_drawn(threshold, draws, seed, start, |signs, generator| {
            for word in signs.iter_mut() {
                *word = generator.next_u64();
            }
            flipped_mean(&differences, signs)
        });
        (Assignments::Drawn { seed }, draws, hits)
    };
    Ok(PermutationTest {
        statistic: threshold.observed,
        source,
        assignments,
        hits,
    })
}

/// The mean after the differences whose bit is set changed their sign; 64 bits a word, missing words are zero.
fn flipped_mean(differences: &[f64], signs: &[u64]) -> f64 {
    let flipped = |index: usize| {
        signs
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    };
    let signed = differences
        .iter()
        .enumerate()
        .map(|(index, value)| if flipped(index) { -value } else { *value });
    signed.sum::<f64>() / differences.len() as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;
    use crate::stats::Tails;
    use proptest::prelude::*;

    #[test]
    fn five_pairs_on_one_side_reach_the_floor() {
        let test = sign_flip(&[2.0, 3.0, 4.0, 5.0, 6.0], &[1.0; 5], 0, 0).unwrap();
        assert_eq!(
            (test.assignments, test.hits),
            (
                32,
                Tails {
                    two_sided: 2,
                    greater: 1,
                    less: 32
                }
            )
        );
        assert_eq!((test.statistic, test.p().two_sided), (3.0, 0.0625));
    }

    #[test]
    fn drawn_signs_agree_with_the_normal_limit() {
        let first: Vec<f64> = (0..100)
            .map(|index| f64::from(index % 7) - 3.0 + 0.4)
            .collect();
        let second = vec![0.0; 100];
        let test = sign_flip(&first, &second, 40_000, 11).unwrap();
        let spread = first.iter().map(|value| value * value).sum::<f64>().sqrt() / 100.0;
        let z = test.statistic / spread;
        let expected = statrs::function::erf::erfc(z / 2.0_f64.sqrt());
        assert!(
            (test.p().two_sided - expected).abs() < 0.01,
            "{} {expected}",
            test.p().two_sided
        );
        assert_eq!(test.source, Assignments::Drawn { seed: 11 });
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(sign_flip(&[], &[], 10, 0).is_err());
        assert!(sign_flip(&[1.0], &[1.0, 2.0], 10, 0).is_err());
        assert!(sign_flip(&[f64::NAN], &[1.0], 10, 0).is_err());
        assert!(sign_flip(&[1.0; 21], &[2.0; 21], 0, 0).is_err());
    }

    proptest! {
        #[test]
        fn exchanging_the_systems_exchanges_the_tails(pairs in prop::collection::vec((-50_i32..50, -50_i32..50), 1..10)) {
            let first: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0) / 10.0).collect();
            let second: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1) / 10.0).collect();
            let test = sign_flip(&first, &second, 0, 0).unwrap();
            let back = sign_flip(&second, &first, 0, 0).unwrap();
            prop_assert_eq!(test.hits.two_sided, back.hits.two_sided);
            prop_assert_eq!((test.hits.greater, test.hits.less), (back.hits.less, back.hits.greater));
            prop_assert_eq!(test.hits.two_sided % 2, 0);
        }

        #[test]
        fn drawing_agrees_with_enumerating(values in prop::collection::vec(-30_i32..40, 3..8)) {
            let differences: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
            let exact = sign_flip(&differences, &vec![0.0; differences.len()], 0, 0).unwrap().p();
            // Zero differences change no sum but push the number of pairs past the limit of enumeration.
            let mut padded = differences;
            padded.resize(LARGEST_ENUMERATED + 1, 0.0);
            let drawn = sign_flip(&padded, &vec![0.0; padded.len()], 20_000, 3).unwrap().p();
            prop_assert!((exact.two_sided - drawn.two_sided).abs() < 0.02, "{exact:?} {drawn:?}");
            prop_assert!((exact.greater - drawn.greater).abs() < 0.02, "{exact:?} {drawn:?}");
        }
    }
}
