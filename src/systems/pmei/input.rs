//! Sentences as the model reads them.

use burn::tensor::{Int, Tensor};

use crate::corpus::Document;
use crate::encoder::words::WordIndex;
use crate::encoder::{EncoderError, Pieces, WordPieces};
use crate::systems::spans::indices;

/// What is read of a sentence.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    /// Rows of the table of word vectors.
    Words(Vec<u32>),
    /// Pieces of the encoder.
    Pieces(Pieces),
    /// More pieces than the encoder reads: the sentence is passed over.
    TooLong,
}

impl Text {
    /// Number of words that are read.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::TooLong => 0,
            Self::Words(rows) => rows.len(),
            Self::Pieces(pieces) => pieces.first.len(),
        }
    }
}

/// How words become what is read.
pub(crate) enum Lexicon<'a> {
    Words(&'a WordIndex),
    /// With the longest input of the encoder, if it has one.
    Pieces(&'a WordPieces, Option<usize>),
}

impl Lexicon<'_> {
    /// The sentences of documents, in order.
    ///
    /// # Errors
    /// When words cannot be turned into pieces.
    pub(crate) fn texts(&self, documents: &[Document]) -> Result<Vec<Text>, EncoderError> {
        let sentences = documents.iter().flat_map(|document| &document.sentences);
        sentences
            .map(|sentence| match self {
                Self::Words(index) => Ok(Text::Words(index.sentence(&sentence.tokens))),
                Self::Pieces(pieces, longest) => {
                    let read = pieces.encode(&sentence.tokens)?;
                    let fits = longest.is_none_or(|longest| read.ids.len() <= longest);
                    Ok(if fits {
                        Text::Pieces(read)
                    } else {
                        Text::TooLong
                    })
                }
            })
            .collect()
    }
}

/// Row numbers as a tensor.
pub(crate) fn rows(numbers: &[u32], device: &burn::tensor::Device) -> Tensor<1, Int> {
    let numbers: Vec<i32> = numbers.iter().map(|number| *number as i32).collect();
    indices(&numbers, device)
}
