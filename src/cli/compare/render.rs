//! Comparisons for the terminal.

use crate::report::{percent, probability, signed, wrapped};
use crate::score::{Column, Measure, Profile};
use crate::stats::Summary;

use super::super::score::{Counting, convention, gold_line, lines};
use super::legend::{DOCUMENTS, SEEDS, legend};
use super::sides::{Side, Sides};
use super::statistics::{Comparison, LEVEL, Settings, Tested};

/// Stands where there is no value.
const NOTHING: &str = "–";
/// Files that are named; of more the number is told.
const NAMED: usize = 3;

/// What was read, a table of the comparisons (or where that is too wide, a paragraph for each), and what they mean.
pub(super) fn render(
    sides: &Sides,
    counting: &Counting,
    family: &[Comparison],
    settings: Settings,
    width: usize,
) -> String {
    let mut text = Vec::new();
    for line in [
        side_line(&sides.ours),
        side_line(&sides.theirs),
        gold_line(&sides.gold),
        format!("In percent, {}.", convention(counting)),
    ] {
        text.extend(wrapped(&line, width, 2));
    }
    text.push(String::new());
    let profile = counting.convention.profile;
    let table = table(sides, family, settings, profile);
    if table.iter().all(|line| line.chars().count() <= width) {
        text.extend(table);
    } else {
        for one in family {
            text.extend(paragraph(sides, one, settings, profile, width));
        }
    }
    text.push(String::new());
    for line in legend(sides, family, settings) {
        text.extend(wrapped(&line, width, 2));
    }
    text.join("\n")
}

fn side_line(side: &Side) -> String {
    let paths: Vec<String> = side
        .files
        .iter()
        .take(NAMED)
        .map(|file| file.path.display().to_string())
        .collect();
    let more = side.files.len().saturating_sub(NAMED);
    let more = match more {
        0 => String::new(),
        1 => " and 1 more".to_owned(),
        more => format!(" and {more} more"),
    };
    format!("{}: {}{more}.", side.name, paths.join(", "))
}

/// What a column is called.
fn title(column: Column, profile: Profile) -> String {
    match column {
        Column::Counted(metric, Measure::F1) => profile.title(metric),
        Column::Counted(metric, measure) => format!("{} {measure}", profile.title(metric)),
        Column::Macro(metric, Measure::F1) => format!("{} macro", profile.title(metric)),
        Column::Macro(metric, measure) => format!("{} macro {measure}", profile.title(metric)),
        Column::Speed | Column::Parameters => column.to_string(),
    }
}

fn table(
    sides: &Sides,
    family: &[Comparison],
    settings: Settings,
    profile: Profile,
) -> Vec<String> {
    let (ours, theirs) = (&sides.ours.name, &sides.theirs.name);
    let heads = vec![
        ours.clone(),
        theirs.clone(),
        format!("{ours} − {theirs}"),
        format!("{} % interval", 100.0 * LEVEL),
        "p over seeds".to_owned(),
        "p over documents".to_owned(),
        format!("P({ours} > {theirs})"),
    ];
    let mut rows = vec![(String::new(), heads)];
    for one in family {
        let values = vec![
            spread(&one.ours),
            spread(&one.theirs),
            signed(one.difference()),
            interval(one),
            tested(&one.seeds, settings, SEEDS),
            tested(&one.documents, settings, DOCUMENTS),
            above(one),
        ];
        rows.push((title(one.column, profile), values));
    }
    // What is known of no metric has no column.
    let columns = rows[0].1.len();
    let known: Vec<bool> = (0..columns)
        .map(|column| rows[1..].iter().any(|(_, row)| row[column] != NOTHING))
        .collect();
    for (_, values) in &mut rows {
        let mut known = known.iter();
        values.retain(|_| known.next().is_some_and(|known| *known));
    }
    lines(&rows, usize::MAX)
}

fn paragraph(
    sides: &Sides,
    one: &Comparison,
    settings: Settings,
    profile: Profile,
    width: usize,
) -> Vec<String> {
    let (ours, theirs) = (&sides.ours.name, &sides.theirs.name);
    let parts = [
        format!(
            "{ours} {}, {theirs} {}",
            spread(&one.ours),
            spread(&one.theirs)
        ),
        format!(
            "{ours} − {theirs}: {} ({} % interval {})",
            signed(one.difference()),
            100.0 * LEVEL,
            interval(one)
        ),
        format!(
            "p over seeds {}, over documents {}",
            tested(&one.seeds, settings, SEEDS),
            tested(&one.documents, settings, DOCUMENTS)
        ),
        format!("P({ours} > {theirs}) {}", above(one)),
    ];
    let mut text = vec![title(one.column, profile)];
    for part in parts {
        let part = wrapped(&part, width.saturating_sub(2), 2);
        text.extend(part.into_iter().map(|line| format!("  {line}")));
    }
    text
}

fn spread(summary: &Summary) -> String {
    let mean = percent(summary.mean);
    match summary.standard_deviation {
        None => mean,
        Some(deviation) => format!("{mean} ± {}", percent(deviation)),
    }
}

fn interval(one: &Comparison) -> String {
    one.interval.as_ref().map_or_else(
        |_| NOTHING.to_owned(),
        |ends| format!("{} to {}", signed(ends.lower), signed(ends.upper)),
    )
}

fn above(one: &Comparison) -> String {
    one.above.map_or_else(|| NOTHING.to_owned(), percent)
}

/// p as it is, and corrected where that differs.
fn tested(tested: &Result<Tested, String>, settings: Settings, mark: &str) -> String {
    let Ok(tested) = tested else {
        return NOTHING.to_owned();
    };
    let (raw, corrected) = (
        probability(tested.test.p().two_sided),
        probability(tested.corrected),
    );
    let mark = if tested.corrected < settings.alpha {
        mark
    } else {
        ""
    };
    if raw == corrected {
        format!("{raw}{mark}")
    } else {
        format!("{raw} ({corrected}){mark}")
    }
}
