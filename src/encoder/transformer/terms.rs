//! What is added to attention scores beside Q·K.

use burn::tensor::Tensor;

/// A summand of attention scores, with a gradient.
#[derive(Debug, Clone)]
pub(crate) enum Term {
    /// Broadcasts to batch × heads × from × to.
    Bias(Tensor<4>),
    /// Scores of queries with the rows of all distances, heads × (batch · pieces) ×
    /// 2 · pieces, where column c of query i belongs to the key i + c − (pieces − 1) and
    /// the last column is not read. They are scaled like Q·K.
    OfQueries(Tensor<3>),
    /// The same of keys: column c of key j belongs to the query j + c − (pieces − 1).
    OfKeys(Tensor<3>),
}

impl Term {
    /// The summand as a whole, (1 or batch) × (1 or heads) × (1 or from) × (1 or to).
    pub(crate) fn whole(self, [batch, length]: [usize; 2], scale: f64) -> Tensor<4> {
        let shifted = |scores: Tensor<3>| {
            let [heads, _, columns] = scores.dims();
            shift(scores.reshape([heads, batch, length, columns])) * scale
        };
        match self {
            Self::Bias(bias) => bias,
            Self::OfQueries(scores) => shifted(scores).swap_dims(0, 1),
            Self::OfKeys(scores) => shifted(scores).permute([1, 0, 3, 2]),
        }
    }
}

/// Turns … × n × 2n, where column c of line i belongs to the other piece i + c − (n − 1),
/// into … × n × n with the other pieces as columns; the last column is never read.
///
/// Read as lines of 2n − 1 values, every line has slipped to the right by its number:
/// line i has other piece j in column n − 1 + j (after Dai et al. 2019, appendix B).
fn shift(scores: Tensor<4>) -> Tensor<4> {
    let [heads, batch, length, columns] = scores.dims();
    scores
        .reshape([heads, batch, length * columns])
        .narrow(2, 0, length * (columns - 1))
        .reshape([heads, batch, length, columns - 1])
        .narrow(3, length - 1, length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::{Device, TensorData};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shifting_is_indexing(length in 1usize..9, heads in 1usize..3, batch in 1usize..3) {
            let count = heads * batch * length * 2 * length;
            let given: Vec<f32> = (0..count).map(|index| index as f32).collect();
            let shape = [heads, batch, length, 2 * length];
            let scores = Tensor::from_data(TensorData::new(given.clone(), shape), &Device::flex());
            let shifted: Vec<f32> = shift(scores).into_data().try_into_vec().unwrap();
            let mut expected = Vec::new();
            for line in 0..heads * batch * length {
                let piece = line % length;
                for other in 0..length {
                    expected.push(given[line * 2 * length + other + length - 1 - piece]);
                }
            }
            prop_assert_eq!(shifted, expected);
        }
    }
}
