//! Word vectors from the words' characters by a recurrent layer (Lample et al. 2016).

use std::collections::HashMap;

use burn::module::{Initializer, Module};
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::birnn::{BiRnn, BiRnnConfig};
use super::weights::Cell;

/// The shape of a `CharacterRnn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CharacterRnnConfig {
    /// `Characters::count` of the training words.
    pub characters: usize,
    /// Values of a character.
    pub embedding: usize,
    /// LSTM or GRU.
    pub cell: Cell,
    /// Width of a state, per direction.
    pub hidden: usize,
}

impl CharacterRnnConfig {
    /// Zeros; `initialise` draws their values.
    pub fn init(&self, device: &Device) -> CharacterRnn {
        let rnn = BiRnnConfig {
            cell: self.cell,
            input: self.embedding,
            hidden: self.hidden,
            layers: 1,
            dropout: 0.0,
        };
        CharacterRnn {
            embedding: EmbeddingConfig::new(self.characters, self.embedding)
                .with_initializer(Initializer::Zeros)
                .init(device),
            rnn: rnn.init(device),
        }
    }
}

/// Reads every word from both ends.
#[derive(Module, Debug)]
pub struct CharacterRnn {
    embedding: Embedding,
    rnn: BiRnn,
}

impl CharacterRnn {
    /// One vector per word, words × 2·hidden: the last states of both directions side
    /// by side, 0 for a word without characters. `words` holds
    /// `Characters::word` of each.
    pub fn forward(&self, words: &[Vec<u32>]) -> Tensor<2> {
        // Text repeats its words, and equal words have equal vectors.
        let mut places = HashMap::new();
        let mut distinct: Vec<&[u32]> = Vec::new();
        let mut place_of = |word| {
            *places.entry(word).or_insert_with(|| {
                distinct.push(word);
                distinct.len() as i32 - 1
            })
        };
        let places: Vec<i32> = words.iter().map(|word| place_of(word.as_slice())).collect();
        let lengths: Vec<usize> = distinct.iter().map(|word| word.len()).collect();
        let numbers: Vec<i32> = distinct.concat().into_iter().map(|id| id as i32).collect();

        let device = self.embedding.weight.val().device();
        let list = |numbers: Vec<i32>| {
            let count = numbers.len();
            Tensor::<1, Int>::from_data(TensorData::new(numbers, [count]), &device)
        };
        let rows = self.embedding.weight.val().select(0, list(numbers));
        let states = self.rnn.last_states(rows, &lengths);
        if distinct.len() == words.len() {
            states
        } else {
            states.select(0, list(places))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::initialise::{Scheme, initialise};

    fn reader(device: &Device) -> CharacterRnn {
        let config = CharacterRnnConfig {
            characters: 6,
            embedding: 4,
            cell: Cell::Lstm,
            hidden: 3,
        };
        initialise(config.init(device), 5, Scheme::Framework, &|_| true)
    }

    fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
        let width = tensor.dims()[1];
        let values: Vec<f32> = tensor.into_data().try_into_vec().unwrap();
        values.chunks(width).map(<[f32]>::to_vec).collect()
    }

    #[test]
    fn a_word_has_one_vector_wherever_it_stands() {
        let reader = reader(&Device::flex());
        let words = [vec![1, 2, 3], vec![], vec![4], vec![1, 2, 3], vec![3, 2, 1]];
        let found = rows(reader.forward(&words));
        assert_eq!(found.len(), 5);
        assert_eq!(found[0], found[3]);
        assert_ne!(found[0], found[4]);
        assert_eq!(found[1], [0.0; 6]);
        let alone = rows(reader.forward(&words[2..3]));
        for (alone, together) in alone[0].iter().zip(&found[2]) {
            assert!((alone - together).abs() < 1e-6);
        }
    }

    #[test]
    fn every_occurrence_of_a_word_counts_in_the_gradient() {
        let reader = reader(&Device::flex().autodiff());
        let gradient = |words: &[Vec<u32>]| {
            let gradients = reader.forward(words).sum().backward();
            rows(reader.embedding.weight.grad(&gradients).unwrap())
        };
        let once = gradient(&[vec![1, 2]]);
        let thrice = gradient(&[vec![1, 2], vec![1, 2], vec![1, 2]]);
        for (once, thrice) in once.concat().iter().zip(thrice.concat()) {
            assert!((3.0 * once - thrice).abs() < 1e-5, "{once} {thrice}");
        }
        assert!(once[1].iter().any(|slope| slope.abs() > 1e-4));
        assert!(once[5].iter().all(|slope| slope.abs() < f32::MIN_POSITIVE));
    }

    #[test]
    fn no_words_give_no_vectors() {
        assert_eq!(reader(&Device::flex()).forward(&[]).dims(), [0, 6]);
    }
}
