//! Annotated documents: the model every other room shares, the readers and writers of the public
//! formats, the statistics and checks of `sweep data`, and the generated `demo` corpus.
//!
//! A room of its own so that no system, scorer or report depends on a file format: whatever a corpus
//! was published as, it arrives here as a [`Corpus`] and is known by its content hash alone.

mod annotated;
mod arrange;
mod check;
mod columns;
mod config;
mod demo;
mod document;
mod documents;
mod dygie;
mod error;
mod extraction;
mod folder;
mod folds;
mod form;
mod genia;
mod heads;
mod in_folds;
mod line;
mod listing;
mod locate;
mod nesting;
mod overlaps;
mod predictions;
mod records;
mod share;
mod spert;
mod statistics;
mod triples;

pub use annotated::{
    FileFormat, GoldFile, Matched, MatchedBy, PredictedFile, match_predictions, read_gold,
    read_predicted,
};
pub use arrange::{Level, SelectOn, TrainOn};
pub use check::{Check, Finding, Severity, check};
pub use columns::{entities_of_tags, read_columns};
pub use config::CorpusConfig;
pub use demo::{DemoConfig, DemoDocuments, demo};
pub use document::{Corpus, Document, Entity, Labels, Relation, Sentence, Span, Split};
pub use documents::read_documents;
pub use dygie::{read_dygie, write_dygie};
pub use error::CorpusError;
pub use extraction::{Extraction, Link, Prediction};
pub use listing::{Listed, list, render_list};
pub use locate::{Source, known_names, locate};
pub use nesting::nesting_depth;
pub use overlaps::{Overlap, keep_longer};
pub use predictions::{read_predictions, write_predictions};
pub use spert::{read_spert, read_spert_lines, read_symmetric_types};
pub use statistics::{SplitStatistics, Statistics, statistics};
