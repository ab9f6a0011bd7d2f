//! The bi-affine vectors on the host, as one node of the gradient graph.
//!
//! The words' products are made for a block of the d outputs at a time, which reads every
//! column of W_b once, and made again on the way back, so that no more than one block of
//! them is ever held. Sums over words are added in the words' order, so nothing depends on
//! the number of threads.

use std::ops::Range;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Autodiff, BackendTypes, Flex};
use burn::tensor::{DType, Shape, Tensor, TensorData};
use rayon::prelude::*;

use super::starts::Starts;

type Tracked = <Autodiff<Flex> as BackendTypes>::FloatTensorPrimitive;

/// `biaffine::biaffine` with `room` numbers for the words' products; none where a tensor
/// lies elsewhere or its graph is of another kind.
pub(super) fn on_host(
    weight: &Tensor<2>,
    words: &Tensor<2>,
    starts: &Starts,
    room: usize,
) -> Option<Tensor<2>> {
    let [side, columns] = weight.dims();
    let biaffine = Biaffine {
        weight: lying(weight)?,
        words: lying(words)?,
        starts: starts.clone(),
        side,
        outputs: columns / side,
        room,
    };
    if !weight.device().is_autodiff() && !words.device().is_autodiff() {
        return Some(Tensor::from_primitive::<Flex>(biaffine.vectors()));
    }
    let inputs = [tracked(weight)?, tracked(words)?];
    let vectors = biaffine.vectors();
    let prepared = Pull.prepare::<NoCheckpointing>(inputs.each_ref().map(Tracked::node));
    let output = match prepared.compute_bound().stateful() {
        OpsKind::Tracked(node) => node.finish(biaffine, vectors),
        OpsKind::UnTracked(node) => node.finish(vectors),
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(output))
}

/// A tensor's numbers in the host's memory, row by row.
fn lying(tensor: &Tensor<2>) -> Option<FlexTensor> {
    let tensor = tensor.clone();
    let plain = if tensor.device().is_autodiff() {
        tensor.inner()
    } else {
        tensor
    };
    let plain = plain.try_into_primitive::<Flex>().ok()?;
    (plain.dtype() == DType::F32).then(|| plain.to_contiguous())
}

/// The graph's handle of a tensor.
fn tracked(tensor: &Tensor<2>) -> Option<Tracked> {
    let tensor = tensor.clone();
    let tensor = if tensor.device().is_autodiff() {
        tensor
    } else {
        Tensor::from_inner(tensor)
    };
    tensor.try_into_primitive::<Autodiff<Flex>>().ok()
}

/// The graph's operation; all it needs is in its state.
#[derive(Debug)]
struct Pull;

impl Backward<Flex, 2> for Pull {
    type State = Biaffine;

    fn backward(self, ops: Ops<Biaffine, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let upstream = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let pulled = ops.state.pull(&upstream, wanted);
        for (parent, gradient) in ops.parents.into_iter().zip(pulled) {
            if let Some(parent) = parent {
                gradients.register::<Flex>(parent.id, gradient);
            }
        }
    }
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
    fn vectors(&self) -> FlexTensor {
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
        tensor(vectors, [self.starts.spans(), self.outputs])
    }

    /// The gradients of W_b and the words. With D the gradient of hb and T_i the sum over
    /// the spans from word i of D ⊗ [x_end; 1], that of W_b is Σ_i [x_i; 1] ⊗ T_i, that of
    /// a start T_i W_bᵀ, and that of an end the sum over its spans of Uᵀ D. Those that are
    /// not wanted are left empty.
    fn pull(&self, upstream: &FlexTensor, wanted: [bool; 2]) -> [FlexTensor; 2] {
        let [learned, passed] = wanted;
        let count = self.starts.of_words().len();
        let columns = self.outputs * self.side;
        let mut weights = vec![0f32; if learned { self.side * columns } else { 0 }];
        let mut words = vec![0f32; if passed { count * self.side } else { 0 }];
        for block in self.blocks() {
            let slopes = self.slopes(upstream, &block);
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
                    let slopes = cut(upstream, spans, &block);
                    Flex::float_matmul(slopes, self.product(&products, word, &block))
                });
                for (word, ends) in ends.iter().enumerate() {
                    add(&mut words[word * self.side..], numbers(ends));
                }
            }
        }
        let weights_shape = if learned {
            [self.side, columns]
        } else {
            [0, 0]
        };
        let words_shape = if passed { [count, self.side] } else { [0, 0] };
        [tensor(weights, weights_shape), tensor(words, words_shape)]
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

/// The rows of some spans and the columns of a block of outputs.
fn cut(rows: &FlexTensor, spans: &Range<usize>, block: &Range<usize>) -> FlexTensor {
    rows.narrow(0, spans.start, spans.len())
        .narrow(1, block.start, block.len())
}

fn tensor(values: Vec<f32>, shape: [usize; 2]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The numbers of a tensor that lies in one piece.
fn numbers(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

fn rows(tensor: &FlexTensor, width: usize) -> std::slice::ChunksExact<'_, f32> {
    numbers(tensor).chunks_exact(width)
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
