//! A critical-difference diagram in words and as CSV.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::critical::{Critical, FEWEST, Over, Panel};
use super::error::ReportError;
use super::input::Input;
use super::markdown::escaped;
use super::matched::{sentence, subject};
use super::text::p_value;

/// What the ranks are over, and what the tests say of each metric.
pub(super) fn note(input: &Input, critical: &Critical) -> String {
    let Some(first) = critical.panels.first() else {
        return "No two systems have scores in the same block yet.".to_owned();
    };
    let mut note = sentence(&format!(
        "{}average ranks over {}, 1 is the best; ties share their ranks.",
        subject(input),
        critical.over.counted(first.blocks.len())
    ));
    let fewest = critical.panels.iter().map(|panel| panel.blocks.len()).min();
    if fewest.is_some_and(|fewest| fewest < FEWEST) {
        let _ = write!(
            note,
            " With fewer than {FEWEST} of them no test of ranks has power, so no ranks are said to differ."
        );
    }
    if critical.panels.iter().any(|panel| panel.nemenyi.is_some()) {
        let _ = write!(
            note,
            " Bars join systems whose ranks are less than the critical difference (CD) of Nemenyi's test apart, at \
             {} (Demšar 2006).",
            critical.alpha
        );
    }
    for panel in &critical.panels {
        if let Some(line) = friedman(critical, panel) {
            let _ = write!(note, " {line}");
        }
    }
    if critical.over == Over::Folds {
        note +=
            " Folds share training documents, so these tests find differences rather too easily.";
    }
    note
}

/// What Friedman's test says, without which Nemenyi's is not to be read.
fn friedman(critical: &Critical, panel: &Panel) -> Option<String> {
    panel.nemenyi.as_ref()?;
    let (statistic, p) = (panel.ranks.friedman?, panel.ranks.p?);
    let doubt = if p >= critical.alpha {
        ": not shown to differ at all, so the diagram shows no more than an order"
    } else {
        ""
    };
    Some(format!(
        "{}: Friedman's χ² = {statistic:.2} with {} degrees of freedom, {} (Iman and Davenport 1980){doubt}.",
        panel.column,
        panel.systems.len() - 1,
        p_value(p),
    ))
}

/// What a reader hears who cannot see the plot.
pub(crate) fn alternative(critical: &Critical) -> String {
    let columns: Vec<String> = critical
        .panels
        .iter()
        .map(|panel| panel.column.to_string())
        .collect();
    let system = if critical.head.is_empty() {
        "system"
    } else {
        &critical.head
    };
    format!("Average ranks of each {system} in {}", columns.join(", "))
}

/// `plots/plot-N.md`: what the diagram shows, and the average ranks as a table.
pub(crate) fn markdown(critical: &Critical) -> String {
    let mut out = format!("**{}**\n", escaped(&critical.caption));
    if !critical.is_empty() {
        let (words, number) = (escaped(&alternative(critical)), critical.number);
        let _ = writeln!(out, "\n![{words}](plot-{number}.svg)");
    }
    let _ = writeln!(out, "\n{}", escaped(&critical.note));
    if let Some(missing) = &critical.missing {
        let _ = writeln!(out, "\n{}", escaped(missing));
    }
    for panel in &critical.panels {
        let head = escaped(&critical.head);
        let _ = writeln!(
            out,
            "\n{}\n\n| {head} | average rank |\n|---|---:|",
            escaped(&panel.column.to_string())
        );
        for system in &panel.systems {
            let _ = writeln!(out, "| {} | {:.2} |", escaped(&system.name), system.rank);
        }
        if let Some(nemenyi) = &panel.nemenyi {
            let _ = writeln!(out, "\nCritical difference: {:.2}.", nemenyi.critical);
        }
    }
    out
}

/// `plots/plot-N.csv`: the score of every system in every block, and its average rank; numbers with six decimals.
pub(crate) fn csv(critical: &Critical) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Format {
        file: format!("plots/plot-{}.csv", critical.number),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |line: [String; 6]| {
        let written = writer.write_record(line);
        written.map_err(|error| failed(error.to_string()))
    };
    let system = if critical.head.is_empty() {
        "system"
    } else {
        &critical.head
    };
    let head = [
        "metric",
        system,
        "block",
        "score",
        "average rank",
        "critical difference",
    ];
    write(head.map(str::to_owned))?;
    for panel in &critical.panels {
        let critical = panel.nemenyi.as_ref().map(|nemenyi| nemenyi.critical);
        let critical = critical.map_or_else(String::new, |critical| format!("{critical:.6}"));
        for system in &panel.systems {
            for (block, score) in panel.blocks.iter().zip(&system.scores) {
                write([
                    panel.column.name(),
                    system.name.clone(),
                    block.clone(),
                    format!("{score:.6}"),
                    format!("{:.6}", system.rank),
                    critical.clone(),
                ])?;
            }
        }
    }
    let bytes = writer.into_inner();
    bytes.map_err(|error| failed(error.to_string()))
}
