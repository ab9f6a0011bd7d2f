//! The sentences under a table or a plot that say how its speeds were measured.

use super::cells::{self, SPEED_OF_A_RUN};
use super::grid::{Entry, Grid, Row, Values};
use super::input::{Input, ScoredRun, Speed};
use super::legend::named;
use super::text::{self, counted};
use super::unit::Unit;
use crate::score::Column;

/// What was timed on which machine, which speeds were disturbed, and which are missing; nothing for a table
/// without speeds.
pub(super) fn lines(input: &Input, grid: &Grid) -> Vec<String> {
    let cells = grid.rows().flat_map(Row::cells);
    let (mut lines, doubts) = told(input, &grid.columns, cells.map(|(values, _)| values));
    if grid
        .comparisons
        .iter()
        .any(|one| one.column == Column::Speed)
    {
        lines.push(format!(
            "Speeds are compared over seeds alone: {SPEED_OF_A_RUN}."
        ));
    }
    let is_speed = |entry: &Entry| entry.unit == Unit::Rate && entry.published.is_some();
    if grid.rows().flat_map(Row::entries).any(is_speed) {
        let line = "Published speeds are those of another machine, so no difference is taken.";
        lines.push(line.to_owned());
    }
    lines.extend(doubts);
    lines
}

/// How the speeds and sizes among the `columns` of these cells came about, and what they lack; nothing where there
/// are none among them.
pub(super) fn told<'a>(
    input: &'a Input,
    columns: &[Column],
    cells: impl Iterator<Item = &'a Values>,
) -> (Vec<String>, Vec<String>) {
    let shows = |column| columns.contains(&column);
    let timed: Vec<(&Values, &Speed)> = cells
        .flat_map(|values| speeds(input, values).map(move |speed| (values, speed)))
        .collect();
    let (mut lines, mut doubts) = (Vec::new(), Vec::new());
    if shows(Column::Speed) {
        lines.extend(conditions(&timed));
        doubts.extend(disturbed(&timed));
    }
    if shows(Column::Parameters) {
        let line = "Parameters: of all models that are timed, embeddings included.";
        lines.push(line.to_owned());
        doubts.extend(uncounted(&timed));
    }
    if shows(Column::Speed) || shows(Column::Parameters) {
        doubts.extend(untimed(input));
    }
    (lines, doubts)
}

/// How many runs have a speed but no number of parameters.
fn uncounted(timed: &[(&Values, &Speed)]) -> Option<String> {
    let uncounted = timed.iter().filter(|(_, speed)| speed.parameters.is_none());
    let uncounted = uncounted.count();
    let verb = if uncounted == 1 { "was" } else { "were" };
    (uncounted > 0).then(|| {
        format!(
            "{uncounted} of {} {verb} timed before parameters were counted; `sweep bench --again` times anew.",
            counted(timed.len(), "run")
        )
    })
}

/// How many speeds may be too low.
fn disturbed(timed: &[(&Values, &Speed)]) -> Option<String> {
    let disturbed = timed.iter().filter(|(_, speed)| speed.disturbed).count();
    (disturbed > 0).then(|| {
        format!(
            "While {disturbed} of {} were timed, other programs took more than a tenth of the machine's processors, \
             so these speeds may be too low.",
            counted(timed.len(), "run")
        )
    })
}

/// How many runs have no speed, and the first of them with their reasons.
fn untimed(input: &Input) -> Option<String> {
    let untimed = input.untimed_in_order();
    let verb = if untimed.len() == 1 { "has" } else { "have" };
    (!untimed.is_empty()).then(|| {
        format!(
            "{} of {} {verb} no speed: {}.",
            untimed.len(),
            counted(input.runs.len(), "scored run"),
            named(&untimed)
        )
    })
}

/// The speeds of the runs of one cell.
fn speeds<'a>(input: &'a Input, values: &'a Values) -> impl Iterator<Item = &'a Speed> {
    let is_of = |run: &&ScoredRun| {
        let mut pairs = values.iter();
        pairs.all(|(key, value)| cells::value(&run.cell, key) == value)
    };
    let runs = input.runs.iter().filter(is_of);
    runs.filter_map(|run| run.speed.as_ref())
}

/// How speeds were measured: a line for all, or where not all were measured alike, a line for each way.
fn conditions(timed: &[(&Values, &Speed)]) -> Vec<String> {
    let mut ways: Vec<(&str, Vec<String>)> = Vec::new();
    for (values, speed) in timed {
        let cell = text::joined(values);
        match ways.iter_mut().find(|(way, _)| *way == speed.conditions) {
            Some((_, cells)) if cells.contains(&cell) => {}
            Some((_, cells)) => cells.push(cell),
            None => ways.push((&speed.conditions, vec![cell])),
        }
    }
    if let [(way, _)] = ways.as_slice() {
        return vec![format!("Speed: {way}.")];
    }
    let line =
        |(way, cells): &(&str, Vec<String>)| format!("Speed of {}: {way}.", cells.join(", "));
    ways.iter().map(line).collect()
}
