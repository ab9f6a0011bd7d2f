//! The tables as plain text for the terminal.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.
use std::ops::Range;

use comfy_table::presets::NOTHING;
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width,
};

use super::claims_formats;
use super::error::ReportError;
use super::fields::{Field, Shown};
use super::grid::{Block, Entry, Grid, Row};
use super::input::Input;
use super::legend;
use super::pairwise;
use super::text;
use super::write::contents;

/// Stands before the best mean of a column, where other formats print it bold.
const BEST: &str = "▸";
/// Stands before a mean that is not significantly worse, where other formats print it bold too.
const TIED: &str = "▹";
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
            push_groups(&mut out, &grid, block, width);
        }
        out.push('\n');
        for line in &grid.legend {
            let line = line
                .replace(&format!("{}:", legend::BEST), BEST)
                .replace(&format!("{}:", legend::TIED), TIED);
            push_wrapped(&mut out, &line, width, 2);
        }
        push_pairwise(&mut out, &grid, width);
        if let Some(line) = apart(&grid) {
            push_wrapped(&mut out, line, width, 2);
        }
    }
    // Tables are what a terminal can show; where there are none, it says what was drawn.
    if out.is_empty() {
        for figure in &contents.figures {
            push_wrapped(&mut out, figure.caption(), width, 0);
            push_wrapped(&mut out, figure.note(), width, 0);
            if let Some(missing) = figure.missing() {
                push_wrapped(&mut out, missing, width, 0);
            }
        }
    }
    out.push_str(&claims_formats::terminal(input, &contents.claims, width));
    Ok(out)
}

/// That there are published values which nothing here may be compared with.
fn apart(grid: &Grid) -> Option<&'static str> {
    let has = |elsewhere: bool| grid.apart.iter().any(|one| one.elsewhere == elsewhere);
    match (has(true), has(false)) {
        (false, false) => None,
        (true, false) => Some("Published values on other corpora are in the report."),
        (false, true) => Some("Published values that were scored otherwise are in the report."),
        (true, true) => Some(
            "Published values on other corpora, and those that were scored otherwise, are in the report.",
        ),
    }
}

pub(super) fn push_wrapped(out: &mut String, text: &str, width: usize, indent: usize) {
    for line in text::wrapped(text, width, indent) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// A label, and the texts of the columns.
pub(super) type Line = (String, Vec<String>);

/// The groups of columns next to each other where they fit, else below one another.
fn push_groups(out: &mut String, grid: &Grid, block: &Block, width: usize) {
    let headings: Vec<&str> = grid.headings().collect();
    let all = 0..grid.groups.len();
    if headings.is_empty() {
        push_lines(out, &fitting(grid, block, all, width), width);
        return;
    }
    for published in [Published::Beside, Published::Below] {
        let lines = lines(grid, block, all.clone(), published);
        let columns = widths(&lines);
        // The number of runs stands before all groups.
        let mut own = &columns[usize::from(grid.uneven)..];
        let mut rooms: Vec<usize> = Vec::new();
        for group in all.clone() {
            let (first, rest) = own.split_at(published.fields(grid, group..group + 1).len());
            rooms.push(taken(first));
            own = rest;
        }
        let named = headings.iter().zip(&rooms);
        let mut named_fit = named.clone();
        if fits(&lines, width)
            && named_fit.all(|(heading, room)| heading.chars().count() + 2 * PADDING <= *room)
        {
            let mut table = String::new();
            push_lines(&mut table, &lines, width);
            // The rule under the heads is as long as the table is wide.
            let rule = table.lines().find(|line| line.starts_with('─'));
            let length = rule.map_or(0, |rule| rule.chars().count());
            out.push_str(&" ".repeat(length.saturating_sub(rooms.iter().sum())));
            for (heading, room) in named {
                let _ = write!(out, " {:─^1$} ", format!(" {heading} "), room - PADDING);
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&table);
            return;
        }
    }
    for (number, heading) in headings.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        push_wrapped(out, heading, width, 0);
        push_lines(out, &fitting(grid, block, number..number + 1, width), width);
    }
}

/// Whether lines can be printed with all columns beside each other.
fn fits(lines: &[Line], width: usize) -> bool {
    label_width(lines, width) + PADDING + taken(&widths(lines)) <= width
}

/// The lines with published values in columns of their own where these fit, else in lines of their own.
fn fitting(grid: &Grid, block: &Block, groups: Range<usize>, width: usize) -> Vec<Line> {
    let beside = lines(grid, block, groups.clone(), Published::Beside);
    if fits(&beside, width) {
        return beside;
    }
    lines(grid, block, groups, Published::Below)
}

/// The matrices of every two rows, and what their marks mean.
fn push_pairwise(out: &mut String, grid: &Grid, width: usize) {
    for matrix in &grid.pairwise.matrices {
        out.push('\n');
        push_wrapped(out, &matrix.heading, width, 0);
        let mut lines = vec![(grid.head.clone(), matrix.labels.clone())];
        let length = |field: &pairwise::Field| field.marks.chars().count();
        let tails: Vec<usize> = (0..matrix.labels.len())
            .map(|column| {
                let column = matrix.fields.iter().map(|fields| length(&fields[column]));
                column.max().unwrap_or(0)
            })
            .collect();
        for (label, fields) in matrix.labels.iter().zip(&matrix.fields) {
            let fields = fields.iter().zip(&tails);
            let texts = fields.map(|(field, tail)| format!("{}{:<tail$}", field.text, field.marks));
            lines.push((label.clone(), texts.collect()));
        }
        push_lines(out, &lines, width);
    }
    if !grid.pairwise.legend.is_empty() {
        out.push('\n');
    }
    for line in &grid.pairwise.legend {
        push_wrapped(out, line, width, 2);
    }
}

/// Where published values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Published {
    /// In columns right of ours.
    Beside,
    /// In lines below ours, where a terminal is too narrow for more columns.
    Below,
}

impl Published {
    fn fields(self, grid: &Grid, groups: Range<usize>) -> Vec<Field> {
        match self {
            Self::Beside => grid.fields(groups),
            Self::Below => grid.own_fields(groups),
        }
    }
}

/// The lines of a block in some groups of columns, the heads first.
fn lines(grid: &Grid, block: &Block, groups: Range<usize>, published: Published) -> Vec<Line> {
    let fields = published.fields(grid, groups.clone());
    let mut head: Vec<String> = fields
        .iter()
        .map(|&field| grid.field_title(field))
        .collect();
    if grid.uneven {
        head.insert(0, grid.counted.clone());
    }
    let tails: Vec<Tail> = fields
        .iter()
        .map(|field| Tail::of(block, field.group, field.column))
        .collect();
    let runs = |row: &Row| match &row.parts[groups.clone()] {
        [only] => only.runs.to_string(),
        _ => row.shown_runs(),
    };
    let texts = |runs: String, show: &dyn Fn(&Field, Tail) -> String| {
        let fields = fields.iter().zip(&tails);
        let mut texts: Vec<String> = fields.map(|(field, tail)| show(field, *tail)).collect();
        if grid.uneven {
            texts.insert(0, runs);
        }
        texts
    };
    let mut lines = vec![(grid.head.clone(), head)];
    for row in &block.rows {
        let own = texts(runs(row), &|field, tail| match field.shown {
            Shown::Ours => shown(field.entry(row), tail),
            Shown::Published | Shown::Difference => field.beside(row),
        });
        lines.push((row.label.clone(), own));
        if published == Published::Below && row.has_published() {
            let under = |text: Option<String>, tail: Tail| {
                text.map(|text| text + &" ".repeat(tail.sd + tail.marks))
                    .unwrap_or_default()
            };
            lines.push((
                format!("  {}", Field::PUBLISHED),
                texts(String::new(), &|field, tail| {
                    under(field.entry(row).shown_published(), tail)
                }),
            ));
            lines.push((
                format!("  {}", Field::DIFFERENCE),
                texts(String::new(), &|field, tail| {
                    under(field.entry(row).shown_difference(), tail)
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
    fn of(block: &Block, group: usize, column: usize) -> Self {
        let rows = || block.rows.iter();
        let entries = || rows().map(|row| &row.parts[group].entries[column]);
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
    let best = match (entry.best, entry.tied) {
        (true, _) => BEST,
        (false, true) => TIED,
        (false, false) => "",
    };
    let (sd, marks) = (tail.sd, tail.marks);
    format!(
        "{best}{}{:<sd$}{:<marks$}",
        entry.shown_mean(),
        entry.shown_sd(),
        entry.marks
    )
}

/// The widest text of each column.
fn widths(lines: &[Line]) -> Vec<usize> {
    let widest = |column: usize| {
        let texts = lines.iter().map(|(_, texts)| texts[column].chars().count());
        texts.max().unwrap_or(0)
    };
    (0..lines[0].1.len()).map(widest).collect()
}

/// The room that columns of these widths take.
fn taken(columns: &[usize]) -> usize {
    columns.iter().map(|width| width + PADDING).sum()
}

/// The room for labels in a table that may be `width` wide.
fn label_width(lines: &[Line], width: usize) -> usize {
    let longest = lines.iter().map(|(label, _)| label.chars().count()).max();
    longest.unwrap_or(0).min((width / LABEL_SHARE).max(12))
}

/// A table of lines, the heads first. Columns that do not fit beside each other are put below.
pub(super) fn push_lines(out: &mut String, lines: &[Line], width: usize) {
    let columns = widths(lines);
    let labels = label_width(lines, width);
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
fn groups(columns: &[usize], room: usize) -> Vec<Range<usize>> {
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
