//! Every two rows of a table compared with each other, as a matrix for each metric, block and group of columns.

use super::cells::Cell;
use super::compare::{self, Comparison, Place};
use super::error::ReportError;
use super::grid::{Block, Grid, Group};
use super::input::Input;
use super::pairwise_legend;
use super::text::{self, CIRCLE, DAGGER, STAR};
use crate::score::{Column, Measure};

/// The matrices of one table and what their marks mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairwise {
    /// The matrices, metric after metric.
    pub(crate) matrices: Vec<Matrix>,
    /// What the numbers and marks are, and which marks were out of reach.
    pub(crate) legend: Vec<String>,
}

/// Every two of some rows in one column.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    /// What is compared, and where in the table.
    pub(crate) heading: String,
    /// The names of its rows, which are also those of its columns.
    pub(crate) labels: Vec<String>,
    /// What stands where: differences below the diagonal, p-values above it.
    pub(crate) fields: Vec<Vec<Field>>,
    /// The comparisons behind it: of the second row with the first, of the third with the first and second, and so on.
    pub(crate) comparisons: Vec<Comparison>,
}

/// One field of a matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    /// The number; empty on the diagonal.
    pub(crate) text: String,
    /// The marks that follow it.
    pub(crate) marks: String,
}

/// Compares every two rows of a table in each of `columns`. A matrix has the rows that were scored, at least two.
pub(crate) fn build(
    input: &Input,
    grid: &Grid,
    columns: &[Column],
    cells: &[Cell<'_>],
) -> Result<Pairwise, ReportError> {
    let mut matrices = Vec::new();
    let mut mixed = false;
    for &column in columns {
        for block in &grid.blocks {
            for (number, group) in grid.groups.iter().enumerate() {
                let (mut labels, mut members) = (Vec::new(), Vec::new());
                for row in &block.rows {
                    let values = row.parts[number].cell.as_ref();
                    let cell = cells.iter().find(|cell| Some(&cell.values) == values);
                    if let Some(cell) = cell.filter(|cell| !cell.units(column).is_empty()) {
                        labels.push(row.label.clone());
                        members.push(cell);
                    }
                }
                if members.len() < 2 {
                    continue;
                }
                let place = Place {
                    table: grid.number,
                    column,
                    group: number,
                };
                mixed |= members
                    .iter()
                    .any(|cell| !compare::comparable(input, cell, members[0]));
                let comparisons = compare::every_two(input, place, &members)?;
                if comparisons.is_empty() {
                    continue;
                }
                matrices.push(Matrix {
                    heading: heading(grid, column, block, group),
                    fields: fields(input, &members, &comparisons),
                    labels,
                    comparisons,
                });
            }
        }
    }
    let legend = if columns.is_empty() {
        Vec::new()
    } else {
        pairwise_legend::legend(input, &matrices, mixed)
    };
    Ok(Pairwise { matrices, legend })
}

fn heading(grid: &Grid, column: Column, block: &Block, group: &Group) -> String {
    let other = |column: &Column| column.measure().is_some_and(|one| one != Measure::F1);
    let title = column.title(grid.columns.iter().any(other));
    let parts = [
        Some(title.as_str()),
        block.heading.as_deref(),
        group.heading.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    format!("Every two rows: {}", parts.join(", "))
}

fn fields(input: &Input, cells: &[&Cell<'_>], comparisons: &[Comparison]) -> Vec<Vec<Field>> {
    let rows = cells.len();
    let mut fields = vec![vec![Field::default(); rows]; rows];
    let below = (0..rows).flat_map(|row| (0..row).map(move |column| (row, column)));
    for (row, column) in below {
        let comparison = comparisons
            .iter()
            .find(|one| one.cell == cells[row].values && one.baseline == cells[column].values);
        let Some(comparison) = comparison else {
            text::NOTHING.clone_into(&mut fields[row][column].text);
            text::NOTHING.clone_into(&mut fields[column][row].text);
            continue;
        };
        fields[row][column] = Field {
            text: text::signed(comparison.difference()),
            marks: marks(input, comparison),
        };
        let p = comparison.seeds.as_ref().ok().map(|seeds| seeds.test.p());
        fields[column][row].text =
            p.map_or(text::NOTHING.to_owned(), |p| text::probability(p.two_sided));
    }
    fields
}

/// The marks of one pair: over seeds without and with correction, then over documents.
fn marks(input: &Input, comparison: &Comparison) -> String {
    let alpha = input.statistics.alpha;
    let mut marks = String::new();
    if let Ok(seeds) = &comparison.seeds {
        if seeds.corrected < alpha {
            marks.push_str(DAGGER);
        } else if seeds.test.p().two_sided < alpha {
            marks.push_str(STAR);
        }
    }
    let documents = comparison.documents.as_ref();
    if documents.is_ok_and(|documents| documents.corrected < alpha) {
        marks.push_str(CIRCLE);
    }
    marks
}
