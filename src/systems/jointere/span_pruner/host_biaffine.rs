//! The bi-affine vectors on the host, as one node of the gradient graph.
//!
//! The words' products are made for a block of the d outputs at a time, which reads every
//! column of W_b once, and made again on the way back, so that no more than one block of
//! them is ever held. Sums over words are added in the words' order, so nothing depends on
//! the number of threads.

use std::ops::Range;

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::{Shape, Tensor, TensorData};
use rayon::prelude::*;

use super::starts::Starts;
use crate::encoder::host::{Inputs, Pullback, numbers, result};

/// `biaffine::biaffine` with `room` numbers for the words' products; none where a tensor
/// lies elsewhere.
pub(super) fn on_host(
    weight: &Tensor<2>,
    words: &Tensor<2>,
    starts: &Starts,
    room: usize,
) -> Option<Tensor<2>> {
    let [side, columns] = weight.dims();
    let inputs = Inputs::of([weight.into(), words.into()])?;
    let [weight, words] = inputs.lying;
    let biaffine = Biaffine {
        weight,
        words,
        starts: starts.clone(),
        side,
        outputs: columns / side,
        room,
    };
    let vectors = biaffine.vectors();
    let shape = [starts.spans(), biaffine.outputs];
    Some(result(inputs.recorded.as_ref(), vectors, shape, || {
        biaffine
    }))
}

/// What the vectors are made of.
#[derive(Debug, Clone)]
struct Biaffine {
    /// W_b, side × (outputs · side).
    weight: FlexTensor,
    /// [x; 1], words × side.
    words: FlexTensor,
    starts: Starts,
    /// H + 1.
    side: usize,
    /// d.
    outputs: usize,
    room: usize,
}

impl Biaffine {
    /// The outputs in blocks whose products fit the room.
    fn blocks(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let outputs = self.outputs;
        let of_output = self.starts.of_words().len() * self.side;
        let width = (self.room / of_output.max(1)).clamp(1, outputs.max(1));
        (0..outputs)
            .step_by(width)
            .map(move |first| first..outputs.min(first + width))
    }

    /// The part of W_b that a block of outputs needs, side × (block · side).
    fn part(&self, block: &Range<usize>) -> FlexTensor {
        self.weight
            .narrow(1, block.start * self.side, block.len() * self.side)
    }

    /// U = [x; 1]ᵀ W_b of all words for a block of outputs, words × (block · side).
    fn products(&self, block: &Range<usize>) -> FlexTensor {
        Flex::float_matmul(self.words.clone(), self.part(block))
    }

    /// One word's row of such products, block × side.
    fn product(&self, products: &FlexTensor, word: usize, block: &Range<usize>) -> FlexTensor {
        let shape = Shape::from(vec![block.len(), self.side]);
        products.narrow(0, word, 1).reshape(shape)
    }

    /// What `make` gives for each word and its spans.
    fn each_word(
        &self,
        make: impl Fn(usize, &Range<usize>) -> FlexTensor + Sync,
    ) -> Vec<FlexTensor> {
        let words = self.starts.of_words().par_iter().enumerate();
        words.map(|(word, spans)| make(word, spans)).collect()
    }

    /// hb of every span, spans × outputs.
    fn vectors(&self) -> Vec<f32> {
        let mut vectors = vec![0f32; self.starts.spans() * self.outputs];
        for block in self.blocks() {
            let products = self.products(&block);
            let parts = self.each_word(|word, spans| {
                let product = self.product(&products, word, &block);
                let ends = self.words.narrow(0, word, spans.len());
                Flex::float_matmul(ends, product.transpose(0, 1))
            });
            let rows = parts.iter().flat_map(|part| rows(part, block.len()));
            for (vector, row) in vectors.chunks_exact_mut(self.outputs).zip(rows) {
                vector[block.clone()].copy_from_slice(row);
            }
        }
        vectors
    }

    /// T of all words for a block of outputs, words × (block · side).
    fn slopes(&self, upstream: &FlexTensor, block: &Range<usize>) -> FlexTensor {
        let width = block.len() * self.side;
        let mut slopes = vec![0f32; self.starts.of_words().len() * width];
        slopes
            .par_chunks_exact_mut(width)
            .zip(self.starts.of_words())
            .enumerate()
            .for_each(|(word, (slopes, spans))| {
                let ends = self.words.narrow(0, word, spans.len());
                let upstream = cut(upstream, spans, block).transpose(0, 1);
                slopes.copy_from_slice(numbers(&Flex::float_matmul(upstream, ends)));
            });
        tensor(slopes, [self.starts.of_words().len(), width])
    }
}

impl Pullback<2> for Biaffine {
    /// The gradients of W_b and the words. With D the gradient of hb and T_i the sum over
    /// the spans from word i of D ⊗ [x_end; 1], that of W_b is Σ_i [x_i; 1] ⊗ T_i, that of
    /// a start T_i W_bᵀ, and that of an end the sum over its spans of Uᵀ D.
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 2]) -> [Option<TensorData>; 2] {
        let upstream = tensor(upstream, [self.starts.spans(), self.outputs]);
        let [learned, passed] = wanted;
        let count = self.starts.of_words().len();
        let columns = self.outputs * self.side;
        let mut weights = vec![0f32; if learned { self.side * columns } else { 0 }];
        let mut words = vec![0f32; if passed { count * self.side } else { 0 }];
        for block in self.blocks() {
            let slopes = self.slopes(&upstream, &block);
            if learned {
                let gradient = Flex::float_matmul(self.words.transpose(0, 1), slopes.clone());
                let (first, width) = (block.start * self.side, block.len() * self.side);
                let rows = rows(&gradient, width);
                for (weights, row) in weights.chunks_exact_mut(columns).zip(rows) {
                    weights[first..first + width].copy_from_slice(row);
                }
            }
            if passed {
                let starts = Flex::float_matmul(slopes, self.part(&block).transpose(0, 1));
                add(&mut words, numbers(&starts));
                let products = self.products(&block);
                let ends = self.each_word(|word, spans| {
                    let slopes = cut(&upstream, spans, &block);
                    Flex::float_matmul(slopes, self.product(&products, word, &block))
                });
                for (word, ends) in ends.iter().enumerate() {
                    add(&mut words[word * self.side..], numbers(ends));
                }
            }
        }
        [
            learned.then(|| TensorData::new(weights, [self.side, columns])),
            passed.then(|| TensorData::new(words, [count, self.side])),
        ]
    }
}

/// The rows of some spans and the columns of a block of outputs.
fn cut(rows: &FlexTensor, spans: &Range<usize>, block: &Range<usize>) -> FlexTensor {
    rows.narrow(0, spans.start, spans.len())
        .narrow(1, block.start, block.len())
}

fn tensor(values: Vec<f32>, shape: [usize; 2]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

fn rows(tensor: &FlexTensor, width: usize) -> std::slice::ChunksExact<'_, f32> {
    numbers(tensor).chunks_exact(width)
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
