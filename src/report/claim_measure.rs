//! One comparison of a claim in numbers: two cells, or two differences of cells.

use std::collections::BTreeSet;

use super::cells::{self, Cell, Unit};
use super::compare::{self, DocumentTest, SeedTest};
use super::conventions;
use super::input::Input;
use super::intervals::{LEVEL, REPLICATES};
use super::text;
use crate::score::Column;
use crate::stats::{self, Bootstrap, Contrast, Convention, PermutationTest};

/// A side: a cell, and the cell that is taken off where the side is a difference.
pub(crate) type SideCells<'a> = (&'a Cell<'a>, Option<&'a Cell<'a>>);

/// Two sides held against each other in one metric.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Mean of the left side in percent (a speed in sentences a second), or its mean difference.
    pub(crate) left: f64,
    /// The same of the right side.
    pub(crate) right: f64,
    /// The 95 % interval around the effect, or why there is none.
    pub(crate) interval: Result<(f64, f64), String>,
    /// The test over seeds, which decides.
    pub(crate) seeds: SeedTest,
    /// The test over documents, or why there is none.
    pub(crate) documents: Result<DocumentTest, String>,
}

impl Measured {
    /// The left side minus the right side, in the unit of the column.
    pub(crate) fn effect(&self) -> f64 {
        self.left - self.right
    }

    /// The two-sided p over seeds.
    pub(crate) fn p(&self) -> f64 {
        self.seeds.test.p().two_sided
    }

    /// Whether a side has one run only, so that the interval holds for other documents but not for other seeds.
    pub(crate) fn documents_only(&self) -> bool {
        self.seeds.first.min(self.seeds.second) == 1
    }

    /// The same with left and right exchanged.
    fn turned(mut self) -> Self {
        std::mem::swap(&mut self.left, &mut self.right);
        std::mem::swap(&mut self.seeds.first, &mut self.seeds.second);
        turn(&mut self.seeds.test);
        if let Ok(documents) = &mut self.documents {
            turn(&mut documents.test);
        }
        self.interval = self.interval.map(|(lower, upper)| (-upper, -lower));
        self
    }
}

fn turn(test: &mut PermutationTest) {
    test.statistic *= -1.0;
    std::mem::swap(&mut test.hits.greater, &mut test.hits.less);
}

/// Compares two sides. The order in which they are computed does not depend on which is the left one, so that random
/// draws do not either.
pub(crate) fn measure(
    input: &Input,
    column: Column,
    left: SideCells<'_>,
    right: SideCells<'_>,
) -> Result<Measured, String> {
    let order = |side: SideCells<'_>| {
        (
            side.0.values.clone(),
            side.1.map(|cell| cell.values.clone()),
        )
    };
    if order(left) <= order(right) {
        in_order(input, column, left, right)
    } else {
        in_order(input, column, right, left).map(Measured::turned)
    }
}

fn in_order(
    input: &Input,
    column: Column,
    first: SideCells<'_>,
    second: SideCells<'_>,
) -> Result<Measured, String> {
    let sides = [Some(first.0), first.1, Some(second.0), second.1];
    for cell in sides.into_iter().flatten() {
        if cell.units(column).is_empty() {
            return Err(unscored(input, cell));
        }
    }
    let sides = sides.into_iter().flatten();
    let conventions = input.conventions(sides.map(|cell| cell.values.as_slice()));
    if conventions.len() > 1 {
        return Err(format!(
            "what counts as right differs between the scoring profiles {}, so their scores cannot be compared",
            conventions::names(&conventions)
        ));
    }
    match (first, second) {
        ((a, Some(b)), (c, Some(d))) => differences(input, column, [a, b, c, d]),
        ((first, _), (second, _)) => two_cells(input, column, first, second),
    }
}

fn unscored(input: &Input, cell: &Cell<'_>) -> String {
    let same = |values: &[(String, String)]| {
        let has = |(key, value): &(String, String)| cells::value(values, key) == value;
        cell.values.iter().all(has)
    };
    let missing = input.missing_in_order();
    let reason = missing.iter().find(|run| same(&run.cell));
    let reason = reason.map_or_else(String::new, |run| format!(": {}", run.reason));
    format!(
        "{} has no scored run{reason}",
        text::described(&cell.values)
    )
}

fn two_cells(
    input: &Input,
    column: Column,
    first: &Cell<'_>,
    second: &Cell<'_>,
) -> Result<Measured, String> {
    let paired = input.statistics.paired || cells::has_folds(input);
    let (mut ours, mut theirs) = (first.units(column), second.units(column));
    let mut runs = [first.scored(column), second.scored(column)];
    if paired {
        // The effect is that of the runs that the test sees.
        let common = common(&[&ours, &theirs]);
        ours.retain(|unit| common.contains(&unit.id));
        theirs.retain(|unit| common.contains(&unit.id));
        for own in &mut runs {
            own.retain(|(fold, seed)| common.contains(&fold.map_or(*seed, u64::from)));
        }
    }
    let seed = compare::seed(column, first, second);
    let tested = compare::over_seeds(input, paired, (&ours, &theirs), seed)?;
    let bootstrap = || {
        let same = first.has_documents_of(second);
        let (first, second) = (
            first.resampled_counts(column, &runs[0])?,
            second.resampled_counts(column, &runs[1])?,
        );
        if first.documents() != second.documents() || !same {
            return Err("the two were not scored on the same documents".to_owned());
        }
        stats::bootstrap_difference(&first, &second, paired, REPLICATES, seed)
            .map(|bootstrap| bootstrap.difference)
            .map_err(|error| error.to_string())
    };
    Ok(Measured {
        left: mean(&ours),
        right: mean(&theirs),
        interval: bootstrap().and_then(|bootstrap| interval(&bootstrap)),
        seeds: tested,
        documents: compare::over_documents(
            column,
            first,
            second,
            u64::from(input.statistics.draws),
        ),
    })
}

/// (A − B) against (C − D), seed by seed: equal seeds share what the four have in common.
fn differences(input: &Input, column: Column, four: [&Cell<'_>; 4]) -> Result<Measured, String> {
    let units = four.map(|cell| cell.units(column));
    let common = common(&units.each_ref());
    let difference = |from: &[Unit], off: &[Unit]| {
        let pair = |id: &u64| {
            let score = |units: &[Unit]| Some(units.iter().find(|unit| unit.id == *id)?.score);
            let score = score(from)? - score(off)?;
            Some(Unit { id: *id, score })
        };
        common.iter().filter_map(pair).collect::<Vec<Unit>>()
    };
    let [a, b, c, d] = &units;
    let (left, right) = (difference(a, b), difference(c, d));
    if left.is_empty() {
        return Err(format!(
            "the four cells have no {} in common",
            four[0].noun()
        ));
    }
    let seed = compare::seed_of(&format!(
        "{}|{:?}",
        column.name(),
        four.map(|cell| &cell.values)
    ));
    let seeds = compare::over_seeds(input, true, (&left, &right), seed)?;
    let mut runs = four[0].scored(column);
    for cell in four {
        let others = cell.scored(column);
        runs.retain(|run| others.contains(run));
    }
    let contrast = || {
        let counts = |cell: &Cell<'_>| cell.run_counts(column, &runs);
        let [a, b, c, d] = four.map(counts);
        let counts = [a?, b?, c?, d?];
        let same = four.iter().all(|cell| cell.has_documents_of(four[0]));
        let names = counts[0].documents();
        if !same || counts.iter().any(|one| one.documents() != names) {
            return Err("the four were not scored on the same documents".to_owned());
        }
        let contrast = Contrast::new(counts.each_ref()).map_err(|error| error.to_string())?;
        Ok((contrast, counts[0].documents().len()))
    };
    let contrast = contrast();
    Ok(Measured {
        left: mean(&left),
        right: mean(&right),
        interval: contrast
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|(contrast, _)| {
                four[0].resampled_counts(column, &runs)?;
                let bootstrap = contrast.bootstrap(REPLICATES, seed);
                interval(&bootstrap.map_err(|error| error.to_string())?)
            }),
        documents: contrast.and_then(|(contrast, documents)| {
            let test = contrast.randomisation(u64::from(input.statistics.draws), seed);
            let test = test.map_err(|error| error.to_string())?;
            Ok(DocumentTest {
                documents,
                runs: runs.len(),
                corrected: test.p().two_sided,
                test,
            })
        }),
        seeds,
    })
}

/// The seeds (or folds) that all sides have.
fn common(sides: &[&Vec<Unit>]) -> BTreeSet<u64> {
    let ids = |units: &[Unit]| units.iter().map(|unit| unit.id).collect::<BTreeSet<u64>>();
    let mut common = ids(sides[0]);
    for side in &sides[1..] {
        let other = ids(side);
        common.retain(|id| other.contains(id));
    }
    common
}

fn mean(units: &[Unit]) -> f64 {
    units.iter().map(|unit| unit.score).sum::<f64>() / units.len() as f64
}

fn interval(bootstrap: &Bootstrap) -> Result<(f64, f64), String> {
    let interval = bootstrap.interval(LEVEL, Convention::Rank);
    let interval = interval.map_err(|error| error.to_string())?;
    Ok((100.0 * interval.lower, 100.0 * interval.upper))
}
