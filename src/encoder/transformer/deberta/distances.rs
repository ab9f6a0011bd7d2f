//! Where the pieces of a batch stand to each other, and what content and positions
//! score together (He et al. 2021, "DeBERTa: Decoding-enhanced BERT with Disentangled
//! Attention", §3.1).
//!
//! Where pieces stand at 0, 1, 2, … a score depends on the distance alone, so contents
//! meet one projected row a distance and the scores are then shifted into place, which
//! costs copies of rows. Only explicit positions need a row looked up for every pair.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::buckets::Buckets;
use crate::encoder::batch::TokenBatch;
use crate::encoder::transformer::terms::Term;

/// The distances between the pieces of a batch, as rows of the position table.
#[derive(Debug)]
pub(super) struct Distances {
    places: Places,
    /// First row of the table that a distance of the batch can have, and how many
    /// follow it.
    rows: [usize; 2],
    dims: [usize; 2],
    heads: usize,
}

#[derive(Debug)]
enum Places {
    /// Pieces stand at 0, 1, 2, …: the row of every distance, 2 · pieces each.
    Consecutive {
        /// From the distance pieces − 1 downwards.
        of_queries: Tensor<1, Int>,
        /// From the distance 1 − pieces upwards.
        of_keys: Tensor<1, Int>,
    },
    /// Pieces stand anywhere: the row of every pair, (heads · batch · pieces) × pieces.
    Explicit {
        /// A query a line.
        of_queries: Tensor<2, Int>,
        /// A key a line.
        of_keys: Tensor<2, Int>,
    },
}

impl Distances {
    /// The distances of a batch for attention of so many heads.
    pub(super) fn new(batch: &TokenBatch, buckets: Buckets, heads: usize) -> Self {
        let dims = batch.dims();
        let device = batch.ids.device();
        let (places, rows) = match &batch.positions {
            None => consecutive(buckets, dims[1], &device),
            Some(positions) => {
                let rows = pairs(buckets, positions.clone());
                let lines = |rows: Tensor<3, Int>| {
                    let [batch, length, _] = rows.dims();
                    rows.unsqueeze_dim::<4>(0)
                        .repeat_dim(0, heads)
                        .reshape([heads * batch * length, length])
                };
                let places = Places::Explicit {
                    of_queries: lines(rows.clone()),
                    of_keys: lines(rows.swap_dims(1, 2)),
                };
                (places, [0, buckets.rows()])
            }
        };
        Self {
            places,
            rows,
            dims,
            heads,
        }
    }

    /// The rows of the position table that the batch needs, rows × H; what they become
    /// is what the scores take.
    pub(super) fn needed(&self, table: Tensor<2>) -> Tensor<2> {
        let [first, count] = self.rows;
        table.narrow(0, first, count)
    }

    /// Qᶜ_i · Kʳ_δ(i,j) (He et al. 2021, eq. 4, second term), to be scaled by `scale`.
    ///
    /// `queries` are (batch · pieces) × (heads · depth), `positions` the projected rows.
    pub(super) fn content_to_position(
        &self,
        queries: Tensor<2>,
        positions: Tensor<2>,
        scale: f64,
    ) -> Term {
        match &self.places {
            Places::Consecutive { of_queries, .. } => {
                Term::OfQueries(self.scores(queries, positions.select(0, of_queries.clone())))
            }
            Places::Explicit { of_queries, .. } => {
                let scores = self.looked_up(queries, positions, of_queries);
                Term::Bias(scores.swap_dims(0, 1) * scale)
            }
        }
    }

    /// Kᶜ_j · Qʳ_δ (He et al. 2021, eq. 4, third term), to be scaled by `scale`.
    ///
    /// The equation reads the row of δ(j, i); every published checkpoint was trained
    /// with that of δ(i, j).
    pub(super) fn position_to_content(
        &self,
        keys: Tensor<2>,
        positions: Tensor<2>,
        scale: f64,
    ) -> Term {
        match &self.places {
            Places::Consecutive { of_keys, .. } => {
                Term::OfKeys(self.scores(keys, positions.select(0, of_keys.clone())))
            }
            Places::Explicit { of_keys, .. } => {
                let scores = self.looked_up(keys, positions, of_keys);
                Term::Bias(scores.permute([1, 0, 3, 2]) * scale)
            }
        }
    }

    /// Scores of contents with all rows, looked up: heads × batch × content × other.
    fn looked_up(
        &self,
        contents: Tensor<2>,
        positions: Tensor<2>,
        rows: &Tensor<2, Int>,
    ) -> Tensor<4> {
        let [batch, length] = self.dims;
        let [lines, _] = rows.dims();
        let scores = self.scores(contents, positions);
        let [_, _, count] = scores.dims();
        scores
            .reshape([lines, count])
            .gather(1, rows.clone())
            .reshape([self.heads, batch, length, length])
    }

    /// Products of every content with every position, heads × (batch · pieces) ×
    /// positions. Heads come first because the positions are those of the whole batch:
    /// that makes one product a head, whose gradient needs no sum over sentences.
    fn scores(&self, contents: Tensor<2>, positions: Tensor<2>) -> Tensor<3> {
        let split = |rows: Tensor<2>| {
            let [count, width] = rows.dims();
            rows.reshape([count, self.heads, width / self.heads])
        };
        split(contents)
            .swap_dims(0, 1)
            .matmul(split(positions).permute([1, 2, 0]))
    }
}

/// Rows of the distances of so many consecutive pieces, relative to the first row
/// that they need.
fn consecutive(buckets: Buckets, length: usize, device: &Device) -> (Places, [usize; 2]) {
    let length = length as i64;
    let first = buckets.row(-length);
    let count = buckets.row(length) + 1 - first;
    let rows = |distances: &mut dyn Iterator<Item = i64>| {
        let rows: Vec<i32> = distances
            .map(|distance| (buckets.row(distance) - first) as i32)
            .collect();
        let shape = [rows.len()];
        Tensor::from_data(TensorData::new(rows, shape), device)
    };
    let places = Places::Consecutive {
        of_queries: rows(&mut (-length..length).rev()),
        of_keys: rows(&mut (1 - length..=length)),
    };
    (places, [first, count])
}

/// The row of every pair of pieces, batch × from × to, for positions batch × pieces.
fn pairs(buckets: Buckets, positions: Tensor<2, Int>) -> Tensor<3, Int> {
    let [batch, length] = positions.dims();
    let device = positions.device();
    let reach = buckets.reach as i64;
    let rows: Vec<i32> = (-reach..=reach)
        .map(|distance| buckets.row(distance) as i32)
        .collect();
    let shape = [rows.len()];
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, shape), &device);
    let from: Tensor<3, Int> = positions.clone().unsqueeze_dim(2);
    let distances = from - positions.unsqueeze_dim(1);
    let indices = distances.clamp(-reach, reach).add_scalar(reach);
    rows.select(0, indices.reshape([batch * length * length]))
        .reshape([batch, length, length])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn tensor<const D: usize>(shape: [usize; D], seed: u32) -> Tensor<D> {
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count as u32)
            .map(|index| {
                let bits = (index + 1)
                    .wrapping_mul(2_654_435_761)
                    .wrapping_mul(seed | 1);
                (bits >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect();
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    fn batch(rows: usize, columns: usize, positions: Option<Vec<i32>>) -> TokenBatch {
        let device = Device::flex();
        let sequence = vec![1; columns];
        let mut batch = TokenBatch::new(&vec![sequence.as_slice(); rows], 0, &device);
        batch.positions = positions.map(|positions| {
            Tensor::from_data(TensorData::new(positions, [rows, columns]), &device)
        });
        batch
    }

    proptest! {
        #[test]
        fn both_ways_give_what_the_formula_says(length in 1usize..24, start in 0i32..50, seed in any::<u32>()) {
            let [rows, heads, depth] = [2, 2, 3];
            let buckets = Buckets::new(14, Some(8));
            let contents = tensor([rows * length, heads * depth], seed);
            let table = tensor([buckets.rows(), heads * depth], seed ^ 0xFFFF);
            let given = [values(contents.clone()), values(table.clone())];
            let expected = |transposed: bool| {
                let mut scores = Vec::new();
                for index in 0..rows * heads * length * length {
                    let [i, j] = [index / length % length, index % length];
                    let [sentence, head] = [index / (length * length * heads), index / (length * length) % heads];
                    let content = if transposed { j } else { i } + sentence * length;
                    let row = buckets.row(i as i64 - j as i64);
                    scores.push((0..depth).map(|k| {
                        let column = head * depth + k;
                        given[0][content * heads * depth + column] * given[1][row * heads * depth + column]
                    }).sum::<f32>());
                }
                scores
            };
            let places: Vec<i32> = (0..rows * length).map(|piece| start + (piece % length) as i32).collect();
            for positions in [None, Some(places)] {
                let distances = Distances::new(&batch(rows, length, positions), buckets, heads);
                let needed = distances.needed(table.clone());
                let to_position = distances.content_to_position(contents.clone(), needed.clone(), 1.0);
                let to_content = distances.position_to_content(contents.clone(), needed, 1.0);
                let [to_position, to_content] =
                    [to_position, to_content].map(|term| values(term.whole([rows, length], 1.0)));
                for (found, expected) in [(to_position, expected(false)), (to_content, expected(true))] {
                    for (found, expected) in found.iter().zip(&expected) {
                        prop_assert!((found - expected).abs() < 1e-5, "{} {}", found, expected);
                    }
                }
            }
        }
    }

    #[test]
    fn explicit_positions_may_repeat_and_jump() {
        let buckets = Buckets::new(14, Some(8));
        let positions = Tensor::from_data([[0, 3, 3, 1_000]], &Device::flex());
        let rows: Vec<i64> = pairs(buckets, positions).into_data().iter().collect();
        let far = [0, 15];
        let expected = [
            8, 5, 5, far[0], 11, 8, 8, far[0], 11, 8, 8, far[0], far[1], far[1], far[1], 8,
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn short_sequences_need_few_rows() {
        let buckets = Buckets::new(512, Some(256));
        let distances = Distances::new(&batch(1, 5, None), buckets, 1);
        assert_eq!(distances.rows, [251, 11]);
    }
}
