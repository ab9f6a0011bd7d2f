//! Attention of texts to themselves and of markers to their text and their group, on the
//! host and without padding, a text at a time.
//!
//! A text's keys are one matrix for all that look at it, its markers too; what a marker
//! sees beside it are the four of its group.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::TensorData;
use rayon::prelude::*;

use super::layout::TextRows;
use super::marker_group::MARKERS;
use crate::encoder::heads::{apart, side_by_side};
use crate::encoder::host::numbers;
use crate::encoder::lanes::dot;
use crate::encoder::softmax::softmax;

/// Which rows of a text look at others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// The text and all markers.
    All,
    /// The first and the third marker of every group alone.
    Asked,
}

impl Asking {
    /// How many rows of the text itself and of each group do so.
    fn rows(self, text: TextRows) -> [usize; 2] {
        match self {
            Self::All => [text.pieces, MARKERS],
            Self::Asked => [0, 2],
        }
    }
}

/// softmax(Q Kᵀ/√depth) V (Vaswani et al. 2017, eq. 1) of every head over what each row
/// may look at: rows of queries × (heads · depth). Keys and values are those of all rows,
/// queries those of the rows that are `asking`.
pub(super) fn attend(
    [query, key, value]: [FlexTensor; 3],
    heads: usize,
    texts: &[TextRows],
    asking: Asking,
) -> FlexTensor {
    let shape = query.layout().shape().clone();
    let [rows, width] = [shape[0], shape[1]];
    let attention = Attention {
        query,
        key,
        value,
        heads,
        depth: width / heads,
        asking,
    };
    let mut outputs = vec![0f32; rows * width];
    let mut rest = outputs.as_mut_slice();
    let mut first = 0;
    let mut parts = Vec::with_capacity(texts.len());
    for text in texts {
        let [of_text, of_group] = asking.rows(*text);
        let count = of_text + of_group * text.groups;
        let (part, others) = rest.split_at_mut(count * width);
        parts.push((*text, first, part));
        first += count;
        rest = others;
    }
    parts
        .into_par_iter()
        .for_each(|(text, first, output)| attention.of_text(text, first, output));
    FlexTensor::from_data(TensorData::new(outputs, shape))
}

/// Projected rows, (rows) × (heads · depth).
struct Attention {
    query: FlexTensor,
    key: FlexTensor,
    value: FlexTensor,
    heads: usize,
    depth: usize,
    asking: Asking,
}

impl Attention {
    /// Writes what the rows that ask of one text attend to; the first of them is row
    /// `first` of the queries.
    fn of_text(&self, text: TextRows, first: usize, output: &mut [f32]) {
        let (heads, depth) = (self.heads, self.depth);
        let [of_text, of_group] = self.asking.rows(text);
        let count = output.len() / (heads * depth);
        let query = apart(&self.query, first, count, heads);
        let key = apart(&self.key, text.first, text.pieces, heads).transpose(1, 2);
        let mut weights = Flex::float_matmul(query, key);
        let scale = 1.0 / (depth as f32).sqrt();
        let mut line = vec![0f32; text.pieces + MARKERS];
        // What the markers give to those of their group, heads × markers × four.
        let mut own = Vec::with_capacity(heads * (count - of_text) * MARKERS);
        let rows = weights.storage_mut::<f32>().chunks_exact_mut(text.pieces);
        for (index, row) in rows.enumerate() {
            let (head, asking) = (index / count, index % count);
            if asking < of_text {
                for score in row.iter_mut() {
                    *score *= scale;
                }
                softmax(row);
                continue;
            }
            for (score, value) in line.iter_mut().zip(row.iter()) {
                *score = value * scale;
            }
            let query = self.piece(&self.query, first + asking, head);
            let group = text.first + text.pieces + (asking - of_text) / of_group * MARKERS;
            for (marker, score) in line[text.pieces..].iter_mut().enumerate() {
                *score = dot(query, self.piece(&self.key, group + marker, head)) * scale;
            }
            softmax(&mut line);
            row.copy_from_slice(&line[..text.pieces]);
            own.extend_from_slice(&line[text.pieces..]);
        }
        let value = apart(&self.value, text.first, text.pieces, heads);
        let contexts = Flex::float_matmul(weights, value);
        side_by_side(numbers(&contexts), output, [heads, depth]);
        let markers = count - of_text;
        for (index, own) in own.chunks_exact(MARKERS).enumerate() {
            let (head, asking) = (index / markers, index % markers);
            let group = text.first + text.pieces + asking / of_group * MARKERS;
            let place = (of_text + asking) * heads * depth + head * depth;
            for (marker, weight) in own.iter().enumerate() {
                let value = self.piece(&self.value, group + marker, head);
                for (output, value) in output[place..][..depth].iter_mut().zip(value) {
                    *output += weight * value;
                }
            }
        }
    }

    /// What one head has of one row.
    fn piece<'a>(&self, rows: &'a FlexTensor, row: usize, head: usize) -> &'a [f32] {
        &numbers(rows)[(row * self.heads + head) * self.depth..][..self.depth]
    }
}
