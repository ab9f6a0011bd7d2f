//! What can go wrong between a model's name and its hidden states.

use std::path::{Path, PathBuf};

/// An encoder that cannot be found, read or run as asked.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// No folder of that name holds a model.
    #[error(
        "the model `{name}` is not there: looked in {looked_in}; put a Hugging Face folder \
         (config.json, model.safetensors, tokenizer.json) there, or give its path as `encoder.path`"
    )]
    Missing {
        /// The name asked for.
        name: String,
        /// The folders that were tried, joined by commas.
        looked_in: String,
    },
    /// No folder or file of that name holds word vectors.
    #[error(
        "the word vectors `{name}` are not there: looked in {looked_in}; put a folder \
         (vectors.safetensors, vocab.txt) or a text file there, or give its path as `vectors.path`"
    )]
    NoVectors {
        /// The name asked for.
        name: String,
        /// The places that were tried, joined by commas.
        looked_in: String,
    },
    /// A model of the hub is not in the cache.
    #[error(
        "the model `{name}` is {state} the Hugging Face cache at revision `{revision}`: looked in \
         {looked_in}; `{command}` fetches it"
    )]
    NotFetched {
        /// The name asked for.
        name: String,
        /// `not in`, or `only in part in`.
        state: &'static str,
        /// The branch, tag or commit asked for.
        revision: String,
        /// The folders that were tried, joined by commas.
        looked_in: String,
        /// The call that fetches it.
        command: String,
    },
    /// The hub does not give a model, or gives what cannot be used.
    #[error("{name}: {reason}")]
    Hub {
        /// The name asked for.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The folder lacks a file that every model needs.
    #[error("{folder}: `{file}` is missing; a model folder holds config.json, model.safetensors and tokenizer.json", folder = folder.display())]
    Incomplete {
        /// The model's folder.
        folder: PathBuf,
        /// The file that is not there.
        file: &'static str,
    },
    /// A file cannot be read, or says something this version does not understand.
    #[error("{path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The weights and the architecture do not fit each other.
    #[error("{path}: {reason}", path = path.display())]
    Keys {
        /// The weights file.
        path: PathBuf,
        /// The tensors that are missing, unused or of another shape.
        reason: String,
    },
    /// Layers are asked for that the encoder does not have.
    #[error("{0}")]
    Layers(String),
    /// The device is unknown, not built in, or not on this machine.
    #[error("{0}")]
    Device(String),
    /// A span of words is no part of the sentence.
    #[error("the words {start}..{end} are no part of a sentence of {words} words")]
    Span {
        /// The span's first word.
        start: usize,
        /// The word after its last.
        end: usize,
        /// Words of the sentence.
        words: usize,
    },
    /// A sentence has more pieces than the encoder has positions.
    #[error(
        "a sentence of {pieces} pieces is longer than the encoder's {positions} positions: \
         `{start} …`; split it in the corpus, or choose an encoder that reads longer input"
    )]
    TooLong {
        /// Pieces of the sentence, special ones included.
        pieces: usize,
        /// Positions of the encoder.
        positions: usize,
        /// The sentence's first words.
        start: String,
    },
    /// A text is so long that no pair's markers fit behind it.
    #[error(
        "a text of {pieces} pieces leaves no room for the four markers of a pair in a sequence of \
         {limit} pieces; give it less context, or allow longer sequences"
    )]
    NoRoom {
        /// Pieces of the text, special ones included.
        pieces: usize,
        /// The longest sequence.
        limit: usize,
    },
}

impl EncoderError {
    /// The error of a file that cannot be used, for this `reason`.
    pub(crate) fn unreadable(path: &Path, reason: String) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            reason,
        }
    }
}
