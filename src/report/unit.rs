//! How the numbers of a column are written: scores as percentages, speeds and sizes as plain numbers.

use super::text;
use crate::score::Column;

/// What the numbers of a column count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Unit {
    /// Percent; differences are percentage points.
    #[default]
    Percent,
    /// Sentences a second.
    Rate,
    /// Millions of parameters.
    Millions,
}

impl Unit {
    /// The unit of a column.
    pub(crate) fn of(column: Column) -> Self {
        match column {
            Column::Counted(..) | Column::Macro(..) => Self::Percent,
            Column::Speed => Self::Rate,
            Column::Parameters => Self::Millions,
        }
    }

    /// The unit as files of numbers name it, where it is not the usual one.
    pub(crate) fn unusual(self) -> Option<&'static str> {
        match self {
            Self::Percent => None,
            Self::Rate => Some("sentences/s"),
            Self::Millions => Some("M parameters"),
        }
    }

    /// A value as a table shows it.
    pub(crate) fn shown(self, value: f64) -> String {
        self.beside(value, value)
    }

    /// A spread around `value` with as many digits as are shown of that.
    pub(crate) fn beside(self, spread: f64, value: f64) -> String {
        match self {
            Self::Percent => text::percent(spread),
            // The small encoders of a demo have thousands.
            Self::Millions if value.abs() < 0.1 => format!("{spread:.3}"),
            Self::Rate | Self::Millions => format!("{spread:.0$}", digits(value)),
        }
    }

    /// The difference of `value` from another with its sign, and as many digits as are shown of `value`.
    pub(crate) fn difference(self, difference: f64, value: f64) -> String {
        match self {
            Self::Percent => text::signed(difference),
            Self::Rate | Self::Millions => text::with_sign(difference, digits(value)),
        }
    }

    /// Hundredths of what is shown, so that values that look equal are equal.
    pub(crate) fn hundredths(self, value: f64) -> i64 {
        match self {
            Self::Rate if digits(value) == 1 => (10.0 * value).round() as i64 * 10,
            _ => (100.0 * value).round() as i64,
        }
    }
}

/// Digits after the point: papers print one, which is too few for what is slow.
fn digits(rate: f64) -> usize {
    if rate.abs() < 10.0 { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_have_three_digits_or_one_after_the_point() {
        let shown = [0.456, 9.99, 34.62, 384.71].map(|value| Unit::Rate.shown(value));
        assert_eq!(shown, ["0.46", "9.99", "34.6", "384.7"]);
        assert_eq!(Unit::Rate.beside(1.234, 34.6), "1.2");
        let differences = [-12.34, 0.456, 0.04].map(|value| Unit::Rate.difference(value, 34.6));
        assert_eq!(differences, ["−12.3", "+0.5", "0.0"]);
        assert_eq!(Unit::Rate.difference(0.456, 5.0), "+0.46");
    }

    #[test]
    fn parameters_are_told_in_millions() {
        let shown = [0.0416, 0.14, 9.99, 22.713, 184.0].map(|value| Unit::Millions.shown(value));
        assert_eq!(shown, ["0.042", "0.14", "9.99", "22.7", "184.0"]);
    }

    #[test]
    fn what_looks_equal_is_equal() {
        let rate = |value| Unit::Rate.hundredths(value);
        assert_eq!((rate(34.62), rate(9.996)), (rate(34.58), 1000));
        assert_ne!(rate(9.96), rate(9.98));
        assert_ne!(
            Unit::Percent.hundredths(34.62),
            Unit::Percent.hundredths(34.58)
        );
    }
}
