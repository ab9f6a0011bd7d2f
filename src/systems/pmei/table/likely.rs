//! Tables where nothing is learned: what is pooled, and the cells that are likely.

use burn::nn::Linear;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::GoldCell;
use super::grid::Grid;
use super::host::{parts, sigmoid};
use super::score::PairScorer;
use super::tile::{Best, CELLS, Terms, add_bias, keep_best, vectorised};
use crate::encoder::host::{matrix, values};

/// The pair layer's terms and the relation layer with their numbers on the host, from
/// wherever they lie.
struct Fetched {
    first: Vec<f32>,
    second: Vec<f32>,
    scorer: PairScorer,
}

impl Fetched {
    fn new((first, second): (Tensor<2>, Tensor<2>), layer: &Linear) -> Self {
        let weight = layer.weight.val();
        let [width, outputs] = weight.dims();
        let bias = layer.bias.as_ref();
        let bias = bias.map_or_else(|| vec![0.0; outputs], |bias| values(bias.val()));
        Self {
            first: values(first),
            second: values(second),
            scorer: PairScorer::new(&values(weight), &bias, width),
        }
    }

    fn terms(&self) -> Terms<'_> {
        Terms {
            first: &self.first,
            second: &self.second,
            width: self.scorer.width,
        }
    }
}

/// max_j p[i, j] for every word i, rows × relations; 0 for a word without partners.
pub(crate) fn pooled(terms: (Tensor<2>, Tensor<2>), layer: &Linear, grid: &Grid) -> Tensor<2> {
    let device = terms.0.device();
    let fetched = Fetched::new(terms, layer);
    let (terms, scorer) = (fetched.terms(), &fetched.scorer);
    let (outputs, relations) = (scorer.outputs(), scorer.relations);
    let done: Vec<Vec<f32>> = parts(grid)
        .into_par_iter()
        .map(|rows| {
            let mut best = Best::new(rows.len(), outputs);
            for run in grid.runs(rows.clone(), CELLS) {
                let (mut scores, _) = terms.scores(grid, &run, scorer);
                let own = scores.storage_mut::<f32>();
                vectorised(
                    #[inline(always)]
                    || {
                        let mut cells = own.chunks_exact_mut(outputs);
                        for row in run.clone() {
                            let place = (row - rows.start) * outputs;
                            for (partner, cell) in (0..grid.partner_count(row)).zip(&mut cells) {
                                keep_best(
                                    cell,
                                    &scorer.bias,
                                    partner as u32,
                                    &mut best.scores[place..][..outputs],
                                    &mut best.partners[place..][..outputs],
                                );
                            }
                        }
                    },
                );
            }
            let rows = best.scores.chunks_exact(outputs);
            rows.flat_map(|row| row[..relations].iter().map(|score| sigmoid(*score)))
                .collect()
        })
        .collect();
    matrix(done.concat(), [grid.rows(), relations]).to_device(&device)
}

/// The cells with p ≥ ½, sorted.
pub(crate) fn likely(terms: (Tensor<2>, Tensor<2>), layer: &Linear, grid: &Grid) -> Vec<GoldCell> {
    let fetched = Fetched::new(terms, layer);
    let (terms, scorer) = (fetched.terms(), &fetched.scorer);
    let (outputs, relations) = (scorer.outputs(), scorer.relations);
    let done: Vec<Vec<GoldCell>> = parts(grid)
        .into_par_iter()
        .map(|rows| {
            let mut found = Vec::new();
            for run in grid.runs(rows, CELLS) {
                let (mut scores, _) = terms.scores(grid, &run, scorer);
                let own = scores.storage_mut::<f32>();
                let mut cells = own.chunks_exact_mut(outputs);
                for row in run {
                    for (other, cell) in grid.partners(row).zip(&mut cells) {
                        add_bias(cell, &scorer.bias);
                        // σ(s) ≥ ½ where s ≥ 0.
                        let likely = cell[..relations].iter().enumerate();
                        found.extend(
                            likely
                                .filter(|(_, score)| **score >= 0.0)
                                .map(|(relation, _)| (row, other, relation)),
                        );
                    }
                }
            }
            found
        })
        .collect();
    done.concat()
}
