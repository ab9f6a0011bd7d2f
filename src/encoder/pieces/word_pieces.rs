//! Words to pieces.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use tokenizers::Tokenizer;

use super::alignment::Pieces;
use super::extra_pieces::{append, unused_rows};
use super::prefix_space::ensure_prefix_space;
use super::special::{Declared, SpecialPieces};
use crate::encoder::error::EncoderError;

/// A tokenizer that reads words that are already split.
///
/// Each word is tokenised on its own, as it would be in running text: a byte-level
/// tokenizer sees a space before it, a SentencePiece tokenizer puts its `▁` there. That
/// is what the tokenizers' own reading of split words does; no normaliser or
/// pre-tokeniser acts across words. Words are remembered, since a corpus repeats most
/// of them.
pub struct WordPieces {
    tokenizer: Tokenizer,
    special: SpecialPieces,
    seen: RefCell<HashMap<String, Vec<u32>>>,
}

impl WordPieces {
    /// Reads a `tokenizer.json`, and `tokenizer_config.json` and
    /// `special_tokens_map.json` beside it when they are there.
    ///
    /// # Errors
    /// When a file cannot be read, or no padding or unknown piece is found.
    pub fn open(path: &Path) -> Result<Self, EncoderError> {
        Self::open_with_padding(path, None)
    }

    /// The same for a model whose `config.json` gives a `pad_token_id`: it is the padding
    /// when the tokenizer names none, and must otherwise agree.
    ///
    /// # Errors
    /// As [`Self::open`], and when the two name different pieces.
    pub fn open_with_padding(path: &Path, pad_token_id: Option<u32>) -> Result<Self, EncoderError> {
        let unreadable = |reason: String| EncoderError::Unreadable {
            path: path.to_owned(),
            reason,
        };
        let not_read = |error: &dyn std::fmt::Display| {
            unreadable(format!("not a tokenizer this version reads: {error}"))
        };
        let text = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let tokenizer = Tokenizer::from_bytes(&text).map_err(|error| not_read(&error))?;
        let declared: Declared = serde_json::from_slice(&text).map_err(|error| not_read(&error))?;
        let special = SpecialPieces::find(path, &tokenizer, declared, pad_token_id)?;
        Self::new(tokenizer, special.padding, special.unknown).map_err(unreadable)
    }

    /// Wraps a tokenizer whose padding and unknown piece have these ids, or says what is
    /// wrong with it.
    pub(crate) fn new(
        mut tokenizer: Tokenizer,
        padding: u32,
        unknown: u32,
    ) -> Result<Self, String> {
        // Stored truncation or padding would change the input without a word.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| error.to_string())?;
        ensure_prefix_space(&mut tokenizer);
        Ok(Self {
            special: SpecialPieces::of(&tokenizer, padding, unknown)?,
            tokenizer,
            seen: RefCell::new(HashMap::new()),
        })
    }

    /// The pieces around a sentence, the unknown one and the padding.
    pub fn special(&self) -> &SpecialPieces {
        &self.special
    }

    /// The id that fills a batch's shorter rows.
    pub fn padding(&self) -> u32 {
        self.special.padding
    }

    /// Number of pieces in the vocabulary, added ones included.
    pub fn vocabulary_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// Writes the `tokenizer.json`, and beside it the `special_tokens_map.json` that
    /// names the padding and the unknown piece.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), EncoderError> {
        let unwritable = |path: &Path, reason: String| EncoderError::Unreadable {
            path: path.to_owned(),
            reason: format!("cannot be written: {reason}"),
        };
        self.tokenizer
            .save(path, false)
            .map_err(|error| unwritable(path, error.to_string()))?;
        let names = serde_json::json!({
            "pad_token": self.tokenizer.id_to_token(self.special.padding),
            "unk_token": self.tokenizer.id_to_token(self.special.unknown),
        });
        let beside = path.with_file_name("special_tokens_map.json");
        std::fs::write(&beside, format!("{names:#}\n"))
            .map_err(|error| unwritable(&beside, error.to_string()))
    }

    /// Cuts every word into pieces. A word that yields none stands as the unknown piece,
    /// so that every word has a first and a last piece.
    ///
    /// # Errors
    /// When the tokenizer refuses a word.
    pub fn encode(&self, words: &[String]) -> Result<Pieces, EncoderError> {
        let mut pieces = Pieces {
            ids: self.special.before.clone(),
            first: Vec::with_capacity(words.len()),
            last: Vec::with_capacity(words.len()),
        };
        self.each_word(words, |ids| {
            pieces.first.push(pieces.ids.len());
            pieces.ids.extend_from_slice(ids);
            pieces.last.push(pieces.ids.len() - 1);
        })?;
        pieces.ids.extend_from_slice(&self.special.after);
        Ok(pieces)
    }

    /// The first `most` words, as near as the tokenizer can tell, of a sentence in pieces:
    /// for messages.
    pub fn decode(&self, ids: &[u32], most: usize) -> String {
        // A vocabulary of words does not mark its special pieces as such.
        let ids = ids.strip_prefix(&self.special.before[..]).unwrap_or(ids);
        let text = self.tokenizer.decode(ids, true).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().take(most).collect();
        words.join(" ")
    }

    /// The piece of this id as the vocabulary has it; nothing for an id it has not.
    pub fn text_of(&self, id: u32) -> String {
        self.tokenizer.id_to_token(id).unwrap_or_default()
    }

    /// Ids of the `[unusedN]` pieces in the order of N: rows of the embedding that BERT's
    /// vocabularies keep free.
    pub fn unused_rows(&self) -> Vec<u32> {
        unused_rows(&self.tokenizer)
    }

    /// Adds pieces that stand for no text (markers), and gives their ids in order. A
    /// piece that is there already keeps its id. New ones get the ids that follow the
    /// highest one, so that the embedding may have to grow.
    ///
    /// # Errors
    /// When a piece is empty, or the tokenizer refuses it.
    pub fn append(&mut self, pieces: &[String]) -> Result<Vec<u32>, EncoderError> {
        // A remembered word may hold one of the new pieces.
        self.seen.borrow_mut().clear();
        append(&mut self.tokenizer, pieces).map_err(|reason| EncoderError::Unreadable {
            path: "tokenizer.json".into(),
            reason,
        })
    }

    /// Hands the ids of every word's pieces to `visit`, in order; never none.
    pub(super) fn each_word(
        &self,
        words: &[String],
        mut visit: impl FnMut(&[u32]),
    ) -> Result<(), EncoderError> {
        let mut seen = self.seen.borrow_mut();
        for word in words {
            if let Some(ids) = seen.get(word) {
                visit(ids);
            } else {
                let ids = self.cut(word)?;
                visit(&ids);
                seen.insert(word.clone(), ids);
            }
        }
        Ok(())
    }

    fn cut(&self, word: &str) -> Result<Vec<u32>, EncoderError> {
        let encoding =
            self.tokenizer
                .encode_fast(word, false)
                .map_err(|error| EncoderError::Unreadable {
                    path: "tokenizer.json".into(),
                    reason: format!("refuses the word `{word}`: {error}"),
                })?;
        let ids = encoding.get_ids().to_vec();
        Ok(if ids.is_empty() {
            vec![self.special.unknown]
        } else {
            ids
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_tokenizers::{
        byte_level, families, nasty_words, unigram, word_piece, words,
    };
    use super::super::vocabulary::word_vocabulary;
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn every_word_has_a_first_and_a_last_piece() {
        let corpus = [split("the cat sat"), split("the dog sat")];
        let pieces = word_vocabulary(corpus.iter().map(Vec::as_slice), 1).unwrap();
        let sentence = pieces.encode(&split("The unseen \u{ad} cat")).unwrap();
        assert_eq!(sentence.ids.len(), 6);
        assert_eq!(sentence.first, [1, 2, 3, 4]);
        assert_eq!(sentence.first, sentence.last);
        assert_eq!(sentence.ids[2], sentence.ids[3], "both are unknown");
        let lower = pieces.encode(&split("the")).unwrap();
        assert_eq!(lower.ids[1], sentence.ids[1], "case is folded");
    }

    #[test]
    fn a_word_without_a_piece_is_unknown_and_shifts_nothing() {
        for (family, pieces) in families() {
            let unknown = pieces.special().unknown;
            let sentence = pieces.encode(&split("the  cat")).unwrap();
            let alone = pieces.encode(&split("the cat")).unwrap();
            let empty = sentence.first[1];
            assert_eq!(sentence.last[1], empty, "{family}");
            assert_eq!(sentence.ids[empty], unknown, "{family}");
            let mut others = sentence.ids.clone();
            others.remove(empty);
            assert_eq!(others, alone.ids, "{family}");
        }
    }

    /// What the tokenizers crate makes of split words: ids, and the word of each.
    fn reference(tokenizer: &Tokenizer, text: &[String]) -> (Vec<u32>, Vec<Option<u32>>) {
        let encoding = tokenizer.encode(text, true).unwrap();
        (
            encoding.get_ids().to_vec(),
            encoding.get_word_ids().to_vec(),
        )
    }

    /// The same from ours, without the unknown piece of words that yield none there.
    fn ours(
        pieces: &WordPieces,
        text: &[String],
        theirs: &[Option<u32>],
    ) -> (Vec<u32>, Vec<Option<u32>>) {
        let sentence = pieces.encode(text).unwrap();
        let (mut ids, mut words) = (Vec::new(), Vec::new());
        for (piece, id) in sentence.ids.iter().enumerate() {
            let word = sentence
                .words_of(piece..piece + 1)
                .map(|word| word.start as u32);
            if word.is_none() || theirs.contains(&word) {
                ids.push(*id);
                words.push(word);
            } else {
                assert_eq!(*id, pieces.special().unknown);
            }
        }
        (ids, words)
    }

    fn agree(text: &[String]) {
        for (tokenizer, (family, pieces)) in [word_piece(), unigram(), byte_level(true)]
            .iter()
            .zip(families())
        {
            let theirs = reference(tokenizer, text);
            assert_eq!(ours(&pieces, text, &theirs.1), theirs, "{family}");
        }
    }

    #[test]
    fn nasty_words_are_cut_as_the_tokenizers_cut_split_words() {
        agree(&nasty_words());
    }

    proptest! {
        #[test]
        fn words_are_cut_as_the_tokenizers_cut_split_words(text in words(12)) {
            agree(&text);
        }
    }

    #[test]
    fn a_message_can_show_the_first_words() {
        let corpus = [split("the cat sat")];
        let pieces = word_vocabulary(corpus.iter().map(Vec::as_slice), 1).unwrap();
        let sentence = pieces.encode(&corpus[0]).unwrap();
        assert_eq!(pieces.decode(&sentence.ids, 2), "the cat");
        assert_eq!(pieces.decode(&[u32::MAX], 2), "", "no such piece");
    }

    #[test]
    fn a_saved_tokenizer_reads_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokenizer.json");
        let text = nasty_words();
        for (family, mut pieces) in families() {
            pieces.append(&split("<S:PER> </S:PER>")).unwrap();
            pieces.save(&path).unwrap();
            let again = WordPieces::open(&path).unwrap();
            assert_eq!(again.special(), pieces.special(), "{family}");
            assert_eq!(
                again.vocabulary_size(),
                pieces.vocabulary_size(),
                "{family}"
            );
            assert_eq!(again.encode(&text).unwrap(), pieces.encode(&text).unwrap());
        }
        let pieces = word_vocabulary(std::iter::once(text.as_slice()), 1).unwrap();
        pieces.save(&path).unwrap();
        let again = WordPieces::open(&path).unwrap();
        assert_eq!(again.special(), pieces.special());
        assert_eq!(again.encode(&text).unwrap(), pieces.encode(&text).unwrap());
    }

    #[test]
    fn a_folder_without_a_tokenizer_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokenizer.json");
        let error = WordPieces::open(&path).err().unwrap().to_string();
        assert!(error.contains("tokenizer.json"), "{error}");
        std::fs::write(&path, "{}").unwrap();
        let error = WordPieces::open(&path).err().unwrap().to_string();
        assert!(
            error.contains("not a tokenizer this version reads"),
            "{error}"
        );
    }

    #[test]
    fn a_new_piece_is_found_in_words_that_were_seen_before() {
        let [(_, mut pieces), ..] = families();
        let before = pieces.encode(&split("<S:PER>")).unwrap();
        assert!(before.ids.len() > 3);
        let ids = pieces.append(&split("<S:PER>")).unwrap();
        assert_eq!(pieces.encode(&split("<S:PER>")).unwrap().ids[1..2], ids);
        assert!(pieces.append(&[String::new()]).is_err());
    }
}
