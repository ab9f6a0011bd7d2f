//! The sentence above a table: what its numbers are.

use std::collections::BTreeSet;

use super::cells;
use super::conventions;
use super::grid::Grid;
use super::input::Input;
use super::published::corpus_name;
use crate::score::{Column, Measure};

/// What the numbers of a table are.
pub(crate) fn note(input: &Input, grid: &Grid) -> String {
    let corpus = if input.axes.iter().any(|axis| axis.key == "corpus.name") {
        String::new()
    } else {
        format!(" on {}", corpus_name(&input.corpus))
    };
    let noun = if cells::has_folds(input) {
        "fold"
    } else {
        "run"
    };
    let counts: BTreeSet<usize> = grid
        .parts()
        .map(|part| part.runs)
        .filter(|&runs| runs > 0)
        .collect();
    let numbers = match counts.iter().copied().collect::<Vec<_>>().as_slice() {
        [] => "no run is scored yet".to_owned(),
        [1] => format!("one {noun} each, so there is no standard deviation"),
        [n] => format!("mean ± standard deviation over {n} {noun}s"),
        [1, ..] => format!(
            "mean ± standard deviation over the {noun}s, their number in the column {noun}s; \
             one {noun} has no standard deviation"
        ),
        _ => format!(
            "mean ± standard deviation over the {noun}s, their number in the column {noun}s"
        ),
    };
    let measures = measures(grid);
    let scored = (!measures.is_empty()).then(|| format!("{measures} in percent"));
    let timed = grid.columns.contains(&Column::Speed);
    let timed = timed.then(|| "speed in sentences/s".to_owned());
    let profile = match scored {
        Some(_) => format!(", {}", conventions::told(&grid.conventions(input))),
        None => String::new(),
    };
    let shown: Vec<String> = scored.into_iter().chain(timed).collect();
    format!(
        "{}{corpus}{profile}; {numbers}.",
        capitalised(&shown.join(" and "))
    )
}

fn capitalised(text: &str) -> String {
    let (first, rest) = text.split_at(text.len().min(1));
    first.to_uppercase() + rest
}

/// The measures in a table with their letters; empty where it shows no scores.
fn measures(grid: &Grid) -> String {
    let words: Vec<&str> = Measure::ALL
        .into_iter()
        .filter(|measure| {
            grid.columns
                .iter()
                .any(|column| column.measure() == Some(*measure))
        })
        .map(|measure| match measure {
            Measure::Precision => "precision (P)",
            Measure::Recall => "recall (R)",
            Measure::F1 => "F1",
        })
        .collect();
    match words.as_slice() {
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        words => words.concat(),
    }
}
