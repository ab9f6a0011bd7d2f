//! Published values: which stand beside a score of ours, and which stand apart.

use std::collections::BTreeSet;

use super::input::{Input, PublishedValue};
use super::labels;
use super::published::corpus_name;
use super::unit::Unit;
use crate::score::Column;

/// Published values on one corpus with one encoder, not comparable with anything here.
#[derive(Debug, Clone)]
pub(crate) struct Apart {
    /// What was published, and why it stands apart.
    pub(crate) heading: String,
    /// System and values as text, in the order of the columns.
    pub(crate) rows: Vec<(String, Vec<Option<String>>)>,
}

/// What a paper printed for the system, corpus, split and column of a cell; with our encoder if there is a choice.
pub(crate) fn published_for<'a>(
    input: &'a Input,
    values: &[(String, String)],
    column: Column,
) -> Option<&'a PublishedValue> {
    let name = column.name();
    let matching = |value: &&PublishedValue| {
        value.same_corpus
            && value.corpus == input.corpus_of(values)
            && value.split == input.split_of(values)
            && value.metric == name
            && labels::fit(&value.system, values)
    };
    let found: Vec<_> = input.published.iter().filter(matching).collect();
    let encoder = input.encoder_of(values);
    let ours = found
        .iter()
        .find(|value| value.encoder.eq_ignore_ascii_case(encoder));
    ours.or(found.first()).copied()
}

/// The published values on other corpora, a group for each corpus and encoder, and for each split if there are
/// several.
pub(crate) fn apart(input: &Input, columns: &[Column]) -> Vec<Apart> {
    let mut groups: Vec<Apart> = Vec::new();
    let splits: BTreeSet<&str> = input
        .published
        .iter()
        .map(|value| value.split.as_str())
        .collect();
    let elsewhere = input.published.iter().filter(|value| !value.same_corpus);
    for value in elsewhere {
        let Some(column) = columns
            .iter()
            .position(|column| column.name() == value.metric)
        else {
            continue;
        };
        let mut about = corpus_name(&value.corpus).to_owned();
        if splits.len() > 1 {
            about = format!("{about}, {} split", value.split);
        }
        if !value.encoder.is_empty() {
            about = format!("{about} with {}", value.encoder);
        }
        let heading = format!(
            "Published on {about} ({}): another corpus, not comparable",
            value.table
        );
        if !groups.iter().any(|group| group.heading == heading) {
            groups.push(Apart {
                heading: heading.clone(),
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
