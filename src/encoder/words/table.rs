//! A corpus's table of word vectors: its vocabulary and the first values of its rows.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::index::WordIndex;
use super::vectors::WordVectors;
use crate::encoder::initialise::{named_key, uniform};

/// Which words of the corpus get a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordsKept {
    /// Words that have a vector; the others share the row of the unknown word (PMEI).
    WithVector,
    /// All words; those without a vector get a row of their own (Crone).
    All,
}

/// Values of the rows that no vector gives: the unknown word's, and those of words
/// without a vector where such words are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstValues {
    /// All zero.
    Zeros,
    /// Drawn from U(−1, 1) by the seed and the word, so that a word's values depend
    /// neither on the rest of the vocabulary nor on any order.
    Uniform,
    /// The mean of the vectors of the vocabulary's words.
    Mean,
}

/// How a table is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Which words get a row.
    pub words: WordsKept,
    /// Values of rows without a vector.
    pub without_vector: FirstValues,
    /// Decides drawn values.
    pub seed: u64,
}

/// The name under which the unknown word's values are drawn.
pub(super) const UNKNOWN_NAME: &str = "[UNK]";

/// A vocabulary and its matrix: zeros for padding, the unknown word, then the words
/// in alphabetical order.
#[derive(Debug, Clone)]
pub struct WordTable {
    index: WordIndex,
    dimension: usize,
    values: Vec<f32>,
}

impl WordTable {
    /// The table of the words of `sentences`.
    ///
    /// Words that find the same entry of `vectors`, say `The` and `the` in lower-cased
    /// vectors, share its row.
    pub fn new<'a>(
        vectors: &WordVectors,
        sentences: impl IntoIterator<Item = &'a [String]>,
        options: TableOptions,
    ) -> Self {
        let mut rows: BTreeMap<&str, Option<&[f32]>> = BTreeMap::new();
        for word in sentences.into_iter().flatten() {
            match (vectors.matched(word), options.words) {
                (Some((form, vector)), _) => {
                    rows.insert(form, Some(vector));
                }
                (None, WordsKept::All) => {
                    rows.insert(word, None);
                }
                (None, WordsKept::WithVector) => {}
            }
        }
        let dimension = vectors.dimension();
        let mean = mean(rows.values().flatten(), dimension);
        let drawn = |name: &str| match options.without_vector {
            FirstValues::Zeros => vec![0.0; dimension],
            FirstValues::Uniform => uniform(named_key(options.seed, name), dimension, 1.0),
            FirstValues::Mean => mean.clone(),
        };
        let mut values = vec![0.0; dimension];
        values.extend(drawn(UNKNOWN_NAME));
        for (word, vector) in &rows {
            match vector {
                Some(vector) => values.extend_from_slice(vector),
                None => values.extend(drawn(word)),
            }
        }
        let words = rows.into_keys().map(str::to_owned).collect();
        Self {
            index: WordIndex::new(vectors.lookup(), words),
            dimension,
            values,
        }
    }

    /// A table with these rows, `dimension` values each.
    pub(super) fn from_rows(index: WordIndex, dimension: usize, values: Vec<f32>) -> Self {
        Self {
            index,
            dimension,
            values,
        }
    }

    /// The vocabulary.
    pub fn index(&self) -> &WordIndex {
        &self.index
    }

    /// Numbers per row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The values of a row of the vocabulary.
    pub fn row(&self, row: u32) -> Option<&[f32]> {
        self.values.chunks_exact(self.dimension).nth(row as usize)
    }

    /// The table as a layer, rows × dimension. A frozen one takes no gradient, nor has
    /// it a place in an optimiser. `initialise` would draw over its values, so it must
    /// not be asked to choose this layer.
    pub fn embedding(&self, frozen: bool, device: &Device) -> Embedding {
        let shape = [self.index.rows(), self.dimension];
        let data = TensorData::new(self.values.clone(), shape);
        let weight = Param::from_tensor(Tensor::<2>::from_data(data, device));
        Embedding {
            weight: if frozen {
                weight.set_require_grad(false)
            } else {
                weight
            },
        }
    }
}

/// The mean vector, summed in double precision; zeros where there is none.
fn mean<'a>(vectors: impl Iterator<Item = &'a &'a [f32]>, dimension: usize) -> Vec<f32> {
    let mut sums = vec![0.0f64; dimension];
    let mut count = 0.0f64;
    for vector in vectors {
        count += 1.0;
        for (sum, value) in sums.iter_mut().zip(*vector) {
            *sum += f64::from(*value);
        }
    }
    sums.iter()
        .map(|sum| (sum / count.max(1.0)) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::lookup::Lookup;
    use super::*;

    fn vectors() -> WordVectors {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "the 1 2\ncat 3 6\nunused 9 9\n").unwrap();
        WordVectors::open(file.path(), Lookup::ExactThenLower).unwrap()
    }

    fn table(text: &str, words: WordsKept, without_vector: FirstValues, seed: u64) -> WordTable {
        let sentence: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let options = TableOptions {
            words,
            without_vector,
            seed,
        };
        WordTable::new(&vectors(), [sentence.as_slice()], options)
    }

    #[test]
    fn covered_words_alone_get_rows_where_asked() {
        let table = table(
            "The cat chases the Rat",
            WordsKept::WithVector,
            FirstValues::Mean,
            0,
        );
        let index = table.index();
        assert_eq!(index.rows(), 4);
        assert_eq!(index.row("The"), index.row("the"));
        assert_eq!(index.row("Rat"), WordIndex::UNKNOWN);
        assert_eq!(index.row("unused"), WordIndex::UNKNOWN);
        let values = |word| table.row(index.row(word)).unwrap();
        assert_eq!(values("THE"), [1.0, 2.0]);
        assert_eq!(values("cat"), [3.0, 6.0]);
        assert_eq!(values("Rat"), [2.0, 4.0], "the mean of the words used");
        assert_eq!(table.row(WordIndex::PADDING).unwrap(), [0.0, 0.0]);
        assert!(table.row(4).is_none());
    }

    #[test]
    fn drawn_rows_depend_on_seed_and_word_alone() {
        let drawn = |text, word: &str, seed| {
            let table = table(text, WordsKept::All, FirstValues::Uniform, seed);
            table.row(table.index().row(word)).unwrap().to_vec()
        };
        let rat = drawn("the rat", "rat", 1);
        assert_eq!(rat, drawn("a rat and a cat", "rat", 1));
        assert_ne!(rat, drawn("the rat", "rat", 2));
        assert_ne!(rat, drawn("the rat dog", "dog", 1));
        assert_ne!(rat, drawn("the rat", "unseen", 1));
        assert_eq!(drawn("the rat", "unseen", 1), drawn("cat", "unseen", 1));
        assert!(rat.iter().all(|value| value.abs() <= 1.0 && *value != 0.0));
        let zeros = table("the rat", WordsKept::All, FirstValues::Zeros, 1);
        assert_eq!(zeros.row(zeros.index().row("rat")).unwrap(), [0.0, 0.0]);
        assert!(zeros.index().contains("rat"));
    }

    #[test]
    fn only_a_trained_layer_takes_gradients() {
        let device = Device::flex().autodiff();
        let table = table("the cat", WordsKept::All, FirstValues::Zeros, 0);
        for frozen in [false, true] {
            let layer = table.embedding(frozen, &device);
            let ids = Tensor::from_data(TensorData::new(vec![3i32, 2], [1, 2]), &device);
            let states = layer.forward(ids);
            let values: Vec<f32> = states.to_data().try_into_vec().unwrap();
            assert_eq!(values, [1.0, 2.0, 3.0, 6.0]);
            assert_eq!(layer.weight.val().is_require_grad(), !frozen);
        }
    }
}
