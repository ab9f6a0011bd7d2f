//! The section `[mfvi]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Switches of mean-field inference in the cross-task modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MeanFieldConfig {
    /// Number of iterations; with 0 the tasks share no more than their encoder.
    pub iterations: usize,
    /// Width of the two span vectors whose product the ternary scores are made of (d_t).
    pub width: usize,
    /// Which iteration's spans the pairs of an iteration see.
    pub schedule: Schedule,
    /// Whether messages are added to the scores of the iteration before, as in the
    /// authors' later code, rather than to the unary ones.
    pub accumulate: bool,
    /// The probabilities before the first iteration.
    pub init: Start,
}

/// Which iteration's spans the pairs of an iteration see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Those of the iteration before, as spans see the pairs.
    Parallel,
    /// Those of the same iteration.
    EntitiesFirst,
    /// Of the same iteration for a pair's head, of the one before for its tail: the
    /// indices of the paper's equation.
    AsPrinted,
}

/// The probabilities before the first iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The softmax of the unary scores.
    Unary,
    /// The same for every label.
    Uniform,
}

impl Default for MeanFieldConfig {
    fn default() -> Self {
        Self {
            iterations: 3,
            width: 200,
            schedule: Schedule::Parallel,
            accumulate: false,
            init: Start::Unary,
        }
    }
}

impl MeanFieldConfig {
    /// Values that cannot work, as (key within `mfvi`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        if self.width == 0 {
            problems.push(("width".to_owned(), "must be at least 1".to_owned()));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_section_names_only_what_differs() {
        let text = "schedule = \"as_printed\"\ninit = \"uniform\"";
        let config: MeanFieldConfig = toml::from_str(text).unwrap();
        assert_eq!(
            config,
            MeanFieldConfig {
                schedule: Schedule::AsPrinted,
                init: Start::Uniform,
                ..MeanFieldConfig::default()
            }
        );
        assert!(toml::from_str::<MeanFieldConfig>("steps = 3").is_err());
    }

    #[test]
    fn vectors_of_no_width_are_refused() {
        assert!(MeanFieldConfig::default().problems().is_empty());
        let config = MeanFieldConfig {
            width: 0,
            ..MeanFieldConfig::default()
        };
        assert_eq!(config.problems()[0].0, "width");
    }
}
