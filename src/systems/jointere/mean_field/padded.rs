//! The iterations as tensor operations, every sentence padded to the longest one's spans
//! and to all cells of its square of spans by spans.
//!
//! Padding and the cells of a span with itself have ternary scores of 0, so that nothing
//! is sent from or to them: their probabilities, whatever they are, play no part.

use burn::tensor::{Device, Tensor, activation};

use super::config::{MeanFieldConfig, Start};
use super::infer::Scores;
use super::marginals::Labels;
use super::pass::Pass;
use crate::systems::spans::indices;

/// `mean_field` on any device, for a batch with at least one pair and iteration.
pub(super) fn infer(
    unary: Scores,
    ternary: Tensor<2>,
    sentences: &[usize],
    config: &MeanFieldConfig,
) -> Scores {
    let device = unary.pairs.device();
    let [_, types] = unary.spans.dims();
    let [_, relations] = unary.pairs.dims();
    let grid = Grid::new(sentences, Labels { types, relations });
    let unary = Scores {
        spans: pad(unary.spans, &grid.span_rows, &device),
        pairs: pad(unary.pairs, &grid.pair_rows, &device),
    };
    let ternary =
        pad(ternary, &grid.pair_rows, &device).reshape([grid.cells(), types, types * relations]);
    let mut scores = unary.clone();
    let mut before = start(&unary, config.init, grid.labels);
    for _ in 0..config.iterations {
        if !config.accumulate {
            scores = unary.clone();
        }
        let mut spans = before.spans.clone();
        for pass in config.schedule.passes() {
            let seen = |age| if age == 0 { &spans } else { &before.spans };
            let messages = grid.messages(
                pass,
                grid.heads(seen(pass.head)),
                grid.tails(seen(pass.tail)),
                &before.pairs,
                &ternary,
            );
            if let Some(message) = messages.spans {
                scores.spans = scores.spans + message;
                spans = activation::softmax(scores.spans.clone(), 1);
            }
            if let Some(message) = messages.pairs {
                scores.pairs = scores.pairs + message;
            }
        }
        before = Scores {
            spans,
            pairs: of_pairs(scores.pairs.clone()),
        };
    }
    Scores {
        spans: unpad(scores.spans, &grid.span_rows, &device),
        pairs: unpad(scores.pairs, &grid.pair_rows, &device),
    }
}

/// Sums of messages, where a pass sends them.
struct Messages {
    spans: Option<Tensor<2>>,
    pairs: Option<Tensor<2>>,
}

/// Sentences as squares of cells, one for each two spans.
struct Grid {
    sentences: usize,
    /// Spans of the longest sentence.
    longest: usize,
    labels: Labels,
    /// The row of each span that there is, sentences × longest.
    span_rows: Vec<Option<i32>>,
    /// The row of each pair that there is, sentences × longest × longest.
    pair_rows: Vec<Option<i32>>,
}

impl Grid {
    fn new(sentences: &[usize], labels: Labels) -> Self {
        let longest = sentences.iter().copied().max().unwrap_or(0);
        let mut span_rows = Vec::with_capacity(sentences.len() * longest);
        let mut pair_rows = Vec::with_capacity(sentences.len() * longest * longest);
        let (mut span, mut pair) = (0, 0);
        for spans in sentences {
            for head in 0..longest {
                span_rows.push(numbered(head < *spans, &mut span));
                for tail in 0..longest {
                    let exists = head.max(tail) < *spans && head != tail;
                    pair_rows.push(numbered(exists, &mut pair));
                }
            }
        }
        Self {
            sentences: sentences.len(),
            longest,
            labels,
            span_rows,
            pair_rows,
        }
    }

    fn cells(&self) -> usize {
        self.pair_rows.len()
    }

    /// Rows of the cells' heads, cells × types.
    fn heads(&self, spans: &Tensor<2>) -> Tensor<2> {
        let (sentences, longest, types) = (self.sentences, self.longest, self.labels.types);
        let spans = spans.clone().reshape([sentences * longest, 1, types]);
        let cells = spans.expand([sentences * longest, longest, types]);
        cells.reshape([self.cells(), types])
    }

    /// Rows of the cells' tails, cells × types.
    fn tails(&self, spans: &Tensor<2>) -> Tensor<2> {
        let (sentences, longest, types) = (self.sentences, self.longest, self.labels.types);
        let spans = spans.clone().reshape([sentences, 1, longest, types]);
        let cells = spans.expand([sentences, longest, longest, types]);
        cells.reshape([self.cells(), types])
    }

    /// What a pass adds to scores: with T the ternary scores contracted with the head,
    /// T · q to the tail, v · T to the pair, and those contracted with v ⊗ q to the head.
    fn messages(
        &self,
        pass: &Pass,
        heads: Tensor<2>,
        tails: Tensor<2>,
        pairs: &Tensor<2>,
        ternary: &Tensor<3>,
    ) -> Messages {
        let Labels { types, relations } = self.labels;
        let cells = self.cells();
        let folded = heads
            .reshape([cells, 1, types])
            .matmul(ternary.clone())
            .reshape([cells, types, relations]);
        let to_pairs = pass.to_pairs.then(|| {
            let tails = tails.clone().reshape([cells, 1, types]);
            tails.matmul(folded.clone()).reshape([cells, relations])
        });
        let to_spans = pass.to_spans.then(|| {
            let pairs = pairs.clone();
            let weights =
                tails.reshape([cells, types, 1]) * pairs.clone().reshape([cells, 1, relations]);
            let to_heads = ternary
                .clone()
                .matmul(weights.reshape([cells, types * relations, 1]));
            let to_tails = folded.matmul(pairs.reshape([cells, relations, 1]));
            self.sum(to_heads, 2) + self.sum(to_tails, 1)
        });
        Messages {
            spans: to_spans,
            pairs: to_pairs,
        }
    }

    /// Sums of the cells' messages over one side, 1 their heads and 2 their tails.
    fn sum(&self, messages: Tensor<3>, side: usize) -> Tensor<2> {
        let (sentences, longest, types) = (self.sentences, self.longest, self.labels.types);
        messages
            .reshape([sentences, longest, longest, types])
            .sum_dim(side)
            .reshape([sentences * longest, types])
    }
}

/// The next number if there is something to number.
fn numbered(exists: bool, next: &mut i32) -> Option<i32> {
    exists.then(|| {
        *next += 1;
        *next - 1
    })
}

/// Marginals before the first iteration.
fn start(unary: &Scores, init: Start, labels: Labels) -> Scores {
    match init {
        Start::Unary => Scores {
            spans: activation::softmax(unary.spans.clone(), 1),
            pairs: of_pairs(unary.pairs.clone()),
        },
        Start::Uniform => Scores {
            spans: unary.spans.full_like(1.0 / labels.types as f32),
            pairs: unary.pairs.full_like(labels.uniform_pair()),
        },
    }
}

fn of_pairs(scores: Tensor<2>) -> Tensor<2> {
    let [_, relations] = scores.dims();
    if relations == 1 {
        activation::sigmoid(scores)
    } else {
        activation::softmax(scores, 1)
    }
}

/// Rows in their places, zeros in all others.
fn pad(rows: Tensor<2>, places: &[Option<i32>], device: &Device) -> Tensor<2> {
    let [count, _] = rows.dims();
    let places = places.iter().map(|row| row.unwrap_or(count as i32));
    let places: Vec<i32> = places.collect();
    let zeros = rows.clone().narrow(0, 0, 1).zeros_like();
    Tensor::cat(vec![rows, zeros], 0).select(0, indices(&places, device))
}

/// The rows of the places that are no padding.
fn unpad(padded: Tensor<2>, places: &[Option<i32>], device: &Device) -> Tensor<2> {
    let rows = (0..).zip(places).filter(|(_, row)| row.is_some());
    let rows: Vec<i32> = rows.map(|(place, _)| place).collect();
    padded.select(0, indices(&rows, device))
}
