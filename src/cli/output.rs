//! Writing to the terminal without panicking when it is gone.

use std::io::{IsTerminal, Write};

/// Data, to standard output.
pub(super) fn say(text: &str) {
    // A closed pipe, as behind `head`, is no reason to fail.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
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
