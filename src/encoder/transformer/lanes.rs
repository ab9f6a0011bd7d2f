//! Sums and extremes of rows, in eight lanes that a compiler makes one vector.
//!
//! Floating-point addition has an order, so a plain loop adds value by value. The order
//! here is fixed too: it depends on the length alone.

/// Running values side by side.
const LANES: usize = 8;

/// Σ aᵢ.
pub(crate) fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    total(lanes) + chunks.remainder().iter().sum::<f32>()
}

/// Σ aᵢ·bᵢ.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let mut chunks = left.chunks_exact(LANES);
    let mut others = right.chunks_exact(LANES);
    for (chunk, other) in (&mut chunks).zip(&mut others) {
        for ((lane, left), right) in lanes.iter_mut().zip(chunk).zip(other) {
            *lane += left * right;
        }
    }
    let rest = chunks.remainder().iter().zip(others.remainder());
    total(lanes) + rest.map(|(left, right)| left * right).sum::<f32>()
}

/// The largest value; −∞ of none.
pub(crate) fn largest(values: &[f32]) -> f32 {
    let larger = |left: f32, right: f32| if right > left { right } else { left };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, *value);
        }
    }
    let rest = chunks.remainder().iter().chain(&lanes).copied();
    rest.fold(f32::NEG_INFINITY, larger)
}

fn total(lanes: [f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]

    use super::*;

    #[test]
    fn every_value_counts_once_whatever_the_length() {
        for count in 0..40 {
            // Small whole numbers add up exactly.
            let values: Vec<f32> = (0..count).map(|index| ((index * 7) % 11) as f32).collect();
            let others: Vec<f32> = (0..count).map(|index| ((index * 3) % 5) as f32).collect();
            assert_eq!(sum(&values), values.iter().sum::<f32>());
            let pairs = values.iter().zip(&others);
            assert_eq!(
                dot(&values, &others),
                pairs.map(|(a, b)| a * b).sum::<f32>()
            );
            let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(largest(&values), most);
        }
    }
}
