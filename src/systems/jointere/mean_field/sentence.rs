//! The inference of one sentence on the host, and its way back.
//!
//! All messages of a pair are one trilinear form, f contracted with two of the three
//! marginals u (head), v (tail) and q (relation). With T(b, r) = Σ_a u(a) f(a, b, r)
//! and W = v ⊗ q, messages cost two products for each ternary score: those to the pair
//! and to the tail are T contracted once more, that to the head is f · W.

use super::config::{MeanFieldConfig, Start};
use super::kernels::{add_combination, add_outer, add_products};
use super::marginals::{Labels, Values, add};
use super::pass::Pass;

/// What never changes while a sentence's marginals do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sentence<'t> {
    /// Number of spans.
    pub(super) spans: usize,
    pub(super) labels: Labels,
    /// Pairs × [type of the head][type of the tail][relation].
    pub(super) ternary: &'t [f32],
}

/// What is known of one ordered pair: marginals, or gradients.
#[derive(Debug, Clone, Copy)]
struct Factors<'v> {
    head: &'v [f32],
    tail: &'v [f32],
    relation: &'v [f32],
}

/// The gradients of the scores that a pass led to.
struct Slopes {
    pass: &'static Pass,
    iteration: usize,
    /// Empty where the pass sent nothing.
    scores: Values,
}

impl Sentence<'_> {
    /// The scores after the last iteration, and the marginals of every iteration from
    /// the start; of the last one only those of spans, since nothing sees the pairs'.
    pub(super) fn infer(&self, unary: &Values, config: &MeanFieldConfig) -> (Values, Vec<Values>) {
        let labels = self.labels;
        let mut scores = unary.clone();
        let mut marginals = vec![labels.start(unary, config.init)];
        for iteration in 1..=config.iterations {
            if !config.accumulate {
                scores.clone_from(unary);
            }
            marginals.push(Values::default());
            for pass in config.schedule.passes() {
                self.send(pass, &marginals, iteration, &mut scores);
                if pass.to_spans {
                    marginals[iteration].spans = labels.of_spans(&scores.spans);
                }
                if pass.to_pairs && iteration < config.iterations {
                    marginals[iteration].pairs = labels.of_pairs(&scores.pairs);
                }
            }
        }
        (scores, marginals)
    }

    /// Takes the gradient of the last scores back to that of the unary ones, and writes
    /// that of the ternary ones over the zeros in `ternary`.
    pub(super) fn pull(
        &self,
        marginals: &[Values],
        upstream: Values,
        config: &MeanFieldConfig,
        ternary: Option<&mut [f32]>,
    ) -> Values {
        let labels = self.labels;
        let mut unary = upstream.zeros();
        let mut of_marginals = vec![unary.clone(); marginals.len()];
        let mut scores = upstream;
        let mut slopes = Vec::new();
        for iteration in (1..=config.iterations).rev() {
            for pass in config.schedule.passes().iter().rev() {
                let mut reached = Values::default();
                if pass.to_pairs {
                    let gradients = std::mem::take(&mut of_marginals[iteration].pairs);
                    labels.pull_pairs(&marginals[iteration].pairs, gradients, &mut scores.pairs);
                    reached.pairs.clone_from(&scores.pairs);
                }
                if pass.to_spans {
                    let gradients = std::mem::take(&mut of_marginals[iteration].spans);
                    labels.pull_spans(&marginals[iteration].spans, gradients, &mut scores.spans);
                    reached.spans.clone_from(&scores.spans);
                }
                let reached = Slopes {
                    pass,
                    iteration,
                    scores: reached,
                };
                self.pull_messages(&reached, marginals, &mut of_marginals);
                slopes.push(reached);
            }
            // Messages were added to the unary scores, or to those of the iteration before.
            if !config.accumulate {
                add(&mut unary.spans, &scores.spans);
                add(&mut unary.pairs, &scores.pairs);
                scores = scores.zeros();
            }
        }
        add(&mut unary.spans, &scores.spans);
        add(&mut unary.pairs, &scores.pairs);
        if config.init == Start::Unary {
            let first = std::mem::take(&mut of_marginals[0]);
            labels.pull_spans(&marginals[0].spans, first.spans, &mut unary.spans);
            labels.pull_pairs(&marginals[0].pairs, first.pairs, &mut unary.pairs);
        }
        if let Some(ternary) = ternary {
            self.pull_ternary(&slopes, marginals, ternary);
        }
        unary
    }

    /// Adds the messages of a pass to the scores.
    fn send(&self, pass: &Pass, marginals: &[Values], iteration: usize, scores: &mut Values) {
        let Labels { types, relations } = self.labels;
        let mut folded = vec![0f32; types * relations];
        let mut weights = vec![0f32; types * relations];
        for pair in 0..self.pairs() {
            let (head, tail) = self.ends(pair);
            let block = self.block(pair);
            let factors = self.seen(pass, marginals, iteration, pair);
            folded.fill(0.0);
            add_combination(&mut folded, block, factors.head);
            if pass.to_pairs {
                let message = &mut scores.pairs[pair * relations..][..relations];
                add_combination(message, &folded, factors.tail);
            }
            if pass.to_spans {
                let message = &mut scores.spans[tail * types..][..types];
                add_products(message, &folded, factors.relation);
                weights.fill(0.0);
                add_outer(&mut weights, factors.tail, factors.relation);
                let message = &mut scores.spans[head * types..][..types];
                add_products(message, block, &weights);
            }
        }
    }

    /// Takes gradients of the scores that a pass led to back to the marginals it saw.
    fn pull_messages(&self, slopes: &Slopes, marginals: &[Values], gradients: &mut [Values]) {
        let Labels { types, relations } = self.labels;
        let Slopes {
            pass, iteration, ..
        } = *slopes;
        let mut folded = vec![0f32; types * relations];
        let mut folded_slopes = vec![0f32; types * relations];
        let mut weights = vec![0f32; types * relations];
        for pair in 0..self.pairs() {
            let (head, tail) = self.ends(pair);
            let block = self.block(pair);
            let factors = self.seen(pass, marginals, iteration, pair);
            let upstream = self.reached(slopes, pair);
            weigh(pass, factors, upstream, &mut weights);
            let gradient = &mut gradients[iteration - pass.head].spans[head * types..][..types];
            add_products(gradient, block, &weights);

            folded.fill(0.0);
            add_combination(&mut folded, block, factors.head);
            if pass.to_spans {
                folded_slopes.fill(0.0);
                add_combination(&mut folded_slopes, block, upstream.head);
                let gradient = &mut gradients[iteration - 1].pairs[pair * relations..][..relations];
                add_combination(gradient, &folded_slopes, factors.tail);
                add_combination(gradient, &folded, upstream.tail);
            }
            let gradient = &mut gradients[iteration - pass.tail].spans[tail * types..][..types];
            if pass.to_spans {
                add_products(gradient, &folded_slopes, factors.relation);
            }
            if pass.to_pairs {
                add_products(gradient, &folded, upstream.relation);
            }
        }
    }

    /// Gradients of the ternary scores, in one walk over all passes of a pair, so that
    /// what is by far the largest result is written once.
    fn pull_ternary(&self, slopes: &[Slopes], marginals: &[Values], gradients: &mut [f32]) {
        let Labels { types, relations } = self.labels;
        let mut weights = vec![0f32; types * relations];
        let blocks = gradients.chunks_exact_mut(self.labels.ternary());
        for (pair, gradient) in blocks.enumerate() {
            for slopes in slopes {
                let factors = self.seen(slopes.pass, marginals, slopes.iteration, pair);
                let upstream = self.reached(slopes, pair);
                weigh(slopes.pass, factors, upstream, &mut weights);
                add_outer(gradient, factors.head, &weights);
                if slopes.pass.to_spans {
                    weights.fill(0.0);
                    add_outer(&mut weights, factors.tail, factors.relation);
                    add_outer(gradient, upstream.head, &weights);
                }
            }
        }
    }

    /// Number of ordered pairs.
    fn pairs(&self) -> usize {
        self.spans * self.spans.saturating_sub(1)
    }

    /// Head and tail of a pair.
    fn ends(&self, pair: usize) -> (usize, usize) {
        let (head, tail) = (pair / (self.spans - 1), pair % (self.spans - 1));
        (head, tail + usize::from(tail >= head))
    }

    /// The ternary scores of a pair.
    fn block(&self, pair: usize) -> &[f32] {
        &self.ternary[pair * self.labels.ternary()..][..self.labels.ternary()]
    }

    /// The marginals of a pair that a pass sees.
    fn seen<'m>(
        &self,
        pass: &Pass,
        marginals: &'m [Values],
        iteration: usize,
        pair: usize,
    ) -> Factors<'m> {
        let Labels { types, relations } = self.labels;
        let (head, tail) = self.ends(pair);
        Factors {
            head: row(&marginals[iteration - pass.head].spans, head, types),
            tail: row(&marginals[iteration - pass.tail].spans, tail, types),
            relation: row(&marginals[iteration - 1].pairs, pair, relations),
        }
    }

    /// The gradients of the scores of a pair that a pass led to.
    fn reached<'s>(&self, slopes: &'s Slopes, pair: usize) -> Factors<'s> {
        let Labels { types, relations } = self.labels;
        let (head, tail) = self.ends(pair);
        Factors {
            head: row(&slopes.scores.spans, head, types),
            tail: row(&slopes.scores.spans, tail, types),
            relation: row(&slopes.scores.pairs, pair, relations),
        }
    }
}

/// What a row of ternary scores, that of one type of the head, weighs in the gradient of
/// that type's probability: v′ ⊗ q + v ⊗ q′, as far as the pass sent messages.
fn weigh(pass: &Pass, marginals: Factors, slopes: Factors, weights: &mut [f32]) {
    weights.fill(0.0);
    if pass.to_spans {
        add_outer(weights, slopes.tail, marginals.relation);
    }
    if pass.to_pairs {
        add_outer(weights, marginals.tail, slopes.relation);
    }
}

/// A row of a matrix; empty where the matrix is.
fn row(values: &[f32], index: usize, width: usize) -> &[f32] {
    values
        .get(index * width..(index + 1) * width)
        .unwrap_or_default()
}
