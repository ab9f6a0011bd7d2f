//! How much of a text has vectors.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Covered and all words of a text, counted as they occur (tokens) and as they are
/// spelt (types).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Words of the text.
    pub tokens: usize,
    /// Those of them that are known.
    pub tokens_covered: usize,
    /// Distinct spellings.
    pub types: usize,
    /// Those of them that are known.
    pub types_covered: usize,
}

impl Coverage {
    /// Counts the words of `sentences` that `known` says yes to, such as those that
    /// `WordVectors::find` finds or `WordIndex::contains`.
    pub fn count<'a>(
        sentences: impl IntoIterator<Item = &'a [String]>,
        known: impl Fn(&str) -> bool,
    ) -> Self {
        let mut types: HashMap<&str, bool> = HashMap::new();
        let mut coverage = Self::default();
        for word in sentences.into_iter().flatten() {
            let covered = *types.entry(word).or_insert_with(|| known(word));
            coverage.tokens += 1;
            coverage.tokens_covered += usize::from(covered);
        }
        coverage.types = types.len();
        coverage.types_covered = types.values().filter(|covered| **covered).count();
        coverage
    }
}

/// Per cent; all of nothing is covered.
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        100.0
    } else {
        100.0 * part as f64 / whole as f64
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:.1} % of {} tokens and {:.1} % of {} types",
            percent(self.tokens_covered, self.tokens),
            self.tokens,
            percent(self.types_covered, self.types),
            self.types
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_types_are_counted() {
        let sentences = [vec!["a", "b", "a"], vec!["a", "c"]]
            .map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let coverage = Coverage::count(sentences.iter().map(Vec::as_slice), |word| word == "a");
        assert_eq!((coverage.tokens, coverage.tokens_covered), (5, 3));
        assert_eq!((coverage.types, coverage.types_covered), (3, 1));
        assert_eq!(
            coverage.to_string(),
            "60.0 % of 5 tokens and 33.3 % of 3 types"
        );
        let nothing = Coverage::count([], |_| false).to_string();
        assert!(nothing.starts_with("100.0 % of 0 tokens"), "{nothing}");
    }
}
