//! The pooled part of a span's vector, ha: its words' states, weighted by a softmax over
//! the span of a linear score (Yan et al. 2022, §3.3).

use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::starts::Starts;

/// ha of every span, spans × H, from `states`, words × H. The spans of one start word
/// weigh the same words, so their weights are one triangular matrix.
pub(super) fn pool(attention: &Linear, states: &Tensor<2>, starts: &Starts) -> Tensor<2> {
    let windows = starts.windows(states);
    let scores = starts.windows(&attention.forward(states.clone()));
    let scores = scores.swap_dims(1, 2) + beyond(starts.longest(), &states.device());
    let weights = activation::softmax(scores, 2);
    starts.ends(weights.matmul(windows))
}

/// 1 × longest × longest: 0 for the words of the span that ends at a row's place, −∞ for
/// those after it.
fn beyond(longest: usize, device: &Device) -> Tensor<3> {
    let values: Vec<f32> = (0..longest)
        .flat_map(|end| {
            (0..longest).map(move |word| if word > end { f32::NEG_INFINITY } else { 0.0 })
        })
        .collect();
    Tensor::from_data(TensorData::new(values, [1, longest, longest]), device)
}
