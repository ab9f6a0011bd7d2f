//! The loss of a table and the best of every row as one node of the gradient graph.
//!
//! The cross-entropy's gradient p − y is known as soon as a cell's probability is, so the way
//! back to the words is gone at once, for a loss whose own gradient is 1; the graph later
//! scales the result. What is pooled is one cell for each word and output, and its way back
//! is walked when the gradient is known (`way_back`).

use std::ops::Range;
use std::sync::Arc;

use burn::nn::Linear;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::GoldCell;
use super::grid::Grid;
use super::score::{PairScorer, product, transposed_product};
use super::tile::{Best, CELLS, Terms, add_bias, keep_best, settle, spread, vectorised};
use super::way_back::{Pooled, TablePull};
use crate::encoder::host::{Inputs, numbers, result};

/// Parts that the rows are divided into, each with sums of its own. Their number is fixed, so
/// that the order of additions is the same for every number of threads.
pub(super) const PARTS: usize = 8;

/// What a table comes to in training.
pub(crate) struct TableLoss {
    /// Binary cross-entropy summed over all cells and relations.
    pub(crate) loss: Tensor<1>,
    /// max_j p[i, j] for every word i, rows × relations; 0 for a word without partners.
    /// None where it was not asked for.
    pub(crate) pooled: Option<Tensor<2>>,
}

/// Gradients for a loss whose own is 1.
#[derive(Debug, Clone)]
pub(super) struct Gradients {
    /// Rows × K.
    pub(super) first: Vec<f32>,
    /// Rows × K.
    pub(super) second: Vec<f32>,
    /// Outputs × K.
    pub(super) weight: Vec<f32>,
    /// Outputs.
    pub(super) bias: Vec<f32>,
}

/// The loss of the cells of `grid` and, if it is `pooling`, each row's best probabilities.
/// `first` and `second` (rows × K) are the pair layer's terms of every word, `layer` maps
/// relu(first + second) to the relations, and `gold` has the cells that hold one, sorted. None
/// where the tensors do not lie in the host's memory.
pub(crate) fn table_loss(
    (first, second): (&Tensor<2>, &Tensor<2>),
    layer: &Linear,
    grid: &Arc<Grid>,
    gold: &[GoldCell],
    pooling: bool,
) -> Option<TableLoss> {
    let weight = layer.weight.val();
    let bias = layer.bias.as_ref()?.val();
    let Inputs { recorded, lying } = Inputs::of([
        first.into(),
        second.into(),
        (&weight).into(),
        (&bias).into(),
    ])?;
    let [width, relations] = weight.dims();
    let [first, second, weight, bias] = lying.each_ref().map(numbers);
    let scorer = PairScorer::new(weight, bias, width);
    let terms = Terms {
        first,
        second,
        width,
    };
    let bounds = parts(grid);
    let done: Vec<Part> = bounds
        .par_iter()
        .map(|rows| part(&terms, &scorer, grid, rows.clone(), gold, pooling))
        .collect();
    let rows = grid.rows();
    let (loss, best, gradients) = gather(done, &bounds, grid, &scorer);
    let mut output = vec![loss as f32];
    if pooling {
        let of_relations = best.scores.chunks_exact(scorer.outputs());
        output.extend(of_relations.flat_map(|row| row[..relations].iter().map(|s| sigmoid(*s))));
    }
    let count = output.len();
    let output = result(recorded.as_ref(), output, [count], || TablePull {
        grid: Arc::clone(grid),
        terms: lying.clone(),
        scorer,
        gradients,
        pooled: pooling.then_some(Pooled {
            partners: best.partners,
            scores: best.scores,
        }),
    });
    Some(TableLoss {
        loss: output.clone().narrow(0, 0, 1),
        pooled: pooling.then(|| output.narrow(0, 1, count - 1).reshape([rows, relations])),
    })
}

/// 1 / (1 + e⁻ˣ), 0 at −∞.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Rows with about the same number of cells each.
pub(super) fn parts(grid: &Grid) -> Vec<Range<usize>> {
    grid.runs(0..grid.rows(), grid.cells().div_ceil(PARTS).max(1))
}

/// What a part of the rows comes to.
struct Part {
    loss: f64,
    best: Best,
    /// `second` begins at the first row of the part's first sentence.
    gradients: Gradients,
}

fn part(
    terms: &Terms<'_>,
    scorer: &PairScorer,
    grid: &Grid,
    rows: Range<usize>,
    gold: &[GoldCell],
    pooling: bool,
) -> Part {
    let (width, outputs) = (scorer.width, scorer.outputs());
    let reach = grid.reach(&rows);
    let mut sums = Part {
        loss: 0.0,
        best: Best::new(if pooling { rows.len() } else { 0 }, outputs),
        gradients: Gradients {
            first: vec![0.0; rows.len() * width],
            second: vec![0.0; reach.len() * width],
            weight: vec![0.0; outputs * width],
            bias: vec![0.0; outputs],
        },
    };
    for run in grid.runs(rows.clone(), CELLS) {
        let (mut scores, pairs) = terms.scores(grid, &run, scorer);
        let own = scores.storage_mut::<f32>();
        let from = run.start - rows.start;
        sums.loss += run_loss(
            own,
            scorer,
            grid,
            &run,
            gold,
            |cell| {
                if pooling {
                    let place = (from + cell.row) * outputs;
                    keep_best(
                        cell.scores,
                        &scorer.bias,
                        cell.partner,
                        &mut sums.best.scores[place..][..outputs],
                        &mut sums.best.partners[place..][..outputs],
                    );
                } else {
                    add_bias(cell.scores, &scorer.bias);
                }
            },
            &mut sums.gradients.bias,
        );
        let of_pairs = product(scores.clone(), scorer.transposed.clone());
        spread(
            (numbers(&pairs), numbers(&of_pairs)),
            (grid, &run, reach.start),
            (
                &mut sums.gradients.first[from * width..],
                &mut sums.gradients.second,
            ),
            width,
        );
        let of_weight = transposed_product(scores, pairs);
        for (sum, value) in sums.gradients.weight.iter_mut().zip(numbers(&of_weight)) {
            *sum += value;
        }
    }
    sums
}

/// One cell of a run.
struct CellScores<'a> {
    /// Its row within the run.
    row: usize,
    /// Which of the row's partners it is.
    partner: u32,
    scores: &'a mut [f32],
}

/// The loss of a run's cells, whose `scores` become its gradient p − y. `biased` adds the bias
/// to each cell's scores.
fn run_loss(
    scores: &mut [f32],
    scorer: &PairScorer,
    grid: &Grid,
    run: &Range<usize>,
    gold: &[GoldCell],
    mut biased: impl FnMut(CellScores<'_>),
    sums: &mut [f32],
) -> f64 {
    let outputs = scorer.outputs();
    // A gold cell counts −log σ(s) = log(1 + eˢ) − s.
    let gold = places(grid, run, gold, outputs);
    let mut loss = 0.0;
    for (place, relation) in &gold {
        loss -= f64::from(scores[*place] + scorer.bias[*relation]);
    }
    vectorised(
        #[inline(always)]
        || {
            let mut cells = scores.chunks_exact_mut(outputs);
            for row in run.clone() {
                for (partner, cell) in (0..grid.partner_count(row)).zip(&mut cells) {
                    biased(CellScores {
                        row: row - run.start,
                        partner: partner as u32,
                        scores: cell,
                    });
                    loss += settle(cell, sums);
                }
            }
        },
    );
    for (place, relation) in gold {
        scores[place] -= 1.0;
        sums[relation] -= 1.0;
    }
    loss
}

/// Where the scores of a run's gold cells lie, each with its relation.
fn places(
    grid: &Grid,
    run: &Range<usize>,
    gold: &[GoldCell],
    outputs: usize,
) -> Vec<(usize, usize)> {
    let from = gold.partition_point(|cell| cell.0 < run.start);
    let own = gold[from..].iter().take_while(|cell| cell.0 < run.end);
    let (mut at, mut first) = (run.start, 0);
    own.filter_map(|(row, other, relation)| {
        while at < *row {
            first += grid.partner_count(at);
            at += 1;
        }
        let partner = grid.partners(*row).position(|one| one == *other)?;
        Some(((first + partner) * outputs + relation, *relation))
    })
    .collect()
}

/// Puts the parts together, in order.
fn gather(
    done: Vec<Part>,
    bounds: &[Range<usize>],
    grid: &Grid,
    scorer: &PairScorer,
) -> (f64, Best, Gradients) {
    let (rows, width, outputs) = (grid.rows(), scorer.width, scorer.outputs());
    let mut loss = 0.0;
    let mut best = Best::default();
    let mut sums = Gradients {
        first: Vec::with_capacity(rows * width),
        second: vec![0.0; rows * width],
        weight: vec![0.0; outputs * width],
        bias: vec![0.0; outputs],
    };
    let add = |sums: &mut [f32], values: &[f32]| {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    };
    for (part, own) in done.into_iter().zip(bounds) {
        loss += part.loss;
        best.scores.extend(part.best.scores);
        best.partners.extend(part.best.partners);
        sums.first.extend(part.gradients.first);
        let from = grid.reach(own).start * width;
        add(&mut sums.second[from..], &part.gradients.second);
        add(&mut sums.weight, &part.gradients.weight);
        add(&mut sums.bias, &part.gradients.bias);
    }
    (loss, best, sums)
}
