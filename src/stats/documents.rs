//! Paired approximate randomisation over documents, for micro F1 over one or several runs.
//!
//! Under the null hypothesis it does not matter which system a document's counts came from. A whole document is
//! exchanged in all runs at once: runs of one system share what is hard about a document, and exchanging them one
//! by one would understate the spread. The test speaks of the trained models at hand, not of the method.
//! Approximate randomisation for F1 is Yeh 2000; averaging over runs is Clark et al. 2011.

use std::ops::Range;

use rand_chacha::rand_core::RngCore;

use crate::stats::draws::over_chunks;
use crate::stats::exchange::{BATCH, BLOCK, Exchange};
use crate::stats::permutation::{Tails, Threshold};
use crate::stats::{Assignments, PermutationTest, RunCounts, StatsError, check, random};

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

/// Two systems, ready to have documents exchanged between them.
#[derive(Debug, Clone)]
pub struct DocumentRandomisation {
    exchange: Exchange,
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
        let exchange = match averaging {
            Averaging::MeanOfRuns => Exchange::new(first.runs(), second.runs()),
            // Adding the runs up first leaves one run, whose mean is the pooled F1.
            Averaging::Pooled => Exchange::new(&[first.pooled()], &[second.pooled()]),
        };
        let mut observed = [0.0];
        exchange.statistics(&vec![0; exchange.blocks()], &mut observed);
        Ok(Self {
            exchange,
            threshold: Threshold::new(observed[0], 1.0),
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
        let documents = self.exchange.documents();
        let (source, assignments, hits) = if documents <= LARGEST_ENUMERATED {
            let assignments = 1 << documents;
            (
                Assignments::Enumerated,
                assignments,
                self.enumerated(assignments),
            )
        } else {
            check::draws(draws)?;
            (
                Assignments::Drawn { seed: test },
                draws,
                self.drawn(draws, test),
            )
        };
        Ok(PermutationTest {
            statistic: self.observed(),
            source,
            assignments,
            hits,
        })
    }

    /// Counts the hits of all exchanges: bit d of the number of an exchange is the coin of document d.
    fn enumerated(&self, assignments: u64) -> Tails<u64> {
        over_chunks(assignments, |_, numbers| {
            let mut coins = vec![0; self.exchange.blocks() * BATCH];
            self.batches(&mut coins, numbers, |coins, first, rows| {
                for (block, coins) in coins.chunks_mut(rows).enumerate() {
                    for (number, coin) in (first..).zip(coins) {
                        *coin = (number >> (block * BLOCK)) as u8;
                    }
                }
            })
        })
    }

    /// Counts the hits of random exchanges; a whole batch of coins is drawn even where it is not used up.
    fn drawn(&self, draws: u64, seed: u64) -> Tails<u64> {
        over_chunks(draws, |chunk, numbers| {
            let mut generator = random::generator(seed, chunk);
            let mut coins = vec![0; self.exchange.blocks() * BATCH];
            self.batches(&mut coins, numbers, |coins, _, _| {
                generator.fill_bytes(coins);
            })
        })
    }

    /// Counts the hits of the exchanges with these numbers. `toss` fills in the coins of so many of them from a first
    /// one on: the first byte of each, then the second of each, and so on.
    fn batches(
        &self,
        coins: &mut [u8],
        numbers: Range<u64>,
        mut toss: impl FnMut(&mut [u8], u64, usize),
    ) -> Tails<u64> {
        let (mut statistics, mut hits) = ([0.0; BATCH], Tails::default());
        for first in numbers.clone().step_by(BATCH) {
            let rows = (numbers.end - first).min(BATCH as u64) as usize;
            let coins = &mut coins[..self.exchange.blocks() * rows];
            toss(coins, first, rows);
            let statistics = &mut statistics[..rows];
            self.exchange.statistics(coins, statistics);
            for statistic in statistics {
                hits = hits + self.threshold.hits(*statistic);
            }
        }
        hits
    }

    /// The statistic of each row of `swaps`, and the test that counts them; one entry per document, true to exchange.
    pub fn test_given(
        &self,
        swaps: &[Vec<bool>],
    ) -> Result<(Vec<f64>, PermutationTest), StatsError> {
        check::at_least("rows of exchanges", swaps.len(), 1)?;
        let (mut statistics, mut hits) = (vec![0.0; swaps.len()], Tails::default());
        for (row, (swap, statistic)) in swaps.iter().zip(&mut statistics).enumerate() {
            let (found, expected) = (swap.len(), self.exchange.documents());
            if found != expected {
                return Err(StatsError::RowLength {
                    what: "exchanges",
                    row,
                    found,
                    expected,
                });
            }
            let coins: Vec<u8> = swap.chunks(BLOCK).map(byte).collect();
            self.exchange
                .statistics(&coins, std::slice::from_mut(statistic));
            hits = hits + self.threshold.hits(*statistic);
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

/// The coins of up to eight documents, the first one in the lowest bit.
fn byte(swap: &[bool]) -> u8 {
    let bits = swap.iter().enumerate();
    bits.fold(0, |byte, (bit, &swap)| byte | (u8::from(swap) << bit))
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
        assert_eq!(run(1, 5), run(3, 5));
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
