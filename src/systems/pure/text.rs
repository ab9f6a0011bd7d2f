//! A sentence in its context, as pieces.

use super::context::context;
use crate::corpus::{Document, Span};
use crate::encoder::{EncoderError, Pieces, WordPieces};

/// What the encoder reads of a sentence.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// Pieces of the sentence and its context.
    pub(crate) pieces: Pieces,
    /// Index of the sentence's first word.
    pub(crate) offset: usize,
    /// Number of the sentence's words.
    pub(crate) words: usize,
}

impl Text {
    /// Number of pieces.
    pub(crate) fn length(&self) -> usize {
        self.pieces.ids.len()
    }

    /// Index of a span's first piece.
    pub(crate) fn first(&self, span: Span) -> usize {
        self.pieces.first[self.offset + span.start]
    }

    /// Index of a span's last piece.
    pub(crate) fn last(&self, span: Span) -> usize {
        self.pieces.last[self.offset + span.end]
    }
}

/// The sentences of `documents`, in order, each in a window of `window` words.
///
/// Where that has more than `longest` pieces, the context shrinks on both sides until it
/// fits; the sentence itself must.
///
/// # Errors
/// When a sentence alone has more than `longest` pieces.
pub(crate) fn texts(
    documents: &[Document],
    window: usize,
    pieces: &WordPieces,
    longest: Option<usize>,
) -> Result<Vec<Text>, EncoderError> {
    let mut texts = Vec::new();
    for document in documents {
        for index in 0..document.sentences.len() {
            texts.push(text(document, index, window, pieces, longest)?);
        }
    }
    Ok(texts)
}

fn text(
    document: &Document,
    index: usize,
    window: usize,
    pieces: &WordPieces,
    longest: Option<usize>,
) -> Result<Text, EncoderError> {
    let context = context(document, index, window);
    let (mut words, mut offset) = (context.words.as_slice(), context.offset);
    let mut found = pieces.encode(words)?;
    if let Some(longest) = longest.filter(|longest| found.ids.len() > *longest) {
        let fits = pieces.window(words, offset..offset + context.length, longest)?;
        offset -= fits.start;
        words = &words[fits];
        found = pieces.encode(words)?;
    }
    Ok(Text {
        pieces: found,
        offset,
        words: context.length,
    })
}
