//! Running the encoder over texts.

use burn::tensor::{Device, Tensor};

use super::text::Text;
use crate::encoder::{Encoder, Noise, TokenBatch, Transformer, dropout};
use crate::systems::spans::{Words, indices};

/// Hidden states of a batch, one row a piece.
pub(crate) struct States {
    /// States, (sequences · columns) × H.
    pub(crate) rows: Tensor<2>,
    /// Length of the longest sequence.
    pub(crate) columns: usize,
}

/// Runs the encoder over sequences of piece ids.
pub(crate) fn read(
    encoder: &Encoder,
    sequences: &[&[u32]],
    padding: u32,
    device: &Device,
    noise: Option<&Noise>,
) -> States {
    let batch = TokenBatch::new(sequences, padding, device);
    let states = encoder.forward(&batch, noise);
    let [rows, columns, hidden] = states.dims();
    States {
        rows: states.reshape([rows * columns, hidden]),
        columns,
    }
}

/// The states of the words of `texts`' own sentences, after dropout with `rate`.
pub(crate) fn read_words(
    encoder: &Encoder,
    texts: &[&Text],
    padding: u32,
    rate: f64,
    device: &Device,
    noise: Option<&Noise>,
) -> Words {
    let ids: Vec<&[u32]> = texts
        .iter()
        .map(|text| text.pieces.ids.as_slice())
        .collect();
    let States { rows, columns } = read(encoder, &ids, padding, device, noise);
    let rows = dropout(rows, rate, noise);
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    let (mut first, mut words) = (Vec::new(), 0);
    for (row, text) in texts.iter().enumerate() {
        let own = text.offset..text.offset + text.words;
        let place = |piece: &usize| (row * columns + piece) as i32;
        starts.extend(text.pieces.first[own.clone()].iter().map(place));
        ends.extend(text.pieces.last[own].iter().map(place));
        first.push(words);
        words += text.words;
    }
    let start = rows.clone().select(0, indices(&starts, device));
    let end = if ends == starts {
        start.clone()
    } else {
        rows.select(0, indices(&ends, device))
    };
    Words {
        start,
        end,
        first,
        counts: texts.iter().map(|text| text.words).collect(),
    }
}
