//! The window of words around a sentence (Zhong and Chen 2021, §3.4).

use crate::corpus::Document;

/// A sentence with its neighbours' words around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Words of the window.
    pub words: Vec<String>,
    /// Index of the sentence's first word among them.
    pub offset: usize,
    /// Number of the sentence's words.
    pub length: usize,
}

/// The window of `size` words around sentence `index` of a document.
///
/// The words that the sentence leaves free are shared between both sides, the odd one to
/// the right. Each side takes words of the nearest sentences first, never beyond the
/// document, and what it cannot use is not handed to the other. A sentence of `size` or
/// more words stays alone and whole.
pub fn context(document: &Document, index: usize, size: usize) -> Context {
    let sentences = &document.sentences;
    let own = &sentences[index].tokens;
    let free = size.saturating_sub(own.len());
    let mut left = free / 2;
    let mut right = free - left;
    let mut before = Vec::new();
    for sentence in sentences[..index].iter().rev() {
        let taken = left.min(sentence.tokens.len());
        left -= taken;
        before.push(&sentence.tokens[sentence.tokens.len() - taken..]);
    }
    let mut words: Vec<String> = before.into_iter().rev().flatten().cloned().collect();
    let offset = words.len();
    words.extend_from_slice(own);
    for sentence in &sentences[index + 1..] {
        let taken = right.min(sentence.tokens.len());
        right -= taken;
        words.extend_from_slice(&sentence.tokens[..taken]);
    }
    Context {
        words,
        offset,
        length: own.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Sentence;
    use proptest::prelude::*;

    /// Sentences of so many words, each word named by its place in the document.
    fn document(lengths: &[usize]) -> Document {
        let mut next = 0;
        let sentences = lengths.iter().map(|length| {
            let tokens = (next..next + length).map(|word| word.to_string()).collect();
            next += length;
            Sentence {
                tokens,
                ..Sentence::default()
            }
        });
        Document {
            key: "d".to_owned(),
            sentences: sentences.collect(),
        }
    }

    #[test]
    fn nearest_words_come_first_and_a_side_keeps_to_its_share() {
        // 30 words leave 70: 35 on either side. The left one takes the 10 words before it
        // and 25 of the 50 before those; the right one finds only 20.
        let found = context(&document(&[50, 10, 30, 20]), 2, 100);
        assert_eq!(
            (found.words.len(), found.offset, found.length),
            (85, 35, 30)
        );
        assert_eq!(found.words[0], "25");
        assert_eq!(found.words[84], "109");
    }

    #[test]
    fn the_odd_word_is_on_the_right() {
        let found = context(&document(&[200, 21, 200]), 1, 100);
        assert_eq!((found.offset, found.words.len()), (39, 100));
        let even = context(&document(&[200, 20, 200]), 1, 100);
        assert_eq!((even.offset, even.words.len()), (40, 100));
    }

    proptest! {
        #[test]
        fn a_window_is_a_stretch_of_the_document_around_its_sentence(
            lengths in prop::collection::vec(1_usize..30, 1..8),
            index in 0_usize..8,
            size in 0_usize..120,
        ) {
            let index = index.min(lengths.len() - 1);
            let document = document(&lengths);
            let found = context(&document, index, size);
            let first: usize = lengths[..index].iter().sum();
            let from = first - found.offset;
            let expected: Vec<String> =
                (from..from + found.words.len()).map(|word| word.to_string()).collect();
            prop_assert_eq!(&found.words, &expected);
            prop_assert!(found.words.len() <= size.max(lengths[index]));
            prop_assert_eq!(found.length, lengths[index]);
        }
    }
}
