//! A vocabulary of whole words, for encoders that are trained from scratch.

use std::collections::BTreeMap;

use tokenizers::Tokenizer;
use tokenizers::models::wordlevel::WordLevel;
use tokenizers::normalizers::Lowercase;
use tokenizers::processors::bert::BertProcessing;

use super::word_pieces::WordPieces;
use crate::encoder::error::EncoderError;

/// Tokens every vocabulary starts with, so that `[PAD]` is 0.
///
/// No word is among them, since words are case folded.
const SPECIAL: [&str; 4] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

/// Builds the vocabulary of all words, case folded, that occur at least
/// `minimum_count` times. Rarer words train the embedding of `[UNK]`, which unseen
/// words will share.
///
/// # Errors
/// When the words do not make a vocabulary.
pub fn word_vocabulary<'a>(
    sentences: impl Iterator<Item = &'a [String]>,
    minimum_count: u32,
) -> Result<WordPieces, EncoderError> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for word in sentences.flatten() {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    let frequent = counts
        .into_iter()
        .filter(|(word, count)| *count >= minimum_count && !word.is_empty())
        .map(|(word, _)| word);
    let vocabulary = SPECIAL
        .iter()
        .map(|token| (*token).to_owned())
        .chain(frequent)
        .zip(0..)
        .collect();
    let unusable = |reason: String| EncoderError::Unreadable {
        path: "the training split's vocabulary".into(),
        reason,
    };
    let model = WordLevel::builder()
        .vocab(vocabulary)
        .unk_token("[UNK]".to_owned())
        .build()
        .map_err(|error| unusable(error.to_string()))?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer
        .with_normalizer(Some(Lowercase))
        .map_err(|error| unusable(error.to_string()))?;
    tokenizer.with_post_processor(Some(BertProcessing::new(
        (SPECIAL[3].to_owned(), 3),
        (SPECIAL[2].to_owned(), 2),
    )));
    WordPieces::new(tokenizer, 0, 1).map_err(unusable)
}
