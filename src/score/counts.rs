//! Counts of right, predicted and gold items, and the scores they give.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

use super::Metric;

/// How many items were right, predicted and annotated.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Counts {
    /// Predicted items that are right.
    pub correct: u64,
    /// Predicted items.
    pub predicted: u64,
    /// Gold items.
    pub gold: u64,
}

impl Counts {
    /// `correct / predicted`, in 0 to 1; 0 where nothing was predicted.
    pub fn precision(self) -> f64 {
        ratio(self.correct, self.predicted)
    }

    /// `correct / gold`, in 0 to 1; 0 where nothing was annotated.
    pub fn recall(self) -> f64 {
        ratio(self.correct, self.gold)
    }

    /// The harmonic mean `2PR / (P + R)`, in 0 to 1; 0 where nothing was right.
    pub fn f1(self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        let sum = precision + recall;
        if sum > 0.0 {
            2.0 * precision * recall / sum
        } else {
            0.0
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            correct: self.correct + other.correct,
            predicted: self.predicted + other.predicted,
            gold: self.gold + other.gold,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// Counts of single types: of an entity type or a relation type, and a metric that looks at types.
pub type TypeCounts = BTreeMap<(Metric, String), Counts>;

/// The counts of one document under one scoring profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentCounts {
    /// The document's key.
    pub document: String,
    /// Counts by metric.
    pub counts: BTreeMap<Metric, Counts>,
    /// The same by metric and type, of the types that are there; none where they are not kept.
    pub types: Option<TypeCounts>,
}

/// The counts of a metric summed over documents: the micro average is their F1.
pub fn total(documents: &[DocumentCounts], metric: Metric) -> Counts {
    documents
        .iter()
        .filter_map(|document| document.counts.get(&metric))
        .copied()
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_gives_zero_and_not_a_number() {
        let nothing = Counts::default();
        assert!(
            [nothing.precision(), nothing.recall(), nothing.f1()]
                .iter()
                .all(|score| score.abs() < 1e-12)
        );
        let wrong = Counts {
            correct: 0,
            predicted: 3,
            gold: 2,
        };
        assert!(
            [wrong.precision(), wrong.recall(), wrong.f1()]
                .iter()
                .all(|score| score.abs() < 1e-12)
        );
    }

    #[test]
    fn scores_follow_their_definition() {
        let counts = Counts {
            correct: 2,
            predicted: 4,
            gold: 3,
        };
        assert!((counts.precision() - 0.5).abs() < 1e-12);
        assert!((counts.recall() - 2.0 / 3.0).abs() < 1e-12);
        assert!((counts.f1() - 4.0 / 7.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn f1_lies_between_precision_and_recall(correct in 0_u64..50, more in 0_u64..50, missed in 0_u64..50) {
            let counts = Counts { correct, predicted: correct + more, gold: correct + missed };
            let (low, high) = (counts.precision().min(counts.recall()), counts.precision().max(counts.recall()));
            prop_assert!(counts.f1() >= low - 1e-12 && counts.f1() <= high + 1e-12);
            prop_assert_eq!(vec![counts, counts].into_iter().sum::<Counts>(), counts + counts);
        }
    }
}
