//! Bidirectional recurrent layers over sequences of different lengths.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::layer::BiRnnLayer;
use super::ragged::Ragged;
use super::weights::Cell;
use crate::encoder::dropout::{Noise, dropout};

/// The shape of a `BiRnn`; widths are at least 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BiRnnConfig {
    /// LSTM or GRU.
    pub cell: Cell,
    /// Values of an item.
    pub input: usize,
    /// Width of a state, per direction.
    pub hidden: usize,
    /// Layers, each over the outputs of both directions of the one before.
    pub layers: usize,
    /// Dropout on the input of every layer.
    pub dropout: f64,
}

impl BiRnnConfig {
    /// Layers of zeros; `initialise` draws their values.
    pub fn init(&self, device: &Device) -> BiRnn {
        let layers = (0..self.layers).map(|layer| {
            let input = if layer == 0 {
                self.input
            } else {
                2 * self.hidden
            };
            BiRnnLayer::new(self.cell, input, self.hidden, device)
        });
        BiRnn {
            layers: layers.collect(),
            cell: self.cell,
            hidden: self.hidden,
            dropout: self.dropout,
        }
    }
}

/// Bidirectional LSTM or GRU (Graves and Schmidhuber 2005).
///
/// PyTorch's `weight_ih_l1_reverse` is `layers.1.reverse.weight_ih` here, and so on;
/// shapes and the order of gates are the same.
#[derive(Module, Debug)]
pub struct BiRnn {
    /// From the input upwards.
    pub layers: Vec<BiRnnLayer>,
    #[module(skip)]
    cell: Cell,
    #[module(skip)]
    hidden: usize,
    #[module(skip)]
    dropout: f64,
}

/// What a `BiRnn` computes.
#[derive(Debug, Clone)]
pub struct BiRnnStates {
    /// States of the last layer, forward beside backward: batch × longest × 2·hidden,
    /// 0 at padding.
    pub output: Tensor<3>,
    /// Hidden states after each direction's last step, 2·layers × batch × hidden: layer
    /// 0 forward, layer 0 backward, layer 1 forward, …. 0 for empty sequences.
    pub hidden: Tensor<3>,
    /// An LSTM's cell states, likewise.
    pub cell: Option<Tensor<3>>,
}

impl BiRnn {
    /// Runs over `input` (batch × longest × input) whose sequences have these
    /// `lengths`, in any order. What lies behind a sequence's end plays no part: the
    /// backward direction starts at its last item.
    pub fn forward(
        &self,
        input: Tensor<3>,
        lengths: &[usize],
        noise: Option<&Noise>,
    ) -> BiRnnStates {
        let [batch, longest, width] = input.dims();
        let ragged = Arc::new(Ragged::padded(lengths, batch, longest));
        let rows = input.reshape([batch * longest, width]);
        let (rows, ends) = self.run(rows, &ragged, noise);
        let mut kinds = ends.into_iter();
        let mut ends = || {
            let layers = kinds.next().unwrap_or_default();
            (!layers.is_empty()).then(|| self.by_direction(layers, batch))
        };
        let none = || Tensor::zeros([0, batch, self.hidden], &rows.device());
        BiRnnStates {
            hidden: ends().unwrap_or_else(none),
            cell: ends(),
            output: rows.clone().reshape([batch, longest, rows.dims()[1]]),
        }
    }

    /// The last layer's final hidden states of both directions side by side, sequences
    /// × 2·hidden, over sequences whose items follow each other as `rows` (items ×
    /// input) without padding. No dropout.
    pub(crate) fn last_states(&self, rows: Tensor<2>, lengths: &[usize]) -> Tensor<2> {
        let ragged = Arc::new(Ragged::packed(lengths));
        let device = rows.device();
        let (_, ends) = self.run(rows, &ragged, None);
        let hidden = ends.into_iter().next().and_then(|mut layers| layers.pop());
        hidden.unwrap_or_else(|| Tensor::zeros([lengths.len(), 2 * self.hidden], &device))
    }

    /// The last layer's states, items × 2·hidden, over sequences whose items follow each
    /// other as `rows` (items × input) without padding; without layers the rows themselves.
    pub(crate) fn packed(
        &self,
        rows: Tensor<2>,
        lengths: &[usize],
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        self.run(rows, &Arc::new(Ragged::packed(lengths)), noise).0
    }

    /// All layers: the last one's states, and of each kind of state those at the ends
    /// of every layer, sequences × 2·hidden.
    fn run(
        &self,
        mut rows: Tensor<2>,
        ragged: &Arc<Ragged>,
        noise: Option<&Noise>,
    ) -> (Tensor<2>, Vec<Vec<Tensor<2>>>) {
        let mut ends = vec![Vec::new(); self.cell.states()];
        for layer in &self.layers {
            let all = layer.run(self.cell, dropout(rows, self.dropout, noise), ragged);
            let sequences = ragged.sequences();
            for (kind, ends) in ends.iter_mut().enumerate() {
                let first = ragged.rows() + kind * sequences;
                ends.push(part(&all, first, sequences));
            }
            rows = part(&all, 0, ragged.rows());
        }
        (rows, ends)
    }

    /// Layers of batch × 2·hidden as 2·layers × batch × hidden.
    fn by_direction(&self, layers: Vec<Tensor<2>>, batch: usize) -> Tensor<3> {
        let count = layers.len();
        Tensor::stack::<3>(layers, 0)
            .reshape([count, batch, 2, self.hidden])
            .swap_dims(1, 2)
            .reshape([2 * count, batch, self.hidden])
    }
}

/// Rows of a matrix; the backend has no name for none of them.
fn part(rows: &Tensor<2>, first: usize, count: usize) -> Tensor<2> {
    if count == 0 {
        return Tensor::zeros([0, rows.dims()[1]], &rows.device());
    }
    rows.clone().narrow(0, first, count)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::initialise::{Scheme, initialise};
    use burn::tensor::TensorData;
    use proptest::prelude::*;

    fn rnn(cell: Cell, layers: usize) -> BiRnn {
        let config = BiRnnConfig {
            cell,
            input: 3,
            hidden: 4,
            layers,
            dropout: 0.5,
        };
        initialise(config.init(&Device::flex()), 9, Scheme::Framework, &|_| {
            true
        })
    }

    fn input(batch: usize, longest: usize, shift: f32) -> Tensor<3> {
        let count = batch * longest * 3;
        let values: Vec<f32> = (0..count)
            .map(|index| (index as f32 + shift).cos())
            .collect();
        let data = TensorData::new(values, [batch, longest, 3]);
        Tensor::from_data(data, &Device::flex())
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn close(left: &[f32], right: &[f32]) -> bool {
        let pairs = left.iter().zip(right);
        left.len() == right.len() && pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_sequence_alone_equals_itself_in_a_batch(
            lengths in prop::collection::vec(0usize..7, 1..5),
            gru in any::<bool>(),
            layers in 1usize..3,
        ) {
            let cell = if gru { Cell::Gru } else { Cell::Lstm };
            let rnn = rnn(cell, layers);
            let longest = lengths.iter().copied().max().unwrap().max(1);
            let input = input(lengths.len(), longest, 0.0);
            let together = rnn.forward(input.clone(), &lengths, None);
            for (row, length) in lengths.iter().enumerate() {
                let own = input.clone().narrow(0, row, 1).narrow(1, 0, (*length).max(1));
                let alone = rnn.forward(own, &[*length], None);
                let output = values(together.output.clone().narrow(0, row, 1));
                let (real, padding) = output.split_at(length * 8);
                prop_assert!(padding.iter().all(|value| value.abs() < f32::MIN_POSITIVE));
                prop_assert!(close(real, &values(alone.output)[..real.len()]));
                let hidden = together.hidden.clone().narrow(1, row, 1);
                prop_assert!(close(&values(hidden), &values(alone.hidden)));
                prop_assert_eq!(together.cell.is_some(), !gru);
                if let (Some(cells), Some(cell)) = (&together.cell, alone.cell) {
                    prop_assert!(close(&values(cells.clone().narrow(1, row, 1)), &values(cell)));
                }
            }
        }
    }

    #[test]
    fn what_lies_at_padding_plays_no_part() {
        let rnn = rnn(Cell::Lstm, 2);
        let clean = input(2, 5, 0.0);
        let dirty = clean
            .clone()
            .slice_assign([1..2, 2..5], input(1, 3, 7.0) * 100.0);
        let [clean, dirty] = [clean, dirty].map(|input| rnn.forward(input, &[5, 2], None));
        assert_eq!(values(clean.output), values(dirty.output));
        assert_eq!(values(clean.hidden), values(dirty.hidden));
    }

    #[test]
    fn final_states_are_where_each_direction_stops() {
        let states = rnn(Cell::Gru, 2).forward(input(2, 5, 0.0), &[3, 5], None);
        let [layers, _, width] = states.hidden.dims();
        for (row, length) in [(0, 3), (1, 5)] {
            let state = |direction: usize| {
                let all = states.hidden.clone();
                values(all.narrow(0, layers - 2 + direction, 1).narrow(1, row, 1))
            };
            let output = |item: usize, direction: usize| {
                let all = states.output.clone().narrow(0, row, 1).narrow(1, item, 1);
                values(all.narrow(2, direction * width, width))
            };
            assert_eq!(state(0), output(length - 1, 0));
            assert_eq!(state(1), output(0, 1));
        }
    }

    #[test]
    fn noise_drops_inputs_and_repeats() {
        let (rnn, input) = (rnn(Cell::Lstm, 1), input(1, 4, 0.0));
        let run = |noise: Option<Noise>| {
            let states = rnn.forward(input.clone(), &[4], noise.as_ref());
            values(states.output)
        };
        assert_eq!(run(Some(Noise::new(1, 2))), run(Some(Noise::new(1, 2))));
        assert_ne!(run(Some(Noise::new(1, 2))), run(Some(Noise::new(1, 3))));
        assert_ne!(run(Some(Noise::new(1, 2))), run(None));
    }
}
