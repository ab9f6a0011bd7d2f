//! Cross-entropy over candidates.

use burn::tensor::{Int, Tensor, TensorData, activation};

/// Summed cross-entropy of `scores` (candidates × outputs) against the index of each
/// candidate's label.
pub(crate) fn summed_cross_entropy(scores: Tensor<2>, targets: &[usize]) -> Tensor<1> {
    let device = scores.device();
    let targets: Vec<i32> = targets.iter().map(|target| *target as i32).collect();
    let shape = [targets.len(), 1];
    let targets = Tensor::<2, Int>::from_data(TensorData::new(targets, shape), &device);
    activation::log_softmax(scores, 1)
        .gather(1, targets)
        .sum()
        .neg()
}
