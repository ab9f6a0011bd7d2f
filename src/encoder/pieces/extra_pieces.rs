//! Pieces for what is no text: rows that a vocabulary keeps free, and appended ones.

use std::collections::BTreeSet;

use tokenizers::{AddedToken, Tokenizer};

/// Ids of the pieces `[unusedN]`, in the order of N.
pub(super) fn unused_rows(tokenizer: &Tokenizer) -> Vec<u32> {
    let number = |piece: &str| -> Option<u32> {
        let inside = piece.strip_prefix("[unused")?.strip_suffix(']')?;
        inside.parse().ok()
    };
    let rows: BTreeSet<(u32, u32)> = tokenizer
        .get_vocab(true)
        .into_iter()
        .filter_map(|(piece, id)| Some((number(&piece)?, id)))
        .collect();
    rows.into_iter().map(|(_, id)| id).collect()
}

/// Adds `pieces` to the vocabulary where they are not there yet, and gives their ids in
/// order, or says which one cannot be added.
pub(super) fn append(tokenizer: &mut Tokenizer, pieces: &[String]) -> Result<Vec<u32>, String> {
    if pieces.iter().any(String::is_empty) {
        return Err("an empty piece cannot be appended; give it a name".to_owned());
    }
    tokenizer
        .add_special_tokens(pieces.iter().map(|piece| AddedToken::from(piece, true)))
        .map_err(|error| format!("refuses new pieces: {error}"))?;
    pieces
        .iter()
        .map(|piece| {
            tokenizer
                .token_to_id(piece)
                .ok_or_else(|| format!("refuses the new piece `{piece}`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_tokenizers::{byte_level, unigram, word_piece};
    use super::*;

    #[test]
    fn unused_rows_are_in_the_order_of_their_numbers() {
        let tokenizer = word_piece();
        let expected = ["[unused1]", "[unused2]", "[unused10]"]
            .map(|piece| tokenizer.token_to_id(piece).unwrap());
        assert_eq!(unused_rows(&tokenizer), expected);
        assert!(unused_rows(&unigram()).is_empty());
    }

    #[test]
    fn new_pieces_follow_the_vocabulary_and_known_ones_keep_their_ids() {
        for mut tokenizer in [word_piece(), unigram(), byte_level(false)] {
            let size = tokenizer.get_vocab_size(true) as u32;
            let known = tokenizer.token_to_id("a").unwrap();
            let pieces = ["<S:PER>", "a", "<O:PER>"].map(str::to_owned);
            let ids = append(&mut tokenizer, &pieces).unwrap();
            assert_eq!(ids, [size, known, size + 1]);
            assert_eq!(append(&mut tokenizer, &pieces).unwrap(), ids, "again");
            assert_eq!(tokenizer.get_vocab_size(true) as u32, size + 2);
        }
    }

    #[test]
    fn an_empty_piece_is_refused() {
        assert!(append(&mut word_piece(), &[String::new()]).is_err());
    }
}
