//! Percentile intervals of bootstrap replicates.

use crate::stats::{StatsError, check};

/// Which order statistic stands for a quantile of B replicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// The (B + 1)q-th smallest replicate, outwards to a whole rank (Efron and Tibshirani 1993, section 12.5).
    Rank,
    /// Linear interpolation at (B - 1)q from the smallest, counted from zero.
    Linear,
}

/// Two ends of an interval, in the unit of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// The central interval that holds a share of `level`, such as 0.95, of the `replicates`.
pub fn percentile_interval(
    replicates: &[f64],
    level: f64,
    convention: Convention,
) -> Result<Interval, StatsError> {
    check::finite("bootstrap replicates", replicates)?;
    check::open_unit("level of an interval", level)?;
    let mut sorted = replicates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    let last = sorted.len() - 1;
    Ok(match convention {
        Convention::Rank => {
            // (1 - 0.9) / 2 is a little below 0.05; a rank that is whole up to rounding is meant to be whole.
            let rank = ((sorted.len() as f64 + 1.0) * tail + 1e-9).floor().max(1.0) as usize;
            Interval {
                lower: sorted[rank - 1],
                upper: sorted[sorted.len() - rank],
            }
        }
        Convention::Linear => {
            let at = |position: f64| {
                let below = (position.floor() as usize).min(last);
                let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
                low + (high - low) * (position - below as f64)
            };
            Interval {
                lower: at(last as f64 * tail),
                upper: at(last as f64 * (1.0 - tail)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    fn interval(count: u32, level: f64, convention: Convention) -> (f64, f64) {
        let values: Vec<f64> = (1..=count).rev().map(f64::from).collect();
        let interval = percentile_interval(&values, level, convention).unwrap();
        (interval.lower, interval.upper)
    }

    #[test]
    fn ranks_are_symmetric() {
        assert_eq!(interval(79, 0.95, Convention::Rank), (2.0, 78.0));
        assert_eq!(interval(19, 0.9, Convention::Rank), (1.0, 19.0));
        assert_eq!(interval(2000, 0.95, Convention::Rank), (50.0, 1951.0));
        assert_eq!(interval(3, 0.95, Convention::Rank), (1.0, 3.0));
    }

    #[test]
    fn interpolation_lies_between_ranks() {
        assert_eq!(interval(5, 0.5, Convention::Linear), (2.0, 4.0));
        let (lower, upper) = interval(2, 0.5, Convention::Linear);
        assert!((lower - 1.25).abs() < 1e-15 && (upper - 1.75).abs() < 1e-15);
        assert_eq!(interval(1, 0.95, Convention::Linear), (1.0, 1.0));
    }

    #[test]
    fn bad_levels_and_values_are_refused() {
        assert!(percentile_interval(&[], 0.95, Convention::Rank).is_err());
        assert!(percentile_interval(&[1.0], 1.0, Convention::Rank).is_err());
        assert!(percentile_interval(&[f64::NAN], 0.95, Convention::Linear).is_err());
    }
}
