//! Under which forms a word is looked up.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How a word of a text finds its entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// Only as it is written.
    Exact,
    /// As it is written, and failing that in lower case. Vectors of lower-cased text
    /// (GloVe 6B) would otherwise miss the first word of every sentence.
    #[default]
    ExactThenLower,
}

impl Lookup {
    /// The forms of `word` in the order in which they are tried.
    pub(super) fn forms(self, word: &str) -> impl Iterator<Item = Cow<'_, str>> {
        let lower = match self {
            Self::Exact => None,
            Self::ExactThenLower => Some(word.to_lowercase()).filter(|lower| lower != word),
        };
        std::iter::once(Cow::Borrowed(word)).chain(lower.map(Cow::Owned))
    }
}
