//! A sentence as pieces, and the way between words and pieces.

use std::ops::Range;

/// A sentence as pieces, framed by the special pieces that the tokenizer puts before
/// and after every input (BERT `[CLS]` and `[SEP]`, T5 only `</s>`).
///
/// Every word has at least one piece, and the pieces of the words follow each other
/// without a gap, so that word spans and piece spans can be turned into each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// Piece ids.
    pub ids: Vec<u32>,
    /// Index into `ids` of each word's first piece.
    pub first: Vec<usize>,
    /// Index into `ids` of each word's last piece.
    pub last: Vec<usize>,
}

impl Pieces {
    /// The indices into `ids` of all pieces of a span of words, ends exclusive; nothing
    /// for an empty span or one that leaves the sentence.
    pub fn pieces_of(&self, words: Range<usize>) -> Option<Range<usize>> {
        if words.is_empty() {
            return None;
        }
        let start = *self.first.get(words.start)?;
        let last = *self.last.get(words.end - 1)?;
        Some(start..last + 1)
    }

    /// The words that have a piece in a span of indices into `ids`, ends exclusive;
    /// nothing when the span holds no piece of a word.
    pub fn words_of(&self, pieces: Range<usize>) -> Option<Range<usize>> {
        if pieces.is_empty() {
            return None;
        }
        let start = self.last.partition_point(|last| *last < pieces.start);
        let end = self.first.partition_point(|first| *first < pieces.end);
        (start < end).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_tokenizers::{families, nasty_words, words};
    use super::super::word_pieces::WordPieces;
    use super::*;
    use proptest::prelude::*;

    fn sentence() -> Pieces {
        Pieces {
            ids: vec![101, 7, 8, 9, 4, 5, 102],
            first: vec![1, 2, 4],
            last: vec![1, 3, 5],
        }
    }

    #[test]
    fn a_span_of_words_takes_all_their_pieces() {
        assert_eq!(sentence().pieces_of(1..3), Some(2..6));
        assert_eq!(sentence().pieces_of(0..1), Some(1..2));
        assert_eq!(sentence().pieces_of(1..1), None, "an empty span");
        assert_eq!(sentence().pieces_of(1..4), None, "beyond the sentence");
    }

    #[test]
    fn a_span_of_pieces_touches_words() {
        assert_eq!(sentence().words_of(3..5), Some(1..3), "parts of two words");
        assert_eq!(sentence().words_of(0..7), Some(0..3), "the whole input");
        assert_eq!(sentence().words_of(0..1), None, "only a special piece");
        assert_eq!(sentence().words_of(6..9), None, "only a special piece");
        assert_eq!(sentence().words_of(3..3), None, "an empty span");
    }

    fn check(pieces: &WordPieces, text: &[String]) -> Result<(), TestCaseError> {
        let sentence = pieces.encode(text).unwrap();
        let special = pieces.special();
        let framed = special.before.len()..sentence.ids.len() - special.after.len();
        prop_assert_eq!(&sentence.ids[..framed.start], &special.before[..]);
        prop_assert_eq!(&sentence.ids[framed.end..], &special.after[..]);
        prop_assert_eq!(sentence.pieces_of(0..text.len()), Some(framed.clone()));
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let span = sentence.pieces_of(start..end).unwrap();
                prop_assert_eq!(sentence.words_of(span), Some(start..end));
            }
        }
        let mut previous = None;
        for piece in framed {
            let word = sentence.words_of(piece..piece + 1).unwrap();
            prop_assert_eq!(word.len(), 1, "a piece belongs to one word");
            prop_assert!(sentence.pieces_of(word.clone()).unwrap().contains(&piece));
            prop_assert!(previous <= Some(word.start));
            previous = Some(word.start);
        }
        Ok(())
    }

    #[test]
    fn nasty_words_map_there_and_back_in_every_family() {
        for (family, pieces) in families() {
            let checked = check(&pieces, &nasty_words());
            assert!(checked.is_ok(), "{family}: {checked:?}");
        }
    }

    proptest! {
        #[test]
        fn word_spans_map_to_piece_spans_and_back(text in words(12)) {
            for (_, pieces) in families() {
                check(&pieces, &text)?;
            }
        }
    }
}
