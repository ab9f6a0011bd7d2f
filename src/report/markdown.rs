//! Tables in Markdown, columns aligned so that they can be read as plain text too.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::grid::{Entry, Grid, Row};
use super::text;

/// The whole table with caption, legend and the published values that stand apart.
pub(crate) fn render(grid: &Grid) -> String {
    let mut out = format!(
        "**{}**\n\n{}\n",
        escaped(&grid.caption),
        escaped(&grid.note)
    );
    for block in &grid.blocks {
        if let Some(heading) = &block.heading {
            let _ = writeln!(out, "\n*{}*", escaped(heading));
        }
        let mut lines = vec![head(grid)];
        for row in &block.rows {
            lines.extend(row_lines(grid, row));
        }
        out.push('\n');
        out.push_str(&aligned(&lines));
    }
    if !grid.legend.is_empty() {
        out.push('\n');
        for line in &grid.legend {
            let _ = writeln!(out, "- {}", escaped(line));
        }
    }
    for matrix in &grid.pairwise.matrices {
        let _ = writeln!(out, "\n*{}*\n", escaped(&matrix.heading));
        let labels = matrix.labels.iter().map(|label| escaped(label));
        let mut lines = vec![std::iter::once(escaped(&grid.head)).chain(labels).collect()];
        for (label, fields) in matrix.labels.iter().zip(&matrix.fields) {
            let fields = fields
                .iter()
                .map(|field| format!("{}{}", field.text, escaped(&field.marks)));
            lines.push(std::iter::once(escaped(label)).chain(fields).collect());
        }
        out.push_str(&aligned(&lines));
    }
    if !grid.pairwise.legend.is_empty() {
        out.push('\n');
        for line in &grid.pairwise.legend {
            let _ = writeln!(out, "- {}", escaped(line));
        }
    }
    for apart in &grid.apart {
        let _ = writeln!(out, "\n*{}.*\n", escaped(&apart.heading));
        let mut lines = vec![vec!["system".to_owned()]];
        lines[0].extend(grid.titles());
        for (system, values) in &apart.rows {
            let shown = values
                .iter()
                .map(|value| value.clone().unwrap_or_else(|| text::NOTHING.to_owned()));
            lines.push(std::iter::once(escaped(system)).chain(shown).collect());
        }
        out.push_str(&aligned(&lines));
    }
    out
}

fn head(grid: &Grid) -> Vec<String> {
    let mut head = vec![escaped(&grid.head)];
    if grid.uneven {
        head.push(grid.counted.clone());
    }
    for group in &grid.groups {
        let titles = grid.titles().into_iter();
        head.extend(titles.map(|title| match &group.heading {
            Some(heading) => format!("{} {title}", escaped(heading)),
            None => title,
        }));
    }
    head
}

fn row_lines(grid: &Grid, row: &Row) -> Vec<Vec<String>> {
    let line = |label: String, runs: String, show: &dyn Fn(&Entry) -> String| {
        let mut line = vec![label];
        if grid.uneven {
            line.push(runs);
        }
        line.extend(row.entries().map(show));
        line
    };
    let mut lines = vec![line(escaped(&row.label), row.shown_runs(), &shown)];
    if row.has_published() {
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| text::NOTHING.to_owned());
        lines.push(line("*published*".to_owned(), String::new(), &|entry| {
            or_nothing(entry.shown_published())
        }));
        lines.push(line("*difference*".to_owned(), String::new(), &|entry| {
            or_nothing(entry.shown_difference())
        }));
    }
    lines
}

fn shown(entry: &Entry) -> String {
    let bold = if entry.best { "**" } else { "" };
    format!(
        "{bold}{}{}{bold}{}",
        entry.shown_mean(),
        entry.shown_sd(),
        entry.marks
    )
}

/// Lines of cells as a table, all columns but the first to the right.
pub(super) fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| width(column).max(3))
        .collect();
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let fill = " ".repeat(width - cell.chars().count());
            let cell = if column == 0 {
                format!("{cell}{fill}")
            } else {
                format!("{fill}{cell}")
            };
            let _ = write!(out, "| {cell} ");
        }
        out.push_str("|\n");
        if number == 0 {
            for (column, width) in widths.iter().enumerate() {
                let (dashes, end) = if column == 0 {
                    ("-".repeat(*width), "")
                } else {
                    ("-".repeat(width - 1), ":")
                };
                let _ = write!(out, "| {dashes}{end} ");
            }
            out.push_str("|\n");
        }
    }
    out
}

/// Keeps Markdown from reading text as markup; signs that only begin markup before a letter stay readable
/// before a blank.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let special = match character {
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' => true,
            '<' | '&' => characters.peek().is_some_and(|next| !next.is_whitespace()),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
