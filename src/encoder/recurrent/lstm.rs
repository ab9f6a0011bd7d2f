//! The LSTM's recurrence on the host, forward and back through time.
//!
//! i, f, o = σ(W x + b + U h + d), g = tanh(W x + b + U h + d), c′ = f∘c + i∘g,
//! h′ = o∘tanh(c′) (Gers, Schmidhuber and Cummins 2000).

use burn::tensor::Tensor;

use super::host::matrix;
use super::kernel::{Slopes, add, column_sums, product};
use super::ragged::Ragged;
use super::squash::{sigmoid, tanh};

/// What the way back needs of the way forward; all rows in the recurrence's order.
#[derive(Debug, Clone)]
pub(crate) struct LstmTape {
    /// i, f, g, o of each row, 4·hidden values.
    gates: Vec<f32>,
    /// c′ of each row.
    pub(crate) cells: Vec<f32>,
    /// tanh(c′) of each row.
    squashed: Vec<f32>,
    /// h′ of each row.
    pub(crate) hidden: Vec<f32>,
}

impl LstmTape {
    /// Runs the recurrence over `projected` = W x (rows × 4·`width`), with the bias
    /// b + d and U transposed (`width` × 4·`width`).
    pub(crate) fn record(
        ragged: &Ragged,
        width: usize,
        projected: Vec<f32>,
        bias: &[f32],
        recurrent: &Tensor<2>,
    ) -> Self {
        let count = ragged.items() * width;
        let mut gates = projected;
        let mut cells = vec![0f32; count];
        let mut squashed = vec![0f32; count];
        let mut hidden = vec![0f32; count];
        for step in 0..ragged.steps() {
            let rows = ragged.step(step);
            let (start, size) = (rows.start * width, rows.len() * width);
            let before = step
                .checked_sub(1)
                .map(|step| ragged.step(step).start * width);
            let (past, cells) = cells.split_at_mut(start);
            let past = before.map(|before| &past[before..before + size]);
            let gates = &mut gates[4 * start..4 * (start + size)];
            if let Some(before) = before {
                add(
                    gates,
                    &product(&hidden[before..before + size], width, recurrent),
                );
            }
            for row in 0..rows.len() {
                let here = row * width..(row + 1) * width;
                let there = start + here.start..start + here.end;
                let gates = &mut gates[4 * here.start..4 * here.end];
                add(gates, bias);
                activate(gates);
                let cell = &mut cells[here.clone()];
                match past {
                    Some(past) => remember(gates, &past[here], cell),
                    None => begin(gates, cell),
                }
                let squashed = &mut squashed[there.clone()];
                squashed.copy_from_slice(cell);
                tanh(squashed);
                multiply(&gates[3 * width..], squashed, &mut hidden[there]);
            }
        }
        Self {
            gates,
            cells,
            squashed,
            hidden,
        }
    }

    /// Takes gradients of h′ (every row, in the recurrence's order) and of the final
    /// h′ and c′ (in the order of a step's rows) to those of the gates' sums, with U
    /// (4·`width` × `width`).
    pub(crate) fn unroll(
        self,
        ragged: &Ragged,
        width: usize,
        upstream: &[f32],
        [mut hidden, mut cell]: [Vec<f32>; 2],
        recurrent: &Tensor<2>,
    ) -> Slopes {
        let none = vec![0f32; width];
        let mut slopes = self.gates;
        for step in (0..ragged.steps()).rev() {
            let rows = ragged.step(step);
            let before = step.checked_sub(1).map(|step| ragged.step(step).start);
            for (row, place) in rows.clone().enumerate() {
                let carried = row * width..(row + 1) * width;
                let here = place * width..(place + 1) * width;
                let past = match before {
                    Some(before) => &self.cells[(before + row) * width..][..width],
                    None => &none,
                };
                let hidden = &mut hidden[carried.clone()];
                add(hidden, &upstream[here.clone()]);
                descend(
                    &mut slopes[4 * here.start..4 * here.end],
                    [&self.squashed[here], past, hidden],
                    &mut cell[carried],
                );
            }
            if step > 0 {
                let rows = &slopes[4 * rows.start * width..4 * rows.end * width];
                let carried = product(rows, 4 * width, recurrent);
                hidden[..carried.len()].copy_from_slice(&carried);
            }
        }
        let bias = column_sums(&slopes, 4 * width);
        let slopes = matrix(slopes, [ragged.items(), 4 * width]);
        Slopes {
            input: slopes.clone(),
            recurrent: slopes,
            bias_ih: bias.clone(),
            bias_hh: bias,
        }
    }
}

/// Sums to gates, in place.
fn activate(gates: &mut [f32]) {
    let width = gates.len() / 4;
    sigmoid(&mut gates[..2 * width]);
    tanh(&mut gates[2 * width..3 * width]);
    sigmoid(&mut gates[3 * width..]);
}

/// c′ = i∘g, after nothing.
fn begin(gates: &[f32], cell: &mut [f32]) {
    let width = cell.len();
    multiply(&gates[..width], &gates[2 * width..3 * width], cell);
}

/// c′ = f∘c + i∘g
fn remember(gates: &[f32], past: &[f32], cell: &mut [f32]) {
    let width = cell.len();
    let (input, rest) = gates.split_at(width);
    let (forget, rest) = rest.split_at(width);
    let (candidate, past) = (&rest[..width], &past[..width]);
    for unit in 0..width {
        cell[unit] = forget[unit] * past[unit] + input[unit] * candidate[unit];
    }
}

fn multiply(left: &[f32], right: &[f32], result: &mut [f32]) {
    for ((result, left), right) in result.iter_mut().zip(left).zip(right) {
        *result = left * right;
    }
}

/// One row backwards: gates become the gradients of their sums, and the gradient of
/// c′ that of c.
fn descend(gates: &mut [f32], [squashed, past, hidden]: [&[f32]; 3], cell: &mut [f32]) {
    let width = cell.len();
    let (input, rest) = gates.split_at_mut(width);
    let (forget, rest) = rest.split_at_mut(width);
    let (candidate, output) = rest.split_at_mut(width);
    let output = &mut output[..width];
    let (squashed, past, hidden) = (&squashed[..width], &past[..width], &hidden[..width]);
    for unit in 0..width {
        let (i, f, g, o) = (input[unit], forget[unit], candidate[unit], output[unit]);
        let (h, t) = (hidden[unit], squashed[unit]);
        let c = cell[unit] + h * o * (1.0 - t * t);
        input[unit] = c * g * i * (1.0 - i);
        forget[unit] = c * past[unit] * f * (1.0 - f);
        candidate[unit] = c * i * (1.0 - g * g);
        output[unit] = h * t * o * (1.0 - o);
        cell[unit] = c * f;
    }
}
