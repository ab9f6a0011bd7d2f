//! A table as tensor operations, for devices that the host's loops cannot reach.
//!
//! Sentences are padded to the longest of the batch, so a batch takes sentences · longest² ·
//! (K + relations) numbers, more than once while gradients are computed.

use burn::nn::Linear;
use burn::tensor::{Int, Tensor, TensorData, activation};

use super::GoldCell;
use super::grid::Grid;
use super::host::TableLoss;

/// The same as `host::table_loss`, wherever the tensors lie.
pub(crate) fn apart(
    (first, second): (&Tensor<2>, &Tensor<2>),
    layer: &Linear,
    grid: &Grid,
    gold: &[GoldCell],
    pooling: bool,
) -> TableLoss {
    let device = first.device();
    let [width, relations] = layer.weight.val().dims();
    let lengths = grid.lengths();
    let (sentences, longest) = (
        lengths.len(),
        lengths.iter().copied().max().unwrap_or(0).max(1),
    );
    // Where each row goes, and which row each place takes; padding takes any.
    let mut taken = vec![0i32; sentences * longest];
    let mut places = Vec::with_capacity(grid.rows());
    for (sentence, length) in lengths.iter().enumerate() {
        for word in 0..*length {
            taken[sentence * longest + word] = places.len() as i32;
            places.push(sentence * longest + word);
        }
    }
    let cell = |row: usize, other: usize| places[row] * longest + places[other] % longest;
    let cells = sentences * longest * longest;
    let mut real = vec![0f32; cells];
    for row in 0..grid.rows() {
        for other in grid.partners(row) {
            real[cell(row, other)] = 1.0;
        }
    }
    let mut holds = vec![0f32; cells * relations];
    for (row, other, relation) in gold.iter().filter(|(row, other, _)| grid.has(*row, *other)) {
        holds[cell(*row, *other) * relations + relation] = 1.0;
    }
    let on = |values: Vec<f32>, columns: usize| -> Tensor<2> {
        let rows = values.len() / columns;
        Tensor::from_data(TensorData::new(values, [rows, columns]), &device)
    };
    let (real, holds) = (on(real, 1), on(holds, relations));
    let taken = Tensor::<1, Int>::from_data(TensorData::from(taken.as_slice()), &device);
    let side = |terms: &Tensor<2>, shape: [usize; 4]| {
        terms.clone().select(0, taken.clone()).reshape(shape)
    };
    let pairs =
        side(first, [sentences, longest, 1, width]) + side(second, [sentences, 1, longest, width]);
    let scores = layer.forward(activation::relu(pairs).reshape([cells, width]));
    // −y log σ(s) − (1 − y) log σ(−s) = −log σ(−s) − y·s
    let losses = -activation::log_sigmoid(-scores.clone()) - holds * scores.clone();
    let pooled = pooling.then(|| {
        // A real probability is above −1, and what is never paired has 0.
        let masked = activation::sigmoid(scores) * real.clone() + real.clone() - 1.0;
        let best = masked
            .reshape([sentences * longest, longest, relations])
            .max_dim(1)
            .reshape([sentences * longest, relations]);
        let own: Vec<i32> = places.iter().map(|place| *place as i32).collect();
        let own = Tensor::<1, Int>::from_data(TensorData::from(own.as_slice()), &device);
        activation::relu(best.select(0, own))
    });
    TableLoss {
        loss: (losses * real).sum(),
        pooled,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    use super::super::{likely, pooled, table_loss};
    use super::*;
    use crate::encoder::host::{plain, values};
    use crate::encoder::{Scheme, initialise};

    /// Random terms, a layer, and some gold cells.
    struct Case {
        first: Tensor<2>,
        second: Tensor<2>,
        layer: Linear,
        grid: Arc<Grid>,
        gold: Vec<GoldCell>,
    }

    fn case(lengths: &[usize], relations: usize, diagonal: bool) -> Case {
        let device = Device::flex().autodiff();
        let width = 7;
        let grid = Grid::new(lengths, diagonal);
        let terms = |shift: f32| {
            let numbers = (0..grid.rows() * width).map(|at| (at as f32 * 0.7 + shift).sin() * 3.0);
            let data = TensorData::new(numbers.collect::<Vec<f32>>(), [grid.rows(), width]);
            Tensor::<2>::from_data(data, &device).require_grad()
        };
        let layer: Linear = LinearConfig::new(width, relations).init(&device);
        let layer = initialise(layer, 3, Scheme::Normal(0.8), &|_| true);
        let all = (0..grid.rows()).flat_map(|row| (0..grid.rows()).map(move |other| (row, other)));
        let gold = all
            .filter(|(row, other)| grid.has(*row, *other) && (row * 5 + other * 3) % 4 == 0)
            .flat_map(|(row, other)| {
                [(row, other, other % relations), (row, other, relations - 1)]
            });
        let mut gold: Vec<GoldCell> = gold.collect();
        gold.sort_unstable();
        gold.dedup();
        Case {
            first: terms(0.0),
            second: terms(0.4),
            layer,
            grid: Arc::new(grid),
            gold,
        }
    }

    /// Loss, what is pooled, and the gradients of everything that goes in.
    fn results(case: &Case, found: TableLoss) -> Vec<Vec<f32>> {
        let pooled = found.pooled.unwrap();
        let weights: Vec<f32> = (0..pooled.shape().num_elements())
            .map(|at| (at % 5) as f32 - 1.5)
            .collect();
        let weights = TensorData::new(weights, pooled.dims());
        let weights = Tensor::from_data(weights, &pooled.device());
        let whole = (found.loss.clone() * 0.3).sum() + (pooled.clone() * weights).sum();
        let gradients = whole.backward();
        vec![
            values(plain(found.loss)),
            values(plain(pooled)),
            values(case.first.grad(&gradients).unwrap()),
            values(case.second.grad(&gradients).unwrap()),
            values(case.layer.weight.val().grad(&gradients).unwrap()),
            values(
                case.layer
                    .bias
                    .as_ref()
                    .unwrap()
                    .val()
                    .grad(&gradients)
                    .unwrap(),
            ),
        ]
    }

    #[test]
    fn the_host_and_other_devices_agree() {
        for (lengths, relations, diagonal) in [
            (vec![3, 1, 5], 4, true),
            (vec![3, 1, 0, 5, 2], 17, false),
            // More rows than a tile, and more parts than one.
            (vec![30, 25, 41, 1, 7], 33, true),
        ] {
            let case = case(&lengths, relations, diagonal);
            let terms = (&case.first, &case.second);
            let host = table_loss(terms, &case.layer, &case.grid, &case.gold, true).unwrap();
            let host = results(&case, host);
            let other = apart(terms, &case.layer, &case.grid, &case.gold, true);
            let other = results(&case, other);
            for (what, (host, other)) in host.iter().zip(&other).enumerate() {
                assert_eq!(host.len(), other.len());
                for (host, other) in host.iter().zip(other) {
                    let off = (host - other).abs() / other.abs().max(1.0);
                    assert!(off < 2e-5, "{lengths:?}, {what}: {host} is not {other}");
                }
            }
            let bare = || (plain(case.first.clone()), plain(case.second.clone()));
            let again = values(pooled(bare(), &case.layer, &case.grid));
            assert_eq!(again, host[1]);
        }
    }

    #[test]
    fn likely_cells_are_those_that_score_at_least_zero() {
        let case = case(&[4, 1, 6], 5, false);
        let bare = (plain(case.first.clone()), plain(case.second.clone()));
        let found = likely(bare, &case.layer, &case.grid);
        let (first, second) = (values(case.first), values(case.second));
        let (weight, bias) = (
            values(case.layer.weight.val()),
            values(case.layer.bias.as_ref().unwrap().val()),
        );
        let mut expected = Vec::new();
        for row in 0..case.grid.rows() {
            for other in case.grid.partners(row) {
                for relation in 0..5 {
                    let mut score = bias[relation];
                    for at in 0..7 {
                        let pair = (first[row * 7 + at] + second[other * 7 + at]).max(0.0);
                        score += pair * weight[at * 5 + relation];
                    }
                    if score >= 0.0 {
                        expected.push((row, other, relation));
                    }
                }
            }
        }
        assert!(!expected.is_empty());
        assert_eq!(found, expected);
    }
}
