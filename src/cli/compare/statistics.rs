//! The tests of a comparison, corrected over the metrics that are compared.

use crate::report::{corrected, seed_of};
use crate::score::Column;
use crate::spec::Correction;
use crate::stats::{
    self, Assignments, Averaging, Convention, Interval, PermutationTest, StatsError, Summary,
};

use super::sides::Sides;

/// Resamples of an interval.
pub(super) const REPLICATES: usize = 2000;
/// The share of resamples inside.
pub(super) const LEVEL: f64 = 0.95;
/// Draws are multiplied by this where the Monte Carlo error leaves open on which side of alpha p lies.
const MORE_DRAWS: u64 = 10;

/// How differences are tested.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// Whether file i of one belongs to file i of the other.
    pub(super) paired: bool,
    /// The level of significance.
    pub(super) alpha: f64,
    /// Random draws, where not all permutations are enumerated.
    pub(super) draws: u64,
    /// The correction over the metrics.
    pub(super) correct: Correction,
}

/// Two systems in one metric; scores in percent.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) column: Column,
    /// The score of every file.
    pub(super) scores: [Vec<f64>; 2],
    pub(super) ours: Summary,
    pub(super) theirs: Summary,
    /// The test over seeds, or why there is none.
    pub(super) seeds: Result<Tested, String>,
    /// The test over documents, or why there is none.
    pub(super) documents: Result<Tested, String>,
    /// Where the difference lies, in percentage points, or why that is not known.
    pub(super) interval: Result<Interval, String>,
    /// The probability that a run of the first beats a run of the second; none where there is one each.
    pub(super) above: Option<f64>,
}

/// The outcome of one test.
#[derive(Debug, Clone)]
pub(super) struct Tested {
    pub(super) test: PermutationTest,
    /// The smallest two-sided p that it can give.
    pub(super) floor: f64,
    /// The two-sided p after correction.
    pub(super) corrected: f64,
}

impl Tested {
    fn new(test: PermutationTest, floor: f64) -> Self {
        let corrected = test.p().two_sided;
        Self {
            test,
            floor,
            corrected,
        }
    }
}

impl Comparison {
    /// Mean of the first minus mean of the second, in percentage points.
    pub(super) fn difference(&self) -> f64 {
        self.ours.mean - self.theirs.mean
    }
}

/// Compares the two in every column.
///
/// # Errors
/// With a reason where a column has no scores.
pub(super) fn compare(
    sides: &Sides,
    columns: &[Column],
    settings: Settings,
) -> Result<Vec<Comparison>, String> {
    let one = |&column: &Column| comparison(sides, column, settings);
    let mut family = columns.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    correct(settings.correct, &mut family);
    if redraw(sides, settings, &mut family) {
        correct(settings.correct, &mut family);
    }
    Ok(family)
}

fn comparison(sides: &Sides, column: Column, settings: Settings) -> Result<Comparison, String> {
    let (first, second) = (sides.ours.scores(column)?, sides.theirs.scores(column)?);
    let summary = |scores: &[f64]| Summary::of(scores).map_err(|error| error.to_string());
    let above = match sides.files() {
        (1, 1) => None,
        _ => stats::probability_above(&first, &second).ok(),
    };
    Ok(Comparison {
        column,
        ours: summary(&first)?,
        theirs: summary(&second)?,
        seeds: over_seeds(column, &first, &second, settings),
        documents: over_documents(sides, column, settings.draws),
        interval: interval(sides, column, settings.paired),
        above,
        scores: [first, second],
    })
}

fn over_seeds(
    column: Column,
    first: &[f64],
    second: &[f64],
    settings: Settings,
) -> Result<Tested, String> {
    if first.len() + second.len() < 3 {
        return Err("there is one file each".to_owned());
    }
    let (draws, seed) = (settings.draws, seed_of(&column.name()));
    let tested = || -> Result<Tested, StatsError> {
        let test = if settings.paired {
            stats::sign_flip(first, second, draws, seed)?
        } else {
            stats::two_sample(first, second, draws, seed)?
        };
        let floor = match (test.source, settings.paired) {
            (Assignments::Enumerated, true) => stats::sign_flip_floor(first.len())?,
            (Assignments::Enumerated, false) => stats::two_sample_floor(first.len(), second.len())?,
            _ => stats::drawn_floor(draws)?,
        };
        Ok(Tested::new(test, floor))
    };
    tested().map_err(|error| error.to_string())
}

fn over_documents(sides: &Sides, column: Column, draws: u64) -> Result<Tested, String> {
    let (ours, theirs) = (sides.ours.counts(column)?, sides.theirs.counts(column)?);
    let (first, second) = sides.files();
    if first != second {
        return Err(format!(
            "documents are exchanged between as many files of each, and there are {first} and {second}"
        ));
    }
    let seed = seed_of(&column.name());
    let tested = || -> Result<Tested, StatsError> {
        let mean = Averaging::MeanOfRuns;
        let test = stats::document_randomisation(&ours, &theirs, mean, draws, seed)?;
        let floor = stats::document_floor(ours.documents().len(), draws)?;
        Ok(Tested::new(test, floor))
    };
    tested().map_err(|error| error.to_string())
}

fn interval(sides: &Sides, column: Column, paired: bool) -> Result<Interval, String> {
    let (ours, theirs) = (sides.ours.counts(column)?, sides.theirs.counts(column)?);
    let seed = seed_of(&format!("interval|{}", column.name()));
    let bootstrap = stats::bootstrap_difference(&ours, &theirs, paired, REPLICATES, seed);
    let interval =
        bootstrap.and_then(|bootstrap| bootstrap.difference.interval(LEVEL, Convention::Rank));
    let interval = interval.map_err(|error| error.to_string())?;
    Ok(Interval {
        lower: 100.0 * interval.lower,
        upper: 100.0 * interval.upper,
    })
}

/// Puts the corrected p-values in, over seeds and over documents each for itself.
fn correct(correction: Correction, family: &mut [Comparison]) {
    let kinds: [fn(&mut Comparison) -> Option<&mut Tested>; 2] = [
        |one| one.seeds.as_mut().ok(),
        |one| one.documents.as_mut().ok(),
    ];
    for tested in kinds {
        let mut tests: Vec<&mut Tested> = family.iter_mut().filter_map(tested).collect();
        let raw: Vec<f64> = tests.iter().map(|one| one.test.p().two_sided).collect();
        let corrected = corrected(correction, &raw);
        for (one, corrected) in tests.iter_mut().zip(corrected) {
            one.corrected = corrected;
        }
    }
}

/// Repeats tests over documents with more draws where p lies within two standard errors of alpha, so that chance
/// in the draws does not decide. Tells whether anything changed.
fn redraw(sides: &Sides, settings: Settings, family: &mut [Comparison]) -> bool {
    let mut changed = false;
    for one in family {
        let Ok(documents) = &one.documents else {
            continue;
        };
        let raw = documents.test.p().two_sided;
        let level = settings.alpha * raw / documents.corrected;
        let open = (raw - level).abs() < 2.0 * documents.test.standard_error();
        if documents.test.source != Assignments::Enumerated && open {
            one.documents = over_documents(sides, one.column, settings.draws * MORE_DRAWS);
            changed = true;
        }
    }
    changed
}
