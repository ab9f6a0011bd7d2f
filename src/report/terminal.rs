//! The tables as plain text for the terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width,
};

use super::claims_formats;
use super::error::ReportError;
use super::grid::{Block, Entry, Grid, Row};
use super::input::Input;
use super::text;
use super::write::contents;

/// Stands before the best mean of a column, where other formats print it bold.
const BEST: &str = "▸";
/// Blanks on both sides of a value.
const PADDING: usize = 2;
/// Labels are broken into lines beyond this share of the width, one part in so many.
const LABEL_SHARE: usize = 3;

/// All tables of the report as plain text without colours, no line wider than `width` columns as long
/// as one label and one value fit. Columns that do not fit beside each other are put below.
///
/// # Errors
/// As [`write`](super::write()), but for files.
pub fn terminal(input: &Input, width: usize) -> Result<String, ReportError> {
    let mut out = String::new();
    let contents = contents(input)?;
    for grid in contents.grids {
        if !out.is_empty() {
            out.push('\n');
        }
        push_wrapped(&mut out, &grid.caption, width, 0);
        push_wrapped(&mut out, &grid.note, width, 0);
        for block in &grid.blocks {
            out.push('\n');
            if let Some(heading) = &block.heading {
                push_wrapped(&mut out, heading, width, 0);
            }
            push_block(&mut out, &grid, block, width);
        }
        out.push('\n');
        for line in &grid.legend {
            push_wrapped(&mut out, &line.replace("Bold:", BEST), width, 2);
        }
        if !grid.apart.is_empty() {
            push_wrapped(
                &mut out,
                "Published values on other corpora are in the report.",
                width,
                2,
            );
        }
    }
    out.push_str(&claims_formats::terminal(input, &contents.claims, width));
    Ok(out)
}

fn push_wrapped(out: &mut String, text: &str, width: usize, indent: usize) {
    for line in text::wrapped(text, width, indent) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// The lines of a block: labels, and the texts of the columns.
fn lines(grid: &Grid, block: &Block) -> Vec<(String, Vec<String>)> {
    let mut head: Vec<String> = grid.columns.iter().map(ToString::to_string).collect();
    if grid.uneven {
        head.insert(0, "runs".to_owned());
    }
    let tails: Vec<Tail> = (0..grid.columns.len())
        .map(|column| Tail::of(block, column))
        .collect();
    let texts = |row: &Row, runs: String, show: &dyn Fn(&Entry, Tail) -> String| {
        let mut texts: Vec<String> = row
            .entries
            .iter()
            .zip(&tails)
            .map(|(entry, tail)| show(entry, *tail))
            .collect();
        if grid.uneven {
            texts.insert(0, runs);
        }
        texts
    };
    let mut lines = vec![(grid.head.clone(), head)];
    for row in &block.rows {
        lines.push((row.label.clone(), texts(row, row.runs.to_string(), &shown)));
        if row.has_published() {
            let under = |value: Option<f64>, show: fn(f64) -> String, tail: Tail| {
                value
                    .map(|value| show(value) + &" ".repeat(tail.sd + tail.marks))
                    .unwrap_or_default()
            };
            lines.push((
                "  published".to_owned(),
                texts(row, String::new(), &|entry, tail| {
                    under(entry.published, text::percent, tail)
                }),
            ));
            lines.push((
                "  difference".to_owned(),
                texts(row, String::new(), &|entry, tail| {
                    under(entry.published_difference(), text::signed, tail)
                }),
            ));
        }
    }
    lines
}

/// The room that standard deviations and marks take in a column, so that its means stand below each other.
#[derive(Clone, Copy)]
struct Tail {
    sd: usize,
    marks: usize,
}

impl Tail {
    fn of(block: &Block, column: usize) -> Self {
        let entries = || block.rows.iter().map(|row| &row.entries[column]);
        Self {
            sd: entries()
                .map(|entry| entry.shown_sd().chars().count())
                .max()
                .unwrap_or(0),
            marks: entries()
                .map(|entry| entry.marks.chars().count())
                .max()
                .unwrap_or(0),
        }
    }
}

fn shown(entry: &Entry, tail: Tail) -> String {
    let best = if entry.best { BEST } else { "" };
    let (sd, marks) = (tail.sd, tail.marks);
    format!(
        "{best}{}{:<sd$}{:<marks$}",
        entry.shown_mean(),
        entry.shown_sd(),
        entry.marks
    )
}

fn push_block(out: &mut String, grid: &Grid, block: &Block, width: usize) {
    let lines = lines(grid, block);
    let length = |text: &String| text.chars().count();
    let widest = |column: usize| {
        lines
            .iter()
            .map(|(_, texts)| length(&texts[column]))
            .max()
            .unwrap_or(0)
    };
    let columns: Vec<usize> = (0..lines[0].1.len()).map(widest).collect();
    let labels = lines
        .iter()
        .map(|(label, _)| length(label))
        .max()
        .unwrap_or(0);
    let labels = labels.min((width / LABEL_SHARE).max(12));
    for (number, group) in groups(&columns, width.saturating_sub(labels + PADDING))
        .into_iter()
        .enumerate()
    {
        if number > 0 {
            out.push('\n');
        }
        let mut table = Table::new();
        table
            .load_preset(NOTHING)
            .set_style(TableComponent::HeaderLines, '─');
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table
            .force_no_tty()
            .set_width(u16::try_from(width).unwrap_or(u16::MAX));
        for (number, (label, texts)) in lines.iter().enumerate() {
            let chosen = texts[group.clone()].iter().map(String::as_str);
            let line: Vec<&str> = std::iter::once(label.as_str()).chain(chosen).collect();
            if number == 0 {
                table.set_header(line);
            } else {
                table.add_row(line);
            }
        }
        for (number, column) in table.column_iter_mut().enumerate() {
            if number == 0 {
                let labels = u16::try_from(labels + PADDING).unwrap_or(u16::MAX);
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(labels)));
            } else {
                column.set_constraint(ColumnConstraint::ContentWidth);
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for line in table.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

/// Consecutive columns that fit into `room`, at least one in each group.
fn groups(columns: &[usize], room: usize) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (column, width) in columns.iter().enumerate() {
        let width = width + PADDING;
        if column > start && used + width > room {
            groups.push(start..column);
            (start, used) = (column, 0);
        }
        used += width;
    }
    groups.push(start..columns.len());
    groups
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn columns_are_split_where_they_no_longer_fit() {
        assert_eq!(groups(&[8, 8, 8], 20), vec![0..2, 2..3]);
        assert_eq!(groups(&[8, 8], 5), vec![0..1, 1..2]);
        assert_eq!(groups(&[8, 8], 20), vec![0..2]);
    }
}
