//! A plot in words: what its points are, what it lacks, what those hear who cannot see it; and its numbers as CSV.

use std::collections::BTreeSet;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::beside;
use super::cells::{self, Cell};
use super::conventions;
use super::curve_text;
use super::error::ReportError;
use super::input::Input;
use super::markdown::escaped;
use super::note;
use super::published::corpus_name;
use super::series::Series;
use super::speed_legend;
use super::text;

/// What the points, whiskers and open markers of a plot are.
pub(super) fn note(input: &Input, series: &Series) -> String {
    let is_axis = |key: &str| input.axes.iter().any(|axis| axis.key == key);
    let mut subject = Vec::new();
    if !is_axis("corpus.name") {
        subject.push(corpus_name(&input.corpus).to_owned());
    }
    if !is_axis("eval.split") {
        subject.push(format!("{} split", input.split));
    }
    let cells = series.points().filter_map(|point| point.cell.as_deref());
    subject.push(conventions::told(&input.conventions(cells)));
    let noun = cells::noun(input);
    let counts: BTreeSet<usize> = series.points().map(|point| point.runs).collect();
    let counts: Vec<usize> = counts.into_iter().filter(|&runs| runs > 0).collect();
    let points = match counts.as_slice() {
        [] => "no run is scored yet".to_owned(),
        [1] => format!("each point is one {noun}"),
        [n] => format!("points are means over {n} {noun}s"),
        [first, .., last] => format!("points are means over {first} to {last} {noun}s"),
    };
    let mut note = format!("On {}; {points}", subject.join(", "));
    if let Some(seeds) = note::seeds_of_folds(input) {
        let _ = write!(note, ", each fold a mean of {seeds}");
    }
    if let Some(curves) = &series.curves {
        if !counts.is_empty() {
            note += &curve_text::signs(curves, &series.x);
        }
        return note + ".";
    }
    if series
        .intervals
        .iter()
        .any(|interval| interval.ends.is_some())
    {
        note += ", whiskers 95 % intervals over seeds and documents (pigeonhole bootstrap)";
    } else if !counts.is_empty() {
        note += ", without intervals";
    }
    let sources = sources(input, series);
    if !counts.is_empty() && !sources.is_empty() {
        let _ = write!(note, "; open markers are published ({sources})");
    }
    note.push('.');
    let cells = series.points().filter_map(|point| point.cell.as_ref());
    let (conditions, doubts) = speed_legend::told(input, &series.columns, cells);
    for line in conditions.iter().chain(&doubts) {
        let _ = write!(note, " {line}");
    }
    note
}

/// The papers and tables whose values stand beside points.
pub(super) fn sources(input: &Input, series: &Series) -> String {
    let mut sources: Vec<&str> = Vec::new();
    for point in series.points() {
        for &column in &series.columns {
            let cell = point.cell.iter();
            for value in cell.filter_map(|cell| beside::published_for(input, cell, column)) {
                if !sources.contains(&value.table.as_str()) {
                    sources.push(&value.table);
                }
            }
        }
    }
    sources.join("; ")
}

/// The cells without scores, and those that have no place on the axis `x`, in one sentence.
pub(super) fn missing(cells: &[Cell<'_>], x: &str) -> Option<String> {
    let (placed, homeless): (Vec<&Cell<'_>>, Vec<_>) = cells
        .iter()
        .partition(|cell| !cells::value(&cell.values, x).is_empty());
    let list = |cells: Vec<&Cell<'_>>, why: &str| {
        let cells: Vec<String> = cells.iter().map(|cell| described(&cell.values)).collect();
        (!cells.is_empty()).then(|| format!("{why}: {}", cells.join("; ")))
    };
    let unscored = placed.into_iter().filter(|cell| cell.runs.is_empty());
    let parts = [
        list(unscored.collect(), "without scores"),
        list(
            homeless,
            &format!("without a value of {}", text::short_key(x)),
        ),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Not shown, {}.", parts.join("; ")))
}

fn described(values: &[(String, String)]) -> String {
    let set = values.iter().filter(|(_, value)| !value.is_empty());
    text::described(&set.cloned().collect::<Vec<_>>())
}

/// What a reader hears who cannot see the plot.
pub(crate) fn alternative(series: &Series) -> String {
    let mut words = match &series.curves {
        Some(curves) => curve_text::alternative(curves, &series.x),
        None => over(series),
    };
    if !series.head.is_empty() {
        let each = if series.curves.is_some() {
            "curve"
        } else {
            "line"
        };
        let _ = write!(
            words,
            ", a {each} for each {} ({})",
            series.head,
            series.names.join(", ")
        );
    }
    words
}

fn over(series: &Series) -> String {
    let metrics: Vec<String> = series.columns.iter().map(ToString::to_string).collect();
    let ticks: Vec<&str> = series
        .x
        .ticks
        .iter()
        .map(|(_, tick)| tick.as_str())
        .collect();
    format!(
        "{} over {} ({})",
        metrics.join(", "),
        series.x.name,
        ticks.join(", ")
    )
}

/// `plots/plot-N.md`.
pub(crate) fn markdown(series: &Series) -> String {
    let mut out = format!(
        "**{}**\n\n![{}](plot-{}.svg)\n\n{}\n",
        escaped(&series.caption),
        escaped(&alternative(series)),
        series.number,
        escaped(&series.note)
    );
    if let Some(missing) = &series.missing {
        let _ = writeln!(out, "\n{}", escaped(missing));
    }
    out
}

/// `plots/plot-N.csv`: a line for each point and metric, numbers in percent with six decimals.
pub(crate) fn csv(input: &Input, series: &Series) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Format {
        file: format!("plots/plot-{}.csv", series.number),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |line: Vec<String>| {
        let written = writer.write_record(line);
        written.map_err(|error| failed(error.to_string()))
    };
    let mut head: Vec<String> = input.axes.iter().map(|axis| axis.key.clone()).collect();
    head.extend(["metric", "n", "mean", "sd", "lower", "upper", "published"].map(str::to_owned));
    write(head)?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    for point in series.points() {
        for (at, (column, entry)) in series.columns.iter().zip(&point.entries).enumerate() {
            let values = point.cell.iter().flatten();
            let mut line: Vec<String> = values.map(|(_, value)| value.clone()).collect();
            let ends = series
                .interval(point, at)
                .and_then(|interval| interval.ends);
            line.push(column.name());
            line.push(entry.spread.map_or(0, |spread| spread.n).to_string());
            line.push(number(entry.spread.map(|spread| spread.mean)));
            line.push(number(entry.spread.and_then(|spread| spread.sd)));
            line.push(number(ends.map(|(lower, _)| lower)));
            line.push(number(ends.map(|(_, upper)| upper)));
            line.push(number(entry.published));
            write(line)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))
}
