//! Adjusting p-values for the number of comparisons in a family.
//!
//! Every function returns the adjusted p-values in the order of the input; a comparison is significant at alpha if
//! its adjusted p-value is at most alpha. Holm controls the chance of any false mark and needs no assumption.

use crate::stats::{StatsError, check};

/// Bonferroni: min(1, m p).
pub fn bonferroni(p: &[f64]) -> Result<Vec<f64>, StatsError> {
    check::probabilities("p-values", p)?;
    Ok(p.iter()
        .map(|value| (value * p.len() as f64).min(1.0))
        .collect())
}

/// Holm 1979, step down: the running maximum of min(1, (m - i + 1) p_(i)) over the sorted p-values.
pub fn holm(p: &[f64]) -> Result<Vec<f64>, StatsError> {
    let order = ascending(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut running = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        running = running.max(((p.len() - rank) as f64 * p[index]).min(1.0));
        adjusted[index] = running;
    }
    Ok(adjusted)
}

/// Hochberg 1988, step up: the running minimum of (m - i + 1) p_(i) from the largest on.
pub fn hochberg(p: &[f64]) -> Result<Vec<f64>, StatsError> {
    step_up(p, |rank| (p.len() - rank + 1) as f64)
}

/// Benjamini and Hochberg 1995, false discovery rate: the running minimum of m p_(i) / i from the largest on.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, StatsError> {
    step_up(p, |rank| p.len() as f64 / rank as f64)
}

/// Benjamini and Yekutieli 2001, under any dependence: as Benjamini and Hochberg, times 1 + 1/2 + ... + 1/m.
pub fn benjamini_yekutieli(p: &[f64]) -> Result<Vec<f64>, StatsError> {
    let harmonic: f64 = (1..=p.len()).map(|rank| 1.0 / rank as f64).sum();
    step_up(p, |rank| harmonic * p.len() as f64 / rank as f64)
}

/// The running minimum, from the largest p-value to the smallest, of p times the factor of its rank from 1.
fn step_up(p: &[f64], factor: impl Fn(usize) -> f64) -> Result<Vec<f64>, StatsError> {
    let order = ascending(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut running = 1.0_f64;
    for (position, &index) in order.iter().enumerate().rev() {
        running = running.min(factor(position + 1) * p[index]);
        adjusted[index] = running;
    }
    Ok(adjusted)
}

fn ascending(p: &[f64]) -> Result<Vec<usize>, StatsError> {
    check::probabilities("p-values", p)?;
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&left, &right| p[left].total_cmp(&p[right]));
    Ok(order)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    type Correction = fn(&[f64]) -> Result<Vec<f64>, StatsError>;
    const ALL: [Correction; 5] = [
        bonferroni,
        holm,
        hochberg,
        benjamini_hochberg,
        benjamini_yekutieli,
    ];

    #[test]
    fn holm_puts_results_back_in_place() {
        let adjusted = holm(&[0.02, 0.5, 0.001]).unwrap();
        for (found, expected) in adjusted.iter().zip([0.04, 0.5, 0.003]) {
            assert!((found - expected).abs() < 1e-15, "{adjusted:?}");
        }
    }

    #[test]
    fn bad_p_values_are_refused() {
        for correction in ALL {
            assert!(correction(&[]).is_err());
            assert!(correction(&[0.1, f64::NAN]).is_err());
            assert!(correction(&[-0.1]).is_err());
        }
    }

    proptest! {
        #[test]
        fn adjusted_values_are_larger_keep_their_order_and_end_at_one(p in prop::collection::vec(0.0..=1.0_f64, 1..12)) {
            for correction in ALL {
                let adjusted = correction(&p).unwrap();
                for (index, value) in adjusted.iter().enumerate() {
                    // A product such as 3 p / 3 may end one rounding below p.
                    prop_assert!(*value >= p[index] * (1.0 - 1e-15) && *value <= 1.0);
                    for (other, above) in adjusted.iter().enumerate() {
                        prop_assert!(p[index] > p[other] || value <= above);
                    }
                }
            }
        }

        #[test]
        fn one_comparison_is_left_alone(p in 0.0..=1.0_f64) {
            for correction in ALL {
                prop_assert_eq!(correction(&[p]).unwrap(), vec![p]);
            }
        }

        #[test]
        fn the_order_of_the_comparisons_does_not_matter(
            (p, shuffled) in prop::collection::vec(0..20_u8, 1..12)
                .prop_map(|p| p.into_iter().map(|value| f64::from(value) / 20.0).enumerate().collect::<Vec<_>>())
                .prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))
        ) {
            let values = |pairs: &[(usize, f64)]| pairs.iter().map(|pair| pair.1).collect::<Vec<_>>();
            for correction in ALL {
                let (adjusted, other) = (correction(&values(&p)).unwrap(), correction(&values(&shuffled)).unwrap());
                for (position, (index, _)) in shuffled.iter().enumerate() {
                    prop_assert!((other[position] - adjusted[*index]).abs() < 1e-15);
                }
            }
        }

        #[test]
        fn holm_lies_between_hochberg_and_bonferroni(p in prop::collection::vec(0.0..=1.0_f64, 1..12)) {
            let (holm, hochberg, bonferroni) = (holm(&p).unwrap(), hochberg(&p).unwrap(), bonferroni(&p).unwrap());
            for index in 0..p.len() {
                prop_assert!(hochberg[index] <= holm[index] && holm[index] <= bonferroni[index]);
            }
        }
    }
}
