//! Score biases that start at the labels' frequencies.

use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};

/// Lets the bias of `score` start at the logarithms of the labels' relative frequencies,
/// and where null has no score of its own, at the log odds of every label against it.
///
/// `counts` are the labels' numbers in training, null first; add-one smoothing keeps
/// unseen labels finite.
pub(crate) fn set_prior(score: &mut Linear, counts: &[f64]) {
    let total: f64 = counts.iter().map(|count| count + 1.0).sum();
    let logs: Vec<f64> = counts
        .iter()
        .map(|count| ((count + 1.0) / total).ln())
        .collect();
    let Some(bias) = score.bias.take() else {
        return;
    };
    let outputs = bias.val().dims()[0];
    let values: Vec<f32> = match logs.as_slice() {
        [null, others @ ..] if others.len() == outputs => {
            others.iter().map(|log| (log - null) as f32).collect()
        }
        logs if logs.len() == outputs => logs.iter().map(|log| *log as f32).collect(),
        _ => {
            score.bias = Some(bias);
            return;
        }
    };
    score.bias = Some(bias.map(|old| {
        let device = old.device();
        let fresh = Tensor::from_data(TensorData::from(values.as_slice()), &device);
        if device.is_autodiff() {
            fresh.require_grad()
        } else {
            fresh
        }
    }));
}
