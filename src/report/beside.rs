//! Published values: which stand beside a score of ours, and which stand apart.

use super::cells;
use super::input::{Input, PublishedValue};
use super::published::corpus_name;
use crate::score::Metric;

/// Published values on one corpus with one encoder, not comparable with anything here.
#[derive(Debug, Clone)]
pub(crate) struct Apart {
    /// What was published, and why it stands apart.
    pub(crate) heading: String,
    /// System and values in the order of the columns.
    pub(crate) rows: Vec<(String, Vec<Option<f64>>)>,
}

/// The corpus of a cell: its own if corpora vary, else that of the experiment.
fn corpus_of<'a>(input: &'a Input, values: &'a [(String, String)]) -> &'a str {
    let own = cells::value(values, "corpus.name");
    if own.is_empty() { &input.corpus } else { own }
}

/// What a paper printed for the system, corpus and metric of a cell; with our encoder if there is a choice.
pub(crate) fn published_for<'a>(
    input: &'a Input,
    values: &[(String, String)],
    metric: Metric,
) -> Option<&'a PublishedValue> {
    let corpus = corpus_of(input, values);
    let matching = |value: &&PublishedValue| {
        value.same_corpus
            && value.corpus == corpus
            && value.metric == metric.name()
            && values.iter().any(|(_, name)| *name == value.system)
    };
    let found: Vec<_> = input.published.iter().filter(matching).collect();
    let ours = found
        .iter()
        .find(|value| value.encoder.eq_ignore_ascii_case(&input.encoder));
    ours.or(found.first()).copied()
}

/// The published values on other corpora, a group for each corpus and encoder.
pub(crate) fn apart(input: &Input, columns: &[Metric]) -> Vec<Apart> {
    let mut groups: Vec<Apart> = Vec::new();
    let elsewhere = input.published.iter().filter(|value| !value.same_corpus);
    for value in elsewhere {
        let Some(column) = columns
            .iter()
            .position(|metric| metric.name() == value.metric)
        else {
            continue;
        };
        let heading = format!(
            "Published on {} with {} ({}): another corpus, not comparable",
            corpus_name(&value.corpus),
            value.encoder,
            value.table
        );
        if !groups.iter().any(|group| group.heading == heading) {
            groups.push(Apart {
                heading: heading.clone(),
                rows: Vec::new(),
            });
        }
        for group in groups.iter_mut().filter(|group| group.heading == heading) {
            if !group.rows.iter().any(|(system, _)| *system == value.system) {
                group
                    .rows
                    .push((value.system.clone(), vec![None; columns.len()]));
            }
            for (_, values) in group
                .rows
                .iter_mut()
                .filter(|(system, _)| *system == value.system)
            {
                values[column] = Some(value.value);
            }
        }
    }
    groups
}
