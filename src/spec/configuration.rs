//! What the language asks of the configuration, whose sections other rooms own.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

/// The configuration of one run: a struct of sections (`corpus`, `train`, …), each a struct of values.
///
/// Every section must refuse unknown fields (`#[serde(deny_unknown_fields)]`) and its default must be complete:
/// the built-in defaults are the lowest layer.
pub trait Configuration: Serialize + DeserializeOwned + Default + JsonSchema + Clone {
    /// Values that have the right type but make no sense, alone or together.
    fn problems(&self) -> Vec<Problem>;
}

/// A value of a configuration that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key to point at, `train.epochs`.
    pub key: String,
    /// What is wrong, `must be at least 1`.
    pub message: String,
}

impl Problem {
    /// A problem with the value of `key`.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
        }
    }
}

/// Names that the experiment may use and that other rooms know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vocabulary<'a> {
    /// Metrics, the columns of tables: `rel+-c`.
    pub metrics: &'a [&'a str],
    /// Metrics averaged over types, columns with measures like metrics: `rel+-c-macro`.
    pub averages: &'a [&'a str],
    /// What is computed for a metric and may follow its name after a dot: `rel+-c.precision`.
    pub measures: &'a [&'a str],
    /// What is measured of a run as a whole, columns too but without measures: `speed`.
    pub rates: &'a [&'a str],
    /// What is known of a run as a whole, columns too, but nothing to be tested: `parameters`.
    pub sizes: &'a [&'a str],
}
