//! What can keep a run from being carried out at all. A step that fails is no such error.

use std::io;

use thiserror::Error;

use crate::store::StoreError;

/// An error of the dispatcher or of the frame of a worker.
#[derive(Debug, Error)]
pub enum RunError {
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another `sweep run` works on the same store.
    #[error("another run is at work on this store: {0}")]
    Busy(StoreError),
    /// A step reads the result of one that is neither planned nor in the store.
    #[error("step `{label}` reads the result of step {input}, which is neither planned nor done")]
    UnknownInput {
        /// The label of the step.
        label: String,
        /// The key of the input.
        input: String,
    },
    /// Steps that wait for each other.
    #[error("step `{0}` waits for itself: the plan has a cycle")]
    Cycle(String),
    /// No slot was given.
    #[error("there is no slot to run steps on; --jobs must be at least 1")]
    NoSlots,
    /// A worker process could not be started.
    #[error("cannot start the worker `{program}`: {reason}")]
    Spawn {
        /// The program.
        program: String,
        /// What the system said.
        reason: io::Error,
    },
    /// Signal handlers could not be installed.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
    /// The worker could not speak with its dispatcher.
    #[error("cannot {action} the dispatcher: {reason}")]
    Dispatcher {
        /// What was tried ("answer", "watch").
        action: &'static str,
        /// What the system said.
        reason: io::Error,
    },
}
