//! How often each test finds a difference between systems that do not differ, where seeds have their own effect.
//!
//! Systems are drawn from one and the same population: what a document is worth is common to all, what a seed is worth
//! is drawn for every run, and items are right by chance. A test that keeps its promise rejects in 5 % of the
//! repetitions.

use std::error::Error;
use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use sweep::stats::{
    Averaging, Convention, Counts, RunCounts, StatsError, bootstrap_difference,
    corrected_resampled_t, document_randomisation, holm, sign_flip, two_sample,
};

const REPETITIONS: u64 = 4000;
const DOCUMENTS: usize = 200;
const SEEDS: usize = 5;
/// Five pairs cannot come below 5 %.
const PAIRS: usize = 8;
const FOLDS: usize = 10;
const COMPARISONS: usize = 4;
const DRAWS: u64 = 1000;
const REPLICATES: usize = 500;
const ALPHA: f64 = 0.05;

/// Standard deviations of the effect of a seed, in points.
const EFFECTS: [f64; 3] = [0.0, 2.0, 4.0];

/// Whether each test found a difference, in the order of [`NAMES`].
type Found = [bool; NAMES.len()];

const NAMES: [&str; 9] = [
    "two-sample permutation, 5 against 5 seeds",
    "paired sign flip, 8 pairs of seeds",
    "document randomisation, mean of 5 seeds",
    "document randomisation, 1 run each",
    "bootstrap interval without 0, 5 seeds",
    "Holm over 4 comparisons of 5 seeds, any",
    "sign flip over 10 folds",
    "corrected resampled t over 10 folds",
    "document randomisation over 10 folds",
];

/// Prints a line for each test with its rate of rejections for each effect of seeds.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    println!(
        "{REPETITIONS} repetitions, {DOCUMENTS} documents, level {ALPHA}; % of repetitions with a difference"
    );
    let mut columns = Vec::new();
    for effect in EFFECTS {
        let world = World::new(effect);
        let found: Result<Vec<(Found, f64)>, StatsError> = (0..REPETITIONS)
            .into_par_iter()
            .map(|number| world.repetition(number))
            .collect();
        let found = found?;
        let spread = found.iter().map(|(_, variance)| variance).sum::<f64>() / found.len() as f64;
        let rates: [f64; NAMES.len()] = std::array::from_fn(|test| {
            let hits = found.iter().filter(|(found, _)| found[test]).count();
            100.0 * hits as f64 / found.len() as f64
        });
        columns.push((spread.sqrt(), rates));
    }
    row("effect of a seed, sd in points", EFFECTS);
    let spreads = columns.iter().map(|(spread, _)| *spread);
    row("sd of F1 from run to run, points", spreads);
    for (test, name) in NAMES.iter().enumerate() {
        row(name, columns.iter().map(|(_, rates)| rates[test]));
    }
    Ok(())
}

fn row(name: &str, values: impl IntoIterator<Item = f64>) {
    let values = values.into_iter().map(|value| format!("{value:>8.1}"));
    println!("{name:<44}{}", values.collect::<String>());
}

/// What all systems have in common.
struct World {
    /// Gold items and the part of them that is found on average, of each document.
    documents: Vec<(u64, f64)>,
    /// Standard deviation of what a seed adds to that part.
    effect: f64,
}

impl World {
    fn new(points: f64) -> Self {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(1));
        let document = |_| (2 + dice.0.next_u64() % 12, 0.7 + 0.1 * dice.normal());
        Self {
            documents: (0..DOCUMENTS).map(document).collect(),
            effect: points / 100.0,
        }
    }

    /// One run over all documents, better or worse by `effect`.
    fn run(&self, dice: &mut Dice, effect: f64) -> Vec<Counts> {
        let mut document = |&(gold, part): &(u64, f64)| {
            let part = (part + effect).clamp(0.02, 0.98);
            let correct = (0..gold).filter(|_| dice.uniform() < part).count() as u64;
            // What is missed is about made up for by what is wrong, so that F1 is about the part that is found.
            let wrong = (0..gold).filter(|_| dice.uniform() > part).count() as u64;
            Counts::new(correct, correct + wrong, gold)
        };
        self.documents.iter().map(&mut document).collect()
    }

    fn system(&self, dice: &mut Dice, runs: usize) -> Result<RunCounts, StatsError> {
        let run = |_| {
            let effect = self.effect * dice.normal();
            self.run(dice, effect)
        };
        named((0..runs).map(run).collect())
    }

    /// A model for each fold. Training sets that overlap make models alike: the correlation is that of Nadeau and
    /// Bengio 2003, the share of a fold. A run has counts on the documents of its fold.
    fn folds(&self, dice: &mut Dice) -> Result<RunCounts, StatsError> {
        let common = (1.0 / FOLDS as f64).sqrt();
        let own = (1.0 - 1.0 / FOLDS as f64).sqrt();
        let shared = dice.normal();
        let run = |fold| {
            let effect = self.effect * (common * shared + own * dice.normal());
            let mut run = self.run(dice, effect);
            for (document, counts) in run.iter_mut().enumerate() {
                if document % FOLDS != fold {
                    *counts = Counts::default();
                }
            }
            run
        };
        named((0..FOLDS).map(run).collect())
    }

    /// What each test finds in systems drawn anew, and the variance of the scores of one of them.
    fn repetition(&self, number: u64) -> Result<(Found, f64), StatsError> {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(1000 + number));
        let [first, second] = [
            self.system(&mut dice, PAIRS)?,
            self.system(&mut dice, PAIRS)?,
        ];
        let all = [scores(&first), scores(&second)];
        let few = [&all[0][..SEEDS], &all[1][..SEEDS]];
        let [first, second] = [shortened(&first, SEEDS)?, shortened(&second, SEEDS)?];
        let documents = |first: &RunCounts, second: &RunCounts| {
            let averaging = Averaging::MeanOfRuns;
            document_randomisation(first, second, averaging, DRAWS, number)
                .map(|test| test.p().two_sided < ALPHA)
        };
        let interval = bootstrap_difference(&first, &second, false, REPLICATES, number)?
            .difference
            .interval(1.0 - ALPHA, Convention::Rank)?;
        let mut family = vec![two_sample(few[0], few[1], DRAWS, number)?.p().two_sided];
        for _ in 1..COMPARISONS {
            let other = scores(&self.system(&mut dice, SEEDS)?);
            family.push(two_sample(&other, few[1], DRAWS, number)?.p().two_sided);
        }
        let folds = [self.folds(&mut dice)?, self.folds(&mut dice)?];
        let of_folds = [scores(&folds[0]), scores(&folds[1])];
        let train = FOLDS as f64 - 1.0;
        let found = [
            family[0] < ALPHA,
            sign_flip(&all[0], &all[1], DRAWS, number)?.p().two_sided < ALPHA,
            documents(&first, &second)?,
            documents(&shortened(&first, 1)?, &shortened(&second, 1)?)?,
            interval.lower > 0.0 || interval.upper < 0.0,
            holm(&family)?.iter().any(|p| *p < ALPHA),
            sign_flip(&of_folds[0], &of_folds[1], DRAWS, number)?
                .p()
                .two_sided
                < ALPHA,
            corrected_resampled_t(&of_folds[0], &of_folds[1], train, 1.0)?.p < ALPHA,
            documents(&folds[0], &folds[1])?,
        ];
        let mean = few[0].iter().sum::<f64>() / SEEDS as f64;
        let squares: f64 = few[0].iter().map(|score| (score - mean).powi(2)).sum();
        Ok((found, squares / (SEEDS as f64 - 1.0)))
    }
}

fn named(runs: Vec<Vec<Counts>>) -> Result<RunCounts, StatsError> {
    let names = (0..DOCUMENTS).map(|document| document.to_string());
    RunCounts::new(names.collect(), runs)
}

fn shortened(system: &RunCounts, runs: usize) -> Result<RunCounts, StatsError> {
    named(system.runs()[..runs].to_vec())
}

/// F1 of each run in percent.
fn scores(system: &RunCounts) -> Vec<f64> {
    system
        .totals()
        .iter()
        .map(|total| 100.0 * total.f1())
        .collect()
}

struct Dice(ChaCha8Rng);

impl Dice {
    /// Between 0 and 1, both excluded.
    fn uniform(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 2.0_f64.powi(32)
    }

    /// A standard normal value (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}
