//! Files of gold annotation and files of predictions, each in whatever known format, and matching one with the other.
//!
//! A corpus is read as a whole, by name; here are single files that people bring, made by other programs. Nothing
//! may be scored that does not belong together, so the words of every sentence are compared, and what differs is
//! told with its file, line and document.

mod format;
mod gold;
mod matching;
mod predicted;
#[cfg(test)]
mod tests;

pub use format::FileFormat;
pub use gold::{GoldFile, read_gold};
pub use matching::{Matched, MatchedBy, match_predictions};
pub use predicted::{PredictedFile, read_predicted};
