//! Tables in Markdown, columns aligned so that they can be read as plain text too.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::fields::Shown;
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
            lines.push(row_line(grid, row));
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
    for field in grid.fields(0..grid.groups.len()) {
        let title = grid.field_title(field);
        // What follows its metric needs no heading of its own.
        let heading = grid.groups[field.group].heading.as_deref();
        head.push(match heading.filter(|_| field.shown == Shown::Ours) {
            Some(heading) => format!("{} {title}", escaped(heading)),
            None => title,
        });
    }
    head
}

fn row_line(grid: &Grid, row: &Row) -> Vec<String> {
    let mut line = vec![escaped(&row.label)];
    if grid.uneven {
        line.push(row.shown_runs());
    }
    let fields = grid.fields(0..grid.groups.len()).into_iter();
    line.extend(fields.map(|field| match field.shown {
        Shown::Ours => shown(field.entry(row)),
        Shown::Published | Shown::Difference => field.beside(row),
    }));
    line
}

fn shown(entry: &Entry) -> String {
    let bold = if entry.is_bold() { "**" } else { "" };
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
