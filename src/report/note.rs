//! The sentence above a table: what its numbers are.

use std::collections::BTreeSet;

use super::cells;
use super::conventions;
use super::grid::Grid;
use super::input::Input;
use super::published::corpus_name;
use super::text;
use crate::score::{Column, Measure};

/// The axis of corpora.
const CORPUS: &str = "corpus.name";

/// What the numbers of a table are.
pub(crate) fn note(input: &Input, grid: &Grid) -> String {
    let has_axis = input.axes.iter().any(|axis| axis.key == CORPUS);
    let throughout = grid.throughout.iter().find(|(key, _)| key == CORPUS);
    let corpus = match throughout {
        Some((_, corpus)) => format!(" on {}", corpus_name(corpus)),
        None if has_axis => String::new(),
        None => format!(" on {}", corpus_name(&input.corpus)),
    };
    let noun = cells::noun(input);
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
    let numbers = match seeds_of_folds(input) {
        Some(seeds) => format!("{numbers}, each fold a mean of {seeds}"),
        None => numbers,
    };
    let measures = measures(grid);
    let scored = (!measures.is_empty()).then(|| format!("{measures} in percent"));
    let whole = [
        (Column::Speed, "speed in sentences/s"),
        (Column::Parameters, "parameters in millions"),
    ];
    let whole = whole.iter().filter(|(column, _)| {
        let at = grid.columns.iter().position(|one| one == column);
        at.is_some_and(|at| !grid.constant.contains(&at))
    });
    let whole: Vec<&str> = whole.map(|(_, words)| *words).collect();
    let timed = (!whole.is_empty()).then(|| whole.join(" and "));
    let profile = match scored {
        Some(_) => format!(", {}", conventions::told(&grid.conventions(input))),
        None => String::new(),
    };
    let shown: Vec<String> = scored.into_iter().chain(timed).collect();
    let shown = match shown.as_slice() {
        [scored, timed] if whole.len() > 1 => format!("{scored}, {timed}"),
        shown => shown.join(" and "),
    };
    let common = common(grid);
    format!(
        "{}{corpus}{profile}; {numbers}.{common}",
        capitalised(&shown)
    )
}

/// What all rows have in common, so that it needs no column; empty where that is nothing.
fn common(grid: &Grid) -> String {
    let axes = grid.throughout.iter().filter(|(key, _)| key != CORPUS);
    let axes = axes.map(|(key, value)| format!("{} {value}", text::short_key(key)));
    let sizes = grid.constant.iter().filter_map(|&column| {
        let first = grid.parts().find_map(|part| part.entries.get(column))?;
        let unit = match grid.columns[column] {
            Column::Parameters => " million parameters",
            Column::Speed | Column::Counted(..) | Column::Macro(..) => "",
        };
        Some(format!("{}{unit}", first.shown_mean()))
    });
    let all: Vec<String> = axes.chain(sizes).collect();
    if all.is_empty() {
        return String::new();
    }
    format!(" In all rows: {}.", all.join(", "))
}

/// How many seeds a fold is the mean of; none where there are no folds, or where each has one seed.
pub(super) fn seeds_of_folds(input: &Input) -> Option<String> {
    let mut folds = Vec::new();
    for run in &input.runs {
        folds.push((&run.cell, run.fold?));
    }
    folds.sort_unstable();
    let seeds = folds.chunk_by(|one, other| one == other).map(<[_]>::len);
    let (least, most) = (seeds.clone().min()?, seeds.max()?);
    match (least, most) {
        (1, 1) => None,
        (least, most) if least == most => Some(format!("{most} seeds")),
        (least, most) => Some(format!("{least} to {most} seeds")),
    }
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
