//! The whole network: what reads the sentence, and the core above it.

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};

use super::config::PmeiConfig;
use super::core::Core;
use super::input::{Text, rows};
use crate::encoder::recurrent::{BiRnn, BiRnnConfig, Cell};
use crate::encoder::words::drop_words;
use crate::encoder::{Encoder, Noise, Pieces, Pool, TokenBatch, Transformer};

/// PMEI.
#[derive(Module, Debug)]
pub(crate) struct Pmei {
    /// Where the encoder reads.
    pub(crate) encoder: Option<Encoder>,
    /// Where word vectors and a BiLSTM read.
    pub(crate) words: Option<WordReader>,
    pub(crate) core: Core,
    #[module(skip)]
    reading: Reading,
}

/// How a sentence is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Which of a word's pieces stand for it.
    pub(crate) pool: Pool,
    /// The piece that pads.
    pub(crate) padding: u32,
}

/// Word vectors below a BiLSTM.
#[derive(Module, Debug)]
pub(crate) struct WordReader {
    pub(crate) vectors: Embedding,
    pub(crate) rnn: BiRnn,
    #[module(skip)]
    word_dropout: f64,
}

impl WordReader {
    /// A BiLSTM of zeros over these vectors.
    pub(crate) fn new(vectors: Embedding, config: &PmeiConfig, device: &Device) -> Self {
        let [_, input] = vectors.weight.val().dims();
        let rnn = BiRnnConfig {
            cell: Cell::Lstm,
            input,
            hidden: config.hidden,
            layers: 1,
            dropout: config.dropout,
        };
        Self {
            vectors,
            rnn: rnn.init(device),
            word_dropout: config.word_dropout,
        }
    }

    /// The states of all words, sentence after sentence, words × 2·hidden.
    fn read(&self, sentences: &[&[u32]], noise: Option<&Noise>) -> Tensor<2> {
        let mut words = sentences.concat();
        drop_words(&mut words, self.word_dropout, noise);
        let table = self.vectors.weight.val();
        let vectors = table.clone().select(0, rows(&words, &table.device()));
        let lengths: Vec<usize> = sentences.iter().map(|words| words.len()).collect();
        self.rnn.packed(vectors, &lengths, noise)
    }
}

impl Pmei {
    /// A network around what reads.
    pub(crate) fn new(
        encoder: Option<Encoder>,
        words: Option<WordReader>,
        core: Core,
        reading: Reading,
    ) -> Self {
        Self {
            encoder,
            words,
            core,
            reading,
        }
    }

    /// H of a batch: words × K, sentence after sentence.
    ///
    /// # Errors
    /// When the texts are not what the network reads.
    pub(crate) fn read(&self, texts: &[&Text], noise: Option<&Noise>) -> Result<Tensor<2>, String> {
        let unfit = || "the model reads another kind of input".to_owned();
        if let Some(words) = &self.words {
            let sentences = texts.iter().map(|text| match text {
                Text::Words(rows) => Ok(rows.as_slice()),
                Text::Pieces(_) | Text::TooLong => Err(unfit()),
            });
            let sentences: Vec<&[u32]> = sentences.collect::<Result<_, _>>()?;
            return Ok(words.read(&sentences, noise));
        }
        let encoder = self.encoder.as_ref().ok_or_else(unfit)?;
        let sentences = texts.iter().map(|text| match text {
            Text::Pieces(pieces) => Ok(pieces),
            Text::Words(_) | Text::TooLong => Err(unfit()),
        });
        let sentences: Vec<&Pieces> = sentences.collect::<Result<_, _>>()?;
        let ids: Vec<&[u32]> = sentences
            .iter()
            .map(|pieces| pieces.ids.as_slice())
            .collect();
        let device = self.core.last.tags.weight.val().device();
        let tokens = TokenBatch::new(&ids, self.reading.padding, &device);
        let states = encoder.forward(&tokens, noise);
        Ok(of_words(states, &sentences, self.reading.pool))
    }
}

/// The states of words, sentence after sentence, from those of pieces (sentences × columns ×
/// K).
fn of_words(states: Tensor<3>, sentences: &[&Pieces], pool: Pool) -> Tensor<2> {
    let [count, columns, width] = states.dims();
    let all = states.reshape([count * columns, width]);
    let place = |of: fn(&Pieces, usize) -> usize| {
        let places = sentences.iter().enumerate().flat_map(|(row, pieces)| {
            (0..pieces.first.len()).map(move |word| (row * columns + of(pieces, word)) as u32)
        });
        let places: Vec<u32> = places.collect();
        all.clone().select(0, rows(&places, &all.device()))
    };
    match pool {
        Pool::First => place(|pieces, word| pieces.first[word]),
        Pool::Last => place(|pieces, word| pieces.last[word]),
        Pool::Mean => {
            let most = sentences
                .iter()
                .flat_map(|pieces| pieces.first.iter().zip(&pieces.last))
                .map(|(first, last)| last - first + 1)
                .max();
            mean_of_pieces(&all, columns, sentences, most.unwrap_or(1))
        }
    }
}

/// The mean of every word's pieces: the sum over the n-th piece of all words, each weighed by
/// one over its word's number of pieces, or 0 where the word has no such piece.
fn mean_of_pieces(
    all: &Tensor<2>,
    columns: usize,
    sentences: &[&Pieces],
    most: usize,
) -> Tensor<2> {
    let device = all.device();
    let mut sum: Option<Tensor<2>> = None;
    for nth in 0..most {
        let (mut places, mut weights) = (Vec::new(), Vec::new());
        for (row, pieces) in sentences.iter().enumerate() {
            for (first, last) in pieces.first.iter().zip(&pieces.last) {
                let own = last - first + 1;
                places.push((row * columns + first + nth.min(own - 1)) as u32);
                weights.push(if nth < own { 1.0 / own as f32 } else { 0.0 });
            }
        }
        let count = weights.len();
        let weights = burn::tensor::TensorData::new(weights, [count, 1]);
        let part =
            all.clone().select(0, rows(&places, &device)) * Tensor::from_data(weights, &device);
        sum = Some(match sum {
            Some(sum) => sum + part,
            None => part,
        });
    }
    let [_, width] = all.dims();
    sum.unwrap_or_else(|| Tensor::zeros([0, width], &device))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::pool;
    use burn::tensor::TensorData;

    #[test]
    fn words_have_the_states_of_their_pieces() {
        let pieces = |first: Vec<usize>, last: Vec<usize>, count: usize| Pieces {
            ids: vec![0; count],
            first,
            last,
        };
        let one = pieces(vec![1, 2], vec![1, 4], 6);
        let two = pieces(vec![1], vec![2], 4);
        let (columns, width) = (6, 2);
        let numbers: Vec<f32> = (0..2 * columns * width)
            .map(|at| (at * at) as f32)
            .collect();
        let states = Tensor::<3>::from_data(
            TensorData::new(numbers.clone(), [2, columns, width]),
            &Device::flex(),
        );
        for how in [Pool::First, Pool::Last, Pool::Mean] {
            let found = of_words(states.clone(), &[&one, &two], how);
            let found: Vec<f32> = found.into_data().try_into_vec().unwrap();
            let mut expected = pool(&numbers[..columns * width], &one, width, how);
            expected.extend(pool(&numbers[columns * width..], &two, width, how));
            assert_eq!(found, expected, "{how:?}");
        }
    }
}
