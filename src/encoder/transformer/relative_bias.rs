//! T5's way to tell positions: a bias on attention scores, one per head and bucket of
//! distances (Raffel et al. 2020, §2.1).

use burn::nn::Embedding;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::encoder::batch::TokenBatch;

/// What the distance from one piece to another adds to its score: (1 or batch) × heads ×
/// from × to. `table` is buckets × heads; distances of `furthest` and more share a
/// bucket. Without explicit positions all sentences share one bias.
pub(crate) fn distance_bias(table: &Embedding, furthest: usize, batch: &TokenBatch) -> Tensor<4> {
    let [_, length] = batch.dims();
    let device = batch.ids.device();
    let positions = match &batch.positions {
        Some(positions) => positions.clone(),
        None => Tensor::arange(0..length as i64, &device).unsqueeze(),
    };
    let [rows, _] = positions.dims();
    let to = positions.clone().unsqueeze_dim::<3>(1);
    let from = positions.unsqueeze_dim::<3>(2);
    // Distances beyond the furthest share its bucket, so a table of those up to it is
    // enough, and the small table is where the gradient gathers.
    let most = furthest as i64;
    let columns = (to - from).clamp(-most, most) + most;
    let table = by_distance(table, furthest, &device);
    let [heads, _] = table.dims();
    table
        .select(1, columns.reshape([rows * length * length]))
        .reshape([heads, rows, length, length])
        .swap_dims(0, 1)
}

/// The bias of every head for distances −furthest, …, furthest: heads × distances.
fn by_distance(table: &Embedding, furthest: usize, device: &Device) -> Tensor<2> {
    let table = table.weight.val();
    let [buckets, _] = table.dims();
    let most = furthest as i64;
    let rows: Vec<i32> = (-most..=most)
        .map(|distance| bucket(distance, buckets, furthest) as i32)
        .collect();
    let shape = [rows.len()];
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, shape), device);
    table.select(0, rows).swap_dims(0, 1)
}

/// Row of the bias table for a piece `distance` after the one that attends.
///
/// Half of the buckets are for pieces before and the one itself, half for pieces after.
/// In each half the first half takes one distance each, and the others grow with the
/// logarithm up to `furthest`, beyond which all share the last (Raffel et al. 2020,
/// §2.1). Single precision decides at the borders, as it did when the weights were
/// trained.
fn bucket(distance: i64, buckets: usize, furthest: usize) -> usize {
    let half = buckets / 2;
    let exact = half / 2;
    let first = if distance > 0 { half } else { 0 };
    let steps = distance.unsigned_abs() as usize;
    if steps < exact {
        return first + steps;
    }
    let range = (furthest as f64 / exact as f64).ln() as f32;
    let share = (steps as f32 / exact as f32).ln() / range;
    let grown = (share * (half - exact) as f32) as usize;
    first + (exact + grown).min(half - 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::nn::EmbeddingConfig;

    use super::*;
    use crate::encoder::initialise::{Scheme, initialise};

    #[test]
    fn buckets_of_the_published_configuration() {
        // Eight single distances, then eight that grow by √2 from 8 up to 128.
        for (distance, expected) in [
            (0, 0),
            (-1, 1),
            (-7, 7),
            (-8, 8),
            (-11, 8),
            (-12, 9),
            (-15, 9),
            (-16, 10),
            (-90, 14),
            (-91, 15),
            (-127, 15),
            (-128, 15),
            (-100_000, 15),
            (1, 17),
            (7, 23),
            (8, 24),
            (16, 26),
            (127, 31),
            (128, 31),
            (100_000, 31),
        ] {
            assert_eq!(bucket(distance, 32, 128), expected, "{distance}");
        }
    }

    #[test]
    fn the_bias_is_that_of_the_distance_from_one_position_to_the_other() {
        let device = Device::flex();
        let empty = EmbeddingConfig::new(32, 2).init(&device);
        let table = initialise(empty, 5, Scheme::Normal(0.5), &|_| true);
        let weights: Vec<f32> = table.weight.val().into_data().try_into_vec().unwrap();
        let places = [4, 0, 300, 4];
        let mut input = TokenBatch::new(&[&[3, 4, 5, 6]], 0, &device);
        input.positions = Some(Tensor::<1, Int>::from_data(places, &device).unsqueeze());
        let bias: Vec<f32> = distance_bias(&table, 128, &input)
            .into_data()
            .try_into_vec()
            .unwrap();
        for (index, value) in bias.iter().enumerate() {
            let (head, from, to) = (index / 16, index / 4 % 4, index % 4);
            let row = bucket(i64::from(places[to] - places[from]), 32, 128);
            assert!((value - weights[row * 2 + head]).abs() < 1e-7, "{index}");
        }
    }
}
