//! The sentences under a table: what its numbers and marks are, and which marks were out of reach.

use std::collections::BTreeSet;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::beside;
use super::cells;
use super::compare::{self, Comparison};
use super::grid::{Grid, STRICT};
use super::input::Input;
use super::published::corpus_name;
use super::text::{self, CIRCLE, DAGGER, DOUBLE_DAGGER, counted, probability};
use crate::spec::Correction;
use crate::stats::{self, Assignments};

/// So many missing runs are named under a table; the page lists them all.
const MISSING_NAMED: usize = 4;

/// What the numbers of a table are.
pub(crate) fn note(input: &Input, grid: &Grid) -> String {
    let corpus = if input.axes.iter().any(|axis| axis.key == "corpus.name") {
        String::new()
    } else {
        format!(" on {}", corpus_name(&input.corpus))
    };
    let noun = if cells::has_folds(input) {
        "fold"
    } else {
        "run"
    };
    let counts: BTreeSet<usize> = grid
        .rows()
        .map(|row| row.runs)
        .filter(|&runs| runs > 0)
        .collect();
    let numbers = match counts.iter().copied().collect::<Vec<_>>().as_slice() {
        [] => "no run is scored yet".to_owned(),
        [1] => format!("one {noun} each, so there is no standard deviation"),
        [n] => format!("mean ± standard deviation over {n} {noun}s"),
        [1, ..] => format!(
            "mean ± standard deviation over the {noun}s, their number in the column {noun}s; \
             one {noun} has no standard deviation"
        ),
        _ => format!(
            "mean ± standard deviation over the {noun}s, their number in the column {noun}s"
        ),
    };
    format!(
        "F1 in percent{corpus}, scoring profile {}; {numbers}.",
        input.scoring_profile
    )
}

/// What the marks mean and which were out of reach, one sentence or two a line.
pub(crate) fn legend(input: &Input, grid: &Grid) -> Vec<String> {
    let mut lines = Vec::new();
    if grid
        .rows()
        .any(|row| row.entries.iter().any(|entry| entry.best))
    {
        let where_ = if grid.blocks.len() > 1 {
            "in its block"
        } else {
            "of its column"
        };
        lines.push(format!("Bold: the best mean {where_}."));
    }
    lines.extend(marks(input, grid));
    lines.extend(published(input, grid));
    lines.extend(missing(input));
    lines
}

/// How many runs are missing, and the first of them with their reasons.
fn missing(input: &Input) -> Option<String> {
    let (missing, all) = (input.missing.len(), input.missing.len() + input.runs.len());
    if missing == 0 {
        return None;
    }
    let mut named: Vec<String> = input
        .missing_in_order()
        .iter()
        .take(MISSING_NAMED)
        .map(|run| {
            let fold = run
                .fold
                .map_or_else(String::new, |fold| format!(", fold {fold}"));
            format!(
                "{}, seed {}{fold} ({})",
                text::joined(&run.cell),
                run.seed,
                run.reason
            )
        })
        .collect();
    if missing > MISSING_NAMED {
        named.push(format!("and {} more", missing - MISSING_NAMED));
    }
    let verb = if missing == 1 { "is" } else { "are" };
    Some(format!(
        "{missing} of {} {verb} missing: {}.",
        counted(all, "run"),
        named.join("; ")
    ))
}

fn marks(input: &Input, grid: &Grid) -> Vec<String> {
    let baseline = compare::declared_baseline(input);
    if baseline.is_empty() {
        return vec![
            "No baseline is declared, so nothing is compared and nothing marked.".to_owned(),
        ];
    }
    let described = text::described(&baseline);
    if grid.comparisons.is_empty() {
        return vec![format!(
            "The baseline ({described}) cannot be compared with anything yet, so nothing is marked."
        )];
    }
    let name = text::joined(&baseline);
    let family = family(grid);
    let corrected = match input.statistics.correct {
        Correction::Holm => "after Holm's correction",
        Correction::None => "not corrected",
    };
    let mut lines = Vec::new();
    lines.extend(over_seeds(input, grid, &name, corrected));
    lines.extend(over_documents(input, grid, &name, corrected));
    lines.push(match input.statistics.correct {
        Correction::Holm => format!(
            "Baseline: {described}. Family that Holm corrects over: {} with it in one column of this table.",
            comparisons(family)
        ),
        Correction::None => format!(
            "Baseline: {described}. Nothing corrects for {} with it in one column of this table.",
            comparisons(family)
        ),
    });
    lines.extend(floors(input, grid));
    lines
}

fn comparisons(family: usize) -> String {
    if family == 1 {
        "the one comparison".to_owned()
    } else {
        format!("the {family} comparisons")
    }
}

/// The largest number of comparisons in one metric; metrics differ only where scores are missing.
fn family(grid: &Grid) -> usize {
    let of = |metric| {
        grid.comparisons
            .iter()
            .filter(|one| one.metric == metric)
            .count()
    };
    grid.columns
        .iter()
        .map(|&metric| of(metric))
        .max()
        .unwrap_or(0)
}

fn over_seeds(input: &Input, grid: &Grid, baseline: &str, corrected: &str) -> Option<String> {
    let first = grid
        .comparisons
        .iter()
        .find_map(|one| one.seeds.as_ref().ok())?;
    let unit = if cells::has_folds(input) {
        "folds"
    } else {
        "seeds"
    };
    let test = if first.paired {
        "paired sign-flip test"
    } else {
        "two-sample permutation test"
    };
    let drawn = grid
        .comparisons
        .iter()
        .filter_map(|one| one.seeds.as_ref().ok());
    let exact = drawn
        .into_iter()
        .all(|one| one.test.source == Assignments::Enumerated);
    let exact = if exact {
        format!("exact {test}")
    } else {
        format!("{test}, {} draws", input.statistics.draws)
    };
    let alpha = input.statistics.alpha;
    let levels = if alpha > STRICT {
        format!("{DAGGER} p < {alpha}, {DOUBLE_DAGGER} p < {STRICT}")
    } else {
        format!("{DOUBLE_DAGGER} p < {alpha}")
    };
    Some(format!(
        "{levels} against {baseline} over {unit}: {exact}, two-sided, {corrected}. \
         A statement about the method."
    ))
}

fn over_documents(input: &Input, grid: &Grid, baseline: &str, corrected: &str) -> Option<String> {
    let mut tests = grid
        .comparisons
        .iter()
        .filter_map(|one| one.documents.as_ref().ok())
        .peekable();
    tests.peek()?;
    let declared = u64::from(input.statistics.draws);
    let tests: Vec<_> = tests.collect();
    let draws = if tests
        .iter()
        .all(|one| one.test.source == Assignments::Enumerated)
    {
        "all exchanges enumerated".to_owned()
    } else if tests.iter().any(|one| one.test.assignments > declared) {
        format!("{declared} draws, ten times as many where p is close to the level")
    } else {
        format!("{declared} draws")
    };
    Some(format!(
        "{CIRCLE} p < {} against {baseline} over documents: block approximate randomisation, {draws}, \
         two-sided, {corrected}. A statement about the trained models at hand only.",
        input.statistics.alpha
    ))
}

/// For every pair of sample sizes, the smallest p there can be and the marks it rules out; then the
/// comparisons without a test.
fn floors(input: &Input, grid: &Grid) -> Vec<String> {
    let alpha = input.statistics.alpha;
    let noun = if cells::has_folds(input) {
        "fold"
    } else {
        "run"
    };
    let mut lines = Vec::new();
    for &metric in &grid.columns {
        let family: Vec<&Comparison> = grid
            .comparisons
            .iter()
            .filter(|one| one.metric == metric)
            .collect();
        let tested = family.iter().filter(|one| one.seeds.is_ok()).count();
        for seeds in family.iter().filter_map(|one| one.seeds.as_ref().ok()) {
            let reachable = reachable(input, seeds.floor, tested);
            let sizes = if seeds.paired {
                format!("{} pairs of {noun}s", seeds.first)
            } else {
                format!("{} against {}", seeds.first, counted(seeds.second, noun))
            };
            let mut line = format!(
                "With {sizes} the smallest two-sided p is {}{}",
                probability(seeds.floor),
                after_holm(input, reachable, tested),
            );
            let unit = if noun == "fold" { "folds" } else { "seeds" };
            if reachable >= alpha {
                let _ = write!(line, ": no mark over {unit} is possible");
            } else if reachable >= STRICT && alpha > STRICT {
                let _ = write!(line, ": {DOUBLE_DAGGER} is not possible");
            }
            line.push('.');
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.extend(document_floors(input, grid));
    for one in &grid.comparisons {
        let untested = [
            ("seeds", one.seeds.as_ref().err()),
            ("documents", one.documents.as_ref().err()),
        ];
        for (unit, reason) in untested {
            let Some(reason) = reason else { continue };
            let line = format!(
                "{} is not tested over {unit}: {reason}.",
                text::joined(&one.cell)
            );
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// The numbers of documents with which no mark over documents is possible.
fn document_floors(input: &Input, grid: &Grid) -> Vec<String> {
    let mut lines = Vec::new();
    let draws = u64::from(input.statistics.draws);
    for test in grid
        .comparisons
        .iter()
        .filter_map(|one| one.documents.as_ref().ok())
    {
        let floor = stats::document_floor(test.documents, draws).unwrap_or(1.0);
        let reachable = reachable(input, floor, family(grid));
        let line = format!(
            "With {} the smallest two-sided p over documents is {}{}: no mark over documents is possible.",
            counted(test.documents, "document"),
            probability(floor),
            after_holm(input, reachable, family(grid)),
        );
        if reachable >= input.statistics.alpha && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// The smallest corrected p that a floor leaves: Holm multiplies the smallest p of a family by its size,
/// and no other comes out below it.
fn reachable(input: &Input, floor: f64, family: usize) -> f64 {
    match input.statistics.correct {
        // A floor is a probability and a family not empty, so this cannot fail.
        Correction::Holm => stats::holm_floor(floor, family).unwrap_or(1.0),
        Correction::None => floor,
    }
}

fn after_holm(input: &Input, reachable: f64, family: usize) -> String {
    if input.statistics.correct == Correction::None || family < 2 {
        return String::new();
    }
    format!(
        ", after Holm over {family} comparisons {}",
        probability(reachable)
    )
}

/// Where the published values beside ours come from.
fn published(input: &Input, grid: &Grid) -> Option<String> {
    let mut sources: Vec<String> = Vec::new();
    for row in grid.rows() {
        for &metric in &grid.columns {
            let Some(value) = beside::published_for(input, &row.values, metric) else {
                continue;
            };
            let runs = value.runs.map_or_else(String::new, |runs| {
                format!(", {}", counted(runs as usize, "run"))
            });
            let source = format!(
                "{} ({}, {}{runs})",
                value.table,
                corpus_name(&value.corpus),
                value.encoder
            );
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    (!sources.is_empty()).then(|| {
        format!(
            "Published: {}; our encoder is {}. Difference: ours minus published; \
             a printed mean alone cannot be tested, so it is never marked.",
            sources.join("; "),
            input.encoder
        )
    })
}
