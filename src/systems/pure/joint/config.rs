//! The section `[joint_baseline]`: the switches that the joint baseline has for itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Switches of the joint baseline. What it has in common with the entity model, it takes
/// from `[pure]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JointBaselineConfig {
    /// Weight of the loss over entities beside that over relations; `DyGIE++` was released
    /// with 0.2 for ACE05.
    pub ner_weight: f64,
    /// Kept spans per word: the best-scored mentions, which alone may be related.
    pub kept_share: f64,
}

impl Default for JointBaselineConfig {
    fn default() -> Self {
        Self {
            ner_weight: 1.0,
            kept_share: 0.4,
        }
    }
}

impl JointBaselineConfig {
    /// Values that cannot work, as (key within `joint_baseline`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        if !self.ner_weight.is_finite() || self.ner_weight < 0.0 {
            problems.push(("ner_weight".to_owned(), "must not be negative".to_owned()));
        }
        if !self.kept_share.is_finite() || self.kept_share <= 0.0 {
            problems.push(("kept_share".to_owned(), "must be above 0".to_owned()));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ner_weight: f64, kept_share: f64) -> Vec<String> {
        let config = JointBaselineConfig {
            ner_weight,
            kept_share,
        };
        config.problems().into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn impossible_values_are_told() {
        assert!(JointBaselineConfig::default().problems().is_empty());
        assert!(keys(0.0, 3.0).is_empty());
        assert_eq!(keys(-0.1, 0.0), ["ner_weight", "kept_share"]);
        assert_eq!(keys(f64::NAN, f64::INFINITY), ["ner_weight", "kept_share"]);
    }
}
