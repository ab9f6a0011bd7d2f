//! The words of a batch after the encoder, and linear maps of the spans between them.
//!
//! A span's vector is b = [x_start; x_end; φ(length)] (Yan et al. 2022, §3.1). A linear
//! layer over it is linear in each part, so it is applied to words and lengths, and its
//! results are added where spans need them. That is the same function, and it spares the
//! multiplication for every span.

use burn::nn::Embedding;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::corpus::Span;

/// One row per word, sentences one after another.
pub(crate) struct Words {
    /// State that stands for a word at a span's start, words × H.
    pub(crate) start: Tensor<2>,
    /// State that stands for a word at a span's end, words × H.
    pub(crate) end: Tensor<2>,
    /// Row of each sentence's first word.
    pub(crate) first: Vec<usize>,
    /// Number of words of each sentence.
    pub(crate) counts: Vec<usize>,
}

impl Words {
    /// W·[x_start; x_end; φ(length)] for every span, W being inputs × outputs, given as
    /// (sentence of the batch, span); spans × outputs.
    pub(crate) fn project(
        &self,
        weight: &Tensor<2>,
        widths: &Embedding,
        spans: &[(usize, Span)],
    ) -> Tensor<2> {
        let device = self.start.device();
        let [_, hidden] = self.start.dims();
        let [inputs, _] = weight.dims();
        let part = |from, length| weight.clone().narrow(0, from, length);
        let starts = self.start.clone().matmul(part(0, hidden));
        let ends = self.end.clone().matmul(part(hidden, hidden));
        let lengths = widths.weight.val();
        let longest = lengths.dims()[0] - 1;
        let lengths = lengths.matmul(part(2 * hidden, inputs - 2 * hidden));
        let column = |value: &dyn Fn(&(usize, Span)) -> usize| -> Tensor<1, Int> {
            let values: Vec<i32> = spans.iter().map(|span| value(span) as i32).collect();
            indices(&values, &device)
        };
        let rows = &self.first;
        starts.select(0, column(&|(sentence, span)| rows[*sentence] + span.start))
            + ends.select(0, column(&|(sentence, span)| rows[*sentence] + span.end))
            // Gold spans beyond the limit share the longest span's embedding.
            + lengths.select(0, column(&|(_, span)| span.width().min(longest)))
    }

    /// [x_start; x_end; φ(length)] for every span, given as (sentence of the batch, span);
    /// spans × (2H + width of the embeddings). For few spans, or what is not linear in
    /// them.
    pub(crate) fn vectors(&self, widths: &Embedding, spans: &[(usize, Span)]) -> Tensor<2> {
        let device = self.start.device();
        let lengths = widths.weight.val();
        let longest = lengths.dims()[0] - 1;
        let column = |value: &dyn Fn(&(usize, Span)) -> usize| -> Tensor<1, Int> {
            let values: Vec<i32> = spans.iter().map(|span| value(span) as i32).collect();
            indices(&values, &device)
        };
        let row = |sentence: usize| self.first[sentence];
        let parts = vec![
            self.start
                .clone()
                .select(0, column(&|(sentence, span)| row(*sentence) + span.start)),
            self.end
                .clone()
                .select(0, column(&|(sentence, span)| row(*sentence) + span.end)),
            lengths.select(0, column(&|(_, span)| span.width().min(longest))),
        ];
        Tensor::cat(parts, 1)
    }
}

/// Row numbers as a tensor.
pub(crate) fn indices(values: &[i32], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::from(values), device)
}

/// One side of ordered pairs as row numbers.
pub(crate) fn side(
    pairs: &[(usize, usize)],
    side: fn(&(usize, usize)) -> usize,
    device: &Device,
) -> Tensor<1, Int> {
    let values: Vec<i32> = pairs.iter().map(|pair| side(pair) as i32).collect();
    indices(&values, device)
}
