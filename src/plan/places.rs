//! Where corpora and models are looked for.

use std::path::PathBuf;

/// The folders a plan may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The folder that holds corpora by name.
    pub data: PathBuf,
    /// Folders that hold models by name, in order.
    pub models: Vec<PathBuf>,
}
