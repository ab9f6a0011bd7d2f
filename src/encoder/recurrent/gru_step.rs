//! One step of a GRU for many rows at once, as one node of the gradient graph on the host.
//!
//! As tensor operations a step is a dozen passes over all values, and twice as many on the
//! way back.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::gru::{advance, descend, mix};
use super::host::{Inputs, Pullback, numbers, result};

/// Rows one worker takes at a time.
const ROWS: usize = 64;

/// h′ from W x + b and U h + d (rows × 3·hidden each) and h (rows × hidden); none where they
/// do not lie on the host.
pub(super) fn gru_step(
    own: &Tensor<2>,
    product: &Tensor<2>,
    state: &Tensor<2>,
) -> Option<Tensor<2>> {
    let [rows, width] = state.dims();
    let Inputs { recorded, lying } = Inputs::of([own.into(), product.into(), state.into()])?;
    let [own, product, past] = lying.each_ref().map(numbers);
    let mut gates = own.to_vec();
    let mut hidden = vec![0f32; rows * width];
    let none = vec![0f32; 3 * width];
    let wide = ROWS * width;
    gates
        .par_chunks_mut(3 * wide)
        .zip(hidden.par_chunks_mut(wide))
        .zip(product.par_chunks(3 * wide).zip(past.par_chunks(wide)))
        .for_each(|((gates, hidden), (product, past))| {
            let rows = gates
                .chunks_exact_mut(3 * width)
                .zip(hidden.chunks_exact_mut(width));
            let read = product
                .chunks_exact(3 * width)
                .zip(past.chunks_exact(width));
            for ((gates, hidden), (product, past)) in rows.zip(read) {
                advance(gates, [product, &none, &product[2 * width..]]);
                mix(gates, past, hidden);
            }
        });
    let kept = [lying[1].clone(), lying[2].clone()];
    Some(result(recorded.as_ref(), hidden, [rows, width], || {
        GruStep { gates, kept, width }
    }))
}

/// The way back through the step.
#[derive(Debug, Clone)]
struct GruStep {
    /// r, z, n of every row.
    gates: Vec<f32>,
    /// U h + d, and h.
    kept: [burn::backend::flex::FlexTensor; 2],
    width: usize,
}

impl Pullback<3> for GruStep {
    fn pull(self, mut upstream: Vec<f32>, wanted: [bool; 3]) -> [Option<TensorData>; 3] {
        let Self {
            mut gates,
            kept,
            width,
        } = self;
        let rows = upstream.len() / width.max(1);
        let [product, past] = kept.each_ref().map(numbers);
        let mut inner = vec![0f32; gates.len()];
        let wide = ROWS * width;
        gates
            .par_chunks_mut(3 * wide)
            .zip(inner.par_chunks_mut(3 * wide))
            .zip(upstream.par_chunks_mut(wide))
            .zip(product.par_chunks(3 * wide).zip(past.par_chunks(wide)))
            .for_each(|(((gates, inner), hidden), (product, past))| {
                let written = gates
                    .chunks_exact_mut(3 * width)
                    .zip(inner.chunks_exact_mut(3 * width))
                    .zip(hidden.chunks_exact_mut(width));
                let read = product
                    .chunks_exact(3 * width)
                    .zip(past.chunks_exact(width));
                for (((gates, inner), hidden), (product, past)) in written.zip(read) {
                    descend(gates, inner, [&product[2 * width..], past], hidden);
                }
            });
        let [own, product, state] = wanted;
        [
            own.then(|| TensorData::new(gates, [rows, 3 * width])),
            product.then(|| TensorData::new(inner, [rows, 3 * width])),
            state.then(|| TensorData::new(upstream, [rows, width])),
        ]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::super::stepwise::gru;
    use super::*;
    use crate::encoder::host::values;

    #[test]
    fn one_node_is_what_the_operations_are() {
        let device = Device::flex().autodiff();
        let leaf = |columns: usize, shift: f32| {
            let rows = ROWS + 3;
            let numbers = (0..rows * columns).map(|at| (at as f32 * 0.37 + shift).sin() * 2.0);
            let data = TensorData::new(numbers.collect::<Vec<f32>>(), [rows, columns]);
            Tensor::<2>::from_data(data, &device).require_grad()
        };
        let (own, product, state) = (leaf(15, 0.0), leaf(15, 1.0), leaf(5, 2.0));
        let weights = leaf(5, 3.0).detach();
        let results = |next: Tensor<2>| {
            let gradients = (next.clone() * weights.clone()).sum().backward();
            let mut results = vec![values(next)];
            for input in [&own, &product, &state] {
                results.push(values(input.grad(&gradients).unwrap()));
            }
            results
        };
        let fused = results(gru_step(&own, &product, &state).unwrap());
        let apart = results(gru(&own, &product, &state));
        for (fused, apart) in fused.iter().zip(&apart) {
            assert_eq!(fused.len(), apart.len());
            for (fused, apart) in fused.iter().zip(apart) {
                assert!((fused - apart).abs() < 2e-6, "{fused} is not {apart}");
            }
        }
    }
}
