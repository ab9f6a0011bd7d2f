//! The p-values of every two systems as a map, before it is drawn: a panel for each metric and block.

use super::cells::{self, Cell, Unit};
use super::compare::{self, SeedTest};
use super::correction;
use super::error::ReportError;
use super::grid::{Block, STRICT, Values};
use super::heat_text;
use super::input::Input;
use super::matched::{self, Matched, matched};
use crate::score::Column;
use crate::spec::Plot;

/// Above the level of significance, p-values from here on are as pale as can be.
const PALE: f64 = 0.2;

/// A plot of the report, in numbers.
#[derive(Debug)]
pub(crate) struct Heat {
    /// Number, counted from 1 among the plots that the experiment asks for.
    pub(crate) number: usize,
    /// What the plot shows.
    pub(crate) caption: String,
    /// What the names of rows are the values of.
    pub(crate) head: String,
    /// The maps, metric after metric.
    pub(crate) panels: Vec<Panel>,
    /// The p-values at which the shade changes, the smallest first.
    pub(crate) levels: Vec<f64>,
    /// How many of the bands are below the level of significance.
    significant: usize,
    /// What the numbers are, and which p-values were out of reach.
    pub(crate) note: String,
    /// The cells that cannot be shown, in one sentence.
    pub(crate) missing: Option<String>,
}

/// Every two of some systems in one metric.
#[derive(Debug)]
pub(crate) struct Panel {
    /// The metric.
    pub(crate) column: Column,
    /// What tells its block from the others.
    pub(crate) heading: Option<String>,
    /// The systems, at least two.
    pub(crate) labels: Vec<String>,
    /// The axis values of each.
    pub(crate) values: Vec<Values>,
    /// The pairs: the second system with the first, the third with the first and second, and so on.
    pub(crate) pairs: Vec<Pair>,
}

/// One system held against an earlier one.
#[derive(Debug)]
pub(crate) struct Pair {
    /// Position of the later system.
    pub(crate) row: usize,
    /// Position of the earlier one.
    pub(crate) column: usize,
    /// Mean of the later system minus mean of the earlier one.
    pub(crate) difference: f64,
    /// The test over seeds (or folds) with its corrected p, or why there is none.
    pub(crate) seeds: Result<SeedTest, String>,
}

/// Compares every two systems of the plot with this number, counted from 1.
pub(crate) fn build(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
) -> Result<Heat, ReportError> {
    let Matched {
        columns,
        head,
        blocks,
    } = matched(input, number, plot, cells)?;
    let panels = columns
        .iter()
        .flat_map(|&column| blocks.iter().map(move |block| (column, block)))
        .filter_map(|(column, block)| panel(input, column, block, cells))
        .collect();
    let alpha = input.statistics.alpha;
    let mut levels = vec![STRICT.min(alpha), alpha, PALE.max(alpha)];
    levels.dedup();
    let mut heat = Heat {
        number,
        caption: plot.caption.clone().unwrap_or_else(|| input.title.clone()),
        head,
        panels,
        significant: levels.iter().filter(|level| **level <= alpha).count(),
        levels,
        note: String::new(),
        missing: heat_text::missing(&columns, cells),
    };
    heat.note = heat_text::note(input, &heat);
    Ok(heat)
}

/// The pairs of the systems that have scores; none where there are fewer than two.
fn panel(input: &Input, column: Column, block: &Block, cells: &[Cell<'_>]) -> Option<Panel> {
    let (mut labels, mut members) = (Vec::new(), Vec::new());
    for row in &block.rows {
        let cell = matched::cell(cells, row);
        if let Some(cell) = cell.filter(|cell| !cell.units(column).is_empty()) {
            labels.push(row.label.clone());
            members.push(cell);
        }
    }
    if members.len() < 2 {
        return None;
    }
    let mut pairs = Vec::new();
    for (row, &cell) in members.iter().enumerate() {
        for (column_of, &earlier) in members[..row].iter().enumerate() {
            let (ours, theirs) = (cell.units(column), earlier.units(column));
            let seeds = if compare::comparable(input, cell, earlier) {
                let paired = input.statistics.paired || cells::has_folds(input);
                let seed = compare::seed(column, cell, earlier);
                compare::over_seeds(input, paired, (&ours, &theirs), seed)
            } else {
                Err("something else counts as right".to_owned())
            };
            pairs.push(Pair {
                row,
                column: column_of,
                difference: mean(&ours) - mean(&theirs),
                seeds,
            });
        }
    }
    correct(input, &mut pairs);
    Some(Panel {
        column,
        heading: block.heading.clone(),
        labels,
        values: members.iter().map(|cell| cell.values.clone()).collect(),
        pairs,
    })
}

fn correct(input: &Input, pairs: &mut [Pair]) {
    let mut tests: Vec<&mut SeedTest> = pairs
        .iter_mut()
        .filter_map(|pair| pair.seeds.as_mut().ok())
        .collect();
    let raw: Vec<f64> = tests.iter().map(|test| test.test.p().two_sided).collect();
    let corrected = correction::corrected(input.statistics.correct, &raw);
    for (test, corrected) in tests.iter_mut().zip(corrected) {
        test.corrected = corrected;
    }
}

fn mean(units: &[Unit]) -> f64 {
    units.iter().map(|unit| unit.score).sum::<f64>() / units.len() as f64
}

impl Heat {
    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.panels.is_empty()
    }

    /// Where a p-value lies: 0 below all levels.
    pub(crate) fn band(&self, p: f64) -> usize {
        self.levels.iter().filter(|level| p >= **level).count()
    }

    /// The shade of a band, of four, so that the first two are below the level of significance and no other is.
    pub(crate) fn shade(&self, band: usize) -> usize {
        if band < self.significant {
            band
        } else {
            2 + band - self.significant
        }
    }
}
