//! Words to pieces, with the way back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use tokenizers::Tokenizer;

use super::error::EncoderError;

/// A sentence as pieces, `[CLS]` first and `[SEP]` last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// Piece ids.
    pub ids: Vec<u32>,
    /// Index into `ids` of each word's first piece.
    pub first: Vec<usize>,
    /// Index into `ids` of each word's last piece.
    pub last: Vec<usize>,
}

/// A tokenizer that reads words that are already split.
///
/// Each word is tokenised on its own and remembered, since a corpus repeats most of
/// its words.
pub struct WordPieces {
    tokenizer: Tokenizer,
    start: u32,
    end: u32,
    unknown: u32,
    padding: u32,
    seen: RefCell<HashMap<String, Vec<u32>>>,
}

impl WordPieces {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// When the file cannot be read, or lacks one of the special tokens.
    pub fn open(path: &Path) -> Result<Self, EncoderError> {
        let tokenizer = Tokenizer::from_file(path).map_err(|error| EncoderError::Unreadable {
            path: path.to_owned(),
            reason: format!("not a tokenizer this version reads: {error}"),
        })?;
        Self::new(tokenizer).map_err(|token| EncoderError::Unreadable {
            path: path.to_owned(),
            reason: format!("the vocabulary has no `{token}` token"),
        })
    }

    /// Wraps a tokenizer, or names the special token that it lacks.
    pub(crate) fn new(mut tokenizer: Tokenizer) -> Result<Self, &'static str> {
        // Stored truncation or padding would change the input without a word.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|_| "[PAD]")?;
        let id = |token: &'static str| tokenizer.token_to_id(token).ok_or(token);
        let (start, end) = (id("[CLS]")?, id("[SEP]")?);
        let (unknown, padding) = (id("[UNK]")?, id("[PAD]")?);
        Ok(Self {
            tokenizer,
            start,
            end,
            unknown,
            padding,
            seen: RefCell::new(HashMap::new()),
        })
    }

    /// The id that fills a batch's shorter rows.
    pub fn padding(&self) -> u32 {
        self.padding
    }

    /// Number of pieces in the vocabulary, added ones included.
    pub fn vocabulary_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// Writes the `tokenizer.json`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), EncoderError> {
        self.tokenizer
            .save(path, false)
            .map_err(|error| EncoderError::Unreadable {
                path: path.to_owned(),
                reason: format!("cannot be written: {error}"),
            })
    }

    /// Cuts every word into pieces. A word that yields none stands as `[UNK]`, so that
    /// every word has a first and a last piece.
    ///
    /// # Errors
    /// When the tokenizer refuses a word.
    pub fn encode(&self, words: &[String]) -> Result<Pieces, EncoderError> {
        let mut pieces = Pieces {
            ids: vec![self.start],
            first: Vec::with_capacity(words.len()),
            last: Vec::with_capacity(words.len()),
        };
        let mut seen = self.seen.borrow_mut();
        for word in words {
            if !seen.contains_key(word) {
                seen.insert(word.clone(), self.cut(word)?);
            }
            pieces.first.push(pieces.ids.len());
            pieces.ids.extend_from_slice(&seen[word]);
            pieces.last.push(pieces.ids.len() - 1);
        }
        pieces.ids.push(self.end);
        Ok(pieces)
    }

    fn cut(&self, word: &str) -> Result<Vec<u32>, EncoderError> {
        let encoding =
            self.tokenizer
                .encode(word, false)
                .map_err(|error| EncoderError::Unreadable {
                    path: "tokenizer.json".into(),
                    reason: format!("refuses the word `{word}`: {error}"),
                })?;
        let ids = encoding.get_ids().to_vec();
        Ok(if ids.is_empty() {
            vec![self.unknown]
        } else {
            ids
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::vocabulary::word_vocabulary;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn every_word_has_a_first_and_a_last_piece() {
        let corpus = [words("the cat sat"), words("the dog sat")];
        let pieces = word_vocabulary(corpus.iter().map(Vec::as_slice), 1).unwrap();
        let sentence = pieces.encode(&words("The unseen \u{ad} cat")).unwrap();
        assert_eq!(sentence.ids.len(), 6);
        assert_eq!(sentence.first, [1, 2, 3, 4]);
        assert_eq!(sentence.first, sentence.last);
        assert_eq!(sentence.ids[2], sentence.ids[3], "both are unknown");
        let lower = pieces.encode(&words("the")).unwrap();
        assert_eq!(lower.ids[1], sentence.ids[1], "case is folded");
    }

    proptest! {
        #[test]
        fn word_spans_map_to_piece_spans_and_back(text in prop::collection::vec("[a-zA-Zé ]{0,6}", 1..12)) {
            let pieces = word_vocabulary(std::iter::once(text.as_slice()), 1).unwrap();
            let sentence = pieces.encode(&text).unwrap();
            prop_assert_eq!(sentence.first.len(), text.len());
            let mut next = 1;
            for (first, last) in sentence.first.iter().zip(&sentence.last) {
                prop_assert_eq!(*first, next);
                prop_assert!(last >= first);
                next = last + 1;
            }
            prop_assert_eq!(next, sentence.ids.len() - 1);
        }
    }
}
