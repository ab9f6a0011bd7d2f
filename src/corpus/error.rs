//! What can be wrong with a corpus, told so that it can be put right.

use std::path::PathBuf;

/// An error of this room.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A named corpus is not where it was looked for.
    #[error("corpus `{name}` not found: looked in {}; {how_to_get}", list(.looked_in))]
    Missing {
        /// The corpus asked for.
        name: String,
        /// The folders looked in.
        looked_in: Vec<PathBuf>,
        /// Where its owners publish it, and where to put it.
        how_to_get: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Output cannot be written.
    #[error("cannot write predictions: {0}")]
    Write(#[from] std::io::Error),
    /// A file breaks its format.
    #[error("{}:{line}:{} {field}: {message}", .path.display(), in_document(.document.as_deref()))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The document's key, once known.
        document: Option<String>,
        /// The field at fault, for example `ner[3][1]`.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// A folder holds something, but no corpus in a format this room reads.
    #[error("{} holds no readable corpus: {message}", .path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What was expected.
        message: String,
    },
    /// A corpus that is read one fold at a time, asked for as a whole.
    #[error("the corpus `{name}` is read by folds: put `fold = {{ count = {folds} }}` into [axes]")]
    FoldNeeded {
        /// The corpus.
        name: String,
        /// How many folds there are.
        folds: u32,
    },
    /// A fold of a corpus that has none.
    #[error(
        "the corpus `{name}` has no folds; remove `fold` from [axes], or say with `corpus.folds` how many to make"
    )]
    NoFolds {
        /// The corpus.
        name: String,
    },
    /// A fold that is not there, or folds of another making.
    #[error("the corpus `{name}` {message}")]
    Folds {
        /// The corpus.
        name: String,
        /// What does not fit.
        message: String,
    },
    /// Predictions are not of the documents they are to be held against.
    #[error("{}{}: {message}", .path.display(), at_line(*.line))]
    Unmatched {
        /// The file of predictions.
        path: PathBuf,
        /// The line, counted from 1, where one is at fault.
        line: Option<usize>,
        /// What does not fit.
        message: String,
    },
    /// Predictions do not fit the documents they are written with.
    #[error("predictions do not fit document `{document}`: {message}")]
    Mismatch {
        /// The document's key.
        document: String,
        /// What does not fit.
        message: String,
    },
    /// A configuration that describes no corpus.
    #[error("`{key}`: {message}")]
    Configuration {
        /// The dotted key, for example `demo.noise`.
        key: String,
        /// What is wrong with its value.
        message: String,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

fn at_line(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}

fn in_document(document: Option<&str>) -> String {
    document.map_or_else(String::new, |key| format!(" document `{key}`:"))
}
