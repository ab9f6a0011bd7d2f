//! What counts as right: scoring profiles, and the counts of each document that every later table and
//! test is made from.
//!
//! Counts are kept per document and as integers, so that any average, fold or test can be taken later
//! without scoring again. Two baselines live here because they answer to these scores: what a majority
//! vote and what entity types alone reach on a corpus.

mod average;
mod baseline;
mod column;
mod confusion;
mod convention;
mod counts;
mod counts_file;
mod errors;
mod examples;
mod matching;
mod metric;
pub mod pmei;
mod pure;
mod scoring;
mod sets;
mod types;
mod unordered;

#[cfg(test)]
mod tests_conventions;
#[cfg(test)]
mod tests_errors;

pub use average::{Average, macro_average, type_totals};
pub use baseline::{TypeOnly, majority_baseline, type_only_baseline};
pub use column::{Column, Measure};
pub use confusion::Confusion;
pub use convention::{Convention, Profile, Symmetric};
pub use counts::{Counts, DocumentCounts, TypeCounts, total};
pub use counts_file::{read_counts, write_counts};
pub use errors::{EntityErrors, Errors, PairErrors, RelationErrors, errors};
pub use examples::{Example, Fate, MarkedEntity, MarkedRelation, errors_of, worst};
pub use metric::{Metric, UnknownName};
pub use scoring::{ScoreError, Scoring, score};
