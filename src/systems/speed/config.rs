//! `[speed]`: how inference is timed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How inference is timed, where a table or a claim shows `speed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpeedConfig {
    /// Sentences, or inputs made of them, a batch.
    pub batch: usize,
    /// Passes over the split before the clock starts.
    pub warmup: usize,
    /// Passes that are timed; their median counts.
    pub repeats: usize,
}

impl Default for SpeedConfig {
    fn default() -> Self {
        Self {
            batch: 32,
            warmup: 1,
            repeats: 3,
        }
    }
}

impl SpeedConfig {
    /// Values that make no sense, by key.
    pub(crate) fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        for (key, value) in [("batch", self.batch), ("repeats", self.repeats)] {
            if value == 0 {
                problems.push((key.to_owned(), "must be at least 1".to_owned()));
            }
        }
        problems
    }
}
