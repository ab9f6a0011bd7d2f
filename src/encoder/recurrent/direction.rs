//! One direction of a layer on the host, with the gradients of all that goes in.

use burn::tensor::{Int, Tensor, TensorData};

use super::gru::GruTape;
use super::host::{matrix, plain, values};
use super::kernel::Slopes;
use super::lstm::LstmTape;
use super::ragged::Ragged;
use super::weights::{Cell, CellWeights};

/// One direction after its forward pass.
#[derive(Debug, Clone)]
pub(crate) struct Direction {
    tape: Tape,
    /// U, gates·hidden × hidden.
    recurrent: Tensor<2>,
    /// W, gates·hidden × input.
    weights: Tensor<2>,
    /// Of each row in the recurrence's order, the row of the matrix.
    visited: Vec<usize>,
}

#[derive(Debug, Clone)]
enum Tape {
    Lstm(LstmTape),
    Gru(GruTape),
}

/// Gradients of one direction's inputs; the rows' are in the recurrence's order.
pub(crate) struct Gradients {
    pub(crate) rows: Option<Vec<f32>>,
    pub(crate) weight_hh: Option<TensorData>,
    pub(crate) weight_ih: Option<TensorData>,
    pub(crate) bias_ih: Option<TensorData>,
    pub(crate) bias_hh: Option<TensorData>,
}

impl Direction {
    /// Runs over `rows`, rows of the matrix × input.
    pub(crate) fn run(
        cell: Cell,
        weights: &CellWeights,
        rows: &Tensor<2>,
        ragged: &Ragged,
        backward: bool,
    ) -> Self {
        let width = weights.hidden();
        let visited = ragged.visited(backward);
        let own = plain(weights.weight_ih.val());
        let recurrent = plain(weights.weight_hh.val());
        let [bias_ih, bias_hh] =
            [&weights.bias_ih, &weights.bias_hh].map(|bias| values(plain(bias.val())));
        let projected = values(ordered(rows, &visited).matmul(own.clone().transpose()));
        // Products read the weights once a step, and fastest along their rows.
        let [outputs, inputs] = recurrent.dims();
        let turned = matrix(values(recurrent.clone().transpose()), [inputs, outputs]);
        let tape = match cell {
            Cell::Lstm => {
                let bias: Vec<f32> = bias_ih.iter().zip(&bias_hh).map(|(b, d)| b + d).collect();
                Tape::Lstm(LstmTape::record(ragged, width, projected, &bias, &turned))
            }
            Cell::Gru => {
                let biases = [bias_ih.as_slice(), bias_hh.as_slice()];
                Tape::Gru(GruTape::record(ragged, width, projected, biases, &turned))
            }
        };
        Self {
            tape,
            recurrent,
            weights: own,
            visited,
        }
    }

    /// States after every step, rows in the recurrence's order: hidden, and cell.
    pub(crate) fn states(&self) -> Vec<&[f32]> {
        match &self.tape {
            Tape::Lstm(tape) => vec![&tape.hidden, &tape.cells],
            Tape::Gru(tape) => vec![&tape.hidden],
        }
    }

    /// Of each row in the recurrence's order, the row of the matrix.
    pub(crate) fn visited(&self) -> &[usize] {
        &self.visited
    }

    /// Back through time from `upstream`, the gradient of every hidden state in the
    /// recurrence's order, and `ends`, those of the final hidden and cell states in
    /// the order of a step's rows. `wanted` names what needs a gradient: rows,
    /// weight_hh, weight_ih, bias_ih, bias_hh.
    pub(crate) fn pull(
        self,
        rows: &Tensor<2>,
        ragged: &Ragged,
        upstream: &[f32],
        ends: Vec<Vec<f32>>,
        wanted: [bool; 5],
    ) -> Gradients {
        let width = self.recurrent.dims()[1];
        let past = wanted[1].then(|| previous(ragged, self.states()[0], width));
        let mut ends = ends.into_iter();
        let mut end = || ends.next().unwrap_or_default();
        let slopes = match self.tape {
            Tape::Lstm(tape) => {
                tape.unroll(ragged, width, upstream, [end(), end()], &self.recurrent)
            }
            Tape::Gru(tape) => tape.unroll(ragged, width, upstream, end(), &self.recurrent),
        };
        let Slopes {
            input,
            recurrent,
            bias_ih,
            bias_hh,
        } = slopes;
        let bias = |values: Vec<f32>| {
            let count = values.len();
            TensorData::new(values, [count])
        };
        let recurrent = recurrent.transpose();
        Gradients {
            rows: wanted[0].then(|| values(input.clone().matmul(self.weights))),
            weight_hh: past.map(|past| recurrent.matmul(past).into_data()),
            weight_ih: wanted[2].then(|| {
                let rows = ordered(rows, &self.visited);
                input.transpose().matmul(rows).into_data()
            }),
            bias_ih: wanted[3].then(|| bias(bias_ih)),
            bias_hh: wanted[4].then(|| bias(bias_hh)),
        }
    }
}

/// The rows of a matrix in another order.
fn ordered(rows: &Tensor<2>, visited: &[usize]) -> Tensor<2> {
    let places: Vec<i32> = visited.iter().map(|row| *row as i32).collect();
    let count = places.len();
    let places = TensorData::new(places, [count]);
    let places = Tensor::<1, Int>::from_data(places, &rows.device());
    rows.clone().select(0, places)
}

/// The hidden state before each row, zeros before the first step.
fn previous(ragged: &Ragged, hidden: &[f32], width: usize) -> Tensor<2> {
    let mut past = vec![0f32; hidden.len()];
    for step in 1..ragged.steps() {
        let (before, here) = (ragged.step(step - 1).start, ragged.step(step));
        let count = here.len() * width;
        past[here.start * width..here.end * width]
            .copy_from_slice(&hidden[before * width..][..count]);
    }
    matrix(past, [ragged.items(), width])
}
