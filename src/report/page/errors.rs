//! The errors of each cell: what is wrong, what was taken for what, and sentences to look at.

use minijinja::{Value, context};

use super::layers;
use crate::report::analysis::CellErrors;
use crate::report::baseline::Baseline;
use crate::report::grid::Grid;
use crate::report::input::Input;
use crate::report::text::{self, counted};
use crate::score::{Confusion, Errors, Example, Fate};

/// Up to so many types a matrix can be read; of more the most frequent confusions are listed.
const MATRIX: usize = 12;
/// So many lines of a list.
const LISTED: usize = 12;

/// A part for each cell; the baseline and the best of the first table are open, or the first cell.
pub(super) fn errors(input: &Input, grids: &[&Grid]) -> Vec<Value> {
    let mut cells: Vec<&CellErrors> = input.errors.iter().collect();
    // The order of the runs must not matter.
    cells.sort_by_key(|cell| places(input, &cell.cell));
    let open: Vec<bool> = cells
        .iter()
        .map(|cell| is_shown(input, grids, cell))
        .collect();
    let none = !open.iter().any(|open| *open);
    let cells = cells.iter().zip(open).enumerate();
    cells
        .map(|(number, (cell, open))| part(input, cell, open || (none && number == 0)))
        .collect()
}

fn places(input: &Input, values: &[(String, String)]) -> Vec<usize> {
    let axes = input.axes.iter();
    axes.map(|axis| {
        let value = crate::report::cells::value(values, &axis.key);
        crate::report::cells::place(axis, value)
    })
    .collect()
}

/// Whether a cell is the baseline, or the best in the last column of the first table.
fn is_shown(input: &Input, grids: &[&Grid], cell: &CellErrors) -> bool {
    let baseline = Baseline::of(input);
    if !baseline.is_empty() && baseline.of_cell(&cell.cell) == cell.cell {
        return true;
    }
    let parts = grids.first().into_iter().flat_map(|grid| grid.parts());
    let mut own = parts.filter(|part| part.cell.as_ref() == Some(&cell.cell));
    own.any(|part| part.entries.last().is_some_and(|entry| entry.best))
}

fn part(input: &Input, cell: &CellErrors, open: bool) -> Value {
    let name = if cell.cell.is_empty() {
        input.name.clone()
    } else {
        text::joined(&cell.cell)
    };
    let errors = &cell.errors;
    context! {
        name,
        open,
        runs => counted(cell.runs, "run"),
        count => counted(errors.count() as usize, "error"),
        kinds => kinds(errors),
        confusions => [("Entities", &errors.entity_types), ("Relations", &errors.relation_types)]
            .into_iter()
            .filter(|(_, types)| !types.is_empty())
            .map(|(what, types)| confusion(what, types))
            .collect::<Vec<_>>(),
        pairs => pairs(errors),
        seed => cell.seed,
        examples => cell.examples.iter().map(example).collect::<Vec<_>>(),
    }
}

/// Entities and relations by what is wrong with them, with shares of what was annotated or predicted.
fn kinds(errors: &Errors) -> Vec<Value> {
    let (one, two) = (&errors.entities, &errors.relations);
    let gold = [
        one.correct + one.wrong_type + one.wrong_span + one.wrong_both + one.missed,
        two.correct + two.wrong_type + two.reversed + two.wrong_span + two.missed,
    ];
    let predicted = [
        gold[0] - one.missed + one.spurious,
        gold[1] - two.missed + two.spurious,
    ];
    let lines = [
        ("right", Some(one.correct), Some(two.correct), gold),
        (
            "of these with a wrong entity type",
            None,
            Some(two.wrong_entity_type),
            gold,
        ),
        (
            "wrong type",
            Some(one.wrong_type),
            Some(two.wrong_type),
            gold,
        ),
        (
            "wrong boundaries",
            Some(one.wrong_span),
            Some(two.wrong_span),
            gold,
        ),
        (
            "wrong boundaries and type",
            Some(one.wrong_both),
            None,
            gold,
        ),
        ("wrong direction", None, Some(two.reversed), gold),
        ("missed", Some(one.missed), Some(two.missed), gold),
        (
            "spurious, of what was predicted",
            Some(one.spurious),
            Some(two.spurious),
            predicted,
        ),
    ];
    lines
        .into_iter()
        .map(|(name, entities, relations, of)| {
            let shown = |count: Option<u64>, of: u64| match count {
                None => text::NOTHING.to_owned(),
                Some(count) if of == 0 => count.to_string(),
                Some(count) => format!("{count} ({:.1} %)", 100.0 * count as f64 / of as f64),
            };
            context! { name, entities => shown(entities, of[0]), relations => shown(relations, of[1]) }
        })
        .collect()
}

/// What was taken for what, as a matrix where it can be read and as a list where it cannot.
fn confusion(what: &str, types: &Confusion) -> Value {
    let names = types.types();
    let lines: Vec<Value> = types
        .confused()
        .into_iter()
        .filter(|(gold, predicted, _)| gold.is_some() && predicted.is_some())
        .take(LISTED)
        .map(|(gold, predicted, count)| context! { gold, predicted, count })
        .collect();
    if names.len() > MATRIX {
        return context! { what, lines };
    }
    let labels = || names.iter().map(|name| Some(name.as_str())).chain([None]);
    let rows: Vec<Value> = labels()
        .map(|gold| {
            let of: u64 = labels().map(|predicted| types.count(gold, predicted)).sum();
            let cells: Vec<Value> = labels()
                .map(|predicted| {
                    let count = types.count(gold, predicted);
                    let share = if of == 0 {
                        0.0
                    } else {
                        count as f64 / of as f64
                    };
                    let is_blank = gold.is_none() && predicted.is_none();
                    context! {
                        count => (!is_blank).then_some(count),
                        share => format!("{share:.3}"),
                        right => gold == predicted,
                    }
                })
                .collect();
            context! { name => gold, cells }
        })
        .collect();
    context! { what, names, rows, lines }
}

/// The pairs of entity types with the most errors in their relations.
fn pairs(errors: &Errors) -> Vec<Value> {
    let mut pairs: Vec<_> = errors.pairs.iter().collect();
    pairs.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.gold - counts.found + counts.wrong));
    let pairs = pairs.into_iter().take(LISTED);
    pairs
        .map(|((head, tail), counts)| {
            context! {
                head,
                tail,
                gold => counts.gold,
                found => counts.found,
                missed => counts.gold - counts.found,
                wrong => counts.wrong,
            }
        })
        .collect()
}

fn example(example: &Example) -> Value {
    let relations: Vec<Value> = example
        .relations
        .iter()
        .map(|relation| {
            let fate = match relation.fate {
                Fate::Found => "found",
                Fate::Missed => "missed",
                Fate::Spurious => "spurious",
            };
            context! { fate, head => relation.head, label => relation.label, tail => relation.tail }
        })
        .collect();
    context! {
        document => example.document,
        sentence => example.sentence,
        errors => counted(example.errors as usize, "error"),
        words => layers::words(example),
        relations,
    }
}
