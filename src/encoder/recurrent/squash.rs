//! The logistic function and the hyperbolic tangent over slices, in code that a
//! compiler can vectorise.

use burn::tensor::Tensor;

use crate::encoder::transformer::{exp_of_negative, pointwise};

/// 1 / (1 + e⁻ˣ) in place.
pub(crate) fn sigmoid(values: &mut [f32]) {
    for value in values {
        let bell = exp_of_negative(-value.abs());
        let numerator = if *value >= 0.0 { 1.0 } else { bell };
        *value = numerator / (1.0 + bell);
    }
}

/// tanh x in place.
pub(crate) fn tanh(values: &mut [f32]) {
    for value in values {
        *value = tanh_of(*value);
    }
}

/// tanh x.
///
/// (1 − e⁻²ˣ) / (1 + e⁻²ˣ) loses digits near zero, where the continued fraction of
/// Lambert (1768), cut after five terms, is exact to single precision.
#[inline]
fn tanh_of(x: f32) -> f32 {
    let square = x * x;
    let near = x * (945.0 + square * (105.0 + square)) / (945.0 + square * (420.0 + 15.0 * square));
    let bell = exp_of_negative(-2.0 * x.abs());
    let far = ((1.0 - bell) / (1.0 + bell)).copysign(x);
    if square < 0.25 { near } else { far }
}

/// tanh of every value of a tensor, which on the host is one pass for value and slope.
pub(crate) fn tanh_of_all(input: Tensor<2>) -> Tensor<2> {
    let both = |x: f32| {
        let value = tanh_of(x);
        (value, 1.0 - value * value)
    };
    pointwise(input, both, Tensor::tanh)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest difference from the function in double precision, of max(1, |y|).
    fn off(ours: fn(&mut [f32]), exact: fn(f64) -> f64) -> f64 {
        let grid: Vec<f32> = (-40_000..=40_000).map(|step| step as f32 / 2e3).collect();
        let mut found = grid.clone();
        ours(&mut found);
        let pairs = grid.iter().zip(found);
        pairs
            .map(|(x, y)| (f64::from(y) - exact(f64::from(*x))).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn both_are_exact_to_single_precision() {
        let sigmoid = off(sigmoid, |x| 1.0 / (1.0 + (-x).exp()));
        assert!(sigmoid < 2e-7, "{sigmoid:e}");
        let tanh = off(tanh, f64::tanh);
        assert!(tanh < 2e-7, "{tanh:e}");
    }

    #[test]
    fn small_values_keep_their_digits() {
        let mut values = [1e-6f32, -3e-4, 0.0];
        tanh(&mut values);
        assert!((values[0] / 1e-6 - 1.0).abs() < 1e-6);
        assert!((values[1] / -3e-4 - 1.0).abs() < 1e-6);
        assert!(values[2].abs() < f32::MIN_POSITIVE);
    }

    #[test]
    fn extremes_are_reached_and_not_left() {
        let mut values = [f32::MAX, f32::MIN];
        tanh(&mut values);
        assert!(values[0] <= 1.0 && values[0] > 0.999 && values[1] >= -1.0 && values[1] < -0.999);
        let mut values = [f32::MAX, f32::MIN];
        sigmoid(&mut values);
        assert!(values[0] > 0.999 && values[1] >= 0.0 && values[1] < 1e-30);
    }
}
