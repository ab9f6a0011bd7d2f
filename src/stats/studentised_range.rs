//! The range of independent standard normal values: how far apart the largest and the smallest lie by chance.
//!
//! It is the studentised range with infinitely many degrees of freedom, which Nemenyi's test is based on.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use crate::stats::{StatsError, check};

/// Beyond this many standard deviations a normal density adds nothing to a double.
const REACH: f64 = 8.5;

/// Intervals of the trapezoidal rule. It converges faster than any power here, because the integrand is smooth and
/// vanishes at both ends; with this many nothing but rounding is left.
const STEPS: u32 = 400;

/// No range of a few normal values is as large as this.
const LARGEST: f64 = 100.0;

/// The probability that the range of `count` values is above `range`.
///
/// 1 - k ∫ φ(z) (Φ(z) - Φ(z - range))^(k-1) dz, with z the largest value (Tippett 1925).
pub fn range_tail(range: f64, count: usize) -> Result<f64, StatsError> {
    check::at_least("values of a range", count, 2)?;
    check::finite("range", &[range])?;
    Ok(tail(range.max(0.0), count))
}

/// The range of `count` values that is exceeded with probability `alpha`.
pub fn range_quantile(alpha: f64, count: usize) -> Result<f64, StatsError> {
    check::at_least("values of a range", count, 2)?;
    check::open_unit("alpha", alpha)?;
    let (mut low, mut high) = (0.0, LARGEST);
    // Halving until no double lies between.
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return Ok(middle);
        }
        if tail(middle, count) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
}

fn tail(range: f64, count: usize) -> f64 {
    let normal = Normal::standard();
    let (low, high) = (-REACH, REACH);
    let width = (high - low) / f64::from(STEPS);
    // What the probability lacks to 1 is integrated, which keeps small tails exact:
    // k ∫ φ(z) (Φ(z)^(k-1) - (Φ(z) - Φ(z - range))^(k-1)) dz, as k ∫ φ Φ^(k-1) is 1.
    let missing = |z: f64| {
        let (below, far) = (normal.cdf(z), normal.cdf(z - range));
        let others = (count - 1) as f64;
        let ratio = if below > 0.0 { far / below } else { 1.0 };
        normal.pdf(z) * below.powf(others) * -(others * (-ratio).ln_1p()).exp_m1()
    };
    let sum: f64 = (0..=STEPS)
        .map(|step| missing(low + width * f64::from(step)))
        .sum();
    (count as f64 * width * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_range_of_two_is_a_difference() {
        // The difference of two standard normal values has a standard deviation of root 2.
        let normal = Normal::standard();
        for range in [0.0_f64, 0.5, 1.0, 2.8, 6.0] {
            let expected = 2.0 * normal.sf(range / 2.0_f64.sqrt());
            let found = range_tail(range, 2).unwrap();
            assert!(
                (found / expected - 1.0).abs() < 1e-9,
                "{range}: {found} {expected}"
            );
        }
    }

    #[test]
    fn quantiles_and_tails_belong_together() {
        for count in [2, 3, 10, 50] {
            for alpha in [0.5, 0.05, 0.001] {
                let range = range_quantile(alpha, count).unwrap();
                assert!((range_tail(range, count).unwrap() - alpha).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(range_tail(1.0, 1).is_err());
        assert!(range_tail(f64::NAN, 3).is_err());
        assert!(range_quantile(0.0, 3).is_err());
        assert!((range_tail(-1.0, 3).unwrap() - 1.0).abs() < 1e-9);
    }
}
