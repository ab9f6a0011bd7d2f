//! What came of a run.

use std::path::PathBuf;

/// What came of a run. Steps that are in no list were left for the next run.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Keys of the steps done in this run, in the order in which they finished.
    pub done: Vec<String>,
    /// Keys of the steps that were done before.
    pub cached: Vec<String>,
    /// Steps that failed for good in this run.
    pub failed: Vec<Failure>,
    /// Steps that could not run because of those.
    pub blocked: Vec<Blocked>,
    /// Whether a signal ended the run before its end.
    pub interrupted: bool,
}

impl Outcome {
    /// Whether every planned step has its result.
    pub fn is_complete(&self) -> bool {
        !self.interrupted && self.failed.is_empty() && self.blocked.is_empty()
    }
}

/// A step that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The key of the step.
    pub key: String,
    /// Its label.
    pub label: String,
    /// What went wrong.
    pub message: String,
    /// Attempts made in this run.
    pub attempts: u32,
    /// Where the whole log is.
    pub log: PathBuf,
    /// The last lines of the log.
    pub tail: Vec<String>,
}

/// A step that was not run because another one failed.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// The key of the step.
    pub key: String,
    /// Its label.
    pub label: String,
    /// The label of the step that failed.
    pub by: String,
}
