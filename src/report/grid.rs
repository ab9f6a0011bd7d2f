//! A table before it is put into a format: blocks of rows, one entry per metric.

use std::str::FromStr;

use super::beside::{self, Apart};
use super::cells::Cell;
use super::compare::{self, Comparison};
use super::error::ReportError;
use super::frame::{self, Spread, Spreads};
use super::input::Input;
use super::legend;
use super::text;
use crate::score::Metric;
use crate::spec::Table;

/// The stricter level of the mark over seeds.
pub(crate) const STRICT: f64 = 0.01;

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
    /// The metrics.
    pub(crate) columns: Vec<Metric>,
    /// Whether rows rest on different numbers of runs, which then stand in a column of their own.
    pub(crate) uneven: bool,
    /// One block for each combination of the values of the other axes.
    pub(crate) blocks: Vec<Block>,
    /// What the marks mean and what could not be marked.
    pub(crate) legend: Vec<String>,
    /// Published values that no number here may be compared with.
    pub(crate) apart: Vec<Apart>,
    /// The comparisons behind the marks.
    pub(crate) comparisons: Vec<Comparison>,
}

/// The rows of one combination of the values of the axes that are not row axes.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// What tells the block from the others; none where there is only one.
    pub(crate) heading: Option<String>,
    /// Values of the axes that are not row axes.
    pub(crate) values: Vec<(String, String)>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// One cell of the experiment.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The values of the row axes, joined.
    pub(crate) label: String,
    /// All axis values.
    pub(crate) values: Vec<(String, String)>,
    /// Whether this is what others in the block are held against.
    pub(crate) baseline: bool,
    /// The largest number of observations behind an entry.
    pub(crate) runs: usize,
    /// One entry per column.
    pub(crate) entries: Vec<Entry>,
}

/// The scores of one cell in one metric.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// Mean and spread; none without runs.
    pub(crate) spread: Option<Spread>,
    /// Whether no mean in the column of its block is higher, at the precision shown.
    pub(crate) best: bool,
    /// Marks to print: over seeds, then over documents.
    pub(crate) marks: String,
    /// Position of the comparison behind the marks.
    pub(crate) comparison: Option<usize>,
    /// What a paper printed for the same corpus, in percent.
    pub(crate) published: Option<f64>,
}

impl Entry {
    /// The mean as text.
    pub(crate) fn shown_mean(&self) -> String {
        self.spread.map_or(text::NOTHING.to_owned(), |spread| {
            text::percent(spread.mean)
        })
    }

    /// The standard deviation as text that follows the mean; empty where there is none.
    pub(crate) fn shown_sd(&self) -> String {
        let sd = self.spread.and_then(|spread| spread.sd);
        sd.map_or_else(String::new, |sd| format!(" ± {}", text::percent(sd)))
    }

    /// Our mean minus the published value.
    pub(crate) fn published_difference(&self) -> Option<f64> {
        Some(self.spread?.mean - self.published?)
    }
}

impl Row {
    /// Whether a paper printed anything for this row.
    pub(crate) fn has_published(&self) -> bool {
        self.entries.iter().any(|entry| entry.published.is_some())
    }
}

/// Builds table `number` of the input.
pub(crate) fn build(
    input: &Input,
    number: usize,
    table: &Table,
    cells: &[Cell<'_>],
    spreads: &Spreads,
) -> Result<Grid, ReportError> {
    let columns = columns(input, number, &table.columns)?;
    for key in &table.rows {
        if !input.axes.iter().any(|axis| axis.key == *key) {
            let known: Vec<&str> = input.axes.iter().map(|axis| axis.key.as_str()).collect();
            return Err(ReportError::UnknownRows {
                table: number,
                key: key.clone(),
                known: known.join(", "),
            });
        }
    }
    let comparisons = compare::compare(input, number, &columns, cells)?;
    let row_keys = row_keys(input, table);
    let mut blocks = blocks(input, &row_keys, cells);
    for block in &mut blocks {
        for row in &mut block.rows {
            fill(input, row, &columns, spreads, &comparisons);
        }
        mark_best(block, columns.len());
    }
    let heads: Vec<&str> = row_keys.iter().map(|key| text::short_key(key)).collect();
    let mut grid = Grid {
        number,
        caption: table.caption.clone().unwrap_or_else(|| input.title.clone()),
        note: String::new(),
        head: heads.join(" / "),
        uneven: false,
        apart: beside::apart(input, &columns),
        columns,
        blocks,
        legend: Vec::new(),
        comparisons,
    };
    let runs: Vec<usize> = grid
        .rows()
        .map(|row| row.runs)
        .filter(|&runs| runs > 0)
        .collect();
    grid.uneven = runs.iter().any(|count| *count != runs[0]);
    grid.note = legend::note(input, &grid);
    grid.legend = legend::legend(input, &grid);
    Ok(grid)
}

impl Grid {
    /// All rows of all blocks.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flat_map(|block| &block.rows)
    }
}

/// The metrics of a table; without any named, all that were scored.
fn columns(input: &Input, table: usize, names: &[String]) -> Result<Vec<Metric>, ReportError> {
    if names.is_empty() {
        return Ok(frame::metrics(input));
    }
    let read = |name: &String| {
        Metric::from_str(name).map_err(|_| ReportError::UnknownColumn {
            table,
            column: name.clone(),
            known: Metric::ALL.map(Metric::name).join(", "),
        })
    };
    names.iter().map(read).collect()
}

/// The row axes of a table; without any named, every axis that varies.
fn row_keys(input: &Input, table: &Table) -> Vec<String> {
    if !table.rows.is_empty() {
        return table.rows.clone();
    }
    let several = input.axes.iter().filter(|axis| axis.values.len() > 1);
    several.map(|axis| axis.key.clone()).collect()
}

fn blocks(input: &Input, row_keys: &[String], cells: &[Cell<'_>]) -> Vec<Block> {
    let declared = compare::declared_baseline(input);
    let mut blocks: Vec<Block> = Vec::new();
    for cell in cells {
        let (of_row, values): (Vec<_>, Vec<_>) = cell
            .values
            .iter()
            .cloned()
            .partition(|(key, _)| row_keys.contains(key));
        // The label follows the order in which the table names its rows, not that of the axes.
        let label: Vec<&str> = row_keys
            .iter()
            .map(|key| super::cells::value(&of_row, key))
            .collect();
        let row = Row {
            label: if label.is_empty() {
                input.name.clone()
            } else {
                label.join(" / ")
            },
            values: cell.values.clone(),
            baseline: !declared.is_empty()
                && compare::baseline_of(&cell.values, &declared) == cell.values,
            runs: 0,
            entries: Vec::new(),
        };
        match blocks.iter_mut().find(|block| block.values == values) {
            Some(block) => block.rows.push(row),
            None => blocks.push(Block {
                heading: None,
                values,
                rows: vec![row],
            }),
        }
    }
    if blocks.len() > 1 {
        let first = blocks[0].values.clone();
        let varies: Vec<bool> = (0..first.len())
            .map(|axis| blocks.iter().any(|block| block.values[axis] != first[axis]))
            .collect();
        for block in &mut blocks {
            let told = block
                .values
                .iter()
                .zip(&varies)
                .filter(|(_, varies)| **varies);
            let told: Vec<_> = told.map(|(value, _)| value.clone()).collect();
            block.heading = Some(text::described(&told));
        }
    }
    blocks
}

fn fill(
    input: &Input,
    row: &mut Row,
    columns: &[Metric],
    spreads: &Spreads,
    comparisons: &[Comparison],
) {
    let key: Vec<String> = row.values.iter().map(|(_, value)| value.clone()).collect();
    for &metric in columns {
        let spread = spreads
            .get(&(key.clone(), metric.name().to_owned()))
            .copied();
        let comparison = comparisons
            .iter()
            .position(|one| one.metric == metric && one.cell == row.values);
        row.runs = row.runs.max(spread.map_or(0, |spread| spread.n));
        row.entries.push(Entry {
            spread,
            best: false,
            marks: comparison.map_or_else(String::new, |at| marks(input, &comparisons[at])),
            comparison,
            published: beside::published_for(input, &row.values, metric).map(|value| value.value),
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

fn mark_best(block: &mut Block, columns: usize) {
    // Means that look equal in the table are equal for its reader.
    let shown = |row: &Row, column: usize| {
        row.entries[column]
            .spread
            .map(|spread| (100.0 * spread.mean).round() as i64)
    };
    for column in 0..columns {
        let means: Vec<i64> = block
            .rows
            .iter()
            .filter_map(|row| shown(row, column))
            .collect();
        // The best of one is no news.
        if means.len() < 2 {
            continue;
        }
        let best = means.iter().max().copied();
        for row in &mut block.rows {
            row.entries[column].best = best.is_some() && shown(row, column) == best;
        }
    }
}
