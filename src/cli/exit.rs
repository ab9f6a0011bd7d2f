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
    /// Whether the message says by itself that it is about an error.
    laid_out: bool,
}

impl Problem {
    fn new(exit: Exit, message: impl std::fmt::Display) -> Self {
        Self {
            exit,
            message: message.to_string(),
            laid_out: false,
        }
    }

    /// Something the user can mend: a file, a folder, a corpus, a device.
    pub(super) fn set_up(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::SetUp, message)
    }

    /// The same in words that stand as they are: a diagnostic that shows the file, or
    /// the last word after errors that were told already.
    pub(super) fn laid_out(message: impl std::fmt::Display) -> Self {
        Self {
            laid_out: true,
            ..Self::set_up(message)
        }
    }

    /// Something that should not happen.
    pub(super) fn internal(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::Internal, message)
    }

    /// An experiment without runs.
    pub(super) fn nothing(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::Nothing, message)
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.message.trim_end();
        if self.laid_out {
            write!(formatter, "{text}")
        } else {
            write!(formatter, "error: {text}")
        }
    }
}
