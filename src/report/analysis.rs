//! What a report tells of errors.

use crate::score::{Errors, Example};

/// The errors of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellErrors {
    /// Axis keys and values.
    pub cell: Vec<(String, String)>,
    /// Number of runs whose errors are added up.
    pub runs: usize,
    /// The errors of all of them.
    pub errors: Errors,
    /// Sentences of its first run.
    pub examples: Vec<Example>,
    /// The seed of that run.
    pub seed: u64,
}
