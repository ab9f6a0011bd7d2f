//! Mean-field inference on whatever device the scores lie.

use burn::tensor::Tensor;

use super::config::MeanFieldConfig;
use super::{node, padded};

/// Scores of spans and of their ordered pairs, the softmax of which is Q. With a single
/// relation score, that of "exists", Q is its sigmoid: "does not exist" has score 0.
#[derive(Debug, Clone)]
pub(crate) struct Scores {
    /// Spans × span types.
    pub(crate) spans: Tensor<2>,
    /// Pairs × relation types.
    pub(crate) pairs: Tensor<2>,
}

/// The scores after the last iteration, g + F.
///
/// `sentences` holds the number of spans of each sentence; spans lie sentence by
/// sentence, and so do the ordered pairs (i, j), i ≠ j, with i outside and j inside.
/// `ternary` has a row for each pair and the columns [type of i][type of j][relation].
pub(crate) fn mean_field(
    unary: Scores,
    ternary: Tensor<2>,
    sentences: &[usize],
    config: &MeanFieldConfig,
) -> Scores {
    let [pairs, _] = unary.pairs.dims();
    if config.iterations == 0 || pairs == 0 {
        return unary;
    }
    node::infer(&unary, &ternary, sentences, config)
        .unwrap_or_else(|| padded::infer(unary, ternary, sentences, config))
}
