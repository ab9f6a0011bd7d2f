//! A scatter plot in words: what its points are, what it lacks, what those hear who cannot see it; and its numbers as
//! CSV.

use std::collections::BTreeSet;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::cells;
use super::error::ReportError;
use super::input::Input;
use super::markdown::escaped;
use super::published::corpus_name;
use super::scatter::{Extent, Point, Scatter};
use super::scatter_plot::whiskers;
use super::speed_legend;
use super::text;
use crate::score::Column;

/// What the points and whiskers are, and how speeds were measured.
pub(super) fn note(input: &Input, scatter: &Scatter) -> String {
    let is_axis = |key: &str| input.axes.iter().any(|axis| axis.key == key);
    let columns: Vec<Column> = std::iter::once(scatter.x)
        .chain(scatter.ys.iter().copied())
        .collect();
    let mut subject = Vec::new();
    if !is_axis("corpus.name") {
        subject.push(corpus_name(&input.corpus).to_owned());
    }
    if !is_axis("eval.split") {
        subject.push(format!("{} split", input.split));
    }
    if columns.iter().any(|column| column.measure().is_some()) {
        subject.push(format!("scoring profile {}", input.scoring_profile));
    }
    let noun = if cells::has_folds(input) {
        "fold"
    } else {
        "run"
    };
    let runs = |point: &Point| point.x.map(|x| x.n).filter(|_| is_shown(point));
    let counts: BTreeSet<usize> = scatter.points.iter().filter_map(runs).collect();
    let counts: Vec<usize> = counts.into_iter().collect();
    let points = match counts.as_slice() {
        [] => "no cell has what is shown yet".to_owned(),
        [1] => format!("each point is one {noun}"),
        [n] => format!("points are means over {n} {noun}s"),
        [first, .., last] => format!("points are means over {first} to {last} {noun}s"),
    };
    let subject = if subject.is_empty() {
        String::new()
    } else {
        format!("On {}; ", subject.join(", "))
    };
    let mut note = format!("{subject}{points}");
    let whiskers = whiskers(scatter);
    if whiskers.is_empty() && !counts.is_empty() {
        note += ", without intervals";
    } else if !counts.is_empty() {
        let _ = write!(note, "; whiskers are {}", whiskers.join(", "));
    }
    note.push('.');
    if !scatter.labelled.is_empty() && !counts.is_empty() {
        let _ = write!(
            note,
            " Beside points, where there is room: {}.",
            scatter.labelled
        );
    }
    let cells = scatter.points.iter().map(|point| &point.cell);
    let (conditions, doubts) = speed_legend::told(input, &columns, cells);
    for line in conditions.iter().chain(&doubts) {
        let _ = write!(note, " {line}");
    }
    if note.starts_with(char::is_lowercase) {
        let (first, rest) = note.split_at(1);
        note = first.to_uppercase() + rest;
    }
    note
}

/// Whether any panel shows the point.
fn is_shown(point: &Point) -> bool {
    point.x.is_some() && point.ys.iter().any(Option::is_some)
}

/// The cells that lack something, in one sentence.
pub(super) fn missing(scatter: &Scatter) -> Option<String> {
    let list = |column: Column, extent: &dyn Fn(&Point) -> Option<Extent>| {
        let lacking = scatter
            .points
            .iter()
            .filter(|point| extent(point).is_none());
        let cells: Vec<String> = lacking.map(|point| described(&point.cell)).collect();
        (!cells.is_empty()).then(|| format!("without {column}: {}", cells.join("; ")))
    };
    let mut parts: Vec<String> = list(scatter.x, &|point| point.x).into_iter().collect();
    for (panel, column) in scatter.ys.iter().enumerate() {
        parts.extend(list(*column, &|point| point.ys[panel]));
    }
    (!parts.is_empty()).then(|| format!("Not shown, {}.", parts.join("; ")))
}

fn described(values: &[(String, String)]) -> String {
    let set = values.iter().filter(|(_, value)| !value.is_empty());
    text::described(&set.cloned().collect::<Vec<_>>())
}

/// What a reader hears who cannot see the plot.
pub(crate) fn alternative(scatter: &Scatter) -> String {
    let columns: Vec<String> = scatter.ys.iter().map(ToString::to_string).collect();
    let mut words = format!(
        "{} over {}, a point for each cell",
        columns.join(", "),
        scatter.x
    );
    if !scatter.head.is_empty() {
        let _ = write!(
            words,
            ", a sign for each {} ({})",
            scatter.head,
            scatter.names.join(", ")
        );
    }
    words
}

/// `plots/plot-N.md`.
pub(crate) fn markdown(scatter: &Scatter) -> String {
    let mut out = format!(
        "**{}**\n\n![{}](plot-{}.svg)\n\n{}\n",
        escaped(&scatter.caption),
        escaped(&alternative(scatter)),
        scatter.number,
        escaped(&scatter.note)
    );
    if let Some(missing) = &scatter.missing {
        let _ = writeln!(out, "\n{}", escaped(missing));
    }
    out
}

/// `plots/plot-N.csv`: for each point a line for what it has from left to right, and one for each panel; numbers in the
/// unit of their column with six decimals.
pub(crate) fn csv(input: &Input, scatter: &Scatter) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Format {
        file: format!("plots/plot-{}.csv", scatter.number),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |line: Vec<String>| {
        let written = writer.write_record(line);
        written.map_err(|error| failed(error.to_string()))
    };
    let mut head: Vec<String> = input.axes.iter().map(|axis| axis.key.clone()).collect();
    head.extend(["side", "metric", "n", "mean", "sd", "lower", "upper"].map(str::to_owned));
    write(head)?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    for point in &scatter.points {
        let x = std::iter::once(("x", scatter.x, point.x));
        let ys = scatter.ys.iter().zip(&point.ys);
        for (side, column, extent) in x.chain(ys.map(|(column, extent)| ("y", *column, *extent))) {
            let ends = extent.and_then(|extent| extent.ends);
            let mut line: Vec<String> = point.cell.iter().map(|(_, value)| value.clone()).collect();
            line.push(side.to_owned());
            line.push(column.name());
            line.push(extent.map_or(0, |extent| extent.n).to_string());
            line.push(number(extent.map(|extent| extent.mean)));
            line.push(number(extent.and_then(|extent| extent.sd)));
            line.push(number(ends.map(|(lower, _)| lower)));
            line.push(number(ends.map(|(_, upper)| upper)));
            write(line)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))
}
