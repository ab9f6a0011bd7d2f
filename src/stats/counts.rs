//! Micro F1 from integer counts.

use std::ops::Add;

/// What was right, what was predicted and what was there, in one document or in many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Predictions that are right.
    pub correct: u64,
    /// All predictions.
    pub predicted: u64,
    /// All gold items.
    pub gold: u64,
}

impl Counts {
    /// Counts in the order correct, predicted, gold.
    pub const fn new(correct: u64, predicted: u64, gold: u64) -> Self {
        Self {
            correct,
            predicted,
            gold,
        }
    }

    /// F1 as a fraction, see [`f1`].
    pub fn f1(self) -> f64 {
        f1(self.correct, self.predicted, self.gold)
    }
}

impl From<[u64; 3]> for Counts {
    fn from([correct, predicted, gold]: [u64; 3]) -> Self {
        Self {
            correct,
            predicted,
            gold,
        }
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            correct: self.correct.saturating_add(other.correct),
            predicted: self.predicted.saturating_add(other.predicted),
            gold: self.gold.saturating_add(other.gold),
        }
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// F1 = 2 correct / (predicted + gold), a fraction; 0 where nothing was predicted and nothing was there.
pub fn f1(correct: u64, predicted: u64, gold: u64) -> f64 {
    let denominator = predicted as f64 + gold as f64;
    if denominator == 0.0 {
        0.0
    } else {
        2.0 * correct as f64 / denominator
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;

    #[test]
    fn f1_is_the_harmonic_mean_of_precision_and_recall() {
        let (precision, recall) = (3.0 / 4.0, 3.0 / 6.0);
        assert!((f1(3, 4, 6) - 2.0 * precision * recall / (precision + recall)).abs() < 1e-15);
    }

    #[test]
    fn an_empty_denominator_gives_zero() {
        assert_eq!(f1(0, 0, 0), 0.0);
        assert_eq!(f1(0, 3, 0), 0.0);
    }

    #[test]
    fn the_sum_is_micro() {
        let counts: Counts = [Counts::new(1, 1, 1), Counts::new(0, 3, 1)]
            .into_iter()
            .sum();
        assert_eq!((counts, counts.f1()), (Counts::new(1, 4, 2), 2.0 / 6.0));
    }

    #[test]
    fn huge_counts_do_not_overflow() {
        assert!((f1(u64::MAX, u64::MAX, u64::MAX) - 1.0).abs() < 1e-15);
    }
}
