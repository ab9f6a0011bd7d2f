//! A pretrained encoder that is only read from: states without gradients.

use std::path::Path;

use burn::tensor::Device;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::batch::TokenBatch;
use super::error::EncoderError;
use crate::encoder::checkpoint::load_encoder;
use crate::encoder::pieces::{Pieces, WordPieces};
use crate::encoder::transformer::{Architecture, Encoder, Transformer};

/// Pieces a batch holds at most, padding included, unless one sequence is longer.
const BATCH_PIECES: usize = 4096;

/// Which of a word's pieces stand for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
    /// The mean of all.
    Mean,
}

impl Pool {
    /// The name in configuration files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Mean => "mean",
        }
    }
}

/// A tokenizer and an encoder with its weights.
pub struct Reader {
    pieces: WordPieces,
    architecture: Architecture,
    encoder: Encoder,
    device: Device,
}

impl Reader {
    /// Reads a model folder onto `device`: all its layers, or the first `keep_layers`.
    ///
    /// # Errors
    /// When a file cannot be read, or weights and architecture do not fit.
    pub fn open(
        folder: &Path,
        keep_layers: Option<usize>,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let pieces = WordPieces::open(&folder.join("tokenizer.json"))?;
        let (architecture, encoder) = load_encoder(folder, keep_layers, device)?;
        Ok(Self {
            pieces,
            architecture,
            encoder,
            device: device.clone(),
        })
    }

    /// The tokenizer.
    pub fn pieces(&self) -> &WordPieces {
        &self.pieces
    }

    /// The architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Reads the sequences, the shortest first, and hands over each one's number and
    /// states, pieces × H, row by row.
    ///
    /// # Errors
    /// When a sequence is longer than the encoder's longest input, or `each` fails.
    pub fn read<E: From<EncoderError>>(
        &self,
        sequences: &[&[u32]],
        mut each: impl FnMut(usize, &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut order: Vec<usize> = (0..sequences.len()).collect();
        order.sort_by_key(|index| sequences[*index].len());
        let width = self.architecture.width();
        for batch in batches(&order, sequences) {
            let chosen: Vec<&[u32]> = batch.iter().map(|index| sequences[*index]).collect();
            let tokens = TokenBatch::new(&chosen, self.pieces.padding(), &self.device);
            let [_, columns] = tokens.dims();
            if let Some(positions) = self.architecture.longest().filter(|most| columns > *most) {
                return Err(EncoderError::TooLong {
                    pieces: columns,
                    positions,
                    start: self.pieces.decode(chosen[chosen.len() - 1], 12),
                }
                .into());
            }
            let states: Vec<f32> = self
                .encoder
                .forward(&tokens, None)
                .into_data()
                .try_into_vec()
                .map_err(|error| EncoderError::Device(format!("states are not f32: {error:?}")))?;
            for (row, index) in batch.iter().enumerate() {
                let from = row * columns * width;
                each(
                    *index,
                    &states[from..from + sequences[*index].len() * width],
                )?;
            }
        }
        Ok(())
    }
}

/// Cuts an order of growing length into batches.
fn batches<'a>(order: &'a [usize], sequences: &[&[u32]]) -> Vec<&'a [usize]> {
    let mut batches = Vec::new();
    let mut rest = order;
    while !rest.is_empty() {
        // The last sequence of a batch is its longest, and pads the others.
        let fits = |count: &usize| count * sequences[rest[count - 1]].len() <= BATCH_PIECES;
        let count = (1..=rest.len()).take_while(fits).last().unwrap_or(1);
        let (batch, others) = rest.split_at(count);
        batches.push(batch);
        rest = others;
    }
    batches
}

/// One state a word, words × H, from the states of all pieces.
pub fn pool(states: &[f32], pieces: &Pieces, width: usize, pool: Pool) -> Vec<f32> {
    let state = |piece: usize| &states[piece * width..(piece + 1) * width];
    let mut words = Vec::with_capacity(pieces.first.len() * width);
    for (first, last) in pieces.first.iter().zip(&pieces.last) {
        match pool {
            Pool::First => words.extend_from_slice(state(*first)),
            Pool::Last => words.extend_from_slice(state(*last)),
            Pool::Mean => {
                let count = (last - first + 1) as f32;
                words.extend((0..width).map(|column| {
                    let sum: f32 = (*first..=*last).map(|piece| state(piece)[column]).sum();
                    sum / count
                }));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_everything_once_and_are_not_too_large() {
        let ids = vec![7u32; 5000];
        let lengths = [1, 2, 1000, 1500, 2000, 2100, 5000];
        let sequences: Vec<&[u32]> = lengths.iter().map(|length| &ids[..*length]).collect();
        let order: Vec<usize> = (0..lengths.len()).collect();
        let batches = batches(&order, &sequences);
        assert_eq!(batches.concat(), order);
        let expected: [&[usize]; 4] = [&[0, 1, 2], &[3, 4], &[5], &[6]];
        assert_eq!(batches, expected);
    }

    #[test]
    fn words_are_their_first_last_or_mean_piece() {
        let pieces = Pieces {
            ids: vec![0, 1, 2, 3],
            first: vec![1, 3],
            last: vec![2, 3],
        };
        let states = [0.0, 0.0, 1.0, 2.0, 3.0, 6.0, 5.0, 8.0];
        assert_eq!(pool(&states, &pieces, 2, Pool::First), [1.0, 2.0, 5.0, 8.0]);
        assert_eq!(pool(&states, &pieces, 2, Pool::Last), [3.0, 6.0, 5.0, 8.0]);
        assert_eq!(pool(&states, &pieces, 2, Pool::Mean), [2.0, 4.0, 5.0, 8.0]);
    }
}
