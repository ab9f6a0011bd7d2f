//! The delete-one jackknife: how much an estimate owes to each single unit.

use crate::stats::summary::{mean, squared_deviations};
use crate::stats::{StatsError, check};

/// What leaving out one unit at a time says about an estimate (Efron and Tibshirani 1993, chapter 11).
///
/// It is not valid for medians and other quantiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Jackknife {
    /// The estimate from all units.
    pub estimate: f64,
    /// The estimate without each unit, in the order of the units.
    pub leave_one_out: Vec<f64>,
    /// The mean of the leave-one-out estimates.
    pub mean: f64,
    /// (n - 1) (mean - estimate).
    pub bias: f64,
    /// The estimate less its bias.
    pub corrected: f64,
    /// The root of (n - 1)/n times the sum of squared deviations of the leave-one-out estimates from their mean.
    pub standard_error: f64,
    /// Sum of d^3 over 6 (sum of d^2)^1.5 with d = mean - leave-one-out estimate, as the BCa interval uses it
    /// (Efron 1987); 0 where nothing varies.
    pub acceleration: f64,
}

impl Jackknife {
    /// Summarises leave-one-out estimates that were computed elsewhere; at least two are needed.
    pub fn from_leave_one_out(estimate: f64, leave_one_out: Vec<f64>) -> Result<Self, StatsError> {
        check::at_least("units to leave out", leave_one_out.len(), 2)?;
        check::finite("estimate", &[estimate])?;
        check::finite("leave-one-out estimates", &leave_one_out)?;
        let count = leave_one_out.len() as f64;
        let centre = mean(&leave_one_out);
        let squares = squared_deviations(&leave_one_out);
        let cubes: f64 = leave_one_out
            .iter()
            .map(|value| (centre - value).powi(3))
            .sum();
        // Deviations of rounding size would give an acceleration made of nothing but rounding.
        let varies = (squares / count).sqrt() > 1e-13 * centre.abs();
        let bias = (count - 1.0) * (centre - estimate);
        Ok(Self {
            estimate,
            mean: centre,
            bias,
            corrected: estimate - bias,
            standard_error: ((count - 1.0) / count * squares).sqrt(),
            acceleration: if varies {
                cubes / (6.0 * squares.powf(1.5))
            } else {
                0.0
            },
            leave_one_out,
        })
    }
}

/// The jackknife of any statistic of a list of at least two values.
pub fn jackknife(
    values: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
) -> Result<Jackknife, StatsError> {
    check::at_least("units to leave out", values.len(), 2)?;
    check::finite("values", values)?;
    let without = |left_out: usize| {
        let rest: Vec<f64> = values[..left_out]
            .iter()
            .chain(&values[left_out + 1..])
            .copied()
            .collect();
        statistic(&rest)
    };
    Jackknife::from_leave_one_out(statistic(values), (0..values.len()).map(without).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stats::Summary;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn of_a_mean_it_returns_the_standard_error(values in prop::collection::vec(-100.0..100.0_f64, 2..20)) {
            let result = jackknife(&values, mean).unwrap();
            let expected = Summary::of(&values).unwrap().standard_error.unwrap();
            prop_assert!(result.bias.abs() < 1e-9);
            prop_assert!((result.standard_error - expected).abs() < 1e-9);
        }

        #[test]
        fn of_the_plain_variance_it_returns_the_unbiased_one(values in prop::collection::vec(-10.0..10.0_f64, 3..20)) {
            let plain = |values: &[f64]| squared_deviations(values) / values.len() as f64;
            let deviation = Summary::of(&values).unwrap().standard_deviation.unwrap();
            prop_assert!((jackknife(&values, plain).unwrap().corrected - deviation.powi(2)).abs() < 1e-9);
        }
    }

    #[test]
    fn equal_values_have_no_acceleration() {
        let result = jackknife(&[0.1; 7], mean).unwrap();
        assert!(result.acceleration.abs() < f64::MIN_POSITIVE && result.standard_error < 1e-15);
    }

    #[test]
    fn one_value_and_undefined_statistics_are_refused() {
        assert!(jackknife(&[1.0], mean).is_err());
        assert!(jackknife(&[1.0, f64::NAN], mean).is_err());
        assert!(matches!(
            jackknife(&[1.0, 2.0], |_| f64::NAN),
            Err(StatsError::NotFinite { .. })
        ));
    }
}
