//! A plot of precision over recall in words.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::curves::Curves;
use super::grid::Values;
use super::series::Scale;
use super::text;

/// What stands behind the sentence on points: the thin curves, the numbers and the curves in the background.
pub(super) fn signs(curves: &Curves, x: &Scale) -> String {
    let mut words = String::new();
    if curves.has_several_runs() {
        let _ = write!(words, ", thin curves are single {}s", curves.noun);
    }
    let _ = write!(words, "; numbers beside points are {}", numbers(curves, x));
    words + "; grey curves join places of equal F1"
}

/// What the numbers beside points are.
pub(super) fn numbers(curves: &Curves, x: &Scale) -> String {
    let name = if curves.letter == x.name {
        x.name.clone()
    } else {
        format!("the {} {}", x.name, curves.letter)
    };
    let usual = curves.usual.map(|usual| &x.ticks[usual].1);
    usual.map_or(name.clone(), |usual| format!("{name}, by default {usual}"))
}

/// The cells that have no place since a run predicts nothing, in one sentence.
pub(super) fn silent(curves: &Curves) -> Option<String> {
    let described = |cell: &Values| {
        let set = cell.iter().filter(|(_, value)| !value.is_empty());
        text::described(&set.cloned().collect::<Vec<_>>())
    };
    let cells: Vec<String> = curves.silent.iter().map(described).collect();
    (!cells.is_empty()).then(|| {
        format!(
            "Without a point, since a run predicts nothing and has no precision: {}.",
            cells.join("; ")
        )
    })
}

/// What a reader hears who cannot see the plot, before the names of the lines.
pub(super) fn alternative(curves: &Curves, x: &Scale) -> String {
    let metrics: Vec<String> = curves.metrics.iter().map(ToString::to_string).collect();
    let ends = match x.ticks.as_slice() {
        [(_, first), .., (_, last)] => format!(" from {first} to {last}"),
        _ => String::new(),
    };
    format!(
        "Precision over recall of {} along {}{ends}",
        metrics.join(", "),
        x.name
    )
}
