//! What a column of a table shows: a metric and which of its three measures, a speed, or the size of what is timed.

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

/// What follows the name of a metric where an average over its types is meant.
const MACRO: &str = "-macro";

/// What one number of a run is: a measure of a metric, which is computed from counts; the speed of inference, which
/// is measured by the clock; or the size of the models inside the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// A metric and one of its measures: `rel+-c.precision`; `rel+-c` alone is its F1.
    Counted(Metric, Measure),
    /// The mean of a measure over types, of a metric that looks at them: `rel+-c-macro.precision`; `rel+-c-macro`
    /// alone is the mean of the F1.
    Macro(Metric, Measure),
    /// Sentences a second, `speed`.
    Speed,
    /// Parameters of the models that are timed, in millions, `parameters`.
    Parameters,
}

impl Column {
    /// Names of the averages over types.
    pub const MACROS: [&str; 3] = ["ent-c-macro", "rel-c-macro", "rel+-c-macro"];
    /// Names of the columns that are measured of a run as a whole.
    pub const RATES: [&str; 1] = ["speed"];
    /// Names of the columns that are known of a run without chance, so that there is nothing to test.
    pub const SIZES: [&str; 1] = ["parameters"];

    /// The name in files and specifications: that of the metric, followed by the measure unless it is F1.
    pub fn name(self) -> String {
        match self {
            Self::Counted(metric, Measure::F1) => metric.name().to_owned(),
            Self::Counted(metric, measure) => format!("{}.{}", metric.name(), measure.name()),
            Self::Macro(metric, Measure::F1) => format!("{}{MACRO}", metric.name()),
            Self::Macro(metric, measure) => {
                format!("{}{MACRO}.{}", metric.name(), measure.name())
            }
            Self::Speed => Self::RATES[0].to_owned(),
            Self::Parameters => Self::SIZES[0].to_owned(),
        }
    }

    /// What stands above the column: the measure is told where it is not F1, or where `measures` says that others
    /// of the table are not.
    pub fn title(self, measures: bool) -> String {
        match self {
            Self::Counted(metric, Measure::F1) if !measures => metric.to_string(),
            Self::Macro(metric, Measure::F1) if !measures => format!("{metric} macro"),
            _ => self.to_string(),
        }
    }

    /// The same with another measure, where it is one.
    #[must_use]
    pub fn with(self, measure: Measure) -> Self {
        match self {
            Self::Counted(metric, _) => Self::Counted(metric, measure),
            Self::Macro(metric, _) => Self::Macro(metric, measure),
            Self::Speed | Self::Parameters => self,
        }
    }

    /// The measure, where it is one.
    pub fn measure(self) -> Option<Measure> {
        match self {
            Self::Counted(_, measure) | Self::Macro(_, measure) => Some(measure),
            Self::Speed | Self::Parameters => None,
        }
    }

    /// Whether cells are compared in it, and the best is marked.
    pub fn is_compared(self) -> bool {
        self != Self::Parameters
    }
}

impl From<Metric> for Column {
    /// The F1 of the metric.
    fn from(metric: Metric) -> Self {
        Self::Counted(metric, Measure::F1)
    }
}

impl std::fmt::Display for Column {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Counted(metric, measure) => formatter.pad(&format!("{metric} {measure}")),
            Self::Macro(metric, measure) => formatter.pad(&format!("{metric} macro {measure}")),
            Self::Speed => formatter.pad("sentences/s"),
            Self::Parameters => formatter.pad("M parameters"),
        }
    }
}

impl FromStr for Column {
    type Err = UnknownName;

    /// A metric or the average over its types, alone or followed by a dot and a measure; or `speed` or `parameters`.
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let whole = [Self::Speed, Self::Parameters];
        let named = |column: &Self| column.name().eq_ignore_ascii_case(text);
        if let Some(column) = whole.into_iter().find(named) {
            return Ok(column);
        }
        let (metric, measure) = text.split_once('.').unwrap_or((text, Measure::F1.name()));
        let known = Measure::ALL
            .into_iter()
            .find(|known| known.name() == measure.to_ascii_lowercase());
        let averaged = metric.to_ascii_lowercase();
        let averaged = averaged.strip_suffix(MACRO);
        let metric: Metric = averaged.unwrap_or(metric).parse()?;
        let measure = known.ok_or_else(|| UnknownName {
            what: "measure",
            name: measure.into(),
            expected: Measure::ALL.map(Measure::name).join(", "),
        })?;
        match averaged {
            None => Ok(Self::Counted(metric, measure)),
            Some(_) if metric.is_typed() => Ok(Self::Macro(metric, measure)),
            Some(name) => Err(UnknownName {
                what: "metric",
                name: format!("{name}{MACRO}"),
                expected: Self::MACROS.join(", "),
            }),
        }
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
                let column = Column::Counted(metric, measure);
                assert_eq!(column.name().parse::<Column>().unwrap(), column);
            }
        }
        for name in Column::MACROS {
            for measure in Measure::ALL {
                let name = format!("{name}.{}", measure.name());
                let column = name.parse::<Column>().unwrap();
                assert_eq!(column.name().parse::<Column>().unwrap(), column);
            }
        }
        for name in [&Column::MACROS[..], &Column::RATES, &Column::SIZES].concat() {
            assert_eq!(name.parse::<Column>().unwrap().name(), name);
        }
        let read = |name: &str| name.parse::<Column>().unwrap();
        assert_eq!(read("rel+-c.f1"), read("rel+-c"));
        assert_eq!(read("rel+-c.recall").to_string(), "Rel+-C R");
        assert_eq!(read("rel+-macro"), read("Rel+-C-macro.f1"));
        assert_eq!(read("ent-macro").to_string(), "Ent-C macro F1");
        assert_eq!(read("ent-macro").title(false), "Ent-C macro");
        let titles =
            |measures| ["rel-c", "rel-c.recall", "Speed"].map(|name| read(name).title(measures));
        assert_eq!(titles(false), ["Rel-C", "Rel-C R", "sentences/s"]);
        assert_eq!(titles(true), ["Rel-C F1", "Rel-C R", "sentences/s"]);
    }

    #[test]
    fn what_is_wrong_with_a_name_is_told() {
        let error = |name: &str| name.parse::<Column>().unwrap_err().to_string();
        insta::assert_snapshot!(error("rel+-c.precison"), @"unknown measure `precison`: expected one of precision, recall, f1");
        insta::assert_snapshot!(error("ent-i-macro"), @"unknown metric `ent-i-macro`: expected one of ent-c-macro, rel-c-macro, rel+-c-macro");
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
