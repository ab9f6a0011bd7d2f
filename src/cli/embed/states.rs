//! Rows of numbers with what they stand for.

use crate::encoder::words::WordVectors;
use crate::encoder::{EncoderError, Pool, Reader, pool};

/// States in the order of the text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct States {
    /// Numbers a row.
    pub(super) width: usize,
    /// What the rows stand for.
    pub(super) rows: Vec<Row>,
    /// Rows × width.
    pub(super) values: Vec<f32>,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The sentence's number, from 0.
    pub(super) sentence: usize,
    /// The word's number within it, from 0; none for the pieces around a sentence.
    pub(super) word: Option<usize>,
    /// The piece's id; none where the row is a whole word's.
    pub(super) piece: Option<u32>,
    /// The piece or the word.
    pub(super) text: String,
}

/// The states of an encoder: one a piece, or one a word.
///
/// # Errors
/// When a sentence is longer than the encoder's longest input, or cannot be cut.
pub(super) fn of_encoder(
    reader: &Reader,
    sentences: &[Vec<String>],
    how: Option<Pool>,
) -> Result<States, EncoderError> {
    let width = reader.architecture().width();
    let longest = reader.architecture().longest();
    let pieces = reader.pieces();
    let cut = sentences
        .iter()
        .map(|words| pieces.encode_within(words, longest))
        .collect::<Result<Vec<_>, _>>()?;
    let sequences: Vec<&[u32]> = cut.iter().map(|pieces| pieces.ids.as_slice()).collect();
    let mut values = vec![Vec::new(); sentences.len()];
    reader.read::<EncoderError>(&sequences, |index, states| {
        values[index] = match how {
            None => states.to_vec(),
            Some(how) => pool(states, &cut[index], width, how),
        };
        Ok(())
    })?;
    let mut rows = Vec::new();
    for (sentence, (words, cut)) in sentences.iter().zip(&cut).enumerate() {
        if how.is_some() {
            rows.extend(words.iter().enumerate().map(|(word, text)| Row {
                sentence,
                word: Some(word),
                piece: None,
                text: text.clone(),
            }));
            continue;
        }
        rows.extend(cut.ids.iter().enumerate().map(|(place, id)| Row {
            sentence,
            word: cut.words_of(place..place + 1).map(|words| words.start),
            piece: Some(*id),
            text: pieces.text_of(*id),
        }));
    }
    Ok(States {
        width,
        rows,
        values: values.concat(),
    })
}

/// The vectors of the words; of a word without one, zeros, and its number is counted.
pub(super) fn of_vectors(vectors: &WordVectors, sentences: &[Vec<String>]) -> (States, usize) {
    let mut states = States {
        width: vectors.dimension(),
        ..States::default()
    };
    let mut unknown = 0;
    for (sentence, words) in sentences.iter().enumerate() {
        for (word, text) in words.iter().enumerate() {
            if let Some(vector) = vectors.find(text) {
                states.values.extend_from_slice(vector);
            } else {
                unknown += 1;
                states.values.extend(std::iter::repeat_n(0.0, states.width));
            }
            states.rows.push(Row {
                sentence,
                word: Some(word),
                piece: None,
                text: text.clone(),
            });
        }
    }
    (states, unknown)
}
