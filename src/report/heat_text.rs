//! A map of p-values in words and as CSV.

use std::collections::BTreeSet;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::cells::{self, Cell};
use super::compare::SeedTest;
use super::correction;
use super::error::ReportError;
use super::heat::{Heat, Panel};
use super::input::Input;
use super::legend::sizes;
use super::markdown::escaped;
use super::matched::{sentence, subject};
use super::text::{self, counted, probability};
use crate::score::Column;
use crate::stats::Assignments;

/// A p-value in as few letters as a field has room for.
pub(super) fn short(p: f64) -> String {
    if p >= 0.995 {
        return "1".to_owned();
    }
    let shown = match p {
        _ if p < 0.001 => return "<.001".to_owned(),
        _ if p < 0.0995 => format!("{p:.3}"),
        _ => format!("{p:.2}"),
    };
    shown.trim_start_matches('0').to_owned()
}

/// What the numbers are, how they were tested, and which p-values were out of reach.
pub(super) fn note(input: &Input, heat: &Heat) -> String {
    if heat.is_empty() {
        return "No two cells have scores to compare yet.".to_owned();
    }
    let unit = if cells::has_folds(input) {
        "folds"
    } else {
        "seeds"
    };
    let tests: Vec<&SeedTest> = heat
        .panels
        .iter()
        .flat_map(|panel| &panel.pairs)
        .filter_map(|pair| pair.seeds.as_ref().ok())
        .collect();
    let mut note = sentence(&format!(
        "{}every two {} compared",
        subject(input),
        if heat.head.is_empty() {
            "cells".to_owned()
        } else {
            format!("values of {}", heat.head)
        }
    ));
    if let Some(test) = tests.first() {
        let exact = tests
            .iter()
            .all(|test| test.test.source == Assignments::Enumerated);
        let pairs = heat.panels.iter().map(tested).max().unwrap_or(0);
        let over = match correction::author(input.statistics.correct) {
            Some(_) => format!(" over the {} of a panel", counted(pairs, "pair")),
            None => String::new(),
        };
        let _ = write!(
            note,
            ". Above the diagonal: p over {unit}, {}{}, two-sided, {}{over}; the shade follows it",
            if exact { "exact " } else { "" },
            test.name(),
            correction::words(input.statistics.correct),
        );
    }
    note += ". Below the diagonal: mean of the row minus mean of the column, in the unit of the metric.";
    for line in floors(input, heat) {
        let _ = write!(note, " {line}");
    }
    note
}

fn tested(panel: &Panel) -> usize {
    let pairs = panel.pairs.iter();
    pairs.filter(|pair| pair.seeds.is_ok()).count()
}

/// For every pair of sample sizes that leaves nothing below the level, the smallest p there can be.
fn floors(input: &Input, heat: &Heat) -> BTreeSet<String> {
    let alpha = input.statistics.alpha;
    let mut lines = BTreeSet::new();
    for panel in &heat.panels {
        let pairs = tested(panel);
        for test in panel
            .pairs
            .iter()
            .filter_map(|pair| pair.seeds.as_ref().ok())
        {
            let reachable = correction::reachable(input.statistics.correct, test.floor, pairs);
            if reachable >= alpha {
                lines.insert(format!(
                    "With {} no p of {} can come below {alpha}: the smallest is {}.",
                    sizes(input, test),
                    counted(pairs, "pair"),
                    probability(reachable)
                ));
            }
        }
    }
    lines
}

/// The cells without scores, in one sentence.
pub(super) fn missing(columns: &[Column], cells: &[Cell<'_>]) -> Option<String> {
    let lacking = cells.iter().filter(|cell| {
        let mut columns = columns.iter();
        columns.any(|column| cell.units(*column).is_empty())
    });
    let names: Vec<String> = lacking.map(|cell| text::described(&cell.values)).collect();
    (!names.is_empty()).then(|| format!("Without scores: {}.", names.join("; ")))
}

/// What a reader hears who cannot see the plot.
pub(crate) fn alternative(heat: &Heat) -> String {
    let mut columns: Vec<String> = Vec::new();
    for panel in &heat.panels {
        let column = panel.column.to_string();
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let of = if heat.head.is_empty() {
        "cells".to_owned()
    } else {
        format!("values of {}", heat.head)
    };
    format!("p-values of every two {of} in {}", columns.join(", "))
}

/// `plots/plot-N.md`: what the map shows, and the p-values of every panel as a table.
pub(crate) fn markdown(heat: &Heat) -> String {
    let mut out = format!("**{}**\n", escaped(&heat.caption));
    if !heat.is_empty() {
        let words = escaped(&alternative(heat));
        let _ = writeln!(out, "\n![{words}](plot-{}.svg)", heat.number);
    }
    let _ = writeln!(out, "\n{}", escaped(&heat.note));
    if let Some(missing) = &heat.missing {
        let _ = writeln!(out, "\n{}", escaped(missing));
    }
    for panel in &heat.panels {
        let titles = panel.heading.iter().cloned();
        let titles: Vec<String> = titles.chain([panel.column.to_string()]).collect();
        let _ = writeln!(out, "\n{}\n", escaped(&titles.join(", ")));
        let _ = writeln!(
            out,
            "| | difference | p | corrected p |\n|---|---:|---:|---:|"
        );
        for pair in &panel.pairs {
            let p = |of: fn(&SeedTest) -> f64| {
                let test = pair.seeds.as_ref();
                test.map_or(text::NOTHING.to_owned(), |test| probability(of(test)))
            };
            let _ = writeln!(
                out,
                "| {} − {} | {} | {} | {} |",
                escaped(&panel.labels[pair.row]),
                escaped(&panel.labels[pair.column]),
                text::signed(pair.difference),
                p(|test| test.test.p().two_sided),
                p(|test| test.corrected),
            );
        }
    }
    out
}

/// `plots/plot-N.csv`: a line for each pair, numbers with six decimals.
pub(crate) fn csv(input: &Input, heat: &Heat) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Format {
        file: format!("plots/plot-{}.csv", heat.number),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |line: Vec<String>| {
        let written = writer.write_record(line);
        written.map_err(|error| failed(error.to_string()))
    };
    let mut head = vec!["metric".to_owned()];
    for side in ["row", "column"] {
        head.extend(input.axes.iter().map(|axis| format!("{side} {}", axis.key)));
    }
    let numbers = [
        "difference",
        "row n",
        "column n",
        "p",
        "corrected p",
        "smallest p",
    ];
    head.extend(numbers.map(str::to_owned));
    write(head)?;
    for panel in &heat.panels {
        for pair in &panel.pairs {
            let test = pair.seeds.as_ref().ok();
            let number = |of: fn(&SeedTest) -> f64| {
                test.map_or_else(String::new, |test| format!("{:.6}", of(test)))
            };
            let count = |of: fn(&SeedTest) -> usize| {
                test.map_or_else(String::new, |test| of(test).to_string())
            };
            let mut line = vec![panel.column.name()];
            let sides = panel.values[pair.row]
                .iter()
                .chain(&panel.values[pair.column]);
            line.extend(sides.map(|(_, value)| value.clone()));
            line.push(format!("{:.6}", pair.difference));
            line.push(count(|test| test.first));
            line.push(count(|test| test.second));
            line.push(number(|test| test.test.p().two_sided));
            line.push(number(|test| test.corrected));
            line.push(number(|test| test.floor));
            write(line)?;
        }
    }
    let bytes = writer.into_inner();
    bytes.map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_short() {
        let shown = [1.0, 0.9949, 0.5, 0.0994, 0.032, 0.0079, 0.001, 0.0004].map(short);
        assert_eq!(
            shown,
            ["1", ".99", ".50", ".099", ".032", ".008", ".001", "<.001"]
        );
    }
}
