//! Characters of words as numbers, for a recurrent network over them.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

/// The characters of the training words: id 0 pads, id 1 stands for every other
/// character, the characters follow in order of code point.
///
/// It serialises as one string, so that a trained model can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Characters {
    ids: HashMap<char, u32>,
}

impl From<String> for Characters {
    fn from(characters: String) -> Self {
        // A repeated character would leave a number without a row.
        let mut ids = HashMap::new();
        for character in characters.chars() {
            let next = Self::UNKNOWN + 1 + ids.len() as u32;
            ids.entry(character).or_insert(next);
        }
        Self { ids }
    }
}

impl From<Characters> for String {
    fn from(characters: Characters) -> Self {
        let mut pairs: Vec<(u32, char)> = characters
            .ids
            .into_iter()
            .map(|(character, id)| (id, character))
            .collect();
        pairs.sort_unstable();
        pairs.into_iter().map(|(_, character)| character).collect()
    }
}

impl Characters {
    /// The id that fills up shorter words.
    pub const PADDING: u32 = 0;
    /// The id of characters that training did not show.
    pub const UNKNOWN: u32 = 1;

    /// The characters of the words of `sentences`, case kept.
    pub fn new<'a>(sentences: impl IntoIterator<Item = &'a [String]>) -> Self {
        let distinct: BTreeSet<char> = sentences
            .into_iter()
            .flatten()
            .flat_map(|word| word.chars())
            .collect();
        Self::from(distinct.into_iter().collect::<String>())
    }

    /// Number of ids: the characters, padding and the unknown character.
    pub fn count(&self) -> usize {
        self.ids.len() + 2
    }

    /// The ids of a word's characters. An empty word is one unknown character, so that
    /// a network over it has a last state.
    pub fn word(&self, word: &str) -> Vec<u32> {
        if word.is_empty() {
            return vec![Self::UNKNOWN];
        }
        word.chars()
            .map(|character| *self.ids.get(&character).unwrap_or(&Self::UNKNOWN))
            .collect()
    }

    /// The ids of every word of a sentence.
    pub fn sentence(&self, words: &[String]) -> Vec<Vec<u32>> {
        words.iter().map(|word| self.word(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn characters_are_numbered_in_order_and_kept() {
        let words = ["bé", "aB"].map(str::to_owned);
        let characters = Characters::new([words.as_slice()]);
        assert_eq!(characters.count(), 6);
        assert_eq!(characters.word("Babé?"), [2, 3, 4, 5, Characters::UNKNOWN]);
        assert_eq!(characters.word(""), [Characters::UNKNOWN]);
        assert_eq!(characters.sentence(&words), [vec![4, 5], vec![3, 2]]);
        let text = serde_json::to_string(&characters).unwrap();
        assert_eq!(text, "\"Babé\"");
        let again: Characters = serde_json::from_str(&text).unwrap();
        assert_eq!(again, characters);
    }

    #[test]
    fn a_character_that_comes_twice_has_one_number() {
        let characters: Characters = serde_json::from_str("\"aab\"").unwrap();
        assert_eq!(characters.count(), 4);
        assert_eq!(characters.word("ab"), [2, 3]);
    }
}
