//! `[speed]`: how inference is timed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How inference is timed, where a table, a plot or a claim shows `speed`, or `sweep bench`
/// asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpeedConfig {
    /// What is inside the clock: finding `relations` between given entities, or the whole
    /// `extraction`, from tokenised sentences to entities and relations.
    pub inside: Inside,
    /// Sentences, or inputs made of them, a batch.
    pub batch: usize,
    /// Passes over the split before the clock starts.
    pub warmup: usize,
    /// Passes that are timed; their median counts.
    pub repeats: usize,
}

/// What is inside the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// Finding relations between entities that are given (Zhong and Chen 2021, Table 3).
    #[default]
    Relations,
    /// All models of a run, from tokenised sentences to entities and relations (Hennen et
    /// al. 2024, Tables 3 and 4).
    Extraction,
}

impl Inside {
    /// The name in files and specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relations => "relations",
            Self::Extraction => "extraction",
        }
    }
}

impl Default for SpeedConfig {
    fn default() -> Self {
        Self {
            inside: Inside::default(),
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
