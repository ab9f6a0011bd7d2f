//! A tile: the pairs of a few words with all words of their sentences, as long as they lie in
//! a core's cache.
#![expect(
    clippy::inline_always,
    reason = "what runs within `vectorised` would otherwise be compiled for the oldest of processors"
)]

use std::ops::Range;

use burn::backend::flex::FlexTensor;

use super::grid::Grid;
use super::score::{LANES, PairScorer, log_of_one_and, matrix, product};
use crate::encoder::exp_of_negative;

/// Cells of a tile: with a hundred values and 176 outputs each they take about a megabyte with
/// their gradients. Smaller ones would lay out the relation layer's weights for as few cells.
pub(super) const CELLS: usize = 768;

/// A gradient of a score below this is none. Beside the others it would be lost in rounding,
/// and its products with weights could be denormal numbers, which take a processor a hundred
/// cycles each: without a least one, epochs take half as long again once a model is sure.
pub(super) const LEAST: f32 = 1e-20;

/// The pair layer's terms of every word, rows × K each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    /// Of the word as first argument.
    pub(super) first: &'a [f32],
    /// Of the word as second argument.
    pub(super) second: &'a [f32],
    /// K.
    pub(super) width: usize,
}

impl<'a> Terms<'a> {
    pub(super) fn first(&self, row: usize) -> &'a [f32] {
        &self.first[row * self.width..][..self.width]
    }

    pub(super) fn second(&self, row: usize) -> &'a [f32] {
        &self.second[row * self.width..][..self.width]
    }

    /// relu(first + second) of every pair of `rows`, cells × K.
    fn pairs(&self, grid: &Grid, rows: &Range<usize>) -> FlexTensor {
        let cells: usize = rows.clone().map(|row| grid.partner_count(row)).sum();
        let mut pairs = Vec::with_capacity(cells * self.width);
        vectorised(
            #[inline(always)]
            || {
                for row in rows.clone() {
                    let first = self.first(row);
                    for other in grid.partners(row) {
                        let terms = first.iter().zip(self.second(other));
                        pairs.extend(terms.map(|(first, second)| (first + second).max(0.0)));
                    }
                }
            },
        );
        matrix(pairs, cells, self.width)
    }

    /// The scores of every pair of `rows` without the bias, cells × outputs, and the pairs.
    pub(super) fn scores(
        &self,
        grid: &Grid,
        rows: &Range<usize>,
        scorer: &PairScorer,
    ) -> (FlexTensor, FlexTensor) {
        let pairs = self.pairs(grid, rows);
        (product(pairs.clone(), scorer.weight.clone()), pairs)
    }
}

/// The best score of every word and output over the words that it pairs with.
#[derive(Debug, Clone, Default)]
pub(super) struct Best {
    /// Rows × outputs; −∞ for a word without partners.
    pub(super) scores: Vec<f32>,
    /// Which of the word's partners it is, counted from 0.
    pub(super) partners: Vec<u32>,
}

impl Best {
    pub(super) fn new(rows: usize, outputs: usize) -> Self {
        Self {
            scores: vec![f32::NEG_INFINITY; rows * outputs],
            partners: vec![0; rows * outputs],
        }
    }
}

/// Runs `work`, whose loops the compiler makes the widest vectors of that this processor has.
/// Which they are changes no result: every value has its own lane and its own order.
pub(super) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// Adds the bias to one cell's scores and keeps what is better than the best so far of its
/// word.
#[inline(always)]
pub(super) fn keep_best(
    scores: &mut [f32],
    bias: &[f32],
    partner: u32,
    best: &mut [f32],
    partners: &mut [u32],
) {
    let kept = best.iter_mut().zip(partners);
    for ((score, bias), (best, place)) in scores.iter_mut().zip(bias).zip(kept) {
        *score += bias;
        let better = *score > *best;
        *best = if better { *score } else { *best };
        *place = if better { partner } else { *place };
    }
}

/// Adds the bias to one cell's scores.
#[inline(always)]
pub(super) fn add_bias(scores: &mut [f32], bias: &[f32]) {
    for (score, bias) in scores.iter_mut().zip(bias) {
        *score += bias;
    }
}

/// Replaces one cell's scores by their probabilities p = σ(s), or 0 below [`LEAST`], adds them
/// to `sums`, and gives Σ log(1 + eˢ), the cross-entropy of a cell that holds no relation.
#[inline(always)]
pub(super) fn settle(scores: &mut [f32], sums: &mut [f32]) -> f64 {
    let mut losses = [0f32; LANES];
    let lanes = scores
        .chunks_exact_mut(LANES)
        .zip(sums.chunks_exact_mut(LANES));
    for (scores, sums) in lanes {
        for ((score, sum), loss) in scores.iter_mut().zip(sums).zip(&mut losses) {
            let s = *score;
            let bell = exp_of_negative(-s.abs());
            let probability = (if s >= 0.0 { 1.0 } else { bell }) / (1.0 + bell);
            // max(s, 0) said so that what is not a number stays none.
            *loss += 0.5 * (s + s.abs()) + log_of_one_and(bell);
            let gradient = if probability < LEAST {
                0.0
            } else {
                probability
            };
            *score = gradient;
            *sum += gradient;
        }
    }
    losses.iter().copied().map(f64::from).sum()
}

/// Takes the gradient of the pairs of `rows`, cells × K, to both words' terms; where a pair's
/// value is not above 0, relu stops it. `first` holds the rows from `rows.start` on, `second`
/// those from `reach` on.
pub(super) fn spread(
    (pairs, gradients): (&[f32], &[f32]),
    (grid, rows, reach): (&Grid, &Range<usize>, usize),
    (first, second): (&mut [f32], &mut [f32]),
    width: usize,
) {
    vectorised(
        #[inline(always)]
        || {
            let mut cells = pairs.chunks_exact(width).zip(gradients.chunks_exact(width));
            for row in rows.clone() {
                let first = &mut first[(row - rows.start) * width..][..width];
                for (other, (pair, gradient)) in grid.partners(row).zip(&mut cells) {
                    let second = &mut second[(other - reach) * width..][..width];
                    let terms = first.iter_mut().zip(second);
                    for ((first, second), (pair, gradient)) in terms.zip(pair.iter().zip(gradient))
                    {
                        let passed = if *pair > 0.0 { *gradient } else { 0.0 };
                        *first += passed;
                        *second += passed;
                    }
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_sure_has_no_denormal_gradient() {
        let mut scores = [-30.0f32; LANES];
        scores[..4].copy_from_slice(&[-80.0, 0.0, 50.0, f32::NAN]);
        let mut sums = [1.0f32; LANES];
        let loss = settle(&mut scores, &mut sums);
        // What is no number is told by the loss.
        assert!(loss.is_nan());
        assert_eq!(scores[..3], [0.0, 0.5, 1.0]);
        assert_eq!(sums[..3], [1.0, 1.5, 2.0]);
        // e⁻³⁰ is small, and far from nothing.
        assert!((scores[4] / (-30f32).exp() - 1.0).abs() < 1e-6);
    }
}
