//! The softmax of one row of attention scores on the host, with dropout, and its way
//! back.

use super::lanes::{dot, largest, sum};
use super::pointwise::exp_of_negative;

/// So far below the largest score a probability is 0 rather than one of the tiny numbers
/// that processors are slow with.
const FAR: f32 = -80.0;

/// Replaces scores by their softmax.
pub(crate) fn softmax(row: &mut [f32]) {
    let most = largest(row);
    // What is not a number, or no finite one, must not look like a probability.
    if most == f32::INFINITY || sum(row).is_nan() {
        row.fill(f32::NAN);
        return;
    }
    for value in row.iter_mut() {
        let below = *value - most;
        let exponential = exp_of_negative(below);
        *value = if below < FAR { 0.0 } else { exponential };
    }
    let share = 1.0 / sum(row);
    for value in row.iter_mut() {
        *value *= share;
    }
}

/// The gradient of the scores in place of that of the probabilities: p·(g − Σ p·g).
///
/// `probabilities` are negative, or negative zero, where dropout struck; others were
/// multiplied by `scale`. `gradients` are those of what dropout left.
pub(crate) fn pull_softmax(probabilities: &[f32], gradients: &mut [f32], scale: f32) {
    for (gradient, probability) in gradients.iter_mut().zip(probabilities) {
        *gradient = if probability.is_sign_negative() {
            0.0
        } else {
            *gradient * scale
        };
    }
    // A struck place has no gradient of its own, so its sign does not matter here.
    let mean = dot(probabilities, gradients);
    for (gradient, probability) in gradients.iter_mut().zip(probabilities) {
        *gradient = probability.abs() * (*gradient - mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_definition() {
        for count in [1usize, 5, 8, 37] {
            let scores: Vec<f32> = (0..count)
                .map(|index| ((index * 13) % 7) as f32 - 3.0)
                .collect();
            let mut row = scores.clone();
            softmax(&mut row);
            let total: f64 = scores.iter().map(|score| f64::from(*score).exp()).sum();
            for (score, probability) in scores.iter().zip(row) {
                let exact = f64::from(*score).exp() / total;
                assert!((f64::from(probability) - exact).abs() < 1e-6 * exact);
            }
        }
    }

    #[test]
    fn what_is_no_number_stays_visible() {
        for bad in [f32::NAN, f32::INFINITY] {
            let mut row = [0.0, bad, 1.0];
            softmax(&mut row);
            assert!(row.iter().all(|value| value.is_nan()), "{row:?}");
        }
        let mut row = [0.0, f32::NEG_INFINITY];
        softmax(&mut row);
        assert!(row[0] > 0.999 && row[1] < 1e-30, "{row:?}");
    }

    #[test]
    fn the_way_back_is_the_slope() {
        // Of Σ wᵢ·mᵢ·pᵢ, where m is 0 or the scale, against central differences.
        let scores = [0.3f32, -0.7, 1.1, 0.2, -0.1];
        let weights = [0.5f32, -1.0, 0.25, 2.0, 1.0];
        let mask = [1.25f32, 0.0, 1.25, 1.25, 0.0];
        let value = |scores: [f32; 5]| {
            let mut row = scores;
            softmax(&mut row);
            (0..5)
                .map(|index| f64::from(weights[index] * mask[index] * row[index]))
                .sum::<f64>()
        };
        let mut row = scores;
        softmax(&mut row);
        for (probability, mask) in row.iter_mut().zip(mask) {
            if mask == 0.0 {
                *probability = -*probability;
            }
        }
        let mut gradients = weights;
        pull_softmax(&row, &mut gradients, 1.25);
        for index in 0..5 {
            let (mut above, mut below) = (scores, scores);
            above[index] += 1e-2;
            below[index] -= 1e-2;
            let slope = (value(above) - value(below)) / 2e-2;
            assert!(
                (f64::from(gradients[index]) - slope).abs() < 1e-4,
                "{index}"
            );
        }
    }
}
