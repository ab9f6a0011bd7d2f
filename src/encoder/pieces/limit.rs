//! Inputs against the longest that an encoder takes.

use std::ops::Range;

use super::alignment::Pieces;
use super::window::window;
use super::word_pieces::WordPieces;
use crate::encoder::error::EncoderError;

/// How many words of a sentence that is too long are shown.
const SHOWN: usize = 6;

impl WordPieces {
    /// [`Self::encode`] for an encoder that may have a longest input, in pieces.
    ///
    /// # Errors
    /// As [`Self::encode`], and [`EncoderError::TooLong`] when there are more pieces,
    /// special ones included, than `longest`.
    pub fn encode_within(
        &self,
        words: &[String],
        longest: Option<usize>,
    ) -> Result<Pieces, EncoderError> {
        let pieces = self.encode(words)?;
        match longest.filter(|longest| pieces.ids.len() > *longest) {
            None => Ok(pieces),
            Some(positions) => Err(too_long(words, pieces.ids.len(), positions)),
        }
    }

    /// Number of pieces that [`Self::encode`] gives, special ones included.
    ///
    /// # Errors
    /// When the tokenizer refuses a word.
    pub fn length(&self, words: &[String]) -> Result<usize, EncoderError> {
        let mut pieces = self.special().around_sentence();
        self.each_word(words, |ids| pieces += ids.len())?;
        Ok(pieces)
    }

    /// The words around the span `target`, as many and as evenly on both sides as
    /// `positions` pieces allow, special ones included. All of a sentence that fits.
    ///
    /// # Errors
    /// [`EncoderError::TooLong`] when `target` alone has too many pieces;
    /// [`EncoderError::Span`] when it is no part of the sentence; and when the tokenizer
    /// refuses a word.
    pub fn window(
        &self,
        words: &[String],
        target: Range<usize>,
        positions: usize,
    ) -> Result<Range<usize>, EncoderError> {
        let inside = words.get(target.clone()).ok_or(EncoderError::Span {
            start: target.start,
            end: target.end,
            words: words.len(),
        })?;
        let mut counts = Vec::with_capacity(words.len());
        self.each_word(words, |ids| counts.push(ids.len()))?;
        let special = self.special().around_sentence();
        let needed = special + counts[target.clone()].iter().sum::<usize>();
        positions
            .checked_sub(special)
            .and_then(|room| window(&counts, target, room))
            .ok_or_else(|| too_long(inside, needed, positions))
    }
}

fn too_long(words: &[String], pieces: usize, positions: usize) -> EncoderError {
    EncoderError::TooLong {
        pieces,
        positions,
        start: words[..words.len().min(SHOWN)].join(" "),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_tokenizers::{families, words};
    use proptest::prelude::*;

    #[test]
    fn an_input_that_is_too_long_says_which() {
        let [(_, pieces), ..] = families();
        let text: Vec<String> = "the cat "
            .repeat(4)
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let error = pieces
            .encode_within(&text, Some(9))
            .unwrap_err()
            .to_string();
        assert!(error.contains("10 pieces"), "{error}");
        assert!(error.contains("`the cat the cat the cat …`"), "{error}");
        assert!(pieces.encode_within(&text, None).is_ok());
        assert_eq!(pieces.window(&text, 0..8, 10).unwrap(), 0..8);
        assert_eq!(pieces.window(&text, 3..4, 5).unwrap(), 2..5);
        let error = pieces.window(&text, 3..6, 4).unwrap_err().to_string();
        assert!(
            error.contains("5 pieces") && error.contains("`cat the cat …`"),
            "{error}"
        );
        let error = pieces.window(&text, 7..9, 10).unwrap_err().to_string();
        assert!(
            error.contains("7..9") && error.contains("8 words"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn the_length_is_known_beforehand(text in words(12)) {
            for (_, pieces) in families() {
                let length = pieces.length(&text).unwrap();
                prop_assert_eq!(length, pieces.encode(&text).unwrap().ids.len());
                prop_assert!(pieces.encode_within(&text, Some(length)).is_ok());
                prop_assert!(pieces.encode_within(&text, Some(length - 1)).is_err());
            }
        }

        #[test]
        fn a_window_fits_and_holds_its_target(
            text in words(12),
            start in 0_usize..12,
            room in 0_usize..40,
        ) {
            let start = start.min(text.len() - 1);
            for (_, pieces) in families() {
                let special = pieces.length(&[]).unwrap();
                let target = start..start + 1;
                if let Ok(found) = pieces.window(&text, target.clone(), room) {
                    prop_assert!(found.start <= start && start < found.end);
                    prop_assert!(pieces.length(&text[found]).unwrap() <= room);
                } else {
                    prop_assert!(room < special || pieces.length(&text[target]).unwrap() > room);
                }
            }
        }
    }
}
