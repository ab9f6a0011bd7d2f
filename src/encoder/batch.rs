//! Piece sequences of several sentences as one rectangle of tensors.

use burn::tensor::{Device, Int, Tensor, TensorData};

/// What an encoder reads: piece ids with everything that qualifies them.
#[derive(Debug, Clone)]
pub struct TokenBatch {
    /// Piece ids, batch × pieces.
    pub ids: Tensor<2, Int>,
    /// 1 where a piece is real and 0 where it pads, batch × pieces; absent when
    /// nothing is padding, which spares the encoder a masked softmax.
    pub mask: Option<Tensor<2>>,
    /// Segment ids, batch × pieces; absent means segment 0.
    pub segments: Option<Tensor<2, Int>>,
    /// Position ids, batch × pieces; absent means 0, 1, 2, ….
    pub positions: Option<Tensor<2, Int>>,
    /// 1 where attention may go, batch × from × to; it replaces the mask.
    pub allowed: Option<Tensor<3>>,
}

impl TokenBatch {
    /// Pads the sequences to the longest of them.
    pub fn new(sequences: &[&[u32]], padding: u32, device: &Device) -> Self {
        let rows = sequences.len();
        let columns = sequences
            .iter()
            .map(|ids| ids.len())
            .max()
            .unwrap_or(1)
            .max(1);
        let mut ids = vec![padding as i32; rows * columns];
        let mut mask = vec![0f32; rows * columns];
        for (row, sequence) in sequences.iter().enumerate() {
            for (column, id) in sequence.iter().enumerate() {
                ids[row * columns + column] = *id as i32;
                mask[row * columns + column] = 1.0;
            }
        }
        let padded = sequences.iter().any(|ids| ids.len() < columns);
        let shape = [rows, columns];
        Self {
            ids: Tensor::from_data(TensorData::new(ids, shape), device),
            mask: padded.then(|| Tensor::from_data(TensorData::new(mask, shape), device)),
            segments: None,
            positions: None,
            allowed: None,
        }
    }

    /// Batch size and padded length.
    pub fn dims(&self) -> [usize; 2] {
        self.ids.dims()
    }

    /// What is added to attention scores: 0 where attention may go, a large negative
    /// number where not; batch × 1 × (1 or from) × to.
    pub(crate) fn attention_bias(&self) -> Option<Tensor<4>> {
        let [rows, columns] = self.dims();
        if let Some(allowed) = &self.allowed {
            let bias = (allowed.clone() - 1.0) * 1.0e9;
            return Some(bias.reshape([rows, 1, columns, columns]));
        }
        self.mask
            .as_ref()
            .map(|mask| ((mask.clone() - 1.0) * 1.0e9).reshape([rows, 1, 1, columns]))
    }
}
