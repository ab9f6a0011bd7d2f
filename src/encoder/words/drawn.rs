//! A table for a corpus without pretrained vectors: all of its rows are drawn, and learned
//! from there.

use super::index::WordIndex;
use super::lookup::Lookup;
use super::table::{UNKNOWN_NAME, WordTable};
use crate::encoder::initialise::{named_key, uniform};

impl WordTable {
    /// The table of the words that come at least `minimum_count` times in `sentences`, as they
    /// are written. Values are drawn from U(−1, 1) by the seed and the word.
    pub fn drawn<'a>(
        sentences: impl IntoIterator<Item = &'a [String]>,
        dimension: usize,
        minimum_count: usize,
        seed: u64,
    ) -> Self {
        let index = WordIndex::frequent(Lookup::Exact, sentences, minimum_count);
        let row = |name: &str| uniform(named_key(seed, name), dimension, 1.0);
        let mut values = vec![0.0; dimension];
        values.extend(row(UNKNOWN_NAME));
        values.extend(index.words().iter().flat_map(|word| row(word)));
        Self::from_rows(index, dimension, values)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn frequent_words_have_rows() {
        let sentence: Vec<String> = "the cat saw The cat the"
            .split(' ')
            .map(str::to_owned)
            .collect();
        let table = WordTable::drawn([sentence.as_slice()], 3, 2, 1);
        let index = table.index();
        assert_eq!(index.rows(), 4);
        assert!(index.contains("cat") && index.contains("the"));
        assert_eq!(index.row("The"), WordIndex::UNKNOWN);
        let cat = table.row(index.row("cat")).unwrap();
        assert!(cat.len() == 3 && cat.iter().all(|value| value.abs() <= 1.0));
        let other = WordTable::drawn([sentence.as_slice()], 3, 1, 1);
        assert_eq!(other.row(other.index().row("cat")).unwrap(), cat);
        assert_ne!(table.row(index.row("the")).unwrap(), cat);
    }
}
