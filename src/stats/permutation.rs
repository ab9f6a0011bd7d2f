//! What a permutation test counts and what it reports.

use std::ops::Add;

/// One value per alternative hypothesis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tails<T> {
    /// The systems differ: the statistic is at least as far from zero as the observed one.
    pub two_sided: T,
    /// The first system is better: the statistic is at least as large.
    pub greater: T,
    /// The first system is worse: the statistic is at most as large.
    pub less: T,
}

impl Add for Tails<u64> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            two_sided: self.two_sided + other.two_sided,
            greater: self.greater + other.greater,
            less: self.less + other.less,
        }
    }
}

/// Where the assignments of a permutation test come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignments {
    /// All of them, the observed one included: p = hits / assignments.
    Enumerated,
    /// Drawn at random from this seed: p = (hits + 1) / (assignments + 1).
    Drawn {
        /// The seed, which with the number of draws reproduces the result.
        seed: u64,
    },
    /// Listed by the caller: p = (hits + 1) / (assignments + 1).
    Given,
}

/// The outcome of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PermutationTest {
    /// The observed statistic, first system minus second, in the unit of the scores.
    pub statistic: f64,
    /// Where the assignments come from.
    pub source: Assignments,
    /// How many assignments were looked at.
    pub assignments: u64,
    /// How many of them are at least as extreme as the observed one; ties count.
    pub hits: Tails<u64>,
}

impl PermutationTest {
    /// The p-values; exact for enumerated assignments and never zero (Phipson and Smyth 2010).
    pub fn p(&self) -> Tails<f64> {
        let p = |hits: u64| match self.source {
            Assignments::Enumerated => hits as f64 / self.assignments as f64,
            Assignments::Drawn { .. } | Assignments::Given => {
                (hits as f64 + 1.0) / (self.assignments as f64 + 1.0)
            }
        };
        Tails {
            two_sided: p(self.hits.two_sided),
            greater: p(self.hits.greater),
            less: p(self.hits.less),
        }
    }

    /// The Monte Carlo standard error of the two-sided p-value, the root of p(1 - p)/m; 0 if enumerated.
    pub fn standard_error(&self) -> f64 {
        if self.source == Assignments::Enumerated {
            return 0.0;
        }
        let p = self.p().two_sided;
        (p * (1.0 - p) / self.assignments as f64).sqrt()
    }
}

/// The observed statistic, against which others are held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Threshold {
    pub(super) observed: f64,
    tolerance: f64,
}

impl Threshold {
    /// `scale` is the size of the numbers that were added up: ties are found with a tolerance of 1e-12, relative to
    /// `scale` where that is above one, because rounding grows with it.
    pub(super) fn new(observed: f64, scale: f64) -> Self {
        Self {
            observed,
            tolerance: 1e-12 * scale.max(1.0),
        }
    }

    /// One for each tail in which `statistic` is at least as extreme as the observed one.
    pub(super) fn hits(&self, statistic: f64) -> Tails<u64> {
        Tails {
            two_sided: u64::from(statistic.abs() >= self.observed.abs() - self.tolerance),
            greater: u64::from(statistic >= self.observed - self.tolerance),
            less: u64::from(statistic <= self.observed + self.tolerance),
        }
    }
}

/// The largest absolute value among `values`.
pub(super) fn magnitude<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values
        .into_iter()
        .fold(0.0, |largest, value| value.abs().max(largest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;

    #[test]
    fn ties_count_in_every_tail() {
        let threshold = Threshold::new(0.3, 1.0);
        assert_eq!(
            threshold.hits(0.1 + 0.2),
            Tails {
                two_sided: 1,
                greater: 1,
                less: 1
            }
        );
        assert_eq!(
            threshold.hits(0.299_999),
            Tails {
                two_sided: 0,
                greater: 0,
                less: 1
            }
        );
        assert_eq!(
            threshold.hits(-0.3),
            Tails {
                two_sided: 1,
                greater: 0,
                less: 1
            }
        );
    }

    #[test]
    fn drawn_p_values_are_never_zero() {
        let hits = Tails {
            two_sided: 0,
            greater: 1,
            less: 9,
        };
        let drawn = PermutationTest {
            statistic: 1.0,
            source: Assignments::Given,
            assignments: 9,
            hits,
        };
        assert_eq!(
            drawn.p(),
            Tails {
                two_sided: 0.1,
                greater: 0.2,
                less: 1.0
            }
        );
        assert!((drawn.standard_error() - 0.1).abs() < 1e-15);
    }

    #[test]
    fn enumerated_p_values_have_no_error() {
        let hits = Tails {
            two_sided: 2,
            greater: 1,
            less: 8,
        };
        let exact = PermutationTest {
            statistic: 1.0,
            source: Assignments::Enumerated,
            assignments: 8,
            hits,
        };
        assert_eq!((exact.p().two_sided, exact.standard_error()), (0.25, 0.0));
    }
}
