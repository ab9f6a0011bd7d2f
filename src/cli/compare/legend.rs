//! What the numbers of a comparison mean, and what they cannot say.

use crate::report::{self, counted, probability};
use crate::score::Column;
use crate::spec::Correction;
use crate::stats::Assignments;

use super::sides::{Side, Sides};
use super::statistics::{Comparison, LEVEL, REPLICATES, Settings, Tested};

/// Marks a difference over seeds.
pub(super) const SEEDS: &str = "†";
/// Marks a difference over documents.
pub(super) const DOCUMENTS: &str = "°";
/// That one file each says nothing of methods.
pub(super) const MODELS_ONLY: &str = "One model each: nothing can be said about the methods, which may differ as much from one training to the \
     next; only about these two models. Train each with several seeds to compare the methods.";

/// The lines below the table.
pub(super) fn legend(sides: &Sides, family: &[Comparison], settings: Settings) -> Vec<String> {
    let mut lines = Vec::new();
    let (first, second) = sides.files();
    match (first, second) {
        (1, 1) => lines.push(MODELS_ONLY.to_owned()),
        (1, _) | (_, 1) => lines.push(format!(
            "{} is one model alone: how much its method varies from one training to the next is not known.",
            if first == 1 { &sides.ours.name } else { &sides.theirs.name }
        )),
        _ => {}
    }
    for side in [&sides.ours, &sides.theirs] {
        lines.extend(copies(side));
    }
    lines.extend(seeds_line(family, settings, (first, second)));
    lines.extend(documents_line(sides, family, settings));
    lines.push(correction_line(settings, family.len()));
    lines.push(intervals_line(sides, settings));
    if family.iter().any(|one| one.above.is_some()) {
        let (ours, theirs) = (&sides.ours.name, &sides.theirs.name);
        lines.push(format!(
            "P({ours} > {theirs}): the share of pairs of files in which {ours} is better, ties one half."
        ));
    }
    lines.extend(untested(family));
    lines
}

/// That two files of a side have the same counts throughout, which hardly happens by chance.
fn copies(side: &Side) -> Option<String> {
    let files = side.files.iter().enumerate();
    let mut pairs = files.flat_map(|(place, one)| {
        let earlier = side.files[..place].iter();
        earlier.map(move |other| (other, one))
    });
    let (one, other) = pairs.find(|(one, other)| one.counts == other.counts)?;
    Some(format!(
        "{} and {} have the same counts in every document: copies of one model count as one seed, not as two.",
        one.path.display(),
        other.path.display()
    ))
}

fn seeds_line(
    family: &[Comparison],
    settings: Settings,
    (first, second): (usize, usize),
) -> Option<String> {
    let mut tests = family.iter().filter_map(|one| one.seeds.as_ref().ok());
    let number = tests.clone().count();
    let tested = tests.next()?;
    let test = if settings.paired {
        "paired sign-flip test"
    } else {
        "two-sample permutation test"
    };
    let mut line = format!(
        "p over seeds, {SEEDS} below {}: {test}, {}; it speaks of the methods. With {first} and {} the smallest \
         two-sided p is {}",
        settings.alpha,
        assignments(tested),
        counted(second, "file"),
        floor(tested, settings, number),
    );
    line.push_str(&impossible(tested, settings, number, SEEDS));
    Some(line)
}

fn documents_line(sides: &Sides, family: &[Comparison], settings: Settings) -> Option<String> {
    let mut tests = family.iter().filter_map(|one| one.documents.as_ref().ok());
    let number = tests.clone().count();
    // Some tests were repeated with more draws than others.
    let most = tests.clone().max_by_key(|one| one.test.assignments)?;
    let least = tests.find(|one| one.test.assignments < most.test.assignments);
    let documents = counted(sides.gold.file.documents.len(), "document");
    let up_to = if least.is_some() { "up to " } else { "" };
    let least = least.unwrap_or(most);
    Some(format!(
        "p over documents, {DOCUMENTS} below {}: {documents} exchanged between the two at random, {up_to}{}; it \
         speaks of these models, on other documents. The smallest two-sided p is {}{}",
        settings.alpha,
        assignments(most),
        floor(least, settings, number),
        impossible(least, settings, number, DOCUMENTS),
    ))
}

fn assignments(tested: &Tested) -> String {
    let number = tested.test.assignments;
    match tested.test.source {
        Assignments::Enumerated => format!("all {number} permutations"),
        Assignments::Drawn { .. } | Assignments::Given => format!("{number} draws"),
    }
}

/// The smallest p, and what correction leaves of it.
fn floor(tested: &Tested, settings: Settings, family: usize) -> String {
    let raw = probability(tested.floor);
    let reachable = reachable(tested, settings, family);
    if settings.correct == Correction::None || family < 2 {
        raw
    } else {
        format!("{raw}, corrected {}", probability(reachable))
    }
}

fn reachable(tested: &Tested, settings: Settings, family: usize) -> f64 {
    report::reachable(settings.correct, tested.floor, family)
}

/// That no mark is possible, where that is so; else the end of the sentence.
fn impossible(tested: &Tested, settings: Settings, family: usize, mark: &str) -> String {
    if reachable(tested, settings, family) >= settings.alpha {
        format!(": no {mark} is possible.")
    } else {
        ".".to_owned()
    }
}

fn correction_line(settings: Settings, family: usize) -> String {
    match (report::author(settings.correct), family) {
        (_, 1) => "One metric is compared, so nothing is corrected.".to_owned(),
        (Some(author), _) => format!(
            "In brackets: p corrected over the {family} metrics that are compared ({author}), those over seeds and \
             those over documents each for themselves; marks are of corrected p."
        ),
        (None, _) => format!(
            "p is not corrected for the {family} metrics that are compared: chance gives a mark sooner."
        ),
    }
}

fn intervals_line(sides: &Sides, settings: Settings) -> String {
    let drawn = match sides.files() {
        (1, 1) => "documents, but not seeds, drawn again",
        _ if settings.paired => "pairs of files and documents drawn again",
        _ => "files and documents drawn again",
    };
    format!(
        "Interval: {} % of {REPLICATES} differences with {drawn} (pigeonhole bootstrap).",
        100.0 * LEVEL
    )
}

/// Why metrics are not tested; what holds for all is told once.
fn untested(family: &[Comparison]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for one in family {
        if let Err(reason) = &one.documents {
            let averaged = matches!(one.column, Column::Macro(..));
            let line = if averaged {
                format!(
                    "Averages over types have neither a test over documents nor an interval: {reason}."
                )
            } else {
                format!("There is no test over documents: {reason}.")
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}
