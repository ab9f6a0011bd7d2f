//! What can be wrong with the numbers a caller hands in.

use thiserror::Error;

/// Why a statistic could not be computed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StatsError {
    /// There are fewer values than the statistic needs.
    #[error("{what}: {found} given, at least {least} needed")]
    TooFew {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        least: usize,
    },
    /// Two lists that belong together differ in length.
    #[error(
        "{what}: {left} in the first system and {right} in the second; they must be equally many"
    )]
    LengthMismatch {
        /// What was counted.
        what: &'static str,
        /// Length on the first side.
        left: usize,
        /// Length on the second side.
        right: usize,
    },
    /// A list does not have the length another part of the input calls for.
    #[error("{what}: row {row} has {found} entries where {expected} are needed")]
    RowLength {
        /// What the row lists.
        what: &'static str,
        /// Position of the row.
        row: usize,
        /// Its length.
        found: usize,
        /// The length it must have.
        expected: usize,
    },
    /// A value is NaN or infinite.
    #[error("{what}: value {index} is {value}; only finite numbers can be compared")]
    NotFinite {
        /// Which list.
        what: &'static str,
        /// Position in the list.
        index: usize,
        /// The offending value.
        value: f64,
    },
    /// A parameter lies outside its range.
    #[error("{what} is {value}, but must be {range}")]
    OutOfRange {
        /// Which parameter.
        what: &'static str,
        /// The offending value.
        value: f64,
        /// The range in words.
        range: &'static str,
    },
    /// An index of a resampling table points past the end.
    #[error("{what}: row {row} names index {index}, but there are only {length}")]
    Index {
        /// What the row lists.
        what: &'static str,
        /// Position of the row.
        row: usize,
        /// The offending index.
        index: usize,
        /// How many things there are.
        length: usize,
    },
    /// Two systems were not scored on the same documents in the same order.
    #[error(
        "document {position} is \"{left}\" in the first system and \"{right}\" in the second; \
         score both on the same documents, in the same order"
    )]
    DocumentMismatch {
        /// Position of the first difference.
        position: usize,
        /// Its name on the first side.
        left: String,
        /// Its name on the second side.
        right: String,
    },
    /// Counts are so large that their totals would not be exact.
    #[error(
        "a count is {largest}; with {cells} counts in the system, totals beyond 2^50 would not be exact"
    )]
    CountsTooLarge {
        /// The largest single count.
        largest: u64,
        /// Runs times documents.
        cells: usize,
    },
    /// All differences are equal, so that a t statistic has no scale.
    #[error(
        "all {count} differences are equal, so t is not defined; use the sign-flip permutation test instead"
    )]
    NoSpread {
        /// How many differences there are.
        count: usize,
    },
}
