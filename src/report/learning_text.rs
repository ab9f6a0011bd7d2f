//! Learning curves in words, and their numbers as CSV.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::cells::Cell;
use super::error::ReportError;
use super::input::Input;
use super::learning::{Learning, Panel};
use super::markdown::{aligned, escaped};
use super::published::corpus_name;
use super::text::{self, NOTHING};

/// What the lines are.
pub(super) fn note(input: &Input, learning: &Learning) -> String {
    let corpus = if input.axes.iter().any(|axis| axis.key == "corpus.name") {
        String::new()
    } else {
        format!("On {}. ", corpus_name(&input.corpus))
    };
    let lines = match (learning.is_empty(), learning.has_several_runs()) {
        (true, _) => "No training was evaluated more than once.",
        (false, true) => {
            "Thick lines are means over trainings, as far as all of them went; thin ones are single trainings."
        }
        (false, false) => "Every line is one training.",
    };
    format!("{corpus}{lines} Variants that share a training share its line.")
}

/// The cells without scores, in one sentence.
pub(super) fn missing(cells: &[Cell<'_>]) -> Option<String> {
    let missing: Vec<String> = cells
        .iter()
        .filter(|cell| cell.runs.is_empty())
        .map(|cell| text::described(&cell.values))
        .collect();
    (!missing.is_empty()).then(|| format!("Not shown, without scores: {}.", missing.join("; ")))
}

/// What a reader hears who cannot see it.
pub(crate) fn alternative(learning: &Learning) -> String {
    let panels: Vec<String> = learning
        .panels
        .iter()
        .map(|panel| format!("{} of {}", panel.measure, panel.what))
        .collect();
    let lines = if learning.head.is_empty() {
        String::new()
    } else {
        format!(
            ", a line for each {} ({})",
            learning.head,
            learning.names.join("; ")
        )
    };
    format!("Learning curves over epochs: {}{lines}", panels.join(", "))
}

/// Where every line begins, what it comes to, and where it ends.
pub(crate) fn markdown(learning: &Learning) -> String {
    let mut out = format!(
        "**{}**\n\n{}\n",
        escaped(&learning.caption),
        escaped(&learning.note)
    );
    if let Some(missing) = &learning.missing {
        let _ = writeln!(out, "\n{}", escaped(missing));
    }
    for panel in &learning.panels {
        let _ = writeln!(
            out,
            "\n*{}: {}*\n",
            escaped(&panel.what),
            escaped(&panel.measure)
        );
        let best = if panel.measure == "loss" {
            "lowest"
        } else {
            "highest"
        };
        let mut lines = vec![
            ["line", "trainings", "first", best, "at epoch", "last"]
                .map(str::to_owned)
                .to_vec(),
        ];
        lines.extend(panel.lines.iter().map(|line| {
            let value = |point: Option<&(f64, f64)>| {
                point.map_or_else(|| NOTHING.to_owned(), |(_, value)| format!("{value:.2}"))
            };
            let extreme = extreme(panel, &line.mean);
            vec![
                escaped(&line.name),
                line.runs.len().to_string(),
                value(line.mean.first()),
                value(extreme),
                extreme.map_or_else(|| NOTHING.to_owned(), |(epochs, _)| format!("{epochs}")),
                value(line.mean.last()),
            ]
        }));
        out.push_str(&aligned(&lines));
    }
    out
}

fn extreme<'p>(panel: &Panel, mean: &'p [(f64, f64)]) -> Option<&'p (f64, f64)> {
    let sign = if panel.measure == "loss" { -1.0 } else { 1.0 };
    // The first of equals, as the epoch that is kept.
    mean.iter()
        .rev()
        .max_by(|one, other| (sign * one.1).total_cmp(&(sign * other.1)))
}

/// One line per training and evaluation.
pub(crate) fn csv(learning: &Learning) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Format {
        file: format!("plots/plot-{}.csv", learning.number),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |line: &[String]| {
        let written = writer.write_record(line);
        written.map_err(|error| failed(error.to_string()))
    };
    write(&["trained", "measure", "line", "training", "epochs", "value"].map(str::to_owned))?;
    for panel in &learning.panels {
        for line in &panel.lines {
            for (label, points) in &line.runs {
                for (epochs, value) in points {
                    write(&[
                        panel.what.clone(),
                        panel.measure.clone(),
                        line.name.clone(),
                        label.clone(),
                        format!("{epochs}"),
                        format!("{value:.6}"),
                    ])?;
                }
            }
        }
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))
}
