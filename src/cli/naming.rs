//! Finding a step by what people call it: its key, or as many of its first digits as no other step shares.

use crate::store::{Record, Store};
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::exit::Problem;

/// So many candidates are named.
const NAMED: usize = 6;

/// The step whose key starts with `given`.
pub(super) fn step(store: &Store, given: &str) -> Result<Record, Problem> {
    let steps = store.steps().map_err(Problem::set_up)?;
    let mut found: Vec<Record> = steps
        .into_iter()
        .filter(|record| !given.is_empty() && record.key.starts_with(given))
        .collect();
    if found.len() > 1 {
        let named = found.iter().take(NAMED);
        let named: Vec<String> = named
            .map(|record| format!("\n  {}  {}", &record.key[..12], record.label))
            .collect();
        let more = found.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!("\n  and {more} more")
        } else {
            String::new()
        };
        return Err(Problem::set_up(format!(
            "several steps of the store have keys that start with `{given}`; give more digits:{}{more}",
            named.concat()
        )));
    }
    found.pop().ok_or_else(|| {
        Problem::set_up(format!(
            "the store {} has no step whose key starts with `{given}`; `sweep plan FILE` and the report show the keys",
            store.root().display()
        ))
    })
}

/// `1 step`, `3 steps`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// A size as people read it.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = "bytes";
    for next in UNITS {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if unit == "bytes" {
        format!("{bytes} bytes")
    } else {
        format!("{value:.1} {unit}")
    }
}

/// Lines of cells as plain text, the first cell of each to the left and the others to the right; the heads first.
pub(super) fn columns(lines: &[Vec<String>]) -> String {
    let Some(first) = lines.first() else {
        return String::new();
    };
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..first.len()).map(width).collect();
    let mut out = String::new();
    for line in lines {
        let mut text = String::new();
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let fill = " ".repeat(width.saturating_sub(cell.chars().count()));
            if column == 0 {
                let _ = write!(text, "{cell}{fill}");
            } else {
                let _ = write!(text, "  {fill}{cell}");
            }
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_reads_best() {
        let shown = [0, 1023, 1024, 1_500_000, 5 << 30].map(bytes);
        assert_eq!(
            shown,
            ["0 bytes", "1023 bytes", "1.0 KiB", "1.4 MiB", "5.0 GiB"]
        );
    }
}
