//! The pigeonhole bootstrap over runs and documents (Owen 2007): intervals that hold for other seeds and other
//! documents alike.
//!
//! A replicate draws documents once, for all runs of both systems, and runs of each system, or the same runs of both
//! where run i of one belongs to run i of the other. With few runs the intervals are rough: too wide where runs hardly
//! vary, too narrow where they vary much. They are for showing, and no mark of significance should be derived from them.
//! With one run they hold for documents only.

use rayon::prelude::*;

use crate::stats::counts;
use crate::stats::run_counts::mean_f1;
use crate::stats::summary::variance;
use crate::stats::{
    Convention, Counts, Interval, RunCounts, StatsError, check, percentile_interval, random,
};

/// The indexes one replicate uses, each with repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resample {
    /// Runs of the first system, as many as it has.
    pub first_runs: Vec<usize>,
    /// Runs of the second system, as many as it has.
    pub second_runs: Vec<usize>,
    /// Documents, as many as there are.
    pub documents: Vec<usize>,
}

/// An estimate and its bootstrap replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// The estimate from the data as they are.
    pub observed: f64,
    /// The estimate from each resample, in the order of the resamples.
    pub replicates: Vec<f64>,
}

impl Bootstrap {
    /// The standard deviation of the replicates (divisor B - 1); at least two are needed.
    pub fn standard_error(&self) -> Result<f64, StatsError> {
        check::at_least("bootstrap replicates", self.replicates.len(), 2)?;
        Ok(variance(&self.replicates).sqrt())
    }

    /// The percentile interval at `level`, such as 0.95.
    pub fn interval(&self, level: f64, convention: Convention) -> Result<Interval, StatsError> {
        percentile_interval(&self.replicates, level, convention)
    }
}

/// The bootstrap of two systems on the same documents, all F1 as fractions.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferenceBootstrap {
    /// Mean F1 of the first system.
    pub first: Bootstrap,
    /// Mean F1 of the second system.
    pub second: Bootstrap,
    /// Difference of the mean F1, first minus second.
    pub difference: Bootstrap,
    /// Difference of the F1 of the counts of all runs added up, first minus second.
    pub pooled_difference: Bootstrap,
}

/// Bootstraps the difference of two systems with `replicates` resamples drawn from `seed`.
///
/// `paired` says that run i of both belongs together (the same seed or fold) and is drawn together.
pub fn bootstrap_difference(
    first: &RunCounts,
    second: &RunCounts,
    paired: bool,
    replicates: usize,
    seed: u64,
) -> Result<DifferenceBootstrap, StatsError> {
    let runs = (first.runs().len(), second.runs().len());
    if paired {
        check::same_length("paired runs", runs.0, runs.1)?;
    }
    let resamples = draw(
        runs.0,
        (!paired).then_some(runs.1),
        first.documents().len(),
        replicates,
        seed,
    );
    bootstrap_difference_given(first, second, &resamples)
}

/// Bootstraps the difference of two systems with the given resamples.
pub fn bootstrap_difference_given(
    first: &RunCounts,
    second: &RunCounts,
    resamples: &[Resample],
) -> Result<DifferenceBootstrap, StatsError> {
    first.same_documents(second)?;
    check::at_least("bootstrap resamples", resamples.len(), 1)?;
    for (row, resample) in resamples.iter().enumerate() {
        check::resample(
            "runs of the first system",
            row,
            &resample.first_runs,
            first.runs().len(),
        )?;
        check::resample(
            "runs of the second system",
            row,
            &resample.second_runs,
            second.runs().len(),
        )?;
        check::resample(
            "documents",
            row,
            &resample.documents,
            first.documents().len(),
        )?;
    }
    let (one, other) = (Rows::of(first), Rows::of(second));
    let evaluate = |resample: &Resample| {
        [
            one.resampled(&resample.first_runs, &resample.documents),
            other.resampled(&resample.second_runs, &resample.documents),
        ]
    };
    let replicates: Vec<[F1; 2]> = resamples.par_iter().map(evaluate).collect();
    let observed = [F1::of(first), F1::of(second)];
    let bootstrap = |statistic: fn(&[F1; 2]) -> f64| Bootstrap {
        observed: statistic(&observed),
        replicates: replicates.iter().map(statistic).collect(),
    };
    Ok(DifferenceBootstrap {
        first: bootstrap(|systems| systems[0].mean),
        second: bootstrap(|systems| systems[1].mean),
        difference: bootstrap(|systems| systems[0].mean - systems[1].mean),
        pooled_difference: bootstrap(|systems| systems[0].pooled - systems[1].pooled),
    })
}

/// Bootstraps the mean F1 of one system with `replicates` resamples drawn from `seed`.
pub fn bootstrap_mean_f1(
    system: &RunCounts,
    replicates: usize,
    seed: u64,
) -> Result<Bootstrap, StatsError> {
    let resamples = draw(
        system.runs().len(),
        None,
        system.documents().len(),
        replicates,
        seed,
    );
    bootstrap_mean_f1_given(system, &resamples)
}

/// Bootstraps the mean F1 of one system with the given resamples, of which only the first system's runs are used.
pub fn bootstrap_mean_f1_given(
    system: &RunCounts,
    resamples: &[Resample],
) -> Result<Bootstrap, StatsError> {
    check::at_least("bootstrap resamples", resamples.len(), 1)?;
    for (row, resample) in resamples.iter().enumerate() {
        check::resample("runs", row, &resample.first_runs, system.runs().len())?;
        check::resample(
            "documents",
            row,
            &resample.documents,
            system.documents().len(),
        )?;
    }
    let rows = Rows::of(system);
    let evaluate = |resample: &Resample| {
        rows.resampled(&resample.first_runs, &resample.documents)
            .mean
    };
    Ok(Bootstrap {
        observed: system.mean_f1(),
        replicates: resamples.par_iter().map(evaluate).collect(),
    })
}

/// Both ways to average over runs.
struct F1 {
    mean: f64,
    pooled: f64,
}

impl F1 {
    fn of(system: &RunCounts) -> Self {
        let totals = system.totals();
        Self {
            mean: mean_f1(&totals),
            pooled: totals.into_iter().sum::<Counts>().f1(),
        }
    }
}

/// What F1 needs of each document, all runs side by side: the correct items of two runs, then the predicted and gold
/// items of each together. Four numbers at a time are added without a loop.
struct Rows {
    /// Pairs of runs; the second of the last may be none.
    pairs: usize,
    numbers: Vec<[u64; 4]>,
}

impl Rows {
    fn of(system: &RunCounts) -> Self {
        let row = |document: usize| {
            system.runs().chunks(2).map(move |pair| {
                let counts =
                    |run: usize| pair.get(run).map_or(Counts::default(), |run| run[document]);
                let items = |run: usize| counts(run).predicted + counts(run).gold;
                [counts(0).correct, counts(1).correct, items(0), items(1)]
            })
        };
        Self {
            pairs: system.runs().len().div_ceil(2),
            numbers: (0..system.documents().len()).flat_map(row).collect(),
        }
    }

    fn resampled(&self, runs: &[usize], documents: &[usize]) -> F1 {
        let total = |pair: usize| {
            let mut total = [0_u64; 4];
            for document in documents {
                let numbers = self.numbers[document * self.pairs + pair];
                total = std::array::from_fn(|at| total[at] + numbers[at]);
            }
            total
        };
        let totals: Vec<[u64; 4]> = (0..self.pairs).map(total).collect();
        let drawn = |run: &usize| {
            let pair = totals[run / 2];
            (pair[run % 2], pair[2 + run % 2])
        };
        let sum: f64 = runs.iter().map(drawn).map(f1).sum();
        let both = runs.iter().map(drawn);
        let pooled = both.fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1));
        F1 {
            mean: sum / runs.len() as f64,
            pooled: f1(pooled),
        }
    }
}

fn f1((correct, items): (u64, u64)) -> f64 {
    counts::f1(correct, items, 0)
}

/// Draws resamples; without a number of second runs the second system takes the draw of the first.
fn draw(
    first: usize,
    second: Option<usize>,
    documents: usize,
    replicates: usize,
    seed: u64,
) -> Vec<Resample> {
    let resample = |replicate: usize| {
        let mut generator = random::generator(seed, replicate as u64);
        let first_runs = random::indexes(&mut generator, first, first);
        let second_runs = match second {
            Some(second) => random::indexes(&mut generator, second, second),
            None => first_runs.clone(),
        };
        Resample {
            first_runs,
            second_runs,
            documents: random::indexes(&mut generator, documents, documents),
        }
    };
    (0..replicates).into_par_iter().map(resample).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    fn system(runs: usize, documents: usize, shift: u64) -> RunCounts {
        let counts = |run: usize, document: usize| {
            Counts::new((run as u64 * 3 + document as u64 * 5 + shift) % 7, 8, 8)
        };
        let names = (0..documents)
            .map(|document| document.to_string())
            .collect();
        let runs = (0..runs).map(|run| {
            (0..documents)
                .map(|document| counts(run, document))
                .collect()
        });
        RunCounts::new(names, runs.collect()).unwrap()
    }

    #[test]
    fn every_run_and_document_once_is_the_data() {
        let (first, second) = (system(2, 3, 0), system(3, 3, 1));
        let resample = Resample {
            first_runs: vec![1, 0],
            second_runs: vec![2, 0, 1],
            documents: vec![2, 0, 1],
        };
        let result = bootstrap_difference_given(&first, &second, &[resample]).unwrap();
        for bootstrap in [
            result.first,
            result.second,
            result.difference,
            result.pooled_difference,
        ] {
            assert!((bootstrap.observed - bootstrap.replicates[0]).abs() < 1e-15);
        }
    }

    #[test]
    fn a_paired_system_does_not_differ_from_itself() {
        let one = system(4, 10, 0);
        let result = bootstrap_difference(&one, &one, true, 50, 3).unwrap();
        assert!(
            result
                .difference
                .replicates
                .iter()
                .all(|&value| value == 0.0)
        );
        assert!(
            bootstrap_difference(&one, &one, false, 50, 3)
                .unwrap()
                .difference
                .standard_error()
                .unwrap()
                > 0.0
        );
    }

    #[test]
    fn draws_are_reproducible_and_the_interval_holds_the_estimate() {
        let one = system(5, 40, 0);
        let result = bootstrap_mean_f1(&one, 500, 9).unwrap();
        assert_eq!(result, bootstrap_mean_f1(&one, 500, 9).unwrap());
        assert_ne!(result, bootstrap_mean_f1(&one, 500, 10).unwrap());
        let interval = result.interval(0.95, Convention::Rank).unwrap();
        assert!(interval.lower < result.observed && result.observed < interval.upper);
    }

    #[test]
    fn bad_tables_are_refused() {
        let one = system(1, 2, 0);
        let given = |documents: Vec<usize>| {
            bootstrap_mean_f1_given(
                &one,
                &[Resample {
                    first_runs: vec![0],
                    second_runs: vec![0],
                    documents,
                }],
            )
        };
        assert!(matches!(
            given(vec![0, 2]),
            Err(StatsError::Index {
                index: 2,
                length: 2,
                ..
            })
        ));
        assert!(matches!(given(vec![0]), Err(StatsError::RowLength { .. })));
        assert!(bootstrap_mean_f1(&one, 0, 0).is_err());
        assert!(bootstrap_difference(&one, &system(2, 2, 0), true, 5, 0).is_err());
        assert!(bootstrap_difference(&one, &system(1, 3, 0), true, 5, 0).is_err());
    }
}
