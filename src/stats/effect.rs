//! How large a difference is, beside how sure.

use std::cmp::Ordering;

use crate::stats::permutation::magnitude;
use crate::stats::summary::{mean, squared_deviations};
use crate::stats::{StatsError, check};

/// The probability that a run of the first system beats a run of the second, P(A > B), ties one half.
///
/// Bouthillier et al. 2021 call a difference meaningful from 0.75 on.
pub fn probability_above(first: &[f64], second: &[f64]) -> Result<f64, StatsError> {
    check::finite("scores of the first system", first)?;
    check::finite("scores of the second system", second)?;
    let win = |score: f64, other: f64| match score.partial_cmp(&other) {
        Some(Ordering::Greater) => 1.0,
        Some(Ordering::Equal) => 0.5,
        _ => 0.0,
    };
    let wins: f64 = first
        .iter()
        .flat_map(|&score| second.iter().map(move |&other| win(score, other)))
        .sum();
    Ok(wins / (first.len() as f64 * second.len() as f64))
}

/// Cohen's d: the difference of the means over the pooled standard deviation (divisor n + m - 2).
///
/// None where that deviation is zero or where there are only two scores in all.
pub fn cohen_d(first: &[f64], second: &[f64]) -> Result<Option<f64>, StatsError> {
    check::finite("scores of the first system", first)?;
    check::finite("scores of the second system", second)?;
    let freedom = first.len() + second.len() - 2;
    let deviation =
        ((squared_deviations(first) + squared_deviations(second)) / freedom.max(1) as f64).sqrt();
    // Equal scores leave a deviation of rounding size when their mean is not exact.
    if freedom == 0 || deviation <= 1e-13 * magnitude(first.iter().chain(second)) {
        return Ok(None);
    }
    Ok(Some((mean(first) - mean(second)) / deviation))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    #[test]
    fn ties_are_one_half() {
        assert_eq!(
            probability_above(&[1.0, 2.0], &[1.0, 0.0]).unwrap(),
            (0.5 + 1.0 + 1.0 + 1.0) / 4.0
        );
        assert_eq!(probability_above(&[1.0], &[1.0]).unwrap(), 0.5);
    }

    #[test]
    fn d_is_in_units_of_the_pooled_deviation() {
        let d = cohen_d(&[1.0, 3.0], &[4.0, 6.0]).unwrap().unwrap();
        assert!((d + 3.0 / 2.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn no_spread_no_d() {
        assert_eq!(cohen_d(&[1.0], &[2.0]).unwrap(), None);
        assert_eq!(cohen_d(&[70.1; 3], &[70.2; 3]).unwrap(), None);
        assert!(cohen_d(&[], &[2.0]).is_err());
        assert!(probability_above(&[f64::NAN], &[2.0]).is_err());
    }
}
