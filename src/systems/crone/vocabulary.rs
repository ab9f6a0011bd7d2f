//! The words and characters that a model knows.

use std::path::Path;

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::CroneConfig;
use crate::corpus::{Corpus, Document, Split};
use crate::encoder::EncoderError;
use crate::encoder::words::{
    Characters, FirstValues, Lookup, TableOptions, WordIndex, WordTable, WordVectors, WordsKept,
};

/// The words with a row in the model's table, and the characters with one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Vocabulary {
    pub(super) words: WordIndex,
    /// Values of a word.
    pub(super) word_size: usize,
    /// Whether the table keeps its values, since they are given.
    pub(super) frozen: bool,
    pub(super) characters: Characters,
}

fn texts(documents: &[Document]) -> impl Iterator<Item = &[String]> {
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    sentences.map(|sentence| sentence.tokens.as_slice())
}

impl Vocabulary {
    /// The vocabulary of a corpus with its table, which is drawn unless it is given by the
    /// `vectors` of a folder or file.
    ///
    /// Vectors stay as they are, so every word of the corpus has a row, whatever split it is
    /// of; a word without a vector has one that `seed` and the word decide. A table that is
    /// learned has rows for the training split's words alone.
    ///
    /// # Errors
    /// When the vectors cannot be read.
    pub(super) fn new(
        corpus: &Corpus,
        config: &CroneConfig,
        vectors: Option<&Path>,
        seed: u64,
        device: &Device,
    ) -> Result<(Self, Embedding), EncoderError> {
        let characters = Characters::new(texts(&corpus.train));
        let Some(path) = vectors else {
            let words = WordIndex::frequent(
                Lookup::ExactThenLower,
                texts(&corpus.train),
                config.minimum_count,
            );
            let vocabulary = Self {
                words,
                word_size: config.word_embedding,
                frozen: false,
                characters,
            };
            let table = vocabulary.table(device);
            return Ok((vocabulary, table));
        };
        let all = || {
            let splits = Split::ALL.into_iter();
            splits.flat_map(move |split| texts(corpus.split(split)))
        };
        let words = all().flatten().map(String::as_str);
        let vectors = WordVectors::open_for(path, Lookup::ExactThenLower, words)?;
        let options = TableOptions {
            words: WordsKept::All,
            without_vector: FirstValues::Uniform,
            seed,
        };
        let table = WordTable::new(&vectors, all(), options);
        let vocabulary = Self {
            words: table.index().clone(),
            word_size: table.dimension(),
            frozen: true,
            characters,
        };
        Ok((vocabulary, table.embedding(true, device)))
    }

    /// A table of zeros, to be drawn or read.
    pub(super) fn table(&self, device: &Device) -> Embedding {
        let empty = EmbeddingConfig::new(self.words.rows(), self.word_size)
            .with_initializer(Initializer::Zeros)
            .init(device);
        if self.frozen { empty.no_grad() } else { empty }
    }

    /// Values of the table that are not learned.
    pub(super) fn fixed(&self) -> usize {
        if self.frozen {
            self.words.rows() * self.word_size
        } else {
            0
        }
    }
}
