//! How the process ends. The codes are documented in docs/exit-codes.md and stable.

use std::process::ExitCode;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is done.
    Done = 0,
    /// Something went wrong inside.
    Internal = 1,
    /// The experiment selects no run at all.
    Nothing = 4,
    /// Some runs cannot be done here; the others are.
    Partial = 5,
    /// The experiment or its surroundings are not in order.
    SetUp = 96,
    /// Some steps failed.
    Failed = 100,
    /// Stopped by Ctrl-C or a signal.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a verb could not do what it was asked, with the code that says so.
#[derive(Debug)]
pub(super) struct Problem {
    exit: Exit,
    message: String,
}

impl Problem {
    /// Something the user can mend: a file, a folder, a corpus, a device.
    pub(super) fn set_up(message: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::SetUp,
            message: message.to_string(),
        }
    }

    /// Something that should not happen.
    pub(super) fn internal(message: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::Internal,
            message: message.to_string(),
        }
    }

    /// An experiment without runs.
    pub(super) fn nothing(message: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::Nothing,
            message: message.to_string(),
        }
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.message.trim_end();
        // Diagnostics that show a file start with their own word.
        if text.contains('\n') {
            write!(formatter, "{text}")
        } else {
            write!(formatter, "error: {text}")
        }
    }
}
