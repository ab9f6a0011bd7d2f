//! Student's t for paired scores, and its correction for folds whose training sets overlap.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::stats::summary::{mean, variance};
use crate::stats::{Interval, StatsError, check, permutation};

/// The outcome of a paired t test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TTest {
    /// The mean difference, first minus second, in the unit of the scores.
    pub mean_difference: f64,
    /// The sample variance of the differences (divisor k - 1).
    pub variance: f64,
    /// The standard error of the mean difference, corrected if the test is.
    pub standard_error: f64,
    /// The mean difference over its standard error.
    pub t: f64,
    /// Degrees of freedom, k - 1.
    pub degrees_of_freedom: usize,
    /// The two-sided p-value.
    pub p: f64,
}

impl TTest {
    /// The interval of the mean difference at `level`, such as 0.95.
    pub fn interval(&self, level: f64) -> Result<Interval, StatsError> {
        check::open_unit("level of an interval", level)?;
        let reach = student(self.degrees_of_freedom)?.inverse_cdf(f64::midpoint(1.0, level))
            * self.standard_error;
        Ok(Interval {
            lower: self.mean_difference - reach,
            upper: self.mean_difference + reach,
        })
    }
}

/// The ordinary paired t test; for independent pairs, not for folds.
pub fn paired_t(first: &[f64], second: &[f64]) -> Result<TTest, StatsError> {
    t_test(first, second, 0.0)
}

/// The corrected resampled t test for k folds or random splits.
///
/// t = mean / root((1/k + n_test/n_train) s^2) with k - 1 degrees of freedom (Nadeau and Bengio 2003, section 4).
/// `train` and `test` are the sizes of the two parts of a split; only their ratio matters.
pub fn corrected_resampled_t(
    first: &[f64],
    second: &[f64],
    train: f64,
    test: f64,
) -> Result<TTest, StatsError> {
    for (what, value) in [
        ("size of the training part", train),
        ("size of the test part", test),
    ] {
        if !(value.is_finite() && value > 0.0) {
            return Err(StatsError::OutOfRange {
                what,
                value,
                range: "positive",
            });
        }
    }
    t_test(first, second, test / train)
}

fn t_test(first: &[f64], second: &[f64], overlap: f64) -> Result<TTest, StatsError> {
    check::paired(first, second)?;
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let count = differences.len();
    check::at_least("pairs", count, 2)?;
    let (mean_difference, variance) = (mean(&differences), variance(&differences));
    // Equal differences of inexact scores leave a variance of rounding size.
    if variance.sqrt() <= 1e-13 * permutation::magnitude(first.iter().chain(second)) {
        return Err(StatsError::NoSpread { count });
    }
    let standard_error = ((1.0 / count as f64 + overlap) * variance).sqrt();
    let t = mean_difference / standard_error;
    let degrees_of_freedom = count - 1;
    let p = (2.0 * student(degrees_of_freedom)?.sf(t.abs())).min(1.0);
    Ok(TTest {
        mean_difference,
        variance,
        standard_error,
        t,
        degrees_of_freedom,
        p,
    })
}

fn student(degrees_of_freedom: usize) -> Result<StudentsT, StatsError> {
    let value = degrees_of_freedom as f64;
    let range = "positive";
    StudentsT::new(0.0, 1.0, value).map_err(|_| StatsError::OutOfRange {
        what: "degrees of freedom",
        value,
        range,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn two_pairs_follow_the_cauchy_distribution() {
        let test = paired_t(&[1.0, 3.0], &[0.0, 0.0]).unwrap();
        assert!((test.t - 2.0).abs() < 1e-15);
        assert!((test.p - (1.0 - 2.0 / std::f64::consts::PI * 2.0_f64.atan())).abs() < 1e-12);
        let reach = (std::f64::consts::FRAC_PI_2 * 0.95).tan();
        assert!((test.interval(0.95).unwrap().upper - (2.0 + reach)).abs() < 1e-8);
    }

    #[test]
    fn the_correction_widens() {
        let (first, second) = ([3.0, 4.0, 6.0], [1.0, 3.0, 2.0]);
        let (plain, corrected) = (
            paired_t(&first, &second).unwrap(),
            corrected_resampled_t(&first, &second, 2.0, 1.0).unwrap(),
        );
        assert!((plain.t / corrected.t - ((1.0 / 3.0 + 0.5) * 3.0_f64).sqrt()).abs() < 1e-12);
        assert!(corrected.p > plain.p);
    }

    #[test]
    fn equal_differences_and_bad_sizes_are_refused() {
        assert!(matches!(
            paired_t(&[70.3, 70.4], &[70.1, 70.2]),
            Err(StatsError::NoSpread { count: 2 })
        ));
        assert!(paired_t(&[1.0], &[2.0]).is_err());
        assert!(corrected_resampled_t(&[1.0, 2.0], &[2.0, 1.0], 0.0, 1.0).is_err());
        assert!(
            paired_t(&[1.0, 3.0], &[0.0, 0.0])
                .unwrap()
                .interval(f64::NAN)
                .is_err()
        );
    }
}
