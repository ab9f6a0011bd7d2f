//! Scores for the terminal.

use crate::report::{counted, percent, wrapped};
use crate::score::{Average, Counts, Metric, macro_average, total, type_totals};

use super::table::lines;
use super::words::{convention, gold_line, predictions_line};
use super::{Counting, Gold, Scored};

/// What was read, what counted as right, and a table of `metrics`; where types were kept, each of them.
pub(super) fn render(
    gold: &Gold,
    scored: &Scored,
    counting: &Counting,
    metrics: &[Metric],
    by_type: bool,
    width: usize,
) -> String {
    let mut text = Vec::new();
    for line in [
        gold_line(gold),
        predictions_line(gold, scored),
        format!("In percent, {}.", convention(counting)),
    ] {
        text.extend(wrapped(&line, width, 2));
    }
    text.push(String::new());
    let heads = ["P", "R", "F1", "correct", "predicted", "gold"];
    let mut rows = vec![(String::new(), heads.map(str::to_owned).to_vec())];
    for &metric in metrics {
        let title = counting.convention.profile.title(metric);
        rows.push((title, values(total(&scored.counts, metric))));
        if let Some(average) = macro_average(&scored.counts, metric) {
            rows.push((format!("  mean of {}", types(average)), averages(average)));
        }
        if by_type {
            let totals = type_totals(&scored.counts, metric);
            let totals = totals.into_iter().flatten();
            rows.extend(totals.map(|(name, counts)| (format!("  {name}"), values(counts))));
        }
    }
    text.extend(lines(&rows, width));
    text.join("\n")
}

fn types(average: Average) -> String {
    counted(average.types, "type")
}

fn values(counts: Counts) -> Vec<String> {
    let scores = [counts.precision(), counts.recall(), counts.f1()];
    let numbers = [counts.correct, counts.predicted, counts.gold];
    let scores = scores.map(|score| percent(100.0 * score)).into_iter();
    scores
        .chain(numbers.map(|number| number.to_string()))
        .collect()
}

fn averages(average: Average) -> Vec<String> {
    [average.precision, average.recall, average.f1]
        .map(|score| percent(100.0 * score))
        .to_vec()
}
