//! The hidden layer of a gated block for pairs of rows.
//!
//! By tensor operations this is four selections of rows, two sums and a product, each of
//! which writes pairs × hidden width numbers, and as many on the way back. On the host it is
//! one loop over pairs in either direction.

use burn::backend::flex::FlexTensor;
use burn::tensor::{Int, Tensor, TensorData};
use rayon::prelude::*;

use super::gated::Terms;
use crate::encoder::Activation;
use crate::encoder::host::{Inputs, Pullback, numbers, result};

/// Columns that one thread takes back at a time; fixed, so that sums do not depend on the
/// number of threads.
const COLUMNS: usize = 256;

/// act(a_i + b_j) ∘ (c_i + d_j) for every pair (i, j), where a and c are the gate's and the
/// value's terms of `first`, and b and d those of `second`; pairs × hidden width.
pub(super) fn combine(
    (first, left): (&Terms, Tensor<1, Int>),
    (second, right): (&Terms, Tensor<1, Int>),
    activation: Activation,
) -> Tensor<2> {
    let terms = [&first.gate, &second.gate, &first.value, &second.value];
    match Inputs::of(terms.map(Into::into)) {
        Some(inputs) => {
            let [_, width] = first.gate.dims();
            on_host(inputs, [left, right].map(places), width, activation)
        }
        None => anywhere((first, left), (second, right), activation),
    }
}

/// The same by tensor operations.
fn anywhere(
    (first, left): (&Terms, Tensor<1, Int>),
    (second, right): (&Terms, Tensor<1, Int>),
    activation: Activation,
) -> Tensor<2> {
    let Terms { gate, value } = first.select(&left).add(second.select(&right));
    activation.apply(gate) * value
}

/// Row numbers on the host.
fn places(rows: Tensor<1, Int>) -> Vec<usize> {
    let rows = rows.into_data();
    rows.iter::<i64>().map(|row| row.max(0) as usize).collect()
}

fn on_host(
    Inputs { recorded, lying }: Inputs<4>,
    places: [Vec<usize>; 2],
    width: usize,
    activation: Activation,
) -> Tensor<2> {
    let pairs = places[0].len();
    let node = Combined {
        lying,
        places,
        width,
        activation,
    };
    let mut output = vec![0.0; pairs * width];
    let rows = output.par_chunks_mut(width.max(1)).enumerate();
    rows.for_each(|(pair, output)| {
        let [gate_i, gate_j, value_i, value_j] = node.rows(pair, 0..width);
        for (output, (a, b)) in output.iter_mut().zip(gate_i.iter().zip(gate_j)) {
            *output = a + b;
        }
        activation.apply_to(output);
        for (output, (c, d)) in output.iter_mut().zip(value_i.iter().zip(value_j)) {
            *output *= c + d;
        }
    });
    result(recorded.as_ref(), output, [pairs, width], || node)
}

/// The function's inputs, for the way back.
#[derive(Debug, Clone)]
struct Combined {
    /// a, b, c and d.
    lying: [FlexTensor; 4],
    /// i and j of every pair.
    places: [Vec<usize>; 2],
    width: usize,
    activation: Activation,
}

impl Combined {
    /// The columns of a_i, b_j, c_i and d_j for a pair.
    fn rows(&self, pair: usize, columns: std::ops::Range<usize>) -> [&[f32]; 4] {
        let [i, j] = [0, 1].map(|side| self.places[side][pair] * self.width);
        let row = |tensor: usize, start: usize| {
            &numbers(&self.lying[tensor])[start + columns.start..start + columns.end]
        };
        [row(0, i), row(1, j), row(2, i), row(3, j)]
    }

    /// The gradients of a, b, c and d in some of their columns, each rows × columns.
    fn pulled(&self, upstream: &[f32], columns: std::ops::Range<usize>) -> [Vec<f32>; 4] {
        let count = columns.len();
        let mut gradients = self
            .lying
            .each_ref()
            .map(|tensor| vec![0.0; numbers(tensor).len() / self.width * count]);
        for (pair, (i, j)) in self.places[0].iter().zip(&self.places[1]).enumerate() {
            let [gate_i, gate_j, value_i, value_j] = self.rows(pair, columns.clone());
            let start = pair * self.width;
            let upstream = &upstream[start + columns.start..start + columns.end];
            let [of_a, of_b, of_c, of_d] = &mut gradients;
            let (i, j) = (i * count, j * count);
            for column in 0..count {
                let (gate, slope) = self.activation.with_slope(gate_i[column] + gate_j[column]);
                let value = value_i[column] + value_j[column];
                let (to_gate, to_value) =
                    (upstream[column] * value * slope, upstream[column] * gate);
                of_a[i + column] += to_gate;
                of_b[j + column] += to_gate;
                of_c[i + column] += to_value;
                of_d[j + column] += to_value;
            }
        }
        gradients
    }
}

impl Pullback<4> for Combined {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 4]) -> [Option<TensorData>; 4] {
        let starts: Vec<usize> = (0..self.width).step_by(COLUMNS).collect();
        let parts: Vec<[Vec<f32>; 4]> = starts
            .par_iter()
            .map(|start| self.pulled(&upstream, *start..(start + COLUMNS).min(self.width)))
            .collect();
        [0, 1, 2, 3].map(|tensor| {
            let length = numbers(&self.lying[tensor]).len();
            wanted[tensor].then(|| {
                let mut whole = vec![0.0; length];
                for (start, part) in starts.iter().zip(&parts) {
                    let count = COLUMNS.min(self.width - start);
                    let pieces = part[tensor].chunks(count).enumerate();
                    for (row, piece) in pieces {
                        let from = row * self.width + start;
                        whole[from..from + count].copy_from_slice(piece);
                    }
                }
                TensorData::new(whole, [length / self.width.max(1), self.width])
            })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;
    use crate::encoder::host::values;
    use crate::systems::spans::indices;

    /// Values in −1 to 1 without a pattern that a sum could hide.
    fn matrix(rows: usize, seed: usize) -> Tensor<2> {
        let width = COLUMNS + 3;
        let value = |place: usize| ((place * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0;
        let all: Vec<f32> = (0..rows * width).map(value).collect();
        let device = Device::flex().autodiff();
        Tensor::from_data(TensorData::new(all, [rows, width]), &device).require_grad()
    }

    #[test]
    fn the_loop_over_pairs_is_the_same_function() {
        for activation in [Activation::Relu, Activation::Gelu, Activation::Tanh] {
            let terms = [matrix(3, 1), matrix(4, 2), matrix(3, 3), matrix(4, 4)];
            let device = Device::flex().autodiff();
            let run = |whole: bool| {
                let [a, b, c, d] = terms.clone();
                let first = Terms { gate: a, value: c };
                let second = Terms { gate: b, value: d };
                let left = indices(&[0, 2, 2, 1, 0], &device);
                let right = indices(&[3, 0, 3, 1, 3], &device);
                let (first, second) = ((&first, left), (&second, right));
                let found = if whole {
                    combine(first, second, activation)
                } else {
                    anywhere(first, second, activation)
                };
                // Another weight for every output.
                let loss = (found.clone() * matrix(5, 5).detach()).sum();
                let gradients = loss.backward();
                let pulled = terms
                    .each_ref()
                    .map(|one| values(one.grad(&gradients).unwrap()));
                (values(found), pulled.concat())
            };
            let (found, expected) = (run(true), run(false));
            let pairs = [(found.0, expected.0), (found.1, expected.1)];
            for (found, expected) in pairs {
                assert_eq!(found.len(), expected.len());
                for (a, b) in found.iter().zip(&expected) {
                    assert!((a - b).abs() < 2e-6, "{activation:?}: {a} is not {b}");
                }
            }
        }
    }
}
