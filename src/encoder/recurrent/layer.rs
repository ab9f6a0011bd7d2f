//! One bidirectional layer: on the host a single node of the gradient graph, on
//! other devices tensor operations step by step.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::direction::{Direction, Gradients};
use super::host::{Pullback, Tracked, matrix, node, on_host, plain, tracked};
use super::kernel::add;
use super::ragged::Ragged;
use super::stepwise::stepwise;
use super::weights::{Cell, CellWeights};

/// The weights of both directions of a layer.
#[derive(Module, Debug)]
pub struct BiRnnLayer {
    /// From the first item to the last; PyTorch's names end in `_l0`, `_l1`, ….
    pub forward: CellWeights,
    /// From the last item to the first; PyTorch's names end in `_l0_reverse`, ….
    pub reverse: CellWeights,
}

impl BiRnnLayer {
    pub(crate) fn new(cell: Cell, input: usize, hidden: usize, device: &Device) -> Self {
        Self {
            forward: CellWeights::new(cell, input, hidden, device),
            reverse: CellWeights::new(cell, input, hidden, device),
        }
    }

    /// Hidden states of both directions side by side, rows × 2·hidden, below them one
    /// row of final hidden states per sequence, and for an LSTM below those one row of
    /// final cell states per sequence. Rows of padding and of empty sequences are 0.
    pub(crate) fn run(&self, cell: Cell, rows: Tensor<2>, ragged: &Arc<Ragged>) -> Tensor<2> {
        let recorded = rows.device().is_autodiff() || self.forward.is_autodiff();
        let inputs = recorded.then(|| self.inputs(&rows)).flatten();
        // A graph that recomputes values instead of keeping them is not the host's.
        if !on_host(&rows) || (recorded && inputs.is_none()) {
            return stepwise(self, cell, &rows, ragged);
        }
        let bare = plain(rows);
        let (forward, reverse) = rayon::join(
            || Direction::run(cell, &self.forward, &bare, ragged, false),
            || Direction::run(cell, &self.reverse, &bare, ragged, true),
        );
        let directions = [forward, reverse];
        let width = self.forward.hidden();
        let count = ragged.rows() + cell.states() * ragged.sequences();
        let mut output = vec![0f32; count * 2 * width];
        for (side, direction) in directions.iter().enumerate() {
            write(&mut output, ragged, direction, side, width);
        }
        let shape = [count, 2 * width];
        let Some(inputs) = inputs else {
            return matrix(output, shape);
        };
        let pullback = Recurrence {
            ragged: Arc::clone(ragged),
            rows: bare,
            directions,
            width,
        };
        node(&inputs, TensorData::new(output, shape), pullback)
    }

    /// The graph's handles of all that goes into the layer.
    fn inputs(&self, rows: &Tensor<2>) -> Option<[Tracked; 9]> {
        let (f, r) = (&self.forward, &self.reverse);
        Some([
            tracked(rows.clone())?,
            tracked(f.weight_hh.val())?,
            tracked(f.weight_ih.val())?,
            tracked(f.bias_ih.val())?,
            tracked(f.bias_hh.val())?,
            tracked(r.weight_hh.val())?,
            tracked(r.weight_ih.val())?,
            tracked(r.bias_ih.val())?,
            tracked(r.bias_hh.val())?,
        ])
    }
}

/// Puts one direction's states into its half of the layer's output.
fn write(output: &mut [f32], ragged: &Ragged, direction: &Direction, side: usize, width: usize) {
    let half = |row: usize| (2 * row + side) * width..(2 * row + side + 1) * width;
    let states = direction.states();
    for (row, state) in direction
        .visited()
        .iter()
        .zip(states[0].chunks_exact(width))
    {
        output[half(*row)].copy_from_slice(state);
    }
    for (kind, states) in states.iter().enumerate() {
        let first = ragged.rows() + kind * ragged.sequences();
        for (sequence, end) in ragged.ends().into_iter().enumerate() {
            if let Some(end) = end {
                output[half(first + sequence)].copy_from_slice(&states[end * width..][..width]);
            }
        }
    }
}

/// The way back through a layer.
#[derive(Debug, Clone)]
struct Recurrence {
    ragged: Arc<Ragged>,
    rows: Tensor<2>,
    directions: [Direction; 2],
    width: usize,
}

impl Pullback<9> for Recurrence {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 9]) -> [Option<TensorData>; 9] {
        let Self {
            ragged,
            rows,
            directions: [forward, reverse],
            width,
        } = self;
        let visited = [forward.visited().to_vec(), reverse.visited().to_vec()];
        let pull = |direction: Direction, side: usize, wanted: [bool; 5]| {
            let part = |row: &usize| &upstream[(2 * row + side) * width..][..width];
            let states: Vec<f32> = direction.visited().iter().flat_map(part).copied().collect();
            let kinds = upstream.len() / (2 * width) - ragged.rows();
            let kinds = kinds / ragged.sequences().max(1);
            let ends = (0..kinds).map(|kind| {
                let first = ragged.rows() + kind * ragged.sequences();
                let rows = ragged.running().iter();
                rows.flat_map(|sequence| part(&(first + sequence)))
                    .copied()
                    .collect()
            });
            direction.pull(&rows, &ragged, &states, ends.collect(), wanted)
        };
        let [w, a, b, c, d, e, f, g, h] = wanted;
        let (forward, reverse) = rayon::join(
            || pull(forward, 0, [w, a, b, c, d]),
            || pull(reverse, 1, [w, e, f, g, h]),
        );
        let [_, columns] = rows.dims();
        let shares = [&forward.rows, &reverse.rows];
        let rows = w.then(|| {
            let mut sums = vec![0f32; ragged.rows() * columns];
            for (share, visited) in shares.into_iter().zip(&visited) {
                let share = share.as_deref().unwrap_or_default();
                for (row, share) in visited.iter().zip(share.chunks_exact(columns)) {
                    add(&mut sums[row * columns..][..columns], share);
                }
            }
            TensorData::new(sums, [ragged.rows(), columns])
        });
        let parts = |gradients: Gradients| {
            [
                gradients.weight_hh,
                gradients.weight_ih,
                gradients.bias_ih,
                gradients.bias_hh,
            ]
        };
        let ([a, b, c, d], [e, f, g, h]) = (parts(forward), parts(reverse));
        [rows, a, b, c, d, e, f, g, h]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::initialise::{Scheme, initialise};
    use burn::module::{ModuleMapper, Param};

    /// Values, then gradients of everything that goes in.
    fn results(
        layer: &BiRnnLayer,
        rows: &Tensor<2>,
        run: impl Fn(Tensor<2>) -> Tensor<2>,
    ) -> Vec<Vec<f32>> {
        let output = run(rows.clone());
        let count = output.shape().num_elements();
        let weights: Vec<f32> = (0..count).map(|index| (index % 7) as f32 - 2.0).collect();
        let weights = TensorData::new(weights, output.dims());
        let weights = Tensor::from_data(weights, &rows.device());
        let gradients = (output.clone() * weights).sum().backward();
        let mut results = vec![
            output.into_data(),
            rows.grad(&gradients).unwrap().into_data(),
        ];
        for weights in [&layer.forward, &layer.reverse] {
            results.push(weights.weight_hh.grad(&gradients).unwrap().into_data());
            results.push(weights.weight_ih.grad(&gradients).unwrap().into_data());
            results.push(weights.bias_ih.grad(&gradients).unwrap().into_data());
            results.push(weights.bias_hh.grad(&gradients).unwrap().into_data());
        }
        let vectors = results.into_iter().map(TensorData::try_into_vec);
        vectors.map(Result::unwrap).collect()
    }

    fn layer(cell: Cell, device: &Device) -> BiRnnLayer {
        let layer = BiRnnLayer::new(cell, 3, 5, &Device::flex());
        let layer = initialise(layer, 4, Scheme::Framework, &|_| true);
        layer.map(&mut Onto(device.clone()))
    }

    /// Moves parameters to a device, where they ask for gradients if it keeps a graph.
    struct Onto(Device);

    impl ModuleMapper for Onto {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let tensor = Tensor::from_data(param.val().into_data(), &self.0);
            let recorded = self.0.is_autodiff();
            param.map(|_| {
                if recorded {
                    tensor.require_grad()
                } else {
                    tensor
                }
            })
        }
    }

    fn rows(count: usize, device: &Device) -> Tensor<2> {
        let values: Vec<f32> = (0..3 * count).map(|index| (index as f32).sin()).collect();
        Tensor::from_data(TensorData::new(values, [count, 3]), device).require_grad()
    }

    fn assert_close(left: &[Vec<f32>], right: &[Vec<f32>]) {
        assert_eq!(left.len(), right.len());
        for (left, right) in left.iter().zip(right) {
            assert_eq!(left.len(), right.len());
            for (left, right) in left.iter().zip(right) {
                assert!(
                    (left - right).abs() < 1e-5 * left.abs().max(1.0),
                    "{left} {right}"
                );
            }
        }
    }

    #[test]
    fn the_host_and_other_devices_agree() {
        let device = Device::flex().autodiff();
        for cell in [Cell::Lstm, Cell::Gru] {
            for ragged in [
                Ragged::padded(&[2, 0, 6, 3], 4, 6),
                Ragged::packed(&[4, 1]),
                Ragged::packed(&[0, 0]),
            ] {
                let (layer, ragged) = (layer(cell, &device), Arc::new(ragged));
                let rows = rows(ragged.rows().max(1), &device);
                let fused = |rows| layer.run(cell, rows, &ragged);
                if ragged.items() == 0 {
                    let apart = stepwise(&layer, cell, &rows, &ragged);
                    assert_eq!(apart.into_data(), fused(rows).into_data());
                    continue;
                }
                let apart = results(&layer, &rows, |rows| stepwise(&layer, cell, &rows, &ragged));
                assert_close(&results(&layer, &rows, fused), &apart);
            }
        }
    }

    #[test]
    fn a_graph_that_recomputes_gets_gradients_too() {
        let ragged = Arc::new(Ragged::packed(&[3, 2]));
        let [found, expected] = [
            Device::flex().autodiff().gradient_checkpointing(),
            Device::flex().autodiff(),
        ]
        .map(|device| {
            let layer = layer(Cell::Gru, &device);
            let run = |rows| layer.run(Cell::Gru, rows, &ragged);
            results(&layer, &rows(5, &device), run)
        });
        assert_close(&found, &expected);
    }

    #[test]
    fn values_are_the_same_without_a_graph() {
        let ragged = Arc::new(Ragged::packed(&[3, 2]));
        for cell in [Cell::Lstm, Cell::Gru] {
            let [found, expected] = [Device::flex(), Device::flex().autodiff()].map(|device| {
                let rows = plain(rows(5, &Device::flex().autodiff()));
                layer(cell, &device).run(cell, rows, &ragged).into_data()
            });
            assert_eq!(found, expected);
        }
    }
}
