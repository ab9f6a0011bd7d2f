//! What can go wrong in the store; every message names the path.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::owner::Owner;

/// An error of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file system refused something.
    #[error("cannot {action} {}: {reason}", path.display())]
    Io {
        /// What was tried, as a verb phrase ("write", "rename to").
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The root of the store is something other than a folder.
    #[error("the results folder {} is not a folder; choose another with --results", .0.display())]
    NotAFolder(PathBuf),
    /// The root of the store cannot be written.
    #[error(
        "the results folder {} cannot be written ({reason}); choose another with --results or change its permissions",
        path.display()
    )]
    ReadOnly {
        /// The root of the store.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// Somebody else, still alive, holds a lock.
    #[error("{} is held by {owner}; wait for it or stop it", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it.
        owner: Box<Owner>,
    },
    /// Another process took over a lock that this one had, because its heartbeat had stopped for too long.
    #[error("{} was taken over by another process while this one was held up; its result stands instead", .0.display())]
    LockLost(PathBuf),
    /// The step to begin has a finished result already.
    #[error("step {0} is already done")]
    Finished(String),
    /// The store knows no step of this key.
    #[error("the store has no step {0}; `sweep run` puts the steps of an experiment there")]
    Unknown(String),
    /// A key that is not 64 lower-case hexadecimal digits.
    #[error("`{0}` is not a step key (64 hexadecimal digits)")]
    InvalidKey(String),
    /// A file of the store does not hold what it should.
    #[error("{} is malformed: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An output is not what was written.
    #[error("{} is damaged: {reason}; run the experiment again to redo the step", path.display())]
    Damaged {
        /// The output.
        path: PathBuf,
        /// What does not hold.
        reason: String,
    },
    /// A name that an output cannot have.
    #[error(
        "`{0}` cannot name an output: it must be a relative path that is not one of the store's own files"
    )]
    OutputName(String),
    /// A finished step lacks an output that was asked for.
    #[error("step {key} has no output `{name}`")]
    NoOutput {
        /// The step.
        key: String,
        /// The output asked for.
        name: String,
    },
}
