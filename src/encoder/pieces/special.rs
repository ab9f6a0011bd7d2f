//! The pieces that stand for no text: around a sentence, for what is unknown, and to
//! fill a batch.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokenizers::{Encoding, Token, Tokenizer};

use crate::encoder::error::EncoderError;

/// Names of the padding piece in published vocabularies that do not say which it is.
const PADDING_NAMES: [&str; 2] = ["[PAD]", "<pad>"];
/// The same for the unknown piece.
const UNKNOWN_NAMES: [&str; 2] = ["[UNK]", "<unk>"];

/// Ids of a tokenizer's special pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialPieces {
    /// Stand before every sentence (`[CLS]`, `<s>`; T5 has none).
    pub before: Vec<u32>,
    /// Stand after every sentence (`[SEP]`, `</s>`).
    pub after: Vec<u32>,
    /// Fills a batch's shorter rows.
    pub padding: u32,
    /// Stands for what the vocabulary lacks, and for a word without any piece.
    pub unknown: u32,
}

/// What `tokenizer.json` itself says about special pieces.
#[derive(Deserialize)]
pub(super) struct Declared {
    padding: Option<DeclaredPadding>,
    model: DeclaredUnknown,
}

#[derive(Deserialize)]
struct DeclaredPadding {
    pad_token: String,
}

#[derive(Deserialize)]
struct DeclaredUnknown {
    unk_token: Option<String>,
    unk_id: Option<u32>,
}

/// The part of `tokenizer_config.json` and `special_tokens_map.json` that is read.
#[derive(Deserialize, Default)]
struct Named {
    pad_token: Option<Name>,
    unk_token: Option<Name>,
}

/// A piece is given by its text, or by its text with the rules for finding it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Rules { content: String },
}

impl Name {
    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Rules { content: text } => text,
        }
    }
}

impl SpecialPieces {
    /// How many pieces stand before and after a sentence together.
    pub(super) fn around_sentence(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// Finds the special pieces of the tokenizer read from `path`.
    ///
    /// What surrounds a sentence comes from the tokenizer's post-processor. Padding and
    /// unknown are those that `tokenizer_config.json` or `special_tokens_map.json`
    /// beside `path` name, else those that `tokenizer.json` declares, else those of a
    /// common name. `pad_token_id`, from the model's `config.json`, must agree with a
    /// padding that is named or declared, and goes before one of a common name.
    ///
    /// # Errors
    /// When no padding or unknown piece is found, a named one is not in the vocabulary,
    /// or `pad_token_id` is another one.
    pub(super) fn find(
        path: &Path,
        tokenizer: &Tokenizer,
        declared: Declared,
        pad_token_id: Option<u32>,
    ) -> Result<Self, EncoderError> {
        let unreadable = |reason: String| EncoderError::unreadable(path, reason);
        let mut padding = None;
        let mut unknown = None;
        for file in ["tokenizer_config.json", "special_tokens_map.json"] {
            let beside = path.with_file_name(file);
            let named: Named = read_if_there(&beside)?;
            for (found, key, name) in [
                (&mut padding, "pad_token", named.pad_token),
                (&mut unknown, "unk_token", named.unk_token),
            ] {
                if let (None, Some(name)) = (&found, name) {
                    *found = Some(named_id(&beside, tokenizer, key, &name.text())?);
                }
            }
        }
        let padding = padding.or_else(|| tokenizer.token_to_id(&declared.padding?.pad_token));
        if let (Some(padding), Some(expected)) = (padding, pad_token_id)
            && padding != expected
        {
            let name = tokenizer.id_to_token(padding).unwrap_or_default();
            return Err(unreadable(format!(
                "the padding piece `{name}` has id {padding}, but config.json's `pad_token_id` is \
                 {expected}; correct the one that is wrong"
            )));
        }
        let missing = |what: &str, key: &str, names: [&str; 2]| {
            unreadable(format!(
                "no {what} piece is named, and the vocabulary has neither `{}` nor `{}`; name it \
                 as `{key}` in tokenizer_config.json beside this file",
                names[0], names[1]
            ))
        };
        let common = |names: [&str; 2]| names.iter().find_map(|name| tokenizer.token_to_id(name));
        let padding = padding
            .or(pad_token_id)
            .or_else(|| common(PADDING_NAMES))
            .ok_or_else(|| missing("padding", "pad_token", PADDING_NAMES))?;
        let unknown = unknown
            .or(declared.model.unk_id)
            .or_else(|| tokenizer.token_to_id(&declared.model.unk_token?))
            .or_else(|| common(UNKNOWN_NAMES))
            .ok_or_else(|| missing("unknown", "unk_token", UNKNOWN_NAMES))?;
        Self::of(tokenizer, padding, unknown).map_err(unreadable)
    }

    /// The special pieces of a tokenizer whose padding and unknown piece are known, or
    /// why there are none.
    pub(super) fn of(tokenizer: &Tokenizer, padding: u32, unknown: u32) -> Result<Self, String> {
        let word = Encoding::from_tokens(vec![Token::new(unknown, String::new(), (0, 0))], 0);
        let framed = tokenizer
            .post_process(word, None, true)
            .map_err(|error| format!("the post-processor fails: {error}"))?;
        let place = framed
            .get_special_tokens_mask()
            .iter()
            .position(|special| *special == 0)
            .ok_or("the post-processor leaves out the text itself")?;
        let ids = framed.get_ids();
        Ok(Self {
            before: ids[..place].to_vec(),
            after: ids[place + 1..].to_vec(),
            padding,
            unknown,
        })
    }
}

fn read_if_there<T: DeserializeOwned + Default>(path: &Path) -> Result<T, EncoderError> {
    if !path.exists() {
        return Ok(T::default());
    }
    std::fs::read(path)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string()))
        .map_err(|reason| EncoderError::unreadable(path, reason))
}

fn named_id(
    path: &Path,
    tokenizer: &Tokenizer,
    key: &str,
    name: &str,
) -> Result<u32, EncoderError> {
    tokenizer.token_to_id(name).ok_or_else(|| {
        EncoderError::unreadable(
            path,
            format!(
                "`{key}` is `{name}`, which the vocabulary in tokenizer.json lacks; name a \
                     piece that is there"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_tokenizers::{byte_level, unigram, word_piece};
    use super::super::word_pieces::WordPieces;
    use super::*;

    /// Writes a tokenizer and the files beside it, and opens it.
    fn open(
        tokenizer: &Tokenizer,
        beside: &[(&str, &str)],
        pad_token_id: Option<u32>,
    ) -> Result<SpecialPieces, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokenizer.json");
        tokenizer.save(&path, false).unwrap();
        for (file, text) in beside {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        WordPieces::open_with_padding(&path, pad_token_id)
            .map(|pieces| pieces.special().clone())
            .map_err(|error| error.to_string())
    }

    fn id(tokenizer: &Tokenizer, token: &str) -> u32 {
        tokenizer.token_to_id(token).unwrap()
    }

    #[test]
    fn the_post_processor_tells_what_surrounds_a_sentence() {
        for (tokenizer, before, after, padding, unknown) in [
            (word_piece(), Some("[CLS]"), "[SEP]", "[PAD]", "[UNK]"),
            (unigram(), None, "</s>", "<pad>", "<unk>"),
            (byte_level(false), Some("<s>"), "</s>", "<pad>", "<unk>"),
        ] {
            let found = open(&tokenizer, &[], None).unwrap();
            let before: Vec<u32> = before.iter().map(|token| id(&tokenizer, token)).collect();
            assert_eq!(found.before, before);
            assert_eq!(found.after, [id(&tokenizer, after)]);
            assert_eq!(found.padding, id(&tokenizer, padding));
            assert_eq!(found.unknown, id(&tokenizer, unknown));
        }
    }

    #[test]
    fn files_beside_the_tokenizer_name_pieces_and_the_first_one_counts() {
        let tokenizer = word_piece();
        let beside = [
            (
                "tokenizer_config.json",
                r#"{"pad_token": "a", "unk_token": null}"#,
            ),
            (
                "special_tokens_map.json",
                r#"{"pad_token": "b", "unk_token": {"content": "c", "lstrip": false}}"#,
            ),
        ];
        let found = open(&tokenizer, &beside, None).unwrap();
        assert_eq!(found.padding, id(&tokenizer, "a"));
        assert_eq!(found.unknown, id(&tokenizer, "c"));
    }

    #[test]
    fn a_name_that_the_vocabulary_lacks_is_refused() {
        let beside = [("tokenizer_config.json", r#"{"pad_token": "[FILL]"}"#)];
        let error = open(&word_piece(), &beside, None).unwrap_err();
        assert!(
            error.contains("tokenizer_config.json: `pad_token` is `[FILL]`"),
            "{error}"
        );
        let beside = [("tokenizer_config.json", r#"{"pad_token": 3}"#)];
        assert!(open(&word_piece(), &beside, None).is_err());
    }

    #[test]
    fn the_configuration_of_the_model_must_agree() {
        let tokenizer = word_piece();
        let beside = [("tokenizer_config.json", r#"{"pad_token": "[PAD]"}"#)];
        let padding = id(&tokenizer, "[PAD]");
        assert!(open(&tokenizer, &beside, Some(padding)).is_ok());
        let error = open(&tokenizer, &beside, Some(padding + 1)).unwrap_err();
        let named = format!("`[PAD]` has id {padding}, but config.json's `pad_token_id`");
        assert!(error.contains(&named), "{error}");
        let found = open(&tokenizer, &[], Some(padding + 1)).unwrap();
        assert_eq!(found.padding, padding + 1, "nothing names another");
    }

    #[test]
    fn a_tokenizer_without_padding_or_unknown_piece_is_refused() {
        let model = tokenizers::models::bpe::BPE::default();
        let mut tokenizer = Tokenizer::new(model);
        let error = open(&tokenizer, &[], None).unwrap_err();
        assert!(error.contains("no padding piece is named"), "{error}");
        let error = open(&tokenizer, &[], Some(0)).unwrap_err();
        assert!(error.contains("no unknown piece is named"), "{error}");
        tokenizer
            .add_special_tokens([tokenizers::AddedToken::from("<unk>", true)])
            .unwrap();
        let found = open(&tokenizer, &[], Some(7)).unwrap();
        assert_eq!((found.padding, found.unknown), (7, 0));
        assert!(found.before.is_empty() && found.after.is_empty());
    }
}
