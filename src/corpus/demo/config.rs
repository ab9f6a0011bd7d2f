//! The knobs of the demo corpus.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The generated corpus: a pure function of these values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemoConfig {
    /// Seed of the names and of every document.
    pub seed: u64,
    /// Documents in each split.
    pub documents: DemoDocuments,
    /// Share of person, organization and place names drawn from the names that can be any of the three;
    /// the words around such a name decide. 0 to 1.
    pub ambiguity: f64,
    /// Share of organization and event names built around a place name, which is a mention inside the
    /// mention. 0 to 1.
    pub nesting: f64,
    /// Share of sentences after the first that open with a pronoun-like mention whose type only the
    /// sentence before tells. 0 to 1.
    pub context: f64,
    /// Share of entity types and of relation types replaced by another, in every split. 0 to 1.
    pub noise: f64,
    /// Share of names in dev and test that never occur in train. 0 to 1.
    pub unseen: f64,
}

/// How many documents of four to seven sentences each split has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemoDocuments {
    /// Training documents, at least 1.
    pub train: usize,
    /// Development documents, at least 1.
    pub dev: usize,
    /// Test documents, at least 1.
    pub test: usize,
}

impl Default for DemoConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            documents: DemoDocuments::default(),
            ambiguity: 0.3,
            nesting: 0.25,
            context: 0.25,
            noise: 0.02,
            unseen: 0.3,
        }
    }
}

impl Default for DemoDocuments {
    fn default() -> Self {
        Self {
            train: 220,
            dev: 50,
            test: 80,
        }
    }
}

/// More documents than this in a split is taken for a slip of the keyboard.
const MOST_DOCUMENTS: usize = 1_000_000;

impl DemoConfig {
    /// Every impossible value, as the key below `demo.` and what is wrong with it.
    pub fn problems(&self) -> Vec<(String, String)> {
        let shares = [
            ("ambiguity", self.ambiguity),
            ("nesting", self.nesting),
            ("context", self.context),
            ("noise", self.noise),
            ("unseen", self.unseen),
        ];
        let documents = &self.documents;
        let sizes = [
            ("train", documents.train),
            ("dev", documents.dev),
            ("test", documents.test),
        ];
        let shares = shares
            .into_iter()
            .filter(|(_, share)| !(0.0..=1.0).contains(share))
            .map(|(key, share)| {
                (
                    key.to_owned(),
                    format!("{share} is no share: expected a number from 0 to 1"),
                )
            });
        let sizes = sizes
            .into_iter()
            .filter(|(_, size)| !(1..=MOST_DOCUMENTS).contains(size))
            .map(|(key, size)| {
                (
                    format!("documents.{key}"),
                    format!("{size} documents: expected 1 to {MOST_DOCUMENTS}"),
                )
            });
        shares.chain(sizes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_knobs_are_listed_with_their_keys() {
        assert_eq!(DemoConfig::default().problems(), []);
        let documents = DemoDocuments {
            dev: 0,
            ..DemoDocuments::default()
        };
        let config = DemoConfig {
            documents,
            noise: 1.5,
            unseen: f64::NAN,
            ..DemoConfig::default()
        };
        let keys: Vec<String> = config.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["noise", "unseen", "documents.dev"]);
    }
}
