//! What the encoder reads of a sentence, and how positions are those of its words.

use super::brackets::{Brackets, Place};
use super::context::{Context, context};
use crate::corpus::{Document, Labels, Sentence, Span};
use crate::encoder::{EncoderError, Pieces, WordPieces};

/// A sentence in its context, as pieces.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// Pieces of the sentence and its context.
    pieces: Pieces,
    /// Index of the sentence's first word among those read.
    offset: usize,
    /// Number of the sentence's words.
    words: usize,
    /// Whether the model reads it at all.
    pub(crate) is_read: bool,
}

/// How much the model reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Sentences of context on either side.
    pub(crate) context: usize,
    /// Words of a sentence with its context.
    pub(crate) words: usize,
    /// Most pieces of an input; longer ones are passed over.
    pub(crate) longest: usize,
}

/// The sentences of documents, in order.
///
/// # Errors
/// When words cannot be turned into pieces.
pub(crate) fn inputs(
    documents: &[Document],
    reading: Reading,
    pieces: &WordPieces,
) -> Result<Vec<Input>, EncoderError> {
    let mut inputs = Vec::new();
    for document in documents {
        for index in 0..document.sentences.len() {
            let Context {
                words,
                offset,
                length,
            } = context(document, index, reading.context, reading.words);
            let pieces = pieces.encode(&words)?;
            inputs.push(Input {
                is_read: length > 0 && pieces.ids.len() <= reading.longest,
                pieces,
                offset,
                words: length,
            });
        }
    }
    Ok(inputs)
}

impl Input {
    /// A sentence of words with one piece each, after so many words of context, between a
    /// start and an end.
    #[cfg(test)]
    pub(crate) fn of_words(words: usize, offset: usize) -> Self {
        let places: Vec<usize> = (1..=offset + words).collect();
        Self {
            pieces: Pieces {
                ids: vec![0; offset + words + 2],
                first: places.clone(),
                last: places,
            },
            offset,
            words,
            is_read: true,
        }
    }

    /// Ids of the pieces.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.pieces.ids
    }

    /// Number of positions.
    pub(crate) fn length(&self) -> usize {
        self.pieces.ids.len()
    }

    /// The positions of a span: the first piece of its first word, and the last of its last.
    fn place(&self, span: Span) -> Place {
        let first = self.pieces.first[self.offset + span.start];
        (first, self.pieces.last[self.offset + span.end])
    }

    /// The words that positions lie in, if these are words of the sentence itself. A span
    /// that begins or ends within a word is the whole word's.
    pub(crate) fn span(&self, (start, end): Place) -> Option<Span> {
        Some(Span::new(self.word(start)?, self.word(end)?))
    }

    fn word(&self, position: usize) -> Option<usize> {
        let own = self.offset..self.offset + self.words;
        let last = &self.pieces.last[own.clone()];
        let word = last.partition_point(|last| *last < position);
        let first = *self.pieces.first[own].get(word)?;
        (first <= position).then_some(word)
    }

    /// The sentence's annotation in positions. Context has none, so that its words are
    /// learned to be nothing.
    pub(crate) fn brackets(&self, sentence: &Sentence, labels: &Labels) -> Brackets {
        let number = |known: &[String], label: &String| known.iter().position(|one| one == label);
        let entities = sentence.entities.iter().filter_map(|entity| {
            let label = number(&labels.entity_types, &entity.label)?;
            Some((self.place(entity.span), label))
        });
        let relations = sentence.relations.iter().filter_map(|relation| {
            let label = number(&labels.relation_types, &relation.label)?;
            Some((self.place(relation.head), self.place(relation.tail), label))
        });
        Brackets {
            length: self.length(),
            entities: entities.collect(),
            relations: relations.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::corpus::{Entity, Relation};

    /// Words of 1, 2 and 3 pieces between a start and an end, after one word of context.
    fn input() -> Input {
        Input {
            pieces: Pieces {
                ids: vec![0; 10],
                first: vec![1, 2, 3, 5, 8],
                last: vec![1, 2, 4, 7, 8],
            },
            offset: 1,
            words: 3,
            is_read: true,
        }
    }

    #[test]
    fn spans_are_where_their_words_pieces_begin_and_end() {
        let input = input();
        assert_eq!(input.place(Span::new(0, 1)), (2, 4));
        assert_eq!(input.span((2, 4)), Some(Span::new(0, 1)));
        assert_eq!(input.span((4, 6)), Some(Span::new(1, 2)), "within words");
        for beside in [(0, 2), (1, 2), (2, 8), (2, 9)] {
            assert_eq!(input.span(beside), None, "{beside:?}");
        }
    }

    #[test]
    fn the_annotation_becomes_brackets() {
        let entity = |start, end, label: &str| Entity {
            span: Span::new(start, end),
            label: label.into(),
        };
        let sentence = Sentence {
            tokens: vec![String::new(); 3],
            entities: vec![entity(0, 0, "A"), entity(1, 2, "B")],
            relations: vec![Relation {
                head: Span::new(1, 2),
                tail: Span::new(0, 0),
                label: "r".into(),
            }],
        };
        let labels = Labels {
            entity_types: vec!["A".into(), "B".into()],
            relation_types: vec!["q".into(), "r".into()],
            symmetric: Vec::new(),
        };
        let brackets = input().brackets(&sentence, &labels);
        assert_eq!(brackets.length, 10);
        assert_eq!(brackets.entities, [((2, 2), 0), ((3, 7), 1)]);
        assert_eq!(brackets.relations, [((3, 7), (2, 2), 1)]);
    }
}
