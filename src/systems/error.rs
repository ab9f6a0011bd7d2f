//! What can go wrong in a step.

use crate::corpus::CorpusError;
use crate::encoder::EncoderError;
use crate::score::ScoreError;

/// A step that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The corpus cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The encoder or the device is not to be had.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// The predictions do not fit the gold documents.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// A pretrained encoder was asked for without saying where it lies.
    #[error("the step's hints do not say where its pretrained encoder lies")]
    NoModelFolder,
    /// Word vectors were asked for without saying where they lie.
    #[error("the step's hints do not say where its word vectors lie")]
    NoVectors,
    /// A file of features was asked for without saying where it lies.
    #[error("the step's hints do not say where its file of features lies")]
    NoFeatures,
    /// Training or applying a model failed.
    #[error("{0}")]
    Training(String),
    /// A corpus, an encoder or another file is no longer what the step was planned with.
    #[error(
        "the {what} `{name}` has changed since the experiment was planned; run the experiment again"
    )]
    Changed {
        /// Which of them.
        what: &'static str,
        /// The name it was asked for by.
        name: String,
    },
    /// A speed is to be measured on another machine than this one.
    #[error(
        "the speed was to be measured on {planned}, and this is {here}; run the experiment here to measure it here"
    )]
    Elsewhere {
        /// The machine of the step.
        planned: String,
        /// This machine.
        here: String,
    },
    /// A step that this version does not know.
    #[error("the step cannot be understood: {0}")]
    Unknown(String),
    /// A result that cannot be written or an input that cannot be read.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// The system's word.
        reason: String,
    },
}
