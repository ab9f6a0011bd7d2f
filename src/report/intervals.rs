//! Intervals around the scores of single cells, for the plots.

use super::cells::Cell;
use super::compare::seed_of;
use super::grid::Row;
use crate::score::Column;
use crate::stats::{self, Convention};

/// Resamples of an interval.
pub(crate) const REPLICATES: usize = 2000;
/// The share of resamples inside.
pub(crate) const LEVEL: f64 = 0.95;

/// A bootstrap interval over seeds and documents at once (Owen 2007), in percent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Interval {
    /// Axis values of the cell.
    pub(crate) cell: Vec<(String, String)>,
    /// The metric and its measure.
    pub(crate) column: Column,
    /// Mean over runs.
    pub(crate) mean: f64,
    /// Lower and upper end; none where the runs of a cell have different documents, as those of folds do.
    pub(crate) ends: Option<(f64, f64)>,
    /// Seed of the resamples.
    pub(crate) seed: u64,
}

/// The intervals of all cells in these rows and columns that have scores.
pub(crate) fn intervals<'a>(
    rows: impl Iterator<Item = &'a Row>,
    columns: &[Column],
    cells: &[Cell<'_>],
) -> Vec<Interval> {
    let mut intervals = Vec::new();
    for (values, part) in rows.flat_map(Row::cells) {
        let Some(cell) = cells.iter().find(|cell| cell.values == *values) else {
            continue;
        };
        for (&column, entry) in columns.iter().zip(&part.entries) {
            let Some(spread) = entry.spread else { continue };
            let seed = seed(cell, column);
            intervals.push(Interval {
                cell: values.clone(),
                column,
                mean: spread.mean,
                ends: ends(cell, column),
                seed,
            });
        }
    }
    intervals
}

/// The interval of one cell in percent; none where its runs have different documents, or the column no counts.
pub(crate) fn ends(cell: &Cell<'_>, column: Column) -> Option<(f64, f64)> {
    let counts = cell.resampled_counts(column, &cell.scored(column)).ok()?;
    let bootstrap = stats::bootstrap_mean_f1(&counts, REPLICATES, seed(cell, column)).ok()?;
    let interval = bootstrap.interval(LEVEL, Convention::Rank).ok()?;
    Some((100.0 * interval.lower, 100.0 * interval.upper))
}

fn seed(cell: &Cell<'_>, column: Column) -> u64 {
    seed_of(&format!("interval|{}|{:?}", column.name(), cell.values))
}
