//! A table before it is put into a format: blocks of rows, one entry per column.

use std::str::FromStr;

use super::beside::{self, Apart};
use super::cells::{self, Cell};
use super::compare::{self, Comparison};
use super::error::ReportError;
use super::frame::{self, Spread, Spreads};
use super::input::Input;
use super::layout::Layout;
use super::legend;
use super::note;
use super::pairwise::{self, Pairwise};
use super::text;
use super::tied;
use super::unit::Unit;
use crate::score::{Column, Measure, Metric};
use crate::spec::Table;

/// The stricter level of the mark over seeds.
pub(crate) const STRICT: f64 = 0.01;

/// Axis keys with their values.
pub(crate) type Values = Vec<(String, String)>;

/// One table of the report.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// Number, counted from 1.
    pub(crate) number: usize,
    /// What the table shows.
    pub(crate) caption: String,
    /// What its numbers are.
    pub(crate) note: String,
    /// Name of the row column.
    pub(crate) head: String,
    /// The metrics and measures, the same in every group.
    pub(crate) columns: Vec<Column>,
    /// The positions of the columns whose numbers are the same in all rows: the note tells them, and only the CSV
    /// repeats them.
    pub(crate) constant: Vec<usize>,
    /// The axis values that all rows have, although an axis of the experiment: the note tells them.
    pub(crate) throughout: Values,
    /// The groups of columns next to each other, at least one.
    pub(crate) groups: Vec<Group>,
    /// Whether rows rest on different numbers of runs, which then stand in a column of their own.
    pub(crate) uneven: bool,
    /// What is counted in that column: runs, or folds.
    pub(crate) counted: String,
    /// One block for each combination of the values of the other axes.
    pub(crate) blocks: Vec<Block>,
    /// What the marks mean and what could not be marked.
    pub(crate) legend: Vec<String>,
    /// Published values that no number here may be compared with.
    pub(crate) apart: Vec<Apart>,
    /// The comparisons behind the marks.
    pub(crate) comparisons: Vec<Comparison>,
    /// The comparisons of every two rows, where the table asks for them.
    pub(crate) pairwise: Pairwise,
}

/// Columns that belong to one combination of the values of the axes across the table.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What stands above the columns; none where nothing stands across.
    pub(crate) heading: Option<String>,
    /// Values of the axes across the table.
    pub(crate) values: Values,
}

/// The rows of one combination of the values of the axes that neither name rows nor stand across.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// What tells the block from the others; none where there is only one.
    pub(crate) heading: Option<String>,
    /// Values of the axes that are not row axes.
    pub(crate) values: Values,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// One cell of the experiment for each group of columns.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The values of the row axes, joined.
    pub(crate) label: String,
    /// The values of the row axes.
    pub(crate) values: Values,
    /// One part per group of columns.
    pub(crate) parts: Vec<Part>,
}

/// One cell of the experiment in its row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    /// All axis values; none where the experiment has no such cell.
    pub(crate) cell: Option<Values>,
    /// Whether this is what others are held against.
    pub(crate) baseline: bool,
    /// The largest number of observations behind an entry.
    pub(crate) runs: usize,
    /// One entry per column of the group.
    pub(crate) entries: Vec<Entry>,
}

/// The scores of one cell in one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// Mean and spread; none without runs.
    pub(crate) spread: Option<Spread>,
    /// Whether no mean in the column of its block is higher, at the precision shown.
    pub(crate) best: bool,
    /// Whether the test over seeds could have shown the mean to be worse than the best, and did not.
    pub(crate) tied: bool,
    /// Marks to print: over seeds, then over documents.
    pub(crate) marks: String,
    /// Position of the comparison behind the marks.
    pub(crate) comparison: Option<usize>,
    /// What a paper printed for the same corpus.
    pub(crate) published: Option<f64>,
    /// What its numbers count.
    pub(crate) unit: Unit,
}

impl Entry {
    /// Whether the mean is printed bold.
    pub(crate) fn is_bold(&self) -> bool {
        self.best || self.tied
    }

    /// The mean as text.
    pub(crate) fn shown_mean(&self) -> String {
        self.spread.map_or(text::NOTHING.to_owned(), |spread| {
            self.unit.shown(spread.mean)
        })
    }

    /// The standard deviation as text that follows the mean; empty where there is none.
    pub(crate) fn shown_sd(&self) -> String {
        let sd = self.bare_sd();
        sd.map_or_else(String::new, |sd| format!(" ± {sd}"))
    }

    /// The standard deviation as text.
    pub(crate) fn bare_sd(&self) -> Option<String> {
        let spread = self.spread?;
        // A size is the same for all runs, or nearly always.
        let varies = |sd: &f64| self.unit != Unit::Millions || *sd > 0.0;
        Some(self.unit.beside(spread.sd.filter(varies)?, spread.mean))
    }

    /// Our mean minus the published value; none of speeds, which were measured on another machine.
    pub(crate) fn published_difference(&self) -> Option<f64> {
        let published = self.published.filter(|_| self.unit == Unit::Percent);
        Some(self.spread?.mean - published?)
    }

    /// The published value as text.
    pub(crate) fn shown_published(&self) -> Option<String> {
        self.published.map(|value| self.unit.shown(value))
    }

    /// Our mean minus the published value as text.
    pub(crate) fn shown_difference(&self) -> Option<String> {
        let mean = self.spread?.mean;
        Some(self.unit.difference(self.published_difference()?, mean))
    }
}

impl Row {
    /// The entries of all groups, one after the other.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| &part.entries)
    }

    /// The cells of the experiment in this row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&Values, &Part)> {
        let parts = self.parts.iter();
        parts.filter_map(|part| Some((part.cell.as_ref()?, part)))
    }

    /// The number of runs as text, one for each group where they differ.
    pub(crate) fn shown_runs(&self) -> String {
        let mut runs: Vec<usize> = self.cells().map(|(_, part)| part.runs).collect();
        if runs.iter().all(|count| *count == runs[0]) {
            runs.truncate(1);
        }
        let runs: Vec<String> = runs.iter().map(ToString::to_string).collect();
        runs.join("/")
    }

    /// Whether a paper printed anything for this row.
    pub(crate) fn has_published(&self) -> bool {
        self.entries().any(|entry| entry.published.is_some())
    }
}

/// Arranges the cells into the table with this number, counted from 1, and makes its comparisons.
pub(crate) fn build(
    input: &Input,
    number: usize,
    table: &Table,
    cells: &[Cell<'_>],
    spreads: &Spreads,
) -> Result<Grid, ReportError> {
    let columns = columns(input, number, &table.columns)?;
    for (list, keys) in [("rows", &table.rows), ("across", &table.across)] {
        for key in keys {
            if !input.axes.iter().any(|axis| axis.key == *key) {
                let known: Vec<&str> = input.axes.iter().map(|axis| axis.key.as_str()).collect();
                return Err(ReportError::UnknownAxis {
                    table: number,
                    list,
                    key: key.clone(),
                    known: known.join(", "),
                });
            }
        }
    }
    let layout = Layout::of(input, table, cells);
    let (groups, members): (Vec<Group>, Vec<_>) = layout.groups(input, cells).into_iter().unzip();
    let comparisons = compare::with_baseline(input, number, &columns, &members, cells)?;
    let mut blocks = layout.blocks(input, &groups, cells);
    for block in &mut blocks {
        for part in block.rows.iter_mut().flat_map(|row| &mut row.parts) {
            fill(input, part, &columns, spreads, &comparisons);
        }
        tied::mark(input, block, groups.len(), &columns, cells);
    }
    let heads: Vec<&str> = layout.rows.iter().map(|key| text::short_key(key)).collect();
    let mut grid = Grid {
        number,
        caption: table.caption.clone().unwrap_or_else(|| input.title.clone()),
        note: String::new(),
        head: heads.join(" / "),
        uneven: false,
        counted: format!("{}s", cells::noun(input)),
        apart: beside::apart(input, &columns, cells),
        columns,
        constant: Vec::new(),
        throughout: layout.throughout,
        groups,
        blocks,
        legend: Vec::new(),
        comparisons,
        pairwise: Pairwise::default(),
    };
    let pairs = named(number, &table.pairwise, &[])?;
    grid.pairwise = pairwise::build(input, &grid, &pairs, cells)?;
    let runs: Vec<usize> = grid
        .parts()
        .map(|part| part.runs)
        .filter(|&runs| runs > 0)
        .collect();
    grid.uneven = runs.iter().any(|count| *count != runs[0]);
    grid.constant = constant(&grid);
    grid.note = note::note(input, &grid);
    grid.legend = legend::legend(input, &grid);
    Ok(grid)
}

impl Grid {
    /// All rows of all blocks.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flat_map(|block| &block.rows)
    }

    /// All parts of all rows.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.rows().flat_map(|row| &row.parts)
    }

    /// The titles of the columns of one group; the measure is told where a table has more than F1.
    pub(crate) fn titles(&self) -> Vec<String> {
        let other = |column: &Column| column.measure().is_some_and(|one| one != Measure::F1);
        let measures = self.columns.iter().any(other);
        let columns = self.columns.iter();
        columns.map(|column| column.title(measures)).collect()
    }

    /// The groups whose headings stand above their columns; empty where nothing stands across.
    pub(crate) fn headings(&self) -> impl Iterator<Item = &str> {
        let groups = self.groups.iter();
        groups.filter_map(|group| group.heading.as_deref())
    }
}

/// The columns of sizes that are the same in all rows, where other columns remain.
fn constant(grid: &Grid) -> Vec<usize> {
    let is_constant = |column: &usize| {
        let entries = grid.parts().filter_map(|part| part.entries.get(*column));
        let entries: Vec<&Entry> = entries.collect();
        let shown: Vec<String> = entries.iter().map(|entry| entry.shown_mean()).collect();
        grid.columns[*column] == Column::Parameters
            && shown.len() > 1
            && shown
                .iter()
                .all(|text| *text == shown[0] && text != text::NOTHING)
            && entries.iter().all(|entry| entry.published.is_none())
    };
    let constant: Vec<usize> = (0..grid.columns.len()).filter(is_constant).collect();
    if constant.len() == grid.columns.len() {
        return Vec::new();
    }
    constant
}

/// The columns of a table; without any named, the F1 of all metrics that were scored.
fn columns(input: &Input, table: usize, names: &[String]) -> Result<Vec<Column>, ReportError> {
    if names.is_empty() {
        return Ok(frame::metrics(input)
            .into_iter()
            .map(Column::from)
            .collect());
    }
    named(table, names, &[Column::RATES, Column::SIZES].concat())
}

/// The columns of these names: metrics with their measures, and these `others`.
fn named(table: usize, names: &[String], others: &[&str]) -> Result<Vec<Column>, ReportError> {
    let read = |name: &String| {
        let column = Column::from_str(name).ok();
        let column = column.filter(|column| match column {
            Column::Counted(..) | Column::Macro(..) => true,
            Column::Speed | Column::Parameters => others.contains(&column.name().as_str()),
        });
        column.ok_or_else(|| ReportError::UnknownColumn {
            table,
            column: name.clone(),
            known: [&Metric::ALL.map(Metric::name)[..], &Column::MACROS, others]
                .concat()
                .join(", "),
        })
    };
    names.iter().map(read).collect()
}

/// Fills in the entries of a cell, one per column.
pub(super) fn fill(
    input: &Input,
    part: &mut Part,
    columns: &[Column],
    spreads: &Spreads,
    comparisons: &[Comparison],
) {
    let Some(values) = &part.cell else {
        part.entries = vec![Entry::default(); columns.len()];
        return;
    };
    let key: Vec<String> = values.iter().map(|(_, value)| value.clone()).collect();
    for &column in columns {
        let spread = spreads.get(&(key.clone(), column)).copied();
        let comparison = comparisons
            .iter()
            .position(|one| one.column == column && one.cell == *values);
        part.runs = part.runs.max(spread.map_or(0, |spread| spread.n));
        part.entries.push(Entry {
            spread,
            best: false,
            tied: false,
            marks: comparison.map_or_else(String::new, |at| marks(input, &comparisons[at])),
            comparison,
            published: beside::published_for(input, values, column).map(|value| value.value),
            unit: Unit::of(column),
        });
    }
}

/// The marks of one comparison: over seeds at two levels, then over documents.
fn marks(input: &Input, comparison: &Comparison) -> String {
    let alpha = input.statistics.alpha;
    let mut marks = String::new();
    if let Ok(seeds) = &comparison.seeds {
        if seeds.corrected < STRICT.min(alpha) {
            marks.push_str(text::DOUBLE_DAGGER);
        } else if seeds.corrected < alpha {
            marks.push_str(text::DAGGER);
        }
    }
    if comparison
        .documents
        .as_ref()
        .is_ok_and(|documents| documents.corrected < alpha)
    {
        marks.push_str(text::CIRCLE);
    }
    marks
}
