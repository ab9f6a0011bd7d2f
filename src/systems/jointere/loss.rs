//! The loss of a module: −log Q of every gold label, summed over candidates.

use burn::tensor::Tensor;

use super::module::Task;
use crate::systems::spans::summed_cross_entropy;

/// Summed cross-entropy of `scores` (candidates × outputs) against `targets`. The single
/// output of an identification is the score of label 1 with the score of label 0 fixed at
/// 0, so that the two-way softmax is a sigmoid.
pub(crate) fn cross_entropy(scores: Tensor<2>, targets: &[usize], task: Task) -> Tensor<1> {
    let device = scores.device();
    let [candidates, _] = scores.dims();
    let scores = if task == Task::Identify {
        Tensor::cat(vec![Tensor::zeros([candidates, 1], &device), scores], 1)
    } else {
        scores
    };
    summed_cross_entropy(scores, targets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    fn loss(scores: Vec<f32>, outputs: usize, targets: &[usize], task: Task) -> f64 {
        let shape = [targets.len(), outputs];
        let scores = Tensor::from_data(TensorData::new(scores, shape), &Device::flex());
        f64::from(cross_entropy(scores, targets, task).into_scalar::<f32>())
    }

    #[test]
    fn an_undecided_score_costs_log_two() {
        let expected = 2.0 * std::f64::consts::LN_2;
        assert!((loss(vec![0.0, 0.0], 1, &[0, 1], Task::Identify) - expected).abs() < 1e-6);
    }

    #[test]
    fn a_single_score_is_a_sigmoid_and_several_a_softmax() {
        let sigmoid = -(1.0 / (1.0 + (-1.5f64).exp())).ln();
        assert!((loss(vec![1.5], 1, &[1], Task::Identify) - sigmoid).abs() < 1e-6);
        let total = 1f64.exp() + 2f64.exp() + 3f64.exp();
        let softmax = -(2f64.exp() / total).ln();
        assert!((loss(vec![1.0, 2.0, 3.0], 3, &[1], Task::Both) - softmax).abs() < 1e-6);
    }

    #[test]
    fn the_only_type_there_is_costs_nothing() {
        assert!(loss(vec![-3.0, 4.0], 1, &[0, 0], Task::Classify).abs() < 1e-9);
    }
}
