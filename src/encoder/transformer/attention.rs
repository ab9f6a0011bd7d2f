//! Multi-head attention (Vaswani et al. 2017, §3.2) between projected pieces.

use burn::tensor::{Tensor, activation};

use super::host_attention;
use super::terms::Term;
use crate::encoder::dropout::{Mask, Noise};

/// The sizes of an attention.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    /// Padded length of the sequences.
    pub(crate) length: usize,
    pub(crate) heads: usize,
    /// Width of a head.
    pub(crate) depth: usize,
}

/// Queries, keys and values, each (batch · pieces) × (heads · depth).
#[derive(Debug, Clone)]
pub(crate) struct Projected {
    pub(crate) query: Tensor<2>,
    pub(crate) key: Tensor<2>,
    pub(crate) value: Tensor<2>,
}

/// How scores come about.
#[derive(Debug)]
pub(crate) struct Scores<'a> {
    /// What Q·K is multiplied by.
    pub(crate) scale: f64,
    /// At most two summands.
    pub(crate) terms: Vec<Term>,
    /// Added because of padding and permissions, batch × 1 × (1 or from) × to.
    pub(crate) mask: Option<&'a Tensor<4>>,
    /// Dropout on the weights that scores become.
    pub(crate) dropout: f64,
}

/// softmax(scale · Q Kᵀ + terms + mask) V of every head (Vaswani et al. 2017, eq. 1), with
/// the heads side by side again: (batch · pieces) × (heads · depth). `dims` is batch and
/// pieces.
pub(crate) fn attend(
    projected: Projected,
    [batch, length]: [usize; 2],
    heads: usize,
    scores: Scores,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let [_, width] = projected.value.dims();
    let sizes = Sizes {
        batch,
        length,
        heads,
        depth: width / heads,
    };
    let dropped = Mask::draw(scores.dropout, noise);
    host_attention::attend(&projected, sizes, &scores, dropped)
        .unwrap_or_else(|| by_operations(projected, sizes, scores, dropped))
}

/// The same by the device's own operations.
fn by_operations(
    projected: Projected,
    sizes: Sizes,
    scores: Scores,
    dropped: Option<Mask>,
) -> Tensor<2> {
    let Sizes {
        batch,
        length,
        heads,
        depth,
    } = sizes;
    let split = |rows: Tensor<2>| rows.reshape([batch, length, heads, depth]).swap_dims(1, 2);
    let mut sum =
        (split(projected.query) * scores.scale).matmul(split(projected.key).swap_dims(2, 3));
    for term in scores.terms {
        sum = sum + term.whole([batch, length], scores.scale);
    }
    if let Some(mask) = scores.mask {
        sum = sum + mask.clone();
    }
    let mut weights = activation::softmax(sum, 3);
    if let Some(dropped) = dropped {
        let mask = dropped.tensor(weights.dims(), &weights.device());
        weights = weights * mask;
    }
    weights
        .matmul(split(projected.value))
        .swap_dims(1, 2)
        .reshape([batch * length, heads * depth])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::{Device, TensorData};
    use proptest::prelude::*;
    use rayon::ThreadPoolBuilder;

    use super::*;
    use crate::encoder::dropout::mix;

    const HEADS: usize = 3;
    const DEPTH: usize = 4;

    /// Attention with a mask over a batch of two, whose second sentence ends early.
    #[derive(Debug, Clone, Copy)]
    struct Case {
        length: usize,
        terms: usize,
        dropout: f64,
        seed: u64,
    }

    fn tensor<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count as u64)
            .map(|index| (mix(seed ^ mix(index)) >> 40) as f32 / 8_388_608.0 - 1.0)
            .collect();
        let device = Device::flex().autodiff();
        Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
    }

    impl Case {
        /// Terms of one or two kinds, and those that have a gradient to be looked at.
        fn terms(self) -> Vec<Term> {
            let n = self.length;
            let shifted = |seed| tensor([HEADS, 2 * n, 2 * n], self.seed ^ seed);
            match self.terms {
                0 => Vec::new(),
                1 => vec![Term::Bias(tensor([1, HEADS, n, n], self.seed ^ 4))],
                2 => vec![Term::OfKeys(shifted(5)), Term::OfQueries(shifted(6))],
                3 => vec![
                    Term::OfQueries(shifted(7)),
                    Term::Bias(tensor([2, 1, 1, n], self.seed ^ 8)),
                ],
                _ => vec![Term::Bias(tensor([2, HEADS, n, 1], self.seed ^ 9))],
            }
        }

        /// The result, and the gradients of queries, keys, values and terms.
        fn run(self, on_host: bool) -> Vec<Vec<f32>> {
            let n = self.length;
            let rows = |seed| tensor([2 * n, HEADS * DEPTH], self.seed ^ seed);
            let (query, key, value) = (rows(1), rows(2), rows(3));
            let mut mask = vec![0f32; 2 * n];
            for value in &mut mask[n + n.div_ceil(2)..] {
                *value = -1e9;
            }
            let mask = Tensor::<4>::from_data(TensorData::new(mask, [2, 1, 1, n]), &Device::flex());
            let mask = Tensor::from_inner(mask);
            let terms = self.terms();
            let scores = Scores {
                scale: 0.5,
                terms: terms.clone(),
                mask: Some(&mask),
                dropout: self.dropout,
            };
            let projected = Projected {
                query: query.clone(),
                key: key.clone(),
                value: value.clone(),
            };
            let noise = Noise::new(self.seed, 3);
            let output = if on_host {
                attend(projected, [2, n], HEADS, scores, Some(&noise))
            } else {
                let sizes = Sizes {
                    batch: 2,
                    length: n,
                    heads: HEADS,
                    depth: DEPTH,
                };
                let dropped = Mask::draw(self.dropout, Some(&noise));
                by_operations(projected, sizes, scores, dropped)
            };
            let weights = tensor([2 * n, HEADS * DEPTH], self.seed.wrapping_add(10));
            let gradients = (output.clone() * weights).sum().backward();
            let mut results = vec![output.into_data().try_into_vec().unwrap()];
            for rows in [query, key, value] {
                let gradient = rows.grad(&gradients).unwrap();
                results.push(gradient.into_data().try_into_vec().unwrap());
            }
            for term in terms {
                let gradient = match term {
                    Term::Bias(bias) => bias.grad(&gradients).unwrap().into_data(),
                    Term::OfQueries(term) | Term::OfKeys(term) => {
                        term.grad(&gradients).unwrap().into_data()
                    }
                };
                results.push(gradient.try_into_vec().unwrap());
            }
            results
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_host_does_what_the_operations_do(
            length in 1usize..24,
            terms in 0usize..5,
            dropped in any::<bool>(),
            seed in any::<u64>(),
        ) {
            let case = Case { length, terms, dropout: if dropped { 0.3 } else { 0.0 }, seed };
            let (host, operations) = (case.run(true), case.run(false));
            prop_assert_eq!(host.len(), operations.len());
            for (part, (host, operations)) in host.iter().zip(&operations).enumerate() {
                prop_assert_eq!(host.len(), operations.len());
                for (host, operation) in host.iter().zip(operations) {
                    prop_assert!((host - operation).abs() < 2e-5, "part {}: {} {}", part, host, operation);
                }
            }
        }
    }

    #[test]
    fn every_bit_is_the_same_on_any_number_of_threads() {
        let case = Case {
            length: 21,
            terms: 2,
            dropout: 0.2,
            seed: 11,
        };
        let on = |threads| {
            let pool = ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            pool.install(|| case.run(true).into_iter().map(bits).collect::<Vec<_>>())
        };
        assert_eq!(on(1), on(3));
    }
}
