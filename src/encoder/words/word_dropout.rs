//! Word dropout: while training, words turn into the unknown word at random, so that
//! its vector learns to stand for words that were never seen.

use super::index::WordIndex;
use crate::encoder::dropout::Noise;

/// Replaces each word of `rows` by the unknown word with `probability`; padding
/// stays. Without noise (evaluation) nothing changes.
pub fn drop_words(rows: &mut [u32], probability: f64, noise: Option<&Noise>) {
    let Some(noise) = noise.filter(|_| probability > 0.0) else {
        return;
    };
    let struck = noise.strikes(rows.len(), probability);
    for (row, struck) in rows.iter_mut().zip(struck) {
        if struck && *row != WordIndex::PADDING {
            *row = WordIndex::UNKNOWN;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asked_share_of_words_is_replaced_and_padding_is_not() {
        let before: Vec<u32> = (0..100_000)
            .map(|at| if at % 4 == 0 { WordIndex::PADDING } else { 7 })
            .collect();
        let dropped = |noise: Option<Noise>, probability| {
            let mut rows = before.clone();
            drop_words(&mut rows, probability, noise.as_ref());
            rows
        };
        let rows = dropped(Some(Noise::new(1, 2)), 0.04);
        assert_eq!(rows, dropped(Some(Noise::new(1, 2)), 0.04));
        assert_ne!(rows, dropped(Some(Noise::new(1, 3)), 0.04));
        let count = |wanted| rows.iter().filter(|row| **row == wanted).count();
        assert_eq!(count(WordIndex::PADDING), 25_000);
        let share = count(WordIndex::UNKNOWN) as f64 / 75_000.0;
        assert!((share - 0.04).abs() < 0.003, "{share}");
        assert_eq!(dropped(None, 0.04), before);
        assert_eq!(dropped(Some(Noise::new(1, 2)), 0.0), before);
        let all = dropped(Some(Noise::new(1, 2)), 1.0);
        assert!(all.iter().all(|row| *row <= WordIndex::UNKNOWN));
    }
}
