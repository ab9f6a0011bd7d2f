//! Several systems over several blocks (corpora, folds): who ranks where, and which ranks differ more than by chance.
//!
//! Scores of different corpora cannot be averaged sensibly, but their ranks can. Friedman's test asks whether all
//! systems rank alike, and Nemenyi's which two do not (Demšar 2006, section 3.2).

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use crate::stats::studentised_range::{range_quantile, range_tail};
use crate::stats::{StatsError, check};

/// Average ranks of systems over blocks, and the tests on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// The mean over blocks of the rank of each system; 1 is the highest score, ties share the mean of their ranks.
    pub average: Vec<f64>,
    /// How many blocks there are.
    pub blocks: usize,
    /// Friedman's statistic, corrected for ties; none where all systems are tied in every block.
    pub friedman: Option<f64>,
    /// The p-value of Friedman's test by the F distribution of Iman and Davenport 1980, which is closer than that of
    /// the chi-square; none where there is no statistic, or only one block.
    pub p: Option<f64>,
}

impl Ranks {
    /// Ranks `scores`, `[block][system]`; every block needs a score of every system, of which there are at least two.
    pub fn of(scores: &[Vec<f64>]) -> Result<Self, StatsError> {
        check::at_least("blocks", scores.len(), 1)?;
        let systems = scores[0].len();
        check::at_least("systems", systems, 2)?;
        for (row, block) in scores.iter().enumerate() {
            if block.len() != systems {
                return Err(StatsError::RowLength {
                    what: "scores of a block",
                    row,
                    found: block.len(),
                    expected: systems,
                });
            }
            check::finite("scores of a block", block)?;
        }
        let ranks: Vec<Vec<f64>> = scores.iter().map(|block| ranks(block)).collect();
        let (k, blocks) = (systems as f64, scores.len() as f64);
        let sum = |system: usize| ranks.iter().map(|block| block[system]).sum::<f64>();
        let average: Vec<f64> = (0..systems).map(|system| sum(system) / blocks).collect();
        // Conover 1999, equation 5.8.3: with ties the ranks spread less than without.
        let squares: f64 = ranks.iter().flatten().map(|rank| rank * rank).sum();
        let centre = f64::midpoint(k, 1.0);
        let spread = squares - blocks * k * centre * centre;
        let between: f64 = average.iter().map(|rank| (rank - centre).powi(2)).sum();
        let friedman = (spread > 1e-9).then(|| (k - 1.0) * blocks * blocks * between / spread);
        let p = friedman.filter(|_| scores.len() > 1);
        let p = p.map(|friedman| iman_davenport(friedman, k, blocks));
        Ok(Self {
            average,
            blocks: scores.len(),
            friedman,
            p: p.transpose()?,
        })
    }

    /// The critical difference: average ranks that are at least as far apart differ at level `alpha` (Nemenyi).
    pub fn critical_difference(&self, alpha: f64) -> Result<f64, StatsError> {
        Ok(nemenyi_quantile(alpha, self.average.len())? * self.unit())
    }

    /// The p-value of Nemenyi's test of two systems.
    pub fn nemenyi(&self, one: usize, other: usize) -> Result<f64, StatsError> {
        let systems = self.average.len();
        check::indexes("systems", 0, &[one, other], systems)?;
        let distance = (self.average[one] - self.average[other]).abs() / self.unit();
        range_tail(distance * 2.0_f64.sqrt(), systems)
    }

    /// Root of k (k + 1) / 6N.
    fn unit(&self) -> f64 {
        let k = self.average.len() as f64;
        (k * (k + 1.0) / (6.0 * self.blocks as f64)).sqrt()
    }
}

/// The critical value of Nemenyi's test for so many systems: the studentised range over root 2 (Demšar 2006, table 5).
pub fn nemenyi_quantile(alpha: f64, systems: usize) -> Result<f64, StatsError> {
    Ok(range_quantile(alpha, systems)? / 2.0_f64.sqrt())
}

/// The ranks of one block from the highest score on; ties share the mean of their ranks.
fn ranks(scores: &[f64]) -> Vec<f64> {
    let rank = |score: &f64| {
        let above = scores.iter().filter(|other| *other > score).count();
        #[allow(clippy::float_cmp)] // Ties are equal scores.
        let tied = scores.iter().filter(|other| *other == score).count();
        above as f64 + f64::midpoint(tied as f64, 1.0)
    };
    scores.iter().map(rank).collect()
}

/// (N - 1) χ² / (N (k - 1) - χ²) follows F with k - 1 and (k - 1)(N - 1) degrees of freedom.
fn iman_davenport(friedman: f64, k: f64, blocks: f64) -> Result<f64, StatsError> {
    let rest = blocks * (k - 1.0) - friedman;
    // The same order in every block: the statistic has its largest value, and F has none.
    if rest <= 1e-9 {
        return Ok(0.0);
    }
    let f = (blocks - 1.0) * friedman / rest;
    let freedom = (k - 1.0, (k - 1.0) * (blocks - 1.0));
    let distribution =
        FisherSnedecor::new(freedom.0, freedom.1).map_err(|_| StatsError::OutOfRange {
            what: "degrees of freedom",
            value: freedom.1,
            range: "positive",
        })?;
    Ok(distribution.sf(f))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    #[test]
    fn ties_share_their_ranks() {
        assert_eq!(ranks(&[70.0, 72.0, 70.0, 71.0]), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(ranks(&[1.0; 3]), [2.0; 3]);
    }

    #[test]
    fn equal_systems_have_no_test() {
        let ranks = Ranks::of(&[vec![1.0, 1.0], vec![2.0, 2.0]]).unwrap();
        assert_eq!((ranks.friedman, ranks.p), (None, None));
        assert_eq!(ranks.nemenyi(0, 1).unwrap(), 1.0);
    }

    #[test]
    fn the_same_order_everywhere_is_the_largest_statistic() {
        let ranks = Ranks::of(&vec![vec![1.0, 2.0, 3.0]; 6]).unwrap();
        assert_eq!(ranks.average, [3.0, 2.0, 1.0]);
        assert!((ranks.friedman.unwrap() - 12.0).abs() < 1e-12);
        assert_eq!(ranks.p, Some(0.0));
        let difference = ranks.critical_difference(0.05).unwrap();
        assert!(ranks.nemenyi(0, 2).unwrap() < 0.05 && difference < 2.0);
        assert!(ranks.nemenyi(0, 1).unwrap() > 0.05 && difference > 1.0);
        assert_eq!(Ranks::of(&[vec![1.0, 2.0]]).unwrap().p, None);
    }

    #[test]
    fn ragged_and_empty_tables_are_refused() {
        assert!(Ranks::of(&[]).is_err());
        assert!(Ranks::of(&[vec![1.0]]).is_err());
        assert!(Ranks::of(&[vec![1.0, 2.0], vec![1.0]]).is_err());
        assert!(Ranks::of(&[vec![1.0, f64::NAN]]).is_err());
        let ranks = Ranks::of(&[vec![1.0, 2.0]]).unwrap();
        assert!(ranks.nemenyi(0, 2).is_err() && ranks.critical_difference(1.0).is_err());
    }
}
