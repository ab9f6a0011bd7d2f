//! The relation layer as tiles read it.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::TensorData;

/// Outputs that a vector register, or two or four, hold side by side.
pub(super) const LANES: usize = 16;

/// The bias of an output that is there to fill a register: its probability is 10⁻²⁶. It is no
/// smaller, since processors are slow with products that are nearly none.
const NEVER: f32 = -60.0;

/// B_r and b_r, with outputs that are never likely behind the relations' so that their
/// number is a multiple of [`LANES`].
#[derive(Debug, Clone)]
pub(crate) struct PairScorer {
    /// K × outputs.
    pub(super) weight: FlexTensor,
    /// outputs × K, row by row.
    pub(super) transposed: FlexTensor,
    /// Outputs.
    pub(super) bias: Vec<f32>,
    /// K, the width of a pair.
    pub(super) width: usize,
    /// Outputs that are relations.
    pub(super) relations: usize,
}

impl PairScorer {
    /// A layer of `relations` outputs over pairs of width `width`, whose `weight` has a
    /// row for each value of the pair.
    pub(super) fn new(weight: &[f32], bias: &[f32], width: usize) -> Self {
        let relations = bias.len();
        let outputs = relations.next_multiple_of(LANES);
        let mut wide = vec![0f32; width * outputs];
        let mut transposed = vec![0f32; width * outputs];
        for (place, row) in weight.chunks_exact(relations.max(1)).enumerate() {
            wide[place * outputs..][..relations].copy_from_slice(row);
            for (output, value) in row.iter().enumerate() {
                transposed[output * width + place] = *value;
            }
        }
        let mut all = bias.to_vec();
        all.resize(outputs, NEVER);
        Self {
            weight: matrix(wide, width, outputs),
            transposed: matrix(transposed, outputs, width),
            bias: all,
            width,
            relations,
        }
    }

    /// Outputs, with those that fill registers.
    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }
}

/// A matrix in the host's memory.
pub(super) fn matrix(values: Vec<f32>, rows: usize, columns: usize) -> FlexTensor {
    Flex::float_from_data(
        TensorData::new(values, [rows, columns]),
        &burn::backend::flex::FlexDevice,
    )
}

/// left · right.
pub(super) fn product(left: FlexTensor, right: FlexTensor) -> FlexTensor {
    Flex::float_matmul(left, right)
}

/// leftᵀ · right.
pub(super) fn transposed_product(left: FlexTensor, right: FlexTensor) -> FlexTensor {
    Flex::float_matmul(Flex::float_swap_dims(left, 0, 1), right)
}

/// log(1 + x) for 0 ≤ x ≤ 1, to two units in the last place, also of tiny x: x times a
/// polynomial of degree 10, fitted to log(1 + x)/x at Chebyshev's points. Pairs of terms are
/// summed first (Estrin 1960), since one long chain of sums would keep a processor waiting.
/// The polynomial is not asked below 10⁻⁸, where it is 1 to rounding: the fourth power of
/// what a sure model leaves to most relations would be a denormal number, and those take a
/// processor a hundred cycles each.
#[expect(clippy::inline_always, reason = "it runs within `vectorised`")]
#[inline(always)]
pub(super) fn log_of_one_and(x: f32) -> f32 {
    let held = x.max(1e-8);
    let (x2, x4) = (held * held, (held * held) * (held * held));
    let pair = |low: f32, high: f32| low + high * held;
    let first = pair(1.0, -0.499_999_82) + pair(0.333_325_68, -0.249_873_92) * x2;
    let second = pair(0.198_915_38, -0.161_086_32) + pair(0.124_251_03, -0.082_535_334) * x2;
    let third = pair(0.041_557_62, -0.013_444_831) + 0.002_037_690_5 * x2;
    (first + (second + third * x4) * x4) * x
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::host::numbers;

    #[test]
    fn the_logarithm_is_exact_to_rounding() {
        let tiny = (0..60).map(|power| 0.5f32.powi(power));
        for x in (0..=10_000).map(|step| step as f32 / 1e4).chain(tiny) {
            let exact = f64::from(x).ln_1p();
            let off = (f64::from(log_of_one_and(x)) - exact).abs();
            assert!(off <= 2.5e-7 * exact, "{x}: {off}");
        }
    }

    #[test]
    fn what_fills_registers_is_never_likely() {
        let scorer = PairScorer::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[0.5, 0.25, 0.125], 2);
        assert_eq!((scorer.outputs(), scorer.relations), (16, 3));
        let scores = product(matrix(vec![1.0, 10.0], 1, 2), scorer.weight.clone());
        assert_eq!(numbers(&scores)[..4], [41.0, 52.0, 63.0, 0.0]);
        assert!(scorer.bias[3..].iter().all(|bias| *bias < -50.0));
        let back = product(scores, scorer.transposed.clone());
        assert_eq!(
            numbers(&back),
            [41.0 + 104.0 + 189.0, 164.0 + 260.0 + 378.0]
        );
    }
}
