//! Paired approximate randomisation over documents, for micro F1 over one or several runs.
//!
//! Under the null hypothesis it does not matter which system a document's counts came from. A whole document is
//! exchanged in all runs at once: runs of one system share what is hard about a document, and exchanging them one
//! by one would understate the spread. The test speaks of the trained models at hand, not of the method.
//! Approximate randomisation for F1 is Yeh 2000; averaging over runs is Clark et al. 2011.

use rand_chacha::rand_core::RngCore;

use crate::stats::draws::{count_drawn, count_enumerated};
use crate::stats::permutation::{Tails, Threshold};
use crate::stats::{Assignments, Counts, PermutationTest, RunCounts, StatsError, check};

/// Up to this many documents all exchanges are enumerated.
pub(super) const LARGEST_ENUMERATED: usize = 20;

/// How the runs of a system become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Averaging {
    /// The mean over runs of each run's micro F1.
    MeanOfRuns,
    /// The micro F1 of the counts of all runs added up.
    Pooled,
}

/// Correct, predicted and gold of every run, one after the other.
type Totals = Vec<i64>;

/// Two systems, ready to have documents exchanged between them.
#[derive(Debug, Clone)]
pub struct DocumentRandomisation {
    /// Totals of the first system as observed.
    first: Totals,
    /// Totals of both systems together, which no exchange changes.
    both: Totals,
    /// Per document, what an exchange adds to the first system's totals.
    exchange: Vec<Totals>,
    threshold: Threshold,
}

impl DocumentRandomisation {
    /// Prepares the test of `first` against `second`.
    ///
    /// Both must have the same documents in the same order and the same number of runs.
    pub fn new(
        first: &RunCounts,
        second: &RunCounts,
        averaging: Averaging,
    ) -> Result<Self, StatsError> {
        first.same_documents(second)?;
        check::same_length("runs", first.runs().len(), second.runs().len())?;
        let runs = |system: &RunCounts| match averaging {
            Averaging::MeanOfRuns => system.runs().to_vec(),
            // Adding the runs up first leaves one run, whose mean is the pooled F1.
            Averaging::Pooled => vec![system.pooled()],
        };
        let (first, second) = (by_document(&runs(first)), by_document(&runs(second)));
        let exchange: Vec<Totals> = first
            .iter()
            .zip(&second)
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| b - a).collect())
            .collect();
        let (first, second) = (column_sums(&first), column_sums(&second));
        let both: Totals = first.iter().zip(&second).map(|(a, b)| a + b).collect();
        let threshold = Threshold::new(difference(&first, &both), 1.0);
        Ok(Self {
            first,
            both,
            exchange,
            threshold,
        })
    }

    /// The observed difference of the F1, first minus second, as a fraction.
    pub fn observed(&self) -> f64 {
        self.threshold.observed
    }

    /// The p-value: exact up to 20 documents, from `draws` random exchanges beyond.
    ///
    /// `test` names the test; the same name and number of draws give the same result on any number of threads.
    pub fn test(&self, draws: u64, test: u64) -> Result<PermutationTest, StatsError> {
        let documents = self.exchange.len();
        let (source, assignments, hits) = if documents <= LARGEST_ENUMERATED {
            let assignments = 1 << documents;
            let evaluate = |totals: &mut Totals, swaps: u64| self.statistic(totals, &[swaps]);
            (
                Assignments::Enumerated,
                assignments,
                count_enumerated(self.threshold, assignments, Vec::new, evaluate),
            )
        } else {
            check::draws(draws)?;
            let start = || (Totals::new(), vec![0_u64; documents.div_ceil(64)]);
            let hits = count_drawn(
                self.threshold,
                draws,
                test,
                start,
                |(totals, swaps), generator| {
                    for word in swaps.iter_mut() {
                        *word = generator.next_u64();
                    }
                    self.statistic(totals, swaps)
                },
            );
            (Assignments::Drawn { seed: test }, draws, hits)
        };
        Ok(PermutationTest {
            statistic: self.observed(),
            source,
            assignments,
            hits,
        })
    }

    /// The statistic of each row of `swaps`, and the test that counts them; one entry per document, true to exchange.
    pub fn test_given(
        &self,
        swaps: &[Vec<bool>],
    ) -> Result<(Vec<f64>, PermutationTest), StatsError> {
        check::at_least("rows of exchanges", swaps.len(), 1)?;
        let (mut totals, mut statistics, mut hits) = (Totals::new(), Vec::new(), Tails::default());
        for (row, swap) in swaps.iter().enumerate() {
            let (found, expected) = (swap.len(), self.exchange.len());
            if found != expected {
                return Err(StatsError::RowLength {
                    what: "exchanges",
                    row,
                    found,
                    expected,
                });
            }
            let statistic = self.statistic(&mut totals, &words(swap));
            hits = hits + self.threshold.hits(statistic);
            statistics.push(statistic);
        }
        let assignments = swaps.len() as u64;
        let source = Assignments::Given;
        Ok((
            statistics,
            PermutationTest {
                statistic: self.observed(),
                source,
                assignments,
                hits,
            },
        ))
    }

    /// The difference of the F1 after exchanging the documents whose bit is set, 64 documents a word.
    fn statistic(&self, totals: &mut Totals, swaps: &[u64]) -> f64 {
        totals.clone_from(&self.first);
        for (word, documents) in swaps.iter().zip(self.exchange.chunks(64)) {
            let mut bits = *word;
            // A last word has bits that stand for no document.
            if documents.len() < 64 {
                bits &= (1 << documents.len()) - 1;
            }
            while bits != 0 {
                let change = &documents[bits.trailing_zeros() as usize];
                totals
                    .iter_mut()
                    .zip(change)
                    .for_each(|(total, change)| *total += change);
                bits &= bits - 1;
            }
        }
        difference(totals, &self.both)
    }
}

/// Tests whether two systems differ on these documents; see [`DocumentRandomisation::test`].
pub fn document_randomisation(
    first: &RunCounts,
    second: &RunCounts,
    averaging: Averaging,
    draws: u64,
    test: u64,
) -> Result<PermutationTest, StatsError> {
    DocumentRandomisation::new(first, second, averaging)?.test(draws, test)
}

/// Mean F1 of the first system minus mean F1 of the second, which has what is left of `both`.
fn difference(first: &[i64], both: &[i64]) -> f64 {
    let f1 = |correct: i64, items: i64| {
        if items == 0 {
            0.0
        } else {
            2.0 * correct as f64 / items as f64
        }
    };
    let runs = first.len() / 3;
    let sum: f64 = first
        .chunks_exact(3)
        .zip(both.chunks_exact(3))
        .map(|(a, both)| {
            f1(a[0], a[1] + a[2]) - f1(both[0] - a[0], both[1] - a[1] + both[2] - a[2])
        })
        .sum();
    sum / runs as f64
}

fn by_document(runs: &[Vec<Counts>]) -> Vec<Totals> {
    let triple = |counts: Counts| {
        [
            counts.correct as i64,
            counts.predicted as i64,
            counts.gold as i64,
        ]
    };
    let documents = runs.first().map_or(0, Vec::len);
    (0..documents)
        .map(|document| runs.iter().flat_map(|run| triple(run[document])).collect())
        .collect()
}

fn column_sums(documents: &[Totals]) -> Totals {
    let columns = documents.first().map_or(0, Vec::len);
    (0..columns)
        .map(|column| documents.iter().map(|document| document[column]).sum())
        .collect()
}

fn words(swap: &[bool]) -> Vec<u64> {
    let word = |bits: &[bool]| {
        bits.iter()
            .enumerate()
            .fold(0, |word, (bit, &set)| word | u64::from(set) << bit)
    };
    swap.chunks(64).map(word).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn system(runs: &[Vec<[u64; 3]>]) -> RunCounts {
        let documents = (0..runs[0].len())
            .map(|document| document.to_string())
            .collect();
        let runs = runs
            .iter()
            .map(|run| run.iter().map(|&counts| counts.into()).collect())
            .collect();
        RunCounts::new(documents, runs).unwrap()
    }

    /// A system whose counts on `documents` documents follow a pattern that `factor` changes.
    fn patterned(documents: u64, runs: u64, factor: u64) -> RunCounts {
        let counts = |document: u64, run: u64| [(document * factor + run) % 5, 5 + document % 3, 6];
        let run = |run| {
            (0..documents)
                .map(|document| counts(document, run))
                .collect()
        };
        system(&(0..runs).map(run).collect::<Vec<_>>())
    }

    #[test]
    fn one_document_decides_nothing() {
        let test = document_randomisation(
            &system(&[vec![[1, 1, 1]]]),
            &system(&[vec![[0, 1, 1]]]),
            Averaging::MeanOfRuns,
            0,
            0,
        );
        let test = test.unwrap();
        assert_eq!(
            (test.assignments, test.hits),
            (
                2,
                Tails {
                    two_sided: 2,
                    greater: 1,
                    less: 2
                }
            )
        );
    }

    #[test]
    fn a_given_exchange_of_everything_turns_the_sign() {
        let (first, second) = (patterned(72, 2, 3), patterned(72, 2, 7));
        let test = DocumentRandomisation::new(&first, &second, Averaging::Pooled).unwrap();
        let (statistics, outcome) = test.test_given(&[vec![true; 72], vec![false; 72]]).unwrap();
        assert!((statistics[0] + test.observed()).abs() < 1e-15);
        assert!((statistics[1] - test.observed()).abs() < 1e-15);
        assert_eq!((outcome.hits.two_sided, outcome.hits.greater), (2, 1));
        assert!(test.test_given(&[vec![true; 71]]).is_err());
    }

    #[test]
    fn drawn_exchanges_do_not_depend_on_the_number_of_threads() {
        let (first, second) = (patterned(133, 3, 7), patterned(133, 3, 3));
        let run = |threads, test| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                document_randomisation(&first, &second, Averaging::MeanOfRuns, 9_000, test)
            })
            .unwrap()
        };
        assert_eq!(run(1, 5), run(4, 5));
        assert_ne!(run(1, 5).hits, run(1, 6).hits);
        let hits = run(1, 5).hits;
        assert!(hits.greater > 100 && hits.less > 100, "{hits:?}");
    }

    #[test]
    fn the_mean_and_the_pooled_difference_are_what_they_say() {
        let first = system(&[vec![[1, 1, 1], [0, 4, 1]], vec![[1, 1, 1], [1, 1, 1]]]);
        let second = system(&[vec![[0, 0, 1], [0, 0, 1]], vec![[0, 0, 1], [0, 0, 1]]]);
        let observed = |averaging| {
            DocumentRandomisation::new(&first, &second, averaging)
                .unwrap()
                .observed()
        };
        assert!((observed(Averaging::MeanOfRuns) - f64::midpoint(2.0 / 7.0, 1.0)).abs() < 1e-15);
        assert!((observed(Averaging::Pooled) - 6.0 / 11.0).abs() < 1e-15);
    }

    #[test]
    fn mismatched_systems_are_refused() {
        let one = system(&[vec![[1, 1, 1]]]);
        let two = system(&[vec![[1, 1, 1], [1, 1, 1]]]);
        let more_runs = system(&[vec![[1, 1, 1]], vec![[1, 1, 1]]]);
        let test = |other| document_randomisation(&one, other, Averaging::MeanOfRuns, 10, 0);
        assert!(matches!(
            test(&two),
            Err(StatsError::LengthMismatch {
                what: "documents",
                ..
            })
        ));
        assert!(matches!(
            test(&more_runs),
            Err(StatsError::LengthMismatch { what: "runs", .. })
        ));
        let renamed = RunCounts::new(vec!["other".into()], one.runs().to_vec()).unwrap();
        assert!(matches!(
            test(&renamed),
            Err(StatsError::DocumentMismatch { position: 0, .. })
        ));
        let many = patterned(21, 1, 3);
        assert!(document_randomisation(&many, &many, Averaging::MeanOfRuns, 0, 0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn drawing_agrees_with_enumerating(
            rows in prop::collection::vec(((0_u64..6, 6_u64..9), (0_u64..6, 6_u64..9), 6_u64..8), 4..9)
        ) {
            let mut first: Vec<[u64; 3]> = rows.iter().map(|row| [row.0.0, row.0.1, row.2]).collect();
            let mut second: Vec<[u64; 3]> = rows.iter().map(|row| [row.1.0, row.1.1, row.2]).collect();
            let test = |first: &[[u64; 3]], second: &[[u64; 3]]| {
                let (first, second) = (system(&[first.to_vec()]), system(&[second.to_vec()]));
                document_randomisation(&first, &second, Averaging::MeanOfRuns, 20_000, 1).unwrap()
            };
            let exact = test(&first, &second);
            // Documents with equal counts change no exchange but push their number past the limit of enumeration.
            first.resize(LARGEST_ENUMERATED + 1, [0, 0, 0]);
            second.resize(LARGEST_ENUMERATED + 1, [0, 0, 0]);
            let drawn = test(&first, &second);
            prop_assert_eq!(drawn.source, Assignments::Drawn { seed: 1 });
            prop_assert!((exact.p().two_sided - drawn.p().two_sided).abs() < 0.02, "{exact:?} {drawn:?}");
            prop_assert!((exact.p().less - drawn.p().less).abs() < 0.02, "{exact:?} {drawn:?}");
        }
    }
}
