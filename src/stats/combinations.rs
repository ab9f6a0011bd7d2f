//! Choosing some of many: how often, and one after the other.

/// The number of ways to choose `chosen` of `total`; infinite where it exceeds a double.
pub(super) fn binomial(total: usize, chosen: usize) -> f64 {
    let chosen = chosen.min(total.saturating_sub(chosen));
    let mut ways = 1.0_f64;
    for step in 1..=chosen {
        // Each partial product is a binomial coefficient itself, so rounding keeps the exact integer below 2^52.
        ways = ways * (total - chosen + step) as f64 / step as f64;
        ways = ways.round();
        if ways.is_infinite() {
            break;
        }
    }
    ways
}

/// Moves `chosen`, increasing indexes below `total`, to its lexicographic successor; false after the last one.
pub(super) fn advance(chosen: &mut [usize], total: usize) -> bool {
    let count = chosen.len();
    let Some(position) = (0..count)
        .rev()
        .find(|&position| chosen[position] < total - count + position)
    else {
        return false;
    };
    chosen[position] += 1;
    for next in position + 1..count {
        chosen[next] = chosen[next - 1] + 1;
    }
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;

    #[test]
    fn known_coefficients() {
        assert_eq!(binomial(10, 5), 252.0);
        assert_eq!(binomial(20, 10), 184_756.0);
        assert_eq!(binomial(1000, 999), 1000.0);
        assert_eq!(binomial(7, 0), 1.0);
        assert!(binomial(5000, 2500).is_infinite());
    }

    #[test]
    fn every_choice_comes_once() {
        let mut chosen = vec![0, 1, 2];
        let mut seen = vec![chosen.clone()];
        while advance(&mut chosen, 6) {
            seen.push(chosen.clone());
        }
        assert_eq!(seen.len(), 20);
        assert!(seen.is_sorted() && seen.iter().all(|choice| choice.is_sorted()));
        assert_eq!(seen.last(), Some(&vec![3, 4, 5]));
    }
}
