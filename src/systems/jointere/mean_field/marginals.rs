//! Probabilities of a sentence's spans and pairs from their scores, and the way back.

use super::config::Start;
use crate::encoder::softmax::{pull_softmax, softmax};

/// A number for every label of a sentence's spans and ordered pairs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Values {
    /// Spans × span types.
    pub(super) spans: Vec<f32>,
    /// Pairs × relation types.
    pub(super) pairs: Vec<f32>,
}

impl Values {
    /// Zeros beside these values.
    pub(super) fn zeros(&self) -> Self {
        Self {
            spans: vec![0.0; self.spans.len()],
            pairs: vec![0.0; self.pairs.len()],
        }
    }
}

/// How many labels spans and pairs choose from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labels {
    /// Span types (d_ent).
    pub(super) types: usize,
    /// Relation types (d_rel); 1 is "exists" beside an unwritten "does not exist".
    pub(super) relations: usize,
}

impl Labels {
    /// Number of ternary scores of a pair.
    pub(super) fn ternary(self) -> usize {
        self.types * self.types * self.relations
    }

    /// Marginals before the first iteration.
    pub(super) fn start(self, unary: &Values, init: Start) -> Values {
        match init {
            Start::Unary => Values {
                spans: self.of_spans(&unary.spans),
                pairs: self.of_pairs(&unary.pairs),
            },
            Start::Uniform => Values {
                spans: vec![1.0 / self.types as f32; unary.spans.len()],
                pairs: vec![self.uniform_pair(); unary.pairs.len()],
            },
        }
    }

    /// The probability of each relation score's label when all labels have the same.
    pub(super) fn uniform_pair(self) -> f32 {
        1.0 / self.relations.max(2) as f32
    }

    /// Marginals of spans.
    pub(super) fn of_spans(self, scores: &[f32]) -> Vec<f32> {
        let mut marginals = scores.to_vec();
        marginals.chunks_exact_mut(self.types).for_each(softmax);
        marginals
    }

    /// Marginals of pairs.
    pub(super) fn of_pairs(self, scores: &[f32]) -> Vec<f32> {
        let mut marginals = scores.to_vec();
        if self.relations == 1 {
            for value in &mut marginals {
                *value = 1.0 / (1.0 + (-*value).exp());
            }
        } else {
            marginals.chunks_exact_mut(self.relations).for_each(softmax);
        }
        marginals
    }

    /// Adds to gradients of the spans' scores what comes through their marginals.
    pub(super) fn pull_spans(self, marginals: &[f32], mut gradients: Vec<f32>, sums: &mut [f32]) {
        let rows = marginals.chunks_exact(self.types);
        for (marginals, gradients) in rows.zip(gradients.chunks_exact_mut(self.types)) {
            pull_softmax(marginals, gradients, 1.0);
        }
        add(sums, &gradients);
    }

    /// Adds to gradients of the pairs' scores what comes through their marginals.
    pub(super) fn pull_pairs(self, marginals: &[f32], mut gradients: Vec<f32>, sums: &mut [f32]) {
        if self.relations == 1 {
            for (gradient, marginal) in gradients.iter_mut().zip(marginals) {
                *gradient *= marginal * (1.0 - marginal);
            }
        } else {
            let rows = marginals.chunks_exact(self.relations);
            for (marginals, gradients) in rows.zip(gradients.chunks_exact_mut(self.relations)) {
                pull_softmax(marginals, gradients, 1.0);
            }
        }
        add(sums, &gradients);
    }
}

/// Adds value by value.
pub(super) fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]

    use super::*;

    #[test]
    fn a_single_relation_score_has_an_unwritten_rival() {
        let labels = Labels {
            types: 4,
            relations: 1,
        };
        let scores = Values {
            spans: vec![0.0; 4],
            pairs: vec![0.0, 200.0, -200.0],
        };
        let unary = labels.start(&scores, Start::Unary);
        assert_eq!(unary.spans, [0.25; 4]);
        assert_eq!(unary.pairs, [0.5, 1.0, 0.0]);
        let uniform = labels.start(&scores, Start::Uniform);
        assert_eq!(uniform.spans, [0.25; 4]);
        assert_eq!(uniform.pairs, [0.5; 3]);
    }
}
