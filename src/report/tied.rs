//! Which means of a column are bold: the best, and those that are not shown to be worse.
//!
//! A reader takes the one bold number of a column for the winner, although the next may be as good. So what a test
//! over seeds cannot tell from the best is bold as well (as after Demšar 2006, who calls such systems a group), but
//! only where the test could have told them apart: with too few runs everything would be as good as the best.

use std::collections::BTreeMap;

use super::cells::{self, Cell};
use super::compare;
use super::correction;
use super::grid::{Block, Part, Values};
use super::input::Input;
use super::legend::reachable;
use crate::score::{Column, Convention};

/// What two means must have in common so that one of them can be better.
type Alike = (Convention, String, String);

/// Marks the best means of each column and what is not significantly worse, those of every corpus, split and
/// convention for themselves.
pub(super) fn mark(
    input: &Input,
    block: &mut Block,
    groups: usize,
    columns: &[Column],
    cells: &[Cell<'_>],
) {
    let compared = |at: &usize| columns[*at].is_compared();
    let compared: Vec<usize> = (0..columns.len()).filter(compared).collect();
    for group in 0..groups {
        let mut rows: BTreeMap<Alike, Vec<usize>> = BTreeMap::new();
        for (number, row) in block.rows.iter().enumerate() {
            if let Some(values) = &row.parts[group].cell {
                rows.entry(alike(input, values)).or_default().push(number);
            }
        }
        for rows in rows.values() {
            for &column in &compared {
                mark_column(input, block, group, (column, columns[column]), rows, cells);
            }
        }
    }
}

fn alike(input: &Input, values: &Values) -> Alike {
    (
        input.convention_of(values),
        input.corpus_of(values).to_owned(),
        input.split_of(values).to_owned(),
    )
}

fn mark_column(
    input: &Input,
    block: &mut Block,
    group: usize,
    (column, name): (usize, Column),
    rows: &[usize],
    cells: &[Cell<'_>],
) {
    let part = |row: usize| &block.rows[row].parts[group];
    let mean = |row: usize| {
        let spread = part(row).entries[column].spread;
        spread.map(|spread| spread.mean)
    };
    let scored: Vec<usize> = rows
        .iter()
        .copied()
        .filter(|&row| mean(row).is_some())
        .collect();
    let leader = scored.iter().copied().max_by(|&one, &other| {
        mean(one)
            .unwrap_or_default()
            .total_cmp(&mean(other).unwrap_or_default())
    });
    // The best of one is no news.
    let Some(leader) = leader.filter(|_| scored.len() > 1) else {
        return;
    };
    // Means that look equal in the table are equal for its reader.
    let shown = |row: usize| {
        let entry = &part(row).entries[column];
        entry
            .spread
            .map(|spread| entry.unit.hundredths(spread.mean))
    };
    let (best, others): (Vec<usize>, Vec<usize>) =
        scored.iter().partition(|&&row| shown(row) == shown(leader));
    let tied = tied(input, name, part(leader), &others, &part, cells);
    for row in best {
        block.rows[row].parts[group].entries[column].best = true;
    }
    for row in tied {
        block.rows[row].parts[group].entries[column].tied = true;
    }
}

/// Those of `others` that the test over seeds, corrected over all of them, does not tell from the leader, although
/// it could have.
fn tied<'b>(
    input: &Input,
    column: Column,
    leader: &Part,
    others: &[usize],
    part: &impl Fn(usize) -> &'b Part,
    cells: &[Cell<'_>],
) -> Vec<usize> {
    let cell = |part: &Part| {
        let values = part.cell.as_ref();
        cells.iter().find(|cell| Some(&cell.values) == values)
    };
    let Some(leader) = cell(leader) else {
        return Vec::new();
    };
    let paired = input.statistics.paired || cells::has_folds(input);
    let tested: Vec<_> = others
        .iter()
        .filter_map(|&row| {
            let own = cell(part(row))?;
            let units = (&*own.units(column), &*leader.units(column));
            let seed = compare::seed(column, own, leader);
            Some((row, compare::over_seeds(input, paired, units, seed).ok()?))
        })
        .collect();
    let raw: Vec<f64> = tested
        .iter()
        .map(|(_, test)| test.test.p().two_sided)
        .collect();
    if raw.is_empty() {
        return Vec::new();
    }
    let corrected = correction::corrected(input.statistics.correct, &raw);
    let alpha = input.statistics.alpha;
    let could = |floor: f64| reachable(input, floor, tested.len()) < alpha;
    tested
        .iter()
        .zip(corrected)
        .filter(|((_, test), corrected)| *corrected >= alpha && could(test.floor))
        .map(|((row, _), _)| *row)
        .collect()
}
