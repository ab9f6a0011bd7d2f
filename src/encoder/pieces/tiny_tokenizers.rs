//! Small tokenizers of the three families, and words that are hard on them; for tests.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokenizers::models::bpe::BPE;
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::metaspace::Metaspace;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, Tokenizer};

use super::word_pieces::WordPieces;

/// Gives pieces their places as ids, in the form a `tokenizer.json` has.
fn vocabulary<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Value {
    let numbered = pieces.into_iter().map(str::to_owned).zip(0..);
    Value::Object(
        numbered
            .map(|(piece, id): (_, u32)| (piece, id.into()))
            .collect(),
    )
}

fn model<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn add(tokenizer: &mut Tokenizer, special: &[&str]) {
    let tokens = special.iter().map(|token| AddedToken::from(*token, true));
    tokenizer.add_special_tokens(tokens).unwrap();
}

/// BERT's way, with some `[unusedN]` rows that are not in order.
pub(super) fn word_piece() -> Tokenizer {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    let rest = "[unused10] [unused2] [unused1] the cat a b c e t ##a ##b ##c ##e ##t ##at . '";
    let model: WordPiece = model(&json!({
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": vocabulary(special.into_iter().chain(rest.split(' '))),
    }));
    let mut tokenizer = Tokenizer::new(model);
    tokenizer
        .with_normalizer(Some(BertNormalizer::default()))
        .unwrap();
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    add(&mut tokenizer, &special);
    tokenizer.with_post_processor(Some(BertProcessing::new(
        ("[SEP]".to_owned(), 3),
        ("[CLS]".to_owned(), 2),
    )));
    tokenizer
}

/// T5's way: nothing before a sentence, `</s>` after it.
pub(super) fn unigram() -> Tokenizer {
    let pieces = "<pad> </s> <unk> ▁ ▁the ▁cat a b c e t x at .";
    let scores = (0..).map(|rank| -f64::from(rank) / 4.0);
    let vocabulary = pieces.split(' ').map(str::to_owned).zip(scores).collect();
    let mut tokenizer = Tokenizer::new(Unigram::from(vocabulary, Some(2), false).unwrap());
    tokenizer.with_pre_tokenizer(Some(Metaspace::default()));
    add(&mut tokenizer, &["<pad>", "</s>", "<unk>"]);
    let frame = TemplateProcessing::builder()
        .try_single("$A </s>")
        .unwrap()
        .special_tokens(vec![("</s>", 1)])
        .build()
        .unwrap();
    tokenizer.with_post_processor(Some(frame));
    tokenizer
}

/// BART's way; the published files are without the prefix space.
pub(super) fn byte_level(add_prefix_space: bool) -> Tokenizer {
    let special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
    let mut letters: Vec<String> = ByteLevel::alphabet()
        .into_iter()
        .map(String::from)
        .collect();
    letters.sort();
    let merged = ["th", "the", "Ġthe", "at", "Ġc", "Ġcat"];
    let all = special
        .into_iter()
        .chain(letters.iter().map(String::as_str))
        .chain(merged);
    let model: BPE = model(&json!({
        "type": "BPE",
        "vocab": vocabulary(all),
        "merges": ["t h", "th e", "Ġ the", "a t", "Ġ c", "Ġc at"],
    }));
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(add_prefix_space, true, true)));
    add(&mut tokenizer, &special);
    tokenizer.with_post_processor(Some(RobertaProcessing::new(
        ("</s>".to_owned(), 2),
        ("<s>".to_owned(), 0),
    )));
    tokenizer
}

/// One tokenizer of each family.
pub(super) fn families() -> [(&'static str, WordPieces); 3] {
    [
        ("WordPiece", WordPieces::new(word_piece(), 0, 1).unwrap()),
        ("Unigram", WordPieces::new(unigram(), 0, 2).unwrap()),
        (
            "byte-level",
            WordPieces::new(byte_level(false), 1, 3).unwrap(),
        ),
    ]
}

/// Words that yield no piece, many pieces, or characters that normalisers change.
pub(super) fn nasty_words() -> Vec<String> {
    let mut words: Vec<String> = [
        "",
        " ",
        "  ",
        "\t",
        "\r\n",
        "\u{a0}",
        "\u{3000}",
        "the cat",
        " the",
        "the ",
        "a  b",
        "\u{ad}",
        "a\u{ad}t",
        "\u{200b}",
        "\u{200d}",
        "\u{301}",
        "e\u{301}",
        "\u{e9}",
        "\u{0}",
        "\u{7}",
        "\u{feff}",
        "\u{fffd}",
        "😀",
        "👩\u{200d}👩\u{200d}👧",
        "漢字",
        "cat漢the",
        "한국어",
        "العربية",
        "▁",
        "▁▁the",
        "Ġ",
        "ﬁ",
        "İ",
        "``",
        "''",
        "...",
        "[SEP]",
        "a[SEP]b",
        "</s>",
        "<mask>",
        "[unused1]",
        "\u{10fffd}",
        "नमस्ते",
        "the",
    ]
    .map(str::to_owned)
    .to_vec();
    words.push("cat".repeat(1667));
    words.push("漢".repeat(300));
    words
}

/// Sentences of up to `longest` words, nasty ones among them.
pub(super) fn words(longest: usize) -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        3 => "[a-ctex.'é ]{0,6}",
        1 => prop::sample::select(nasty_words()),
        1 => "\\PC{0,4}",
        1 => any::<String>(),
    ];
    prop::collection::vec(word, 1..=longest)
}
