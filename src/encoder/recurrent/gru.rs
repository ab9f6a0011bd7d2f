//! The GRU's recurrence on the host, forward and back through time.
//!
//! r, z = σ(W x + b + U h + d), n = tanh(W x + b + r∘(U h + d)),
//! h′ = (1 − z)∘n + z∘h: Cho et al. 2014 with the reset gate after the recurrent
//! product, as fast implementations and PyTorch have it.

use burn::tensor::Tensor;

use super::host::matrix;
use super::kernel::{Slopes, add, column_sums, product};
use super::ragged::Ragged;
use super::squash::{sigmoid, tanh};

/// What the way back needs of the way forward; all rows in the recurrence's order.
#[derive(Debug, Clone)]
pub(crate) struct GruTape {
    /// r, z, n of each row, 3·hidden values.
    gates: Vec<f32>,
    /// U h + d of each row's third gate, before the reset.
    proposed: Vec<f32>,
    /// h′ of each row.
    pub(crate) hidden: Vec<f32>,
}

impl GruTape {
    /// Runs the recurrence over `projected` = W x (rows × 3·`width`), with the biases
    /// b and d and U transposed (`width` × 3·`width`).
    pub(crate) fn record(
        ragged: &Ragged,
        width: usize,
        projected: Vec<f32>,
        [bias_ih, bias_hh]: [&[f32]; 2],
        recurrent: &Tensor<2>,
    ) -> Self {
        let count = ragged.items() * width;
        let mut gates = projected;
        let mut proposed = vec![0f32; count];
        let mut hidden = vec![0f32; count];
        let none = vec![0f32; 3 * width];
        for step in 0..ragged.steps() {
            let rows = ragged.step(step);
            let before = step
                .checked_sub(1)
                .map(|step| ragged.step(step).start * width);
            let products = before.map(|before| {
                product(
                    &hidden[before..before + rows.len() * width],
                    width,
                    recurrent,
                )
            });
            for (row, place) in rows.enumerate() {
                let here = place * width..(place + 1) * width;
                let (past, hidden) = hidden.split_at_mut(here.start);
                let past = match before {
                    Some(before) => &past[before + row * width..][..width],
                    None => &none[..width],
                };
                let product = match &products {
                    Some(products) => &products[3 * row * width..][..3 * width],
                    None => &none,
                };
                let gates = &mut gates[3 * here.start..3 * here.end];
                let proposed = &mut proposed[here];
                add(gates, bias_ih);
                proposed.copy_from_slice(&product[2 * width..]);
                add(proposed, &bias_hh[2 * width..]);
                advance(gates, [product, bias_hh, proposed]);
                mix(gates, past, &mut hidden[..width]);
            }
        }
        Self {
            gates,
            proposed,
            hidden,
        }
    }

    /// Takes gradients of h′ (every row, in the recurrence's order) and of the final
    /// h′ (in the order of a step's rows) to those of the gates' sums, with U
    /// (3·`width` × `width`).
    pub(crate) fn unroll(
        self,
        ragged: &Ragged,
        width: usize,
        upstream: &[f32],
        mut hidden: Vec<f32>,
        recurrent: &Tensor<2>,
    ) -> Slopes {
        let none = vec![0f32; width];
        let mut input = self.gates;
        let mut inner = vec![0f32; input.len()];
        for step in (0..ragged.steps()).rev() {
            let rows = ragged.step(step);
            let before = step.checked_sub(1).map(|step| ragged.step(step).start);
            for (row, place) in rows.clone().enumerate() {
                let here = place * width..(place + 1) * width;
                let gates = 3 * here.start..3 * here.end;
                let past = match before {
                    Some(before) => &self.hidden[(before + row) * width..][..width],
                    None => &none,
                };
                let hidden = &mut hidden[row * width..(row + 1) * width];
                add(hidden, &upstream[here.clone()]);
                descend(
                    &mut input[gates.clone()],
                    &mut inner[gates],
                    [&self.proposed[here], past],
                    hidden,
                );
            }
            if step > 0 {
                let rows = &inner[3 * rows.start * width..3 * rows.end * width];
                add(&mut hidden, &product(rows, 3 * width, recurrent));
            }
        }
        let shape = [ragged.items(), 3 * width];
        Slopes {
            bias_ih: column_sums(&input, 3 * width),
            bias_hh: column_sums(&inner, 3 * width),
            input: matrix(input, shape),
            recurrent: matrix(inner, shape),
        }
    }
}

/// Sums of the input to gates, in place.
pub(super) fn advance(gates: &mut [f32], [product, bias, proposed]: [&[f32]; 3]) {
    let width = proposed.len();
    let (outer, candidate) = gates.split_at_mut(2 * width);
    add(outer, &product[..2 * width]);
    add(outer, &bias[..2 * width]);
    sigmoid(outer);
    for ((candidate, reset), proposed) in candidate.iter_mut().zip(&*outer).zip(proposed) {
        *candidate += reset * proposed;
    }
    tanh(candidate);
}

/// h′ = (1 − z)∘n + z∘h
pub(super) fn mix(gates: &[f32], past: &[f32], hidden: &mut [f32]) {
    let width = hidden.len();
    let (update, candidate) = gates[width..].split_at(width);
    let (candidate, past) = (&candidate[..width], &past[..width]);
    for unit in 0..width {
        hidden[unit] = (1.0 - update[unit]) * candidate[unit] + update[unit] * past[unit];
    }
}

/// One row backwards: gates become the gradients of the input's sums, `inner` those
/// of the recurrent ones, and the gradient of h′ its direct share in that of h.
pub(super) fn descend(
    gates: &mut [f32],
    inner: &mut [f32],
    [proposed, past]: [&[f32]; 2],
    hidden: &mut [f32],
) {
    let width = hidden.len();
    let (reset, rest) = gates.split_at_mut(width);
    let (update, candidate) = rest.split_at_mut(width);
    let candidate = &mut candidate[..width];
    let (proposed, past) = (&proposed[..width], &past[..width]);
    let own = &mut inner[2 * width..3 * width];
    for unit in 0..width {
        let (r, z, n, h) = (reset[unit], update[unit], candidate[unit], hidden[unit]);
        let sum = h * (1.0 - z) * (1.0 - n * n);
        candidate[unit] = sum;
        update[unit] = h * (past[unit] - n) * z * (1.0 - z);
        reset[unit] = sum * proposed[unit] * r * (1.0 - r);
        own[unit] = sum * r;
        hidden[unit] = h * z;
    }
    inner[..2 * width].copy_from_slice(&gates[..2 * width]);
}
