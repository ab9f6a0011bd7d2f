//! Published values: which stand beside a score of ours, and which stand apart.

use std::collections::BTreeSet;

use super::cells::Cell;
use super::conventions::names;
use super::input::{Input, PublishedValue};
use super::labels;
use super::published::corpus_name;
use super::unit::Unit;
use crate::score::{Column, Convention};

/// Published values on one corpus with one encoder, counted alike, not comparable with anything here.
#[derive(Debug, Clone)]
pub(crate) struct Apart {
    /// What was published, and why it stands apart.
    pub(crate) heading: String,
    /// Whether the corpus is why.
    pub(crate) elsewhere: bool,
    /// System and values as text, in the order of the columns.
    pub(crate) rows: Vec<(String, Vec<Option<String>>)>,
}

/// What a paper printed for the system, corpus, split and column of a cell, counted as the cell is; with our encoder
/// if there is a choice.
pub(crate) fn published_for<'a>(
    input: &'a Input,
    values: &[(String, String)],
    column: Column,
) -> Option<&'a PublishedValue> {
    let name = column.name();
    let convention = input.convention_of(values);
    let matching = |value: &&PublishedValue| {
        value.same_corpus
            && value.corpus == input.corpus_of(values)
            && (value.split.is_empty() || value.split == input.split_of(values))
            && value.metric == name
            && is_counted_as(value, column, convention)
            && labels::fit(&value.system, values)
    };
    let found: Vec<_> = input.published.iter().filter(matching).collect();
    let encoder = input.encoder_of(values);
    let ours = found
        .iter()
        .find(|value| value.encoder.eq_ignore_ascii_case(encoder));
    ours.or(found.first()).copied()
}

/// Whether a published value of a column was counted as `convention` counts; speeds and sizes are not counted.
fn is_counted_as(value: &PublishedValue, column: Column, convention: Convention) -> bool {
    match column {
        Column::Counted(metric, _) | Column::Macro(metric, _) => {
            value.convention.compares(convention, metric)
        }
        Column::Speed | Column::Parameters => true,
    }
}

/// The conventions under which cells are scored on the corpus of a value, where none of them is the value's own.
fn otherwise(
    input: &Input,
    cells: &[Cell<'_>],
    value: &PublishedValue,
    column: Column,
) -> Option<Vec<Convention>> {
    let cells = cells.iter().map(|cell| cell.values.as_slice());
    let here = cells.filter(|values| input.corpus_of(values) == value.corpus);
    let conventions = input.conventions(here);
    let mut own = conventions.iter();
    let unlike = !own.any(|convention| is_counted_as(value, column, *convention));
    unlike.then_some(conventions)
}

/// The published values on other corpora, and those that were counted otherwise than anything here: a group for each
/// corpus and encoder, and for each split and convention if there are several.
pub(crate) fn apart(input: &Input, columns: &[Column], cells: &[Cell<'_>]) -> Vec<Apart> {
    let mut groups: Vec<Apart> = Vec::new();
    let splits: BTreeSet<&str> = input
        .published
        .iter()
        .map(|value| value.split.as_str())
        .collect();
    let conventions: BTreeSet<Convention> = input
        .published
        .iter()
        .map(|value| value.convention)
        .collect();
    for value in &input.published {
        let Some(column) = columns
            .iter()
            .position(|column| column.name() == value.metric)
        else {
            continue;
        };
        let otherwise = if value.same_corpus {
            match otherwise(input, cells, value, columns[column]) {
                Some(conventions) => Some(conventions),
                None => continue,
            }
        } else {
            None
        };
        let mut about = corpus_name(&value.corpus).to_owned();
        if splits.len() > 1 && !value.split.is_empty() {
            about = format!("{about}, {} split", value.split);
        }
        if !value.encoder.is_empty() {
            about = format!("{about} with {}", value.encoder);
        }
        if otherwise.is_some() || conventions.len() > 1 {
            about = format!("{about}, scored as {}", value.convention);
        }
        let reason = match &otherwise {
            None => "another corpus, not comparable".to_owned(),
            Some(ours) => format!("ours is scored as {}, not comparable", names(ours)),
        };
        let heading = format!("Published on {about} ({}): {reason}", value.table);
        if !groups.iter().any(|group| group.heading == heading) {
            groups.push(Apart {
                heading: heading.clone(),
                elsewhere: otherwise.is_none(),
                rows: Vec::new(),
            });
        }
        let system = labels::shown(&value.system);
        for group in groups.iter_mut().filter(|group| group.heading == heading) {
            if !group.rows.iter().any(|(known, _)| *known == system) {
                group.rows.push((system.clone(), vec![None; columns.len()]));
            }
            for (_, values) in group.rows.iter_mut().filter(|(known, _)| *known == system) {
                values[column] = Some(Unit::of(columns[column]).shown(value.value));
            }
        }
    }
    groups
}
