//! The table of `sweep bench` as plain text for the terminal.

use super::baseline::Baseline;
use super::bench::{TimedCell, timed_cells};
use super::cells::{self, Cell};
use super::input::Input;
use super::speed_legend;
use super::terminal::{Line, push_lines, push_wrapped};
use super::text::{self, NOTHING, counted};
use super::unit::Unit;
use crate::score::Column;

/// The speed of every cell, with its size and what was measured how; no line wider than `width` columns as long as one
/// label and one value fit.
pub fn bench_text(input: &Input, width: usize) -> String {
    let mut out = String::new();
    push_wrapped(&mut out, &input.title, width, 0);
    let cells = cells::collect(input);
    let timed = timed_cells(input, &cells);
    if !timed.is_empty() {
        push_wrapped(&mut out, &note(input, &timed), width, 0);
        out.push('\n');
        push_lines(&mut out, &lines(input, &cells, &timed), width);
    }
    out.push('\n');
    let columns = [Column::Speed, Column::Parameters];
    let (conditions, doubts) =
        speed_legend::told(input, &columns, cells.iter().map(|cell| &cell.values));
    for line in conditions.iter().chain(&doubts) {
        push_wrapped(&mut out, line, width, 2);
    }
    out
}

/// What the numbers are.
fn note(input: &Input, timed: &[TimedCell<'_>]) -> String {
    let noun = if cells::has_folds(input) {
        "fold"
    } else {
        "run"
    };
    let runs = timed[0].runs;
    let numbers = match runs {
        _ if is_uneven(timed) => format!("mean ± standard deviation over the {noun}s"),
        1 => format!("one {noun} each"),
        _ => format!("mean ± standard deviation over {}", counted(runs, noun)),
    };
    let baseline = Baseline::of(input).declared;
    if timed.iter().any(|cell| cell.ratio.is_some()) {
        let baseline = text::described(&baseline);
        format!(
            "Speed on the {} split; {numbers}; ratio to {baseline}.",
            input.split
        )
    } else {
        format!("Speed on the {} split; {numbers}.", input.split)
    }
}

fn is_uneven(timed: &[TimedCell<'_>]) -> bool {
    timed.iter().any(|cell| cell.runs != timed[0].runs)
}

/// The heads and a line for each cell.
fn lines(input: &Input, cells: &[Cell<'_>], timed: &[TimedCell<'_>]) -> Vec<Line> {
    // What all cells have in common tells none from another.
    let keys: Vec<&str> = cells.first().map_or_else(Vec::new, |first| {
        let varies = |key: &str, value: &str| {
            let mut others = cells.iter();
            others.any(|cell| cells::value(&cell.values, key) != value)
        };
        let pairs = first.values.iter();
        let varying = pairs.filter(|(key, value)| varies(key, value));
        varying.map(|(key, _)| key.as_str()).collect()
    });
    let head: Vec<&str> = keys.iter().map(|key| text::short_key(key)).collect();
    let sds: Vec<String> = timed.iter().map(deviation).collect();
    let widest = sds.iter().map(|sd| sd.chars().count()).max().unwrap_or(0);
    let rates = timed.iter().zip(&sds).map(|(cell, sd)| {
        let mean = Unit::Rate.shown(cell.sentences_per_second);
        format!("{mean}{sd:<widest$}")
    });
    let ratio = |cell: &TimedCell<'_>| cell.ratio.map(|ratio| format!("{ratio:.2}"));
    let parameters = |cell: &TimedCell<'_>| {
        let millions = cell.parameters.map(|count| count as f64 / 1e6);
        millions.map_or_else(|| NOTHING.to_owned(), |count| Unit::Millions.shown(count))
    };
    let mut columns: Vec<(String, Vec<String>)> =
        vec![(Column::Speed.to_string(), rates.collect())];
    if timed.iter().any(|cell| cell.ratio.is_some()) {
        let ratios = timed
            .iter()
            .map(|cell| ratio(cell).unwrap_or(NOTHING.to_owned()));
        columns.push(("ratio".to_owned(), ratios.collect()));
    }
    let mut push = |head: &str, show: &dyn Fn(&TimedCell<'_>) -> String| {
        columns.push((head.to_owned(), timed.iter().map(show).collect()));
    };
    push(&Column::Parameters.to_string(), &parameters);
    push("inside", &|cell| cell.inside.to_owned());
    push("device", &|cell| cell.device.to_owned());
    push("batch", &|cell| cell.batch.to_string());
    if is_uneven(timed) {
        push("runs", &|cell| cell.runs.to_string());
    }
    let heads = columns.iter().map(|(head, _)| head.clone());
    let head = if keys.is_empty() {
        "experiment".to_owned()
    } else {
        head.join(" / ")
    };
    let mut lines = vec![(head, heads.collect())];
    for (number, cell) in timed.iter().enumerate() {
        let values = keys
            .iter()
            .map(|key| cell.cell.get(key).copied().unwrap_or_default());
        let label = if keys.is_empty() {
            input.name.clone()
        } else {
            values.collect::<Vec<_>>().join(" / ")
        };
        let texts = columns.iter().map(|(_, texts)| texts[number].clone());
        lines.push((label, texts.collect()));
    }
    lines
}

/// The standard deviation as it follows the mean; empty of one run.
fn deviation(cell: &TimedCell<'_>) -> String {
    cell.sd.map_or_else(String::new, |sd| {
        format!(" ± {}", Unit::Rate.beside(sd, cell.sentences_per_second))
    })
}
