//! Mean, spread and extremes of the scores of several runs.

use crate::stats::{StatsError, check};

/// Describes a list of scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many values there are.
    pub count: usize,
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (divisor n - 1); none for a single value.
    pub standard_deviation: Option<f64>,
    /// The standard error of the mean, the standard deviation over the root of n; none for a single value.
    pub standard_error: Option<f64>,
    /// The smallest value.
    pub minimum: f64,
    /// The largest value.
    pub maximum: f64,
}

impl Summary {
    /// Summarises `values`, which must be finite and not empty.
    pub fn of(values: &[f64]) -> Result<Self, StatsError> {
        check::finite("values to summarise", values)?;
        let standard_deviation = (values.len() > 1).then(|| variance(values).sqrt());
        Ok(Self {
            count: values.len(),
            mean: mean(values),
            standard_deviation,
            standard_error: standard_deviation
                .map(|deviation| deviation / (values.len() as f64).sqrt()),
            minimum: values.iter().copied().fold(f64::INFINITY, f64::min),
            maximum: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// The arithmetic mean of a list that is not empty.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of squared deviations from the mean.
pub(super) fn squared_deviations(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre).powi(2)).sum()
}

/// The sample variance (divisor n - 1) of at least two values.
pub(super) fn variance(values: &[f64]) -> f64 {
    squared_deviations(values) / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn known_values() {
        let summary = Summary::of(&[2.0, 4.0, 4.0, 6.0]).unwrap();
        assert_eq!(
            (
                summary.count,
                summary.mean,
                summary.minimum,
                summary.maximum
            ),
            (4, 4.0, 2.0, 6.0)
        );
        assert!((summary.standard_deviation.unwrap() - (8.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((summary.standard_error.unwrap() - (2.0_f64 / 3.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn one_value_has_no_spread() {
        let summary = Summary::of(&[3.5]).unwrap();
        assert_eq!(
            (
                summary.mean,
                summary.standard_deviation,
                summary.standard_error
            ),
            (3.5, None, None)
        );
    }

    #[test]
    fn nothing_and_nan_are_refused() {
        assert!(Summary::of(&[]).is_err());
        assert!(Summary::of(&[1.0, f64::NAN]).is_err());
    }
}
