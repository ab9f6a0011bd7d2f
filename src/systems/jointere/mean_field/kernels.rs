//! Products of small matrices and vectors, row by row.

use crate::encoder::lanes::dot;

/// Adds Σᵢ weights[i] · rows[i] to `sums`.
pub(super) fn add_combination(sums: &mut [f32], rows: &[f32], weights: &[f32]) {
    for (row, weight) in rows.chunks_exact(sums.len()).zip(weights) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += weight * value;
        }
    }
}

/// Adds rows[i] · vector to sums[i].
pub(super) fn add_products(sums: &mut [f32], rows: &[f32], vector: &[f32]) {
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(vector.len())) {
        *sum += dot(row, vector);
    }
}

/// Adds left[i] · right to rows[i].
pub(super) fn add_outer(rows: &mut [f32], left: &[f32], right: &[f32]) {
    for (row, left) in rows.chunks_exact_mut(right.len()).zip(left) {
        for (value, right) in row.iter_mut().zip(right) {
            *value += left * right;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]

    use super::*;

    #[test]
    fn products_add_to_what_is_there() {
        let rows = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut sums = [10.0, 20.0, 30.0];
        add_combination(&mut sums, &rows, &[2.0, -1.0]);
        assert_eq!(sums, [8.0, 19.0, 30.0]);
        let mut sums = [1.0, 2.0];
        add_products(&mut sums, &rows, &[1.0, 0.0, -1.0]);
        assert_eq!(sums, [-1.0, 0.0]);
        let mut product = [1.0; 6];
        add_outer(&mut product, &[1.0, 2.0], &[3.0, 0.0, -1.0]);
        assert_eq!(product, [4.0, 1.0, 0.0, 7.0, 1.0, -1.0]);
    }
}
