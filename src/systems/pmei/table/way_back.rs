//! The way back through a table.

use std::ops::Range;
use std::sync::Arc;

use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;
use rayon::prelude::*;

use super::grid::Grid;
use super::host::{Gradients, parts, sigmoid};
use super::score::PairScorer;
use super::tile::{LEAST, Terms, vectorised};
use crate::encoder::host::{Pullback, numbers};

/// What is known of the best cells, rows × outputs each.
#[derive(Debug, Clone)]
pub(super) struct Pooled {
    /// Which of a row's partners a cell pairs it with.
    pub(super) partners: Vec<u32>,
    /// The cells' scores.
    pub(super) scores: Vec<f32>,
}

/// The way back through the node whose output is the loss and, behind it, what was pooled.
#[derive(Debug, Clone)]
pub(super) struct TablePull {
    pub(super) grid: Arc<Grid>,
    /// Both terms, and the layer's weight and bias.
    pub(super) terms: [FlexTensor; 4],
    pub(super) scorer: PairScorer,
    /// Of the loss.
    pub(super) gradients: Gradients,
    pub(super) pooled: Option<Pooled>,
}

impl Pullback<4> for TablePull {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 4]) -> [Option<TensorData>; 4] {
        let Self {
            grid,
            terms,
            scorer,
            mut gradients,
            pooled,
        } = self;
        let (width, relations) = (scorer.width, scorer.relations);
        let (of_loss, of_pooled) = upstream
            .split_first()
            .map_or((0.0, &[][..]), |(a, b)| (*a, b));
        for values in [
            &mut gradients.first,
            &mut gradients.second,
            &mut gradients.weight,
            &mut gradients.bias,
        ] {
            for value in values.iter_mut() {
                *value *= of_loss;
            }
        }
        if let Some(pooled) = pooled {
            let terms = Terms {
                first: numbers(&terms[0]),
                second: numbers(&terms[1]),
                width,
            };
            add_pooled(&terms, &scorer, &grid, (&pooled, of_pooled), &mut gradients);
        }
        let rows = grid.rows();
        let Gradients {
            first,
            second,
            weight,
            bias,
        } = gradients;
        let [a, b, c, d] = wanted;
        [
            a.then(|| TensorData::new(first, [rows, width])),
            b.then(|| TensorData::new(second, [rows, width])),
            c.then(|| {
                let mut turned = vec![0f32; width * relations];
                for (relation, row) in weight.chunks_exact(width).take(relations).enumerate() {
                    for (place, value) in row.iter().enumerate() {
                        turned[place * relations + relation] = *value;
                    }
                }
                TensorData::new(turned, [width, relations])
            }),
            d.then(|| TensorData::new(bias[..relations].to_vec(), [relations])),
        ]
    }
}

/// Adds what comes back through the best cells.
fn add_pooled(
    terms: &Terms<'_>,
    scorer: &PairScorer,
    grid: &Grid,
    (pooled, upstream): (&Pooled, &[f32]),
    sums: &mut Gradients,
) {
    let bounds = parts(grid);
    let done: Vec<Gradients> = bounds
        .par_iter()
        .map(|rows| part(terms, scorer, grid, rows.clone(), (pooled, upstream)))
        .collect();
    let width = scorer.width;
    let add = |sums: &mut [f32], values: &[f32]| {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    };
    for (part, rows) in done.into_iter().zip(&bounds) {
        add(&mut sums.first[rows.start * width..], &part.first);
        add(
            &mut sums.second[grid.reach(rows).start * width..],
            &part.second,
        );
        add(&mut sums.weight, &part.weight);
        add(&mut sums.bias, &part.bias);
    }
}

fn part(
    terms: &Terms<'_>,
    scorer: &PairScorer,
    grid: &Grid,
    rows: Range<usize>,
    (pooled, upstream): (&Pooled, &[f32]),
) -> Gradients {
    let (width, outputs, relations) = (scorer.width, scorer.outputs(), scorer.relations);
    let reach = grid.reach(&rows);
    let mut sums = Gradients {
        first: vec![0.0; rows.len() * width],
        second: vec![0.0; reach.len() * width],
        weight: vec![0.0; outputs * width],
        bias: vec![0.0; outputs],
    };
    let weights = numbers(&scorer.transposed);
    for row in rows.clone() {
        let partners: Vec<usize> = grid.partners(row).collect();
        let first = &mut sums.first[(row - rows.start) * width..][..width];
        for relation in 0..relations {
            let place = row * outputs + relation;
            let probability = sigmoid(pooled.scores[place]);
            // The slope of the logistic function is p·(1 − p).
            let slope = upstream[row * relations + relation] * probability * (1.0 - probability);
            let Some(other) = partners.get(pooled.partners[place] as usize) else {
                continue;
            };
            if slope.abs() < LEAST {
                continue;
            }
            sums.bias[relation] += slope;
            let second = &mut sums.second[(other - reach.start) * width..][..width];
            let weight = &weights[relation * width..][..width];
            let of_weight = &mut sums.weight[relation * width..][..width];
            cell(
                slope,
                (terms.first(row), terms.second(*other)),
                (weight, of_weight),
                (&mut *first, second),
            );
        }
    }
    sums
}

/// One cell's way back: `slope` is the gradient of its score.
fn cell(
    slope: f32,
    (one, other): (&[f32], &[f32]),
    (weight, of_weight): (&[f32], &mut [f32]),
    (first, second): (&mut [f32], &mut [f32]),
) {
    vectorised(
        #[inline(always)]
        || {
            let terms = one.iter().zip(other).zip(weight.iter().zip(of_weight));
            let sums = first.iter_mut().zip(second);
            for (((one, other), (weight, of_weight)), (first, second)) in terms.zip(sums) {
                let value = one + other;
                let passed = if value > 0.0 { slope * weight } else { 0.0 };
                *of_weight += slope * value.max(0.0);
                *first += passed;
                *second += passed;
            }
        },
    );
}
