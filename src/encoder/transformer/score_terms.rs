//! Where a summand of attention scores lies in memory, for the host: how it is added to
//! the scores of a sentence, and how the scores' gradient comes back to it.

use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;
use rayon::prelude::*;

use super::attention::Sizes;
use super::terms::Term;
use crate::encoder::host::numbers;

/// Edge of the squares in which a block is transposed, so that both sides stay in cache.
const TILE: usize = 16;

/// Which score a value of a term belongs to; `Term` defines the kinds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Dimensions of 1 broadcast.
    Bias([usize; 4]),
    OfQueries,
    OfKeys,
}

/// A term as numbers.
#[derive(Debug)]
pub(super) struct Summand {
    pub(super) place: Place,
    pub(super) tensor: FlexTensor,
}

impl Summand {
    /// Adds what is scaled like Q·K to the scores of a sentence's head, from × to.
    pub(super) fn add_before_scaling(
        &self,
        block: &mut [f32],
        [sentence, head]: [usize; 2],
        sizes: Sizes,
    ) {
        let Sizes { batch, length, .. } = sizes;
        if matches!(self.place, Place::Bias(_)) {
            return;
        }
        let count = 2 * length * length;
        let lines = &numbers(&self.tensor)[(head * batch + sentence) * count..][..count];
        match self.place {
            Place::Bias(_) => {}
            Place::OfQueries => {
                for (from, row) in block.chunks_exact_mut(length).enumerate() {
                    let line = &lines[from * 2 * length + length - 1 - from..][..length];
                    for (score, value) in row.iter_mut().zip(line) {
                        *score += value;
                    }
                }
            }
            Place::OfKeys => tiles(length, |from, to| {
                block[from * length + to] += lines[to * 2 * length + length - 1 + from - to];
            }),
        }
    }

    /// Adds what is not to one row of scores.
    pub(super) fn add_after_scaling(&self, row: &mut [f32], [sentence, head, from]: [usize; 3]) {
        let Place::Bias([batch, heads, lines, columns]) = self.place else {
            return;
        };
        let at = |index: usize, count: usize| if count == 1 { 0 } else { index };
        let line = (at(sentence, batch) * heads + at(head, heads)) * lines + at(from, lines);
        let values = &numbers(&self.tensor)[line * columns..][..columns];
        if let [value] = values {
            for score in row {
                *score += value;
            }
        } else {
            for (score, value) in row.iter_mut().zip(values) {
                *score += value;
            }
        }
    }
}

impl Place {
    /// Where the values of a term belong.
    pub(super) fn of(term: &Term) -> Self {
        match term {
            Term::Bias(bias) => Self::Bias(bias.dims()),
            Term::OfQueries(_) => Self::OfQueries,
            Term::OfKeys(_) => Self::OfKeys,
        }
    }

    /// The gradient of the term, given that of the scores of every sentence, heads × from
    /// × to.
    pub(super) fn gradient(self, scores: &[&[f32]], sizes: Sizes, scale: f32) -> TensorData {
        match self {
            Self::Bias(shape) => TensorData::new(bias_gradient(shape, scores, sizes), shape),
            Self::OfQueries | Self::OfKeys => {
                let Sizes {
                    batch,
                    length,
                    heads,
                    ..
                } = sizes;
                let square = length * length;
                let mut gradient = vec![0f32; heads * batch * 2 * square];
                gradient
                    .par_chunks_mut(2 * square)
                    .enumerate()
                    .for_each(|(index, lines)| {
                        let (head, sentence) = (index / batch, index % batch);
                        let block = &scores[sentence][head * square..][..square];
                        self.unshift(block, lines, length, scale);
                    });
                TensorData::new(gradient, [heads, batch * length, 2 * length])
            }
        }
    }

    /// Writes a block of gradients, from × to, where its scores came from.
    fn unshift(self, block: &[f32], lines: &mut [f32], length: usize, scale: f32) {
        if matches!(self, Self::OfKeys) {
            tiles(length, |from, to| {
                lines[to * 2 * length + length - 1 + from - to] = block[from * length + to] * scale;
            });
            return;
        }
        for (from, row) in block.chunks_exact(length).enumerate() {
            let line = &mut lines[from * 2 * length + length - 1 - from..][..length];
            for (line, value) in line.iter_mut().zip(row) {
                *line = value * scale;
            }
        }
    }
}

/// Sums the gradient of the scores over what the bias broadcasts over.
fn bias_gradient(shape: [usize; 4], scores: &[&[f32]], sizes: Sizes) -> Vec<f32> {
    let [batch, heads, lines, columns] = shape;
    let Sizes { length, .. } = sizes;
    let square = length * length;
    let every = |index: usize, count: usize, all: usize| {
        if count == 1 { 0..all } else { index..index + 1 }
    };
    let mut gradient = vec![0f32; batch * heads * lines * columns];
    gradient
        .par_chunks_mut(lines * columns)
        .enumerate()
        .for_each(|(index, part)| {
            for sentence in every(index / heads, batch, sizes.batch) {
                for head in every(index % heads, heads, sizes.heads) {
                    let block = &scores[sentence][head * square..][..square];
                    for (from, row) in block.chunks_exact(length).enumerate() {
                        let line = if lines == 1 { 0 } else { from };
                        let part = &mut part[line * columns..][..columns];
                        if let [sum] = part {
                            *sum += row.iter().sum::<f32>();
                        } else {
                            for (sum, value) in part.iter_mut().zip(row) {
                                *sum += value;
                            }
                        }
                    }
                }
            }
        });
    gradient
}

/// Visits every pair of indices below `length`, square by square.
fn tiles(length: usize, mut visit: impl FnMut(usize, usize)) {
    for first in (0..length).step_by(TILE) {
        for second in (0..length).step_by(TILE) {
            for from in first..length.min(first + TILE) {
                for to in second..length.min(second + TILE) {
                    visit(from, to);
                }
            }
        }
    }
}
