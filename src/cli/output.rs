//! Writing to the terminal without panicking when it is gone.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether data was lost on its way to standard output.
static LOST: AtomicBool = AtomicBool::new(false);

/// Data, to standard output.
pub(super) fn say(text: &str) {
    let mut output = std::io::stdout();
    let written = writeln!(output, "{}", text.trim_end()).and_then(|()| output.flush());
    if let Err(error) = written
        // A closed pipe, as behind `head`, is no reason to fail.
        && error.kind() != ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        complain(&format!(
            "error: standard output cannot be written: {error}"
        ));
    }
}

/// Whether something that was said did not arrive, on a full disk for one.
pub(super) fn lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// What is not data, to standard error.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// Columns of the terminal, or a width for files and pipes.
pub(super) fn width() -> usize {
    let columns = console::Term::stdout()
        .size_checked()
        .map(|(_, columns)| columns);
    columns.map_or(120, usize::from)
}

/// Whether errors may be coloured.
pub(super) fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
