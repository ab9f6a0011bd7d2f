//! Almost stochastic order: how far one distribution of scores is from lying above another.
//!
//! A system is stochastically larger if at every quantile its score is at least as high. Two samples hardly ever are
//! in such an order, so del Barrio et al. 2018 measure the violation, from 0 (the first is larger throughout) to 1,
//! and Dror et al. 2019 take an upper bound of it below a threshold for the first being better. Both need scores of
//! many runs; with a handful the bound is coarse.

use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::stats::summary::variance;
use crate::stats::{StatsError, check, random};

/// How the quantile functions of two samples are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantiles {
    /// At all points: the functions are steps, so their integrals are sums.
    Exact,
    /// At the middles of so many equal parts of 0..1.
    Grid(usize),
}

/// The violation of the order "the first system is stochastically larger" and what its bootstrap says.
#[derive(Debug, Clone, PartialEq)]
pub struct StochasticOrder {
    /// The violation ratio, 0 where the first system is larger at every quantile, 1 where the second is.
    pub epsilon: f64,
    /// The violation ratio of each resample.
    pub resampled: Vec<f64>,
    /// The standard deviation of root(nm/(n + m)) (resampled - epsilon), divisor B - 1.
    pub sigma: f64,
    /// The upper end of the one-sided interval of the violation ratio at level 1 - alpha, in 0..=1.
    pub upper: f64,
}

/// The indexes one resample uses of the first sample and of the second, each with repeats.
pub type Indexes = (Vec<usize>, Vec<usize>);

/// The violation ratio: the squared distance of the quantile functions where the first lies below, as a part of that
/// everywhere (del Barrio et al. 2018, equation 6); 0 for equal samples.
pub fn violation_ratio(
    first: &[f64],
    second: &[f64],
    quantiles: Quantiles,
) -> Result<f64, StatsError> {
    check::finite("scores of the first system", first)?;
    check::finite("scores of the second system", second)?;
    if let Quantiles::Grid(points) = quantiles {
        check::at_least("points of the grid", points, 1)?;
    }
    Ok(ratio(first.to_vec(), second.to_vec(), quantiles))
}

/// Bootstraps the violation ratio with `replicates` resamples drawn from `seed`; at least two.
pub fn almost_stochastic_order(
    first: &[f64],
    second: &[f64],
    alpha: f64,
    replicates: usize,
    seed: u64,
) -> Result<StochasticOrder, StatsError> {
    check::finite("scores of the first system", first)?;
    check::finite("scores of the second system", second)?;
    let resample = |replicate: usize| {
        let mut generator = random::generator(seed, replicate as u64);
        let mut draw = |count: usize| random::indexes(&mut generator, count, count);
        (draw(first.len()), draw(second.len()))
    };
    let resamples: Vec<Indexes> = (0..replicates).into_par_iter().map(resample).collect();
    almost_stochastic_order_given(first, second, Quantiles::Exact, alpha, &resamples)
}

/// The same with the given resamples.
pub fn almost_stochastic_order_given(
    first: &[f64],
    second: &[f64],
    quantiles: Quantiles,
    alpha: f64,
    resamples: &[Indexes],
) -> Result<StochasticOrder, StatsError> {
    let epsilon = violation_ratio(first, second, quantiles)?;
    check::open_unit("alpha", alpha)?;
    check::at_least("bootstrap resamples", resamples.len(), 2)?;
    for (row, (own, others)) in resamples.iter().enumerate() {
        check::resample("scores of the first system", row, own, first.len())?;
        check::resample("scores of the second system", row, others, second.len())?;
    }
    let taken = |scores: &[f64], indexes: &[usize]| -> Vec<f64> {
        indexes.iter().map(|&index| scores[index]).collect()
    };
    let resampled: Vec<f64> = resamples
        .par_iter()
        .map(|(own, others)| ratio(taken(first, own), taken(second, others), quantiles))
        .collect();
    let (n, m) = (first.len() as f64, second.len() as f64);
    let scale = (n * m / (n + m)).sqrt();
    let sigma = scale * variance(&resampled).sqrt();
    // Dror et al. 2019, equation 5.
    let upper = epsilon - sigma / scale * Normal::standard().inverse_cdf(alpha);
    Ok(StochasticOrder {
        epsilon,
        resampled,
        sigma,
        upper: upper.clamp(0.0, 1.0),
    })
}

fn ratio(mut first: Vec<f64>, mut second: Vec<f64>, quantiles: Quantiles) -> f64 {
    first.sort_by(f64::total_cmp);
    second.sort_by(f64::total_cmp);
    let (mut below, mut all) = (0.0, 0.0);
    let mut step = |own: f64, other: f64, length: f64| {
        let square = (own - other).powi(2) * length;
        all += square;
        if own < other {
            below += square;
        }
    };
    let (n, m) = (first.len(), second.len());
    match quantiles {
        Quantiles::Exact => {
            // Positions in units of 1/(nm), in which the ends of all steps are whole.
            let (mut own, mut other, mut at) = (0, 0, 0);
            while own < n && other < m {
                let end = ((own + 1) * m).min((other + 1) * n);
                step(first[own], second[other], (end - at) as f64);
                own += usize::from(end == (own + 1) * m);
                other += usize::from(end == (other + 1) * n);
                at = end;
            }
        }
        Quantiles::Grid(points) => {
            // Q(t) is the smallest score with at least a share of t at or below it.
            let position =
                |point: usize, count: usize| ((2 * point + 1) * count).div_ceil(2 * points) - 1;
            for point in 0..points {
                step(first[position(point, n)], second[position(point, m)], 1.0);
            }
        }
    }
    if all > 0.0 { below / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sample_above_another_violates_nothing() {
        let ratio = |first: &[f64], second: &[f64]| {
            violation_ratio(first, second, Quantiles::Exact).unwrap()
        };
        assert_eq!(ratio(&[3.0, 4.0], &[1.0, 2.0, 3.0]), 0.0);
        assert_eq!(ratio(&[1.0, 2.0, 3.0], &[3.0, 4.0]), 1.0);
        assert_eq!(ratio(&[1.0, 2.0], &[2.0, 1.0]), 0.0);
        // Below by 1 in the lower half and above by 2 in the upper one.
        assert_eq!(ratio(&[1.0, 5.0], &[2.0, 3.0]), 1.0 / 5.0);
    }

    #[test]
    fn the_bound_lies_above_the_estimate_and_is_reproducible() {
        let first: Vec<f64> = (0..20).map(|run| f64::from(run * 7 % 20) + 1.0).collect();
        let second: Vec<f64> = (0..20).map(|run| f64::from(run * 3 % 20)).collect();
        let order = almost_stochastic_order(&first, &second, 0.05, 500, 3).unwrap();
        assert_eq!(order.epsilon, 0.0);
        assert!(order.upper > 0.0 && order.upper < 1.0, "{}", order.upper);
        assert_eq!(
            order,
            almost_stochastic_order(&first, &second, 0.05, 500, 3).unwrap()
        );
    }

    #[test]
    fn bad_input_is_refused() {
        let given = |resamples: &[Indexes]| {
            almost_stochastic_order_given(&[1.0], &[2.0], Quantiles::Exact, 0.05, resamples)
        };
        assert!(given(&[(vec![0], vec![0])]).is_err());
        assert!(matches!(
            given(&[(vec![0], vec![0]), (vec![0], vec![1])]),
            Err(StatsError::Index { row: 1, .. })
        ));
        assert!(violation_ratio(&[], &[1.0], Quantiles::Exact).is_err());
        assert!(violation_ratio(&[1.0], &[1.0], Quantiles::Grid(0)).is_err());
        assert!(almost_stochastic_order(&[1.0], &[2.0], 1.0, 10, 0).is_err());
    }

    proptest! {
        #[test]
        fn the_two_directions_add_up_to_one(
            first in prop::collection::vec(0.0..100.0_f64, 1..9), second in prop::collection::vec(0.0..100.0_f64, 1..9)
        ) {
            let one = violation_ratio(&first, &second, Quantiles::Exact).unwrap();
            let other = violation_ratio(&second, &first, Quantiles::Exact).unwrap();
            prop_assert!((one + other - 1.0).abs() < 1e-12);
            // A grid that ends where the steps do is exact.
            let grid = Quantiles::Grid(first.len() * second.len());
            prop_assert!((violation_ratio(&first, &second, grid).unwrap() - one).abs() < 1e-12);
        }
    }
}
