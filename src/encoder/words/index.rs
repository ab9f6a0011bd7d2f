//! Words to row numbers.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::lookup::Lookup;

/// The vocabulary of a table of word vectors: row 0 pads, row 1 stands for every
/// word that is not in it, the words follow.
///
/// It serialises as the list of its words, so that a trained model can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct WordIndex {
    lookup: Lookup,
    words: Vec<String>,
    rows: HashMap<String, u32>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    lookup: Lookup,
    words: Vec<String>,
}

impl From<Stored> for WordIndex {
    fn from(stored: Stored) -> Self {
        Self::new(stored.lookup, stored.words)
    }
}

impl From<WordIndex> for Stored {
    fn from(index: WordIndex) -> Self {
        Self {
            lookup: index.lookup,
            words: index.words,
        }
    }
}

impl WordIndex {
    /// The row that fills a batch's shorter sentences.
    pub const PADDING: u32 = 0;
    /// The row of words that have none of their own.
    pub const UNKNOWN: u32 = 1;

    /// Gives every word a row, in order. Words must be distinct.
    pub(super) fn new(lookup: Lookup, words: Vec<String>) -> Self {
        let rows = words.iter().cloned().zip(Self::UNKNOWN + 1..).collect();
        Self {
            lookup,
            words,
            rows,
        }
    }

    /// The words that occur at least `minimum` times in `sentences`, in alphabetical order.
    pub fn frequent<'a>(
        lookup: Lookup,
        sentences: impl IntoIterator<Item = &'a [String]>,
        minimum: usize,
    ) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for word in sentences.into_iter().flatten() {
            *counts.entry(word).or_default() += 1;
        }
        let words = counts.into_iter().filter(|(_, count)| *count >= minimum);
        Self::new(lookup, words.map(|(word, _)| word.to_owned()).collect())
    }

    /// Number of rows: the words, padding and the unknown word.
    pub fn rows(&self) -> usize {
        self.words.len() + 2
    }

    /// The words that have rows, in the order of these.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether a word has a row of its own.
    pub fn contains(&self, word: &str) -> bool {
        self.row(word) != Self::UNKNOWN
    }

    /// A word's row.
    pub fn row(&self, word: &str) -> u32 {
        self.lookup
            .forms(word)
            .find_map(|form| self.rows.get(form.as_ref()).copied())
            .unwrap_or(Self::UNKNOWN)
    }

    /// The rows of a sentence's words.
    pub fn sentence(&self, words: &[String]) -> Vec<u32> {
        words.iter().map(|word| self.row(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_index_survives_being_stored() {
        let words = vec!["Paris".to_owned(), "paris".to_owned()];
        let index = WordIndex::new(Lookup::ExactThenLower, words);
        let text = serde_json::to_string(&index).unwrap();
        assert_eq!(
            text,
            r#"{"lookup":"exact_then_lower","words":["Paris","paris"]}"#
        );
        let again: WordIndex = serde_json::from_str(&text).unwrap();
        assert_eq!(again, index);
        let sentence = ["Paris", "PARIS", "Rome"].map(str::to_owned);
        assert_eq!(again.sentence(&sentence), [2, 3, WordIndex::UNKNOWN]);
        assert_eq!(again.rows(), 4);
        assert!(again.contains("pARIS") && !again.contains("Rome"));
    }
}
