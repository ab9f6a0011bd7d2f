//! Comparisons, with the declared baseline or of every two: the two tests, corrected over their family.
//!
//! A family is what is corrected together: all comparisons with the baseline in one column of a table or in all of
//! them, or every two rows of one matrix.

use std::collections::BTreeSet;

use super::baseline::Baseline;
use super::cells::{self, Cell, RunId, Unit};
use super::correction::corrected;
use super::error::ReportError;
use super::influence::{ByDocument, ByRun};
use super::input::Input;
use super::text;
use crate::score::Column;
use crate::spec::{Correction, Family};
use crate::stats::{
    self, Assignments, Averaging, PermutationTest, RunCounts, StatsError, Summary, TTest,
};

/// Draws are multiplied by this where the Monte Carlo error leaves open on which side of alpha p lies.
const MORE_DRAWS: u64 = 10;

/// One cell held against another, mostly its baseline, in one column.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    /// Number of the table, counted from 1.
    pub(crate) table: usize,
    /// The metric and its measure.
    pub(crate) column: Column,
    /// Number of the group of columns in which the cell stands, counted from 0.
    pub(crate) group: usize,
    /// Axis values of the cell.
    pub(crate) cell: Vec<(String, String)>,
    /// Axis values of the baseline.
    pub(crate) baseline: Vec<(String, String)>,
    /// Scores of the cell, in the unit of the column.
    pub(crate) ours: Summary,
    /// Scores of the baseline.
    pub(crate) theirs: Summary,
    /// The test over seeds, or why there is none.
    pub(crate) seeds: Result<SeedTest, String>,
    /// The test over documents, or why there is none.
    pub(crate) documents: Result<DocumentTest, String>,
    /// The corrected resampled t test, or why it cannot be made; none without folds.
    pub(crate) resampled: Option<Result<ResampledTest, String>>,
    /// The scores of both, run by run or fold by fold.
    pub(crate) units: [Vec<Unit>; 2],
    /// What the difference owes to single documents, or why that cannot be told.
    pub(crate) influence: Result<ByDocument, String>,
    /// The difference without single runs; none where nothing would be left.
    pub(crate) runs: Option<ByRun>,
}

/// The outcome of the t test that allows for training documents that folds share.
#[derive(Debug, Clone)]
pub(crate) struct ResampledTest {
    /// The size of the test part of a fold over that of its training part.
    pub(crate) ratio: f64,
    /// What came out.
    pub(crate) test: TTest,
    /// The two-sided p after correction.
    pub(crate) corrected: f64,
}

/// The outcome over seeds (or folds).
#[derive(Debug, Clone)]
pub(crate) struct SeedTest {
    /// Whether runs were paired (sign flips) or pooled (relabellings).
    pub(crate) paired: bool,
    /// Observations of the cell that went into the test.
    pub(crate) first: usize,
    /// Observations of the baseline that went into the test.
    pub(crate) second: usize,
    /// The smallest p that this many observations allow.
    pub(crate) floor: f64,
    /// What was counted.
    pub(crate) test: PermutationTest,
    /// The two-sided p after correction.
    pub(crate) corrected: f64,
}

/// The outcome over documents.
#[derive(Debug, Clone)]
pub(crate) struct DocumentTest {
    /// Number of documents.
    pub(crate) documents: usize,
    /// Runs of each side; what a document has in several of them was exchanged together.
    pub(crate) runs: usize,
    /// What was counted.
    pub(crate) test: PermutationTest,
    /// The two-sided p after correction.
    pub(crate) corrected: f64,
}

impl SeedTest {
    /// The test as files of numbers name it.
    pub(crate) fn name(&self) -> &'static str {
        if self.paired {
            "paired sign flip"
        } else {
            "two-sample permutation"
        }
    }
}

impl Comparison {
    /// Mean of the cell minus mean of the baseline.
    pub(crate) fn difference(&self) -> f64 {
        self.ours.mean - self.theirs.mean
    }
}

/// The seed of the random draws about `what`: FNV-1a (Fowler, Noll and Vo), so that a comparison draws
/// the same numbers wherever it stands.
pub(crate) fn seed_of(what: &str) -> u64 {
    what.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// All comparisons of one table with the baseline, metric after metric, of cells of its convention. `groups` are
/// the cells of its groups of columns.
pub(crate) fn with_baseline(
    input: &Input,
    table: usize,
    columns: &[Column],
    groups: &[Vec<&Cell<'_>>],
    cells: &[Cell<'_>],
) -> Result<Vec<Comparison>, ReportError> {
    let declared = Baseline::of(input);
    let (mut all, mut pairs) = (Vec::new(), Vec::new());
    if declared.is_empty() {
        return Ok(all);
    }
    let correction = input.statistics.correct;
    for &column in columns.iter().filter(|column| column.is_compared()) {
        for (group, members) in groups.iter().enumerate() {
            let place = Place {
                table,
                column,
                group,
            };
            for &cell in members {
                let values = declared.of_cell(&cell.values);
                let baseline = cells
                    .iter()
                    .find(|other| other.values == values && other.values != cell.values);
                let baseline = baseline.filter(|baseline| comparable(input, cell, baseline));
                pairs.extend(baseline.map(|baseline| (place, cell, baseline)));
            }
            if input.statistics.family == Family::Column {
                all.append(&mut family(input, correction, &pairs)?);
                pairs.clear();
            }
        }
    }
    all.append(&mut family(input, correction, &pairs)?);
    Ok(all)
}

/// Whether the same counts as right in both. Two ways to count the same predictions give different scores, and a
/// test of their difference would say nothing of what was predicted.
pub(crate) fn comparable(input: &Input, one: &Cell<'_>, other: &Cell<'_>) -> bool {
    input.convention_of(&one.values) == input.convention_of(&other.values)
}

/// Every two of `cells`, the later held against the earlier, with Holm's correction over all of them; those of
/// different conventions are left out.
pub(crate) fn every_two(
    input: &Input,
    place: Place,
    cells: &[&Cell<'_>],
) -> Result<Vec<Comparison>, ReportError> {
    let mut pairs = Vec::new();
    for (number, &cell) in cells.iter().enumerate() {
        let earlier = cells[..number].iter().copied();
        let earlier = earlier.filter(|earlier| comparable(input, cell, earlier));
        pairs.extend(earlier.map(|earlier| (place, cell, earlier)));
    }
    family(input, Correction::Holm, &pairs)
}

/// Where comparisons stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Number of the table, counted from 1.
    pub(crate) table: usize,
    /// The metric and its measure.
    pub(crate) column: Column,
    /// Number of the group of columns, counted from 0.
    pub(crate) group: usize,
}

/// Two cells that are compared, and where.
type Pair<'a> = (Place, &'a Cell<'a>, &'a Cell<'a>);

/// The tests of pairs of cells that are corrected together; pairs without scores are left out.
fn family(
    input: &Input,
    correction: Correction,
    pairs: &[Pair<'_>],
) -> Result<Vec<Comparison>, ReportError> {
    let (mut family, mut tested) = (Vec::new(), Vec::new());
    for &(place, cell, baseline) in pairs {
        let failed = |error: StatsError| ReportError::Test {
            table: place.table,
            metric: place.column.name(),
            cell: text::described(&cell.values),
            problem: error.to_string(),
        };
        if let Some(comparison) = pair(input, place, cell, baseline).map_err(failed)? {
            family.push(comparison);
            tested.push((cell, baseline));
        }
    }
    correct(correction, &mut family);
    if redraw(input, &tested, &mut family) {
        correct(correction, &mut family);
    }
    Ok(family)
}

fn pair(
    input: &Input,
    place: Place,
    cell: &Cell<'_>,
    baseline: &Cell<'_>,
) -> Result<Option<Comparison>, StatsError> {
    let Place {
        table,
        column,
        group,
    } = place;
    let (ours, theirs) = (cell.units(column), baseline.units(column));
    if ours.is_empty() || theirs.is_empty() {
        return Ok(None);
    }
    let scores = |units: &[Unit]| units.iter().map(|unit| unit.score).collect::<Vec<f64>>();
    let counts = common_counts(column, cell, baseline);
    let draws = u64::from(input.statistics.draws);
    let documents = counts
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|counts| exchanged(counts, seed(column, cell, baseline), draws));
    Ok(Some(Comparison {
        table,
        column,
        group,
        cell: cell.values.clone(),
        baseline: baseline.values.clone(),
        ours: Summary::of(&scores(&ours))?,
        theirs: Summary::of(&scores(&theirs))?,
        seeds: over_seeds(
            input,
            input.statistics.paired || cells::has_folds(input),
            (&ours, &theirs),
            seed(column, cell, baseline),
        ),
        documents,
        resampled: cells::has_folds(input).then(|| over_folds(input, &ours, &theirs)),
        influence: counts.and_then(|(ours, theirs)| ByDocument::of(&ours, &theirs)),
        runs: ByRun::of(&ours, &theirs),
        units: [ours, theirs],
    }))
}

/// The seed of the random draws about two cells.
pub(crate) fn seed(column: Column, cell: &Cell<'_>, baseline: &Cell<'_>) -> u64 {
    seed_of(&format!(
        "{}|{:?}|{:?}",
        column.name(),
        cell.values,
        baseline.values
    ))
}

/// Tests two lists of observations over seeds (or folds); where `paired`, only what both have counts.
pub(crate) fn over_seeds(
    input: &Input,
    paired: bool,
    (ours, theirs): (&[Unit], &[Unit]),
    seed: u64,
) -> Result<SeedTest, String> {
    let draws = u64::from(input.statistics.draws);
    let (first, second): (Vec<f64>, Vec<f64>) = if paired {
        pairs_of(ours, theirs)
    } else {
        (
            ours.iter().map(|unit| unit.score).collect(),
            theirs.iter().map(|unit| unit.score).collect(),
        )
    };
    if first.is_empty() || second.is_empty() {
        let noun = if cells::has_folds(input) {
            "fold"
        } else {
            "seed"
        };
        return Err(format!("the two have no {noun} in common"));
    }
    let test = if paired {
        stats::sign_flip(&first, &second, draws, seed)
    } else {
        stats::two_sample(&first, &second, draws, seed)
    };
    let test = test.map_err(|error| error.to_string())?;
    let floor = match (test.source, paired) {
        (Assignments::Enumerated, true) => stats::sign_flip_floor(first.len()),
        (Assignments::Enumerated, false) => stats::two_sample_floor(first.len(), second.len()),
        _ => stats::drawn_floor(draws),
    };
    let floor = floor.map_err(|error| error.to_string())?;
    let corrected = test.p().two_sided;
    Ok(SeedTest {
        paired,
        first: first.len(),
        second: second.len(),
        floor,
        test,
        corrected,
    })
}

/// The scores of what both sides have, pair by pair.
fn pairs_of(ours: &[Unit], theirs: &[Unit]) -> (Vec<f64>, Vec<f64>) {
    let partner = |unit: &Unit| theirs.iter().find(|other| other.id == unit.id);
    ours.iter()
        .filter_map(|unit| Some((unit.score, partner(unit)?.score)))
        .unzip()
}

/// The corrected resampled t test over the folds that both sides have. Of k folds each tests a part of 1/(k - 1) of
/// what the others have to train on; where the experiment asks for fewer folds than there are, that is too much, and
/// p rather too large.
fn over_folds(input: &Input, ours: &[Unit], theirs: &[Unit]) -> Result<ResampledTest, String> {
    let scored = input.runs.iter().filter_map(|run| run.fold);
    let missing = input.missing.iter().filter_map(|run| run.fold);
    let folds: BTreeSet<u32> = scored.chain(missing).collect();
    let (first, second) = pairs_of(ours, theirs);
    let train = folds.len() as f64 - 1.0;
    let test = stats::corrected_resampled_t(&first, &second, train, 1.0);
    let test = test.map_err(|error| error.to_string())?;
    Ok(ResampledTest {
        ratio: 1.0 / train,
        corrected: test.p,
        test,
    })
}

/// Tests two cells over documents, on the seeds (and folds) that both have.
pub(crate) fn over_documents(
    column: Column,
    cell: &Cell<'_>,
    baseline: &Cell<'_>,
    draws: u64,
) -> Result<DocumentTest, String> {
    let counts = common_counts(column, cell, baseline)?;
    exchanged(&counts, seed(column, cell, baseline), draws)
}

/// The counts of two cells on the runs that both have.
fn common_counts(
    column: Column,
    cell: &Cell<'_>,
    baseline: &Cell<'_>,
) -> Result<(RunCounts, RunCounts), String> {
    // Blocks of runs are exchanged together, so both sides need the same runs.
    let common: BTreeSet<RunId> = cell
        .scored(column)
        .intersection(&baseline.scored(column))
        .copied()
        .collect();
    if common.is_empty() {
        return Err(format!("the two have no {} in common", cell.noun()));
    }
    let (ours, theirs) = (
        cell.run_counts(column, &common)?,
        baseline.run_counts(column, &common)?,
    );
    if ours.documents() != theirs.documents() || !cell.has_documents_of(baseline) {
        return Err("the two were not scored on the same documents".to_owned());
    }
    Ok((ours, theirs))
}

fn exchanged(
    (ours, theirs): &(RunCounts, RunCounts),
    seed: u64,
    draws: u64,
) -> Result<DocumentTest, String> {
    let test = stats::document_randomisation(ours, theirs, Averaging::MeanOfRuns, draws, seed)
        .map_err(|error| error.to_string())?;
    let corrected = test.p().two_sided;
    Ok(DocumentTest {
        documents: ours.documents().len(),
        runs: ours.runs().len(),
        test,
        corrected,
    })
}

/// Puts the corrected p-values into a family, over seeds and over documents each for itself.
fn correct(correction: Correction, family: &mut [Comparison]) {
    let adjust = |raw: Vec<f64>| corrected(correction, &raw);
    let mut seeds: Vec<_> = family
        .iter_mut()
        .filter_map(|one| one.seeds.as_mut().ok())
        .collect();
    let corrected = adjust(seeds.iter().map(|one| one.test.p().two_sided).collect());
    for (one, corrected) in seeds.iter_mut().zip(corrected) {
        one.corrected = corrected;
    }
    let mut documents: Vec<_> = family
        .iter_mut()
        .filter_map(|one| one.documents.as_mut().ok())
        .collect();
    let corrected = adjust(documents.iter().map(|one| one.test.p().two_sided).collect());
    for (one, corrected) in documents.iter_mut().zip(corrected) {
        one.corrected = corrected;
    }
    let mut resampled: Vec<_> = family
        .iter_mut()
        .filter_map(|one| one.resampled.as_mut()?.as_mut().ok())
        .collect();
    let corrected = adjust(resampled.iter().map(|one| one.test.p).collect());
    for (one, corrected) in resampled.iter_mut().zip(corrected) {
        one.corrected = corrected;
    }
}

/// Repeats tests over documents with more draws where p lies within two standard errors of alpha, so
/// that chance in the draws does not decide on a mark. Tells whether anything changed.
fn redraw(input: &Input, pairs: &[(&Cell<'_>, &Cell<'_>)], family: &mut [Comparison]) -> bool {
    let mut changed = false;
    for (one, (cell, baseline)) in family.iter_mut().zip(pairs) {
        let Ok(documents) = &one.documents else {
            continue;
        };
        let raw = documents.test.p().two_sided;
        let level = input.statistics.alpha * raw / documents.corrected;
        if documents.test.source == Assignments::Enumerated
            || (raw - level).abs() >= 2.0 * documents.test.standard_error()
        {
            continue;
        }
        let draws = u64::from(input.statistics.draws) * MORE_DRAWS;
        one.documents = over_documents(one.column, cell, baseline, draws);
        changed = true;
    }
    changed
}
