//! A difference of differences, (A - B) - (C - D), of the mean F1 of four systems on the same runs and documents.
//!
//! It is half the difference between the runs of A and D put together and those of C and B put together, so the
//! tests of two systems serve four: what is exchanged or drawn is the same document, or the same run, of all four.

use crate::stats::documents::{Averaging, document_randomisation};
use crate::stats::{
    Bootstrap, PermutationTest, Resample, RunCounts, StatsError, bootstrap_difference_given, check,
    random,
};

/// Four systems as two, with twice as many runs.
#[derive(Debug, Clone)]
pub struct Contrast {
    /// The runs of A, then those of D.
    first: RunCounts,
    /// The runs of C, then those of B.
    second: RunCounts,
    runs: usize,
}

impl Contrast {
    /// Takes A, B, C and D; run i of each belongs together, and all have the same documents in the same order.
    pub fn new([a, b, c, d]: [&RunCounts; 4]) -> Result<Self, StatsError> {
        for other in [b, c, d] {
            a.same_documents(other)?;
            check::same_length("runs", a.runs().len(), other.runs().len())?;
        }
        let together = |one: &RunCounts, other: &RunCounts| {
            let runs = [one.runs(), other.runs()].concat();
            RunCounts::new(one.documents().to_vec(), runs)
        };
        Ok(Self {
            first: together(a, d)?,
            second: together(c, b)?,
            runs: a.runs().len(),
        })
    }

    /// Tests whether the contrast is zero by exchanging documents of A with those of C and of B with those of D, in
    /// all runs at once; `test` names the draws. The statistic is the contrast as a fraction.
    pub fn randomisation(&self, draws: u64, test: u64) -> Result<PermutationTest, StatsError> {
        let (first, second) = (&self.first, &self.second);
        let half = document_randomisation(first, second, Averaging::MeanOfRuns, draws, test)?;
        Ok(PermutationTest {
            statistic: 2.0 * half.statistic,
            ..half
        })
    }

    /// Bootstraps the contrast with `replicates` resamples drawn from `seed`; all four systems share the runs and
    /// the documents of a resample.
    pub fn bootstrap(&self, replicates: usize, seed: u64) -> Result<Bootstrap, StatsError> {
        let resample = |replicate: usize| {
            let mut generator = random::generator(seed, replicate as u64);
            let mut runs = random::indexes(&mut generator, self.runs, self.runs);
            runs.extend_from_within(..);
            for run in &mut runs[self.runs..] {
                *run += self.runs;
            }
            let documents = self.first.documents().len();
            Resample {
                first_runs: runs.clone(),
                second_runs: runs,
                documents: random::indexes(&mut generator, documents, documents),
            }
        };
        let resamples: Vec<Resample> = (0..replicates).map(resample).collect();
        let half = bootstrap_difference_given(&self.first, &self.second, &resamples)?.difference;
        Ok(Bootstrap {
            observed: 2.0 * half.observed,
            replicates: half.replicates.iter().map(|half| 2.0 * half).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stats::{Convention, Counts};

    /// Three runs of ten documents with about `correct` of ten right.
    fn system(correct: u64) -> RunCounts {
        let counts = |run: u64, document: u64| Counts::new(correct + (run + document) % 2, 10, 10);
        let runs = (0..3).map(|run| (0..10).map(|document| counts(run, document)).collect());
        let names = (0..10).map(|document| document.to_string());
        RunCounts::new(names.collect(), runs.collect()).unwrap()
    }

    #[test]
    fn the_contrast_is_the_difference_of_the_differences() {
        let systems = [system(8), system(4), system(5), system(3)];
        let contrast = Contrast::new(systems.each_ref()).unwrap();
        let test = contrast.randomisation(1000, 1).unwrap();
        let [a, b, c, d] = systems.each_ref().map(RunCounts::mean_f1);
        assert!((test.statistic - (a - b - c + d)).abs() < 1e-12);
        // Ten documents that all go the same way: two of 2^10 exchanges are as extreme.
        assert_eq!((test.hits.two_sided, test.assignments), (2, 1024));
        let bootstrap = contrast.bootstrap(200, 1).unwrap();
        assert!((bootstrap.observed - test.statistic).abs() < 1e-12);
        let interval = bootstrap.interval(0.95, Convention::Rank).unwrap();
        assert!(
            interval.lower > 0.19 && interval.upper < 0.21,
            "{interval:?}"
        );
    }

    #[test]
    fn levels_that_differ_alike_make_no_contrast() {
        let systems = [system(8), system(6), system(4), system(2)];
        let contrast = Contrast::new(systems.each_ref()).unwrap();
        let test = contrast.randomisation(1000, 1).unwrap();
        assert!(test.statistic.abs() < 1e-12 && test.p().two_sided > 0.99);
    }

    #[test]
    fn unequal_runs_and_documents_are_refused() {
        let one = RunCounts::new(vec!["0".to_owned()], vec![vec![Counts::new(1, 1, 1)]]).unwrap();
        let whole = system(5);
        assert!(Contrast::new([&whole, &whole, &whole, &one]).is_err());
        let shorter = RunCounts::new(whole.documents().to_vec(), whole.runs()[..2].to_vec());
        assert!(Contrast::new([&whole, &shorter.unwrap(), &whole, &whole]).is_err());
    }
}
