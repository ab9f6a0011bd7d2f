//! The sentences under a table: what its marks are, and which were out of reach.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::baseline::Baseline;
use super::beside;
use super::cells::{self, AVERAGE_OVER_TYPES};
use super::compare::{Comparison, SeedTest};
use super::conventions;
use super::correction;
use super::grid::{Grid, Row, STRICT, Values};
use super::input::{Input, MissingRun};
use super::published::corpus_name;
use super::speed_legend;
use super::stability_legend;
use super::text::{self, CIRCLE, DAGGER, DOUBLE_DAGGER, counted, probability};
use crate::score::Column;
use crate::spec::{Correction, Family};
use crate::stats::{self, Assignments};

/// So many missing runs are named under a table; the page lists them all.
const MISSING_NAMED: usize = 4;

/// How the legend names the best mean; a terminal has a sign instead.
pub(crate) const BEST: &str = "Bold";
/// How the legend names what is as good as the best; a terminal has a sign instead.
pub(crate) const TIED: &str = "Bold too";

/// What the marks mean and which were out of reach, one sentence or two a line.
pub(crate) fn legend(input: &Input, grid: &Grid) -> Vec<String> {
    let mut lines = Vec::new();
    if grid.rows().any(|row| row.entries().any(|entry| entry.best)) {
        let where_ = match (grid.blocks.len() > 1, grid.groups.len() > 1) {
            (true, true) => "of its column in its block",
            (true, false) => "in its block",
            (false, _) => "of its column",
        };
        let alike = match (grid.mixes_corpora(input), grid.mixes_conventions(input)) {
            (true, true) => " among those of its corpus and scoring profile",
            (true, false) => " among those of its corpus",
            (false, true) => " among those of its scoring profile",
            (false, false) => "",
        };
        lines.push(format!("{BEST}: the best mean {where_}{alike}."));
    }
    if grid.rows().any(|row| row.entries().any(|entry| entry.tied)) {
        let unit = if cells::has_folds(input) {
            "folds"
        } else {
            "seeds"
        };
        let corrected = correction::words(input.statistics.correct);
        let over = match input.statistics.correct {
            Correction::None => "",
            _ => " over all that are held against it",
        };
        lines.push(format!(
            "{TIED}: not significantly worse than that best mean: p ≥ {} over {unit}, {corrected}{over}.",
            input.statistics.alpha
        ));
    }
    lines.extend(selected_on_test(input, grid));
    lines.extend(marks(input, grid));
    lines.extend(speed_legend::lines(input, grid));
    lines.extend(published(input, grid));
    lines.extend(missing(input));
    lines
}

/// That scores are those by which the epoch was chosen, and of which rows, where not of all.
fn selected_on_test(input: &Input, grid: &Grid) -> Option<String> {
    let cells: Vec<&Values> = grid
        .rows()
        .flat_map(Row::cells)
        .map(|(values, _)| values)
        .collect();
    let chosen = cells
        .iter()
        .filter(|values| input.is_selected_on_test(values));
    let of = match chosen.count() {
        0 => return None,
        all if all == cells.len() => "",
        _ => " where select_on = test",
    };
    Some(format!(
        "The best epoch was chosen on the test split itself{of}, so the scores are higher than they would be on new \
         documents."
    ))
}

/// How many runs are missing, and the first of them with their reasons.
fn missing(input: &Input) -> Option<String> {
    let (missing, all) = (input.missing.len(), input.missing.len() + input.runs.len());
    if missing == 0 {
        return None;
    }
    let verb = if missing == 1 { "is" } else { "are" };
    Some(format!(
        "{missing} of {} {verb} missing: {}.",
        counted(all, "run"),
        named(&input.missing_in_order())
    ))
}

/// The first of some runs with their reasons, and how many more there are.
pub(super) fn named(runs: &[&MissingRun]) -> String {
    let mut named: Vec<String> = runs
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
    if runs.len() > MISSING_NAMED {
        named.push(format!("and {} more", runs.len() - MISSING_NAMED));
    }
    named.join("; ")
}

fn marks(input: &Input, grid: &Grid) -> Vec<String> {
    if !grid.columns.iter().any(|column| column.is_compared()) {
        return Vec::new();
    }
    let baseline = Baseline::of(input);
    if baseline.is_empty() {
        let line = if grid.pairwise.matrices.is_empty() {
            "No baseline is declared, so no difference is marked."
        } else {
            "No baseline is declared, so nothing is marked here; every two rows are compared below."
        };
        return vec![line.to_owned()];
    }
    let described = text::described(&baseline.declared);
    let otherwise = counted_otherwise(input, grid, &baseline);
    if grid.comparisons.is_empty() && otherwise.is_some() {
        return otherwise.into_iter().collect();
    }
    if grid.comparisons.is_empty() {
        return vec![format!(
            "The baseline ({described}) cannot be compared with anything yet, so nothing is marked."
        )];
    }
    let name = text::joined(&baseline.declared);
    let family = family(input, grid);
    let corrected = correction::words(input.statistics.correct);
    let place = correction::place(input.statistics.family);
    let mut lines = Vec::new();
    lines.extend(over_seeds(input, grid, &name, corrected));
    lines.extend(over_documents(input, grid, &name, corrected));
    let comparisons = comparisons(family);
    lines.push(match correction::author(input.statistics.correct) {
        Some(author) => format!(
            "Baseline: {described}. Family that {author} corrects over: {comparisons} with it {place}.{}",
            correction::promise(input).unwrap_or_default()
        ),
        None => format!("Baseline: {described}. Nothing corrects for {comparisons} with it {place}."),
    });
    lines.extend(otherwise);
    lines.extend(stability_legend::lines(input, grid));
    lines.extend(floors(input, grid));
    lines
}

/// Which cells are not compared with their baseline because something else counts as right in it.
fn counted_otherwise(input: &Input, grid: &Grid, baseline: &Baseline) -> Option<String> {
    let cells = grid.rows().flat_map(Row::cells);
    let pairs = cells.map(|(values, _)| (values, baseline.of_cell(values)));
    let apart: Vec<(&Values, Values)> = pairs
        .filter(|(own, theirs)| input.convention_of(own) != input.convention_of(theirs))
        .collect();
    let (own, theirs) = (
        input.conventions(apart.iter().map(|(own, _)| own.as_slice())),
        input.conventions(apart.iter().map(|(_, theirs)| theirs.as_slice())),
    );
    (!apart.is_empty()).then(|| {
        format!(
            "The baseline is scored as {}; what is scored as {} is not compared with it, since something else \
             counts as right.",
            conventions::names(&theirs),
            conventions::names(&own),
        )
    })
}

fn comparisons(family: usize) -> String {
    if family == 1 {
        "the one comparison".to_owned()
    } else {
        format!("the {family} comparisons")
    }
}

/// The comparisons that are corrected together: of the whole table, or a family for each metric and group of columns.
fn families<'g>(input: &Input, grid: &'g Grid) -> Vec<Vec<&'g Comparison>> {
    if input.statistics.family == Family::Table {
        return vec![grid.comparisons.iter().collect()];
    }
    let groups = 0..grid.groups.len();
    let places = grid
        .columns
        .iter()
        .flat_map(move |&column| groups.clone().map(move |group| (column, group)));
    let families = places.map(|place| {
        let all = grid.comparisons.iter();
        all.filter(|one| (one.column, one.group) == place).collect()
    });
    families.collect()
}

/// The size of the largest family; they differ only where scores are missing.
fn family(input: &Input, grid: &Grid) -> usize {
    let families = families(input, grid).into_iter();
    families.map(|family| family.len()).max().unwrap_or(0)
}

/// The test over seeds by name, as exact as all of `comparisons` are; none where none could be tested.
pub(super) fn seed_test<'a>(
    input: &Input,
    comparisons: impl IntoIterator<Item = &'a &'a Comparison>,
) -> Option<String> {
    let tests: Vec<&SeedTest> = comparisons
        .into_iter()
        .filter_map(|one| one.seeds.as_ref().ok())
        .collect();
    let test = if tests.first()?.paired {
        "paired sign-flip test"
    } else {
        "two-sample permutation test"
    };
    let exact = |one: &&SeedTest| one.test.source == Assignments::Enumerated;
    Some(if tests.iter().all(exact) {
        format!("exact {test}")
    } else {
        format!("{test}, {} draws", input.statistics.draws)
    })
}

/// How many runs stand against how many.
pub(super) fn sizes(input: &Input, seeds: &SeedTest) -> String {
    let noun = cells::noun(input);
    if seeds.paired {
        format!("{} pairs of {noun}s", seeds.first)
    } else {
        format!("{} against {}", seeds.first, counted(seeds.second, noun))
    }
}

fn over_seeds(input: &Input, grid: &Grid, baseline: &str, corrected: &str) -> Option<String> {
    let test = seed_test(input, &grid.comparisons.iter().collect::<Vec<_>>())?;
    let unit = if cells::has_folds(input) {
        "folds"
    } else {
        "seeds"
    };
    let alpha = input.statistics.alpha;
    let levels = if alpha > STRICT {
        format!("{DAGGER} p < {alpha}, {DOUBLE_DAGGER} p < {STRICT}")
    } else {
        format!("{DOUBLE_DAGGER} p < {alpha}")
    };
    let caution = if cells::has_folds(input) {
        "; folds share training documents, so its p is rather too small (Nadeau and Bengio 2003)"
    } else {
        ""
    };
    Some(format!(
        "{levels} against {baseline} over {unit}: {test}, two-sided, {corrected}. \
         A statement about the method{caution}."
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
    let pooled = if cells::has_folds(input) {
        " of all folds"
    } else {
        ""
    };
    Some(format!(
        "{CIRCLE} p < {} against {baseline} over documents{pooled}: block approximate randomisation, {draws}, \
         two-sided, {corrected}. A statement about the trained models at hand only.",
        input.statistics.alpha
    ))
}

/// For every pair of sample sizes, the smallest p there can be and the marks it rules out; then the
/// comparisons without a test.
fn floors(input: &Input, grid: &Grid) -> Vec<String> {
    let alpha = input.statistics.alpha;
    let unit = if cells::has_folds(input) {
        "folds"
    } else {
        "seeds"
    };
    let mut lines = Vec::new();
    for family in families(input, grid) {
        let tested = family.iter().filter(|one| one.seeds.is_ok()).count();
        for seeds in family.iter().filter_map(|one| one.seeds.as_ref().ok()) {
            let reachable = reachable(input, seeds.floor, tested);
            let mut line = format!(
                "With {} the smallest two-sided p is {}{}",
                sizes(input, seeds),
                probability(seeds.floor),
                after_correction(input, reachable, tested),
            );
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
    let averaged = |one: &Comparison| matches!(one.column, Column::Macro(..));
    if grid.comparisons.iter().any(averaged) {
        lines.push(format!(
            "Averages over types are compared over seeds alone: {AVERAGE_OVER_TYPES}."
        ));
    }
    for one in &grid.comparisons {
        let untested = [
            ("seeds", one.seeds.as_ref().err()),
            // That of speeds, and of averages over types, is the same for all and told once.
            ("documents", documents(one)),
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

/// Why a comparison of scores has no test over documents.
fn documents(one: &Comparison) -> Option<&String> {
    let reason = one.documents.as_ref().err();
    reason.filter(|_| matches!(one.column, Column::Counted(..)))
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
        let reachable = reachable(input, floor, family(input, grid));
        let line = format!(
            "With {} the smallest two-sided p over documents is {}{}: no mark over documents is possible.",
            counted(test.documents, "document"),
            probability(floor),
            after_correction(input, reachable, family(input, grid)),
        );
        if reachable >= input.statistics.alpha && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// The smallest corrected p that a floor leaves.
pub(super) fn reachable(input: &Input, floor: f64, family: usize) -> f64 {
    correction::reachable(input.statistics.correct, floor, family)
}

fn after_correction(input: &Input, reachable: f64, family: usize) -> String {
    match correction::author(input.statistics.correct) {
        Some(author) if family > 1 => {
            let all = correction::if_all(input.statistics.correct);
            let reachable = probability(reachable);
            format!(", after {author} over {family} comparisons {reachable}{all}")
        }
        _ => String::new(),
    }
}

/// Where the published values beside ours come from.
fn published(input: &Input, grid: &Grid) -> Option<String> {
    let mut sources: Vec<String> = Vec::new();
    let mut encoders: Vec<&str> = Vec::new();
    for (values, _) in grid.rows().flat_map(Row::cells) {
        for &column in &grid.columns {
            let Some(value) = beside::published_for(input, values, column) else {
                continue;
            };
            let mut details = vec![corpus_name(&value.corpus).to_owned()];
            if !value.encoder.is_empty() {
                details.push(value.encoder.clone());
            }
            details.extend(value.runs.map(|runs| counted(runs as usize, "run")));
            let source = format!("{} ({})", value.table, details.join(", "));
            if !sources.contains(&source) {
                sources.push(source);
            }
            let encoder = input.encoder_of(values);
            if !encoder.is_empty() && !encoders.contains(&encoder) {
                encoders.push(encoder);
            }
        }
    }
    let ours = match encoders.as_slice() {
        [] => String::new(),
        [one] => format!("; our encoder is {one}"),
        several => format!("; our encoders are {}", several.join(", ")),
    };
    (!sources.is_empty()).then(|| {
        format!(
            "Published: {}{ours}. Δ: ours minus published; \
             a printed mean alone cannot be tested, so it is never marked.",
            sources.join("; ")
        )
    })
}
