//! What a column of a table shows: a metric, and which of its three measures.

use std::str::FromStr;

use super::{Counts, Metric, UnknownName};

/// What is computed from the counts of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// The share of the predicted items that is right.
    Precision,
    /// The share of the gold items that was found.
    Recall,
    /// The harmonic mean of both.
    F1,
}

impl Measure {
    /// All measures, in the order in which papers print them.
    pub const ALL: [Self; 3] = [Self::Precision, Self::Recall, Self::F1];

    /// The name in files and specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::F1 => "f1",
        }
    }

    /// Counts whose F1 is this measure of `counts`.
    ///
    /// F1 is 2c / (p + g) for c items right, p predicted and g gold. With p in the place of g that is c / p, and with
    /// g in the place of p it is c / g, so that whatever is computed for F1 holds for all three.
    pub fn as_f1(self, counts: Counts) -> Counts {
        match self {
            Self::Precision => Counts {
                gold: counts.predicted,
                ..counts
            },
            Self::Recall => Counts {
                predicted: counts.gold,
                ..counts
            },
            Self::F1 => counts,
        }
    }

    /// The measure of `counts`, in 0 to 1.
    pub fn of(self, counts: Counts) -> f64 {
        match self {
            Self::Precision => counts.precision(),
            Self::Recall => counts.recall(),
            Self::F1 => counts.f1(),
        }
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Precision => "P",
            Self::Recall => "R",
            Self::F1 => "F1",
        })
    }
}

/// A metric and one of its measures: `rel+-c.precision`; `rel+-c` alone is its F1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Column {
    /// The metric.
    pub metric: Metric,
    /// The measure.
    pub measure: Measure,
}

impl Column {
    /// The name in files and specifications: that of the metric, followed by the measure unless it is F1.
    pub fn name(self) -> String {
        match self.measure {
            Measure::F1 => self.metric.name().to_owned(),
            measure => format!("{}.{}", self.metric.name(), measure.name()),
        }
    }
}

impl From<Metric> for Column {
    /// The F1 of the metric.
    fn from(metric: Metric) -> Self {
        Self {
            metric,
            measure: Measure::F1,
        }
    }
}

impl std::fmt::Display for Column {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&format!("{} {}", self.metric, self.measure))
    }
}

impl FromStr for Column {
    type Err = UnknownName;

    /// A metric, alone or followed by a dot and a measure.
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (metric, measure) = text.split_once('.').unwrap_or((text, Measure::F1.name()));
        let known = Measure::ALL
            .into_iter()
            .find(|known| known.name() == measure.to_ascii_lowercase());
        Ok(Self {
            metric: metric.parse()?,
            measure: known.ok_or_else(|| UnknownName {
                what: "measure",
                name: measure.into(),
                expected: Measure::ALL.map(Measure::name).join(", "),
            })?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_name_is_read_back() {
        for metric in Metric::ALL {
            for measure in Measure::ALL {
                let column = Column { metric, measure };
                assert_eq!(column.name().parse::<Column>().unwrap(), column);
            }
        }
        let read = |name: &str| name.parse::<Column>().unwrap();
        assert_eq!(read("rel+-c.f1"), read("rel+-c"));
        assert_eq!(read("rel+-c.recall").to_string(), "Rel+-C R");
    }

    #[test]
    fn what_is_wrong_with_a_name_is_told() {
        let error = |name: &str| name.parse::<Column>().unwrap_err().to_string();
        insta::assert_snapshot!(error("rel+-c.precison"), @"unknown measure `precison`: expected one of precision, recall, f1");
        assert!(error("rell.f1").contains("unknown metric `rell`"));
    }

    proptest! {
        #[test]
        fn the_f1_of_the_changed_counts_is_the_measure(correct in 0_u64..20, more in 0_u64..20, missed in 0_u64..20) {
            let counts = Counts { correct, predicted: correct + more, gold: correct + missed };
            for measure in Measure::ALL {
                prop_assert!((measure.as_f1(counts).f1() - measure.of(counts)).abs() < 1e-12);
            }
        }
    }
}
