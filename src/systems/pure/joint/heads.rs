//! What scores spans and pairs (Luan et al. 2019, §3; Wadden et al. 2019, §2).

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::{Device, Tensor};

use super::kept::{Kept, keep};
use crate::corpus::{Labels, Span};
use crate::encoder::Noise;
use crate::systems::pure::config::PureConfig;
use crate::systems::spans::{Rows, Scorer, Words, add_bias, set_prior, side};

/// Three perceptrons over span vectors g(s) = [x_first; x_last; φ(width)].
#[derive(Module, Debug)]
pub(crate) struct Heads {
    width: Embedding,
    /// Scores of the types and of none.
    entity: Scorer,
    /// A single score, high where a span may take part in relations.
    mention: Scorer,
    /// Scores of the relations, over [g_i; g_j; g_i ∘ g_j].
    relation: Scorer,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    kept_share: f64,
}

/// Scores of the spans of a batch and of the pairs between those that are kept.
pub(crate) struct Scores {
    /// Of entities, spans × (types + 1), the first of none.
    pub(crate) entities: Tensor<2>,
    /// Ordered pairs as indices of spans.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Of relations, pairs × (relation types + 1), the first of none, which is 0; none
    /// where there are no pairs.
    pub(crate) relations: Option<Tensor<2>>,
}

impl Heads {
    /// Over states of width `hidden`; all weights are zero.
    pub(crate) fn new(
        hidden: usize,
        labels: &Labels,
        config: &PureConfig,
        kept_share: f64,
        device: &Device,
    ) -> Self {
        let input = 2 * hidden + config.width_dim;
        let scorer =
            |inputs: usize, outputs: usize| Scorer::new(inputs, config.mlp, outputs, device);
        Self {
            width: EmbeddingConfig::new(config.max_span + 1, config.width_dim)
                .with_initializer(Initializer::Zeros)
                .init(device),
            entity: scorer(input, labels.entity_types.len() + 1),
            mention: scorer(input, 1),
            relation: scorer(3 * input, labels.relation_types.len()),
            dropout: config.dropout,
            kept_share,
        }
    }

    /// Lets the scores' biases start at the log frequencies of the entity labels, and at
    /// the log odds of the relations against none; both counts begin with none.
    pub(crate) fn set_prior(&mut self, entities: &[f64], relations: &[f64]) {
        set_prior(&mut self.entity.score, entities);
        set_prior(&mut self.relation.score, relations);
    }

    /// Scores spans, given as (sentence of the batch, span), sentence by sentence, and the
    /// pairs of those that are kept. A pair's score of a relation r is
    /// MLP([g_i; g_j; g_i ∘ g_j])_r + m(i) + m(j), with the spans' scores m of mentions,
    /// beside a score of 0 for no relation (Luan et al. 2018, §4).
    ///
    /// # Errors
    /// When the backend cannot hand the scores of mentions over.
    pub(crate) fn score(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        noise: Option<&Noise>,
    ) -> Result<Scores, String> {
        let score = |scorer: &Scorer| {
            let product = words.project(&scorer.first.weight.val(), &self.width, spans);
            scorer.finish(add_bias(product, &scorer.first), self.dropout, noise)
        };
        let entities = score(&self.entity);
        let mentions = score(&self.mention);
        // Which spans are kept has no gradient; the mentions' scores get theirs from the
        // relations that they are part of.
        let rows = Rows::fetch(Some(mentions.clone()))?;
        let kept = keep(spans, &words.counts, &rows, self.kept_share);
        let pairs: Vec<(usize, usize)> = kept
            .pairs
            .iter()
            .map(|(subject, object)| (kept.spans[*subject], kept.spans[*object]))
            .collect();
        let relations = (!pairs.is_empty()).then(|| {
            let device = mentions.device();
            let mention = |pick| mentions.clone().select(0, side(&pairs, pick, &device));
            let scores = self.relate(words, spans, &kept, noise);
            let scores = scores + mention(|pair| pair.0) + mention(|pair| pair.1);
            let none = Tensor::zeros([pairs.len(), 1], &device);
            Tensor::cat(vec![none, scores], 1)
        });
        Ok(Scores {
            entities,
            pairs,
            relations,
        })
    }

    /// The perceptron over the vectors of pairs of kept spans, pairs × relation types.
    fn relate(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        kept: &Kept,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let chosen: Vec<(usize, Span)> = kept.spans.iter().map(|index| spans[*index]).collect();
        let vectors = words.vectors(&self.width, &chosen);
        let device = vectors.device();
        let subjects = side(&kept.pairs, |pair| pair.0, &device);
        let objects = side(&kept.pairs, |pair| pair.1, &device);
        // The first layer is linear in the three parts of a pair's vector; those that are
        // one span's are multiplied once a span.
        let weight = self.relation.first.weight.val();
        let input = weight.dims()[0] / 3;
        let part = |index: usize| weight.clone().narrow(0, index * input, input);
        let by_subject = add_bias(vectors.clone().matmul(part(0)), &self.relation.first);
        let by_object = vectors.clone().matmul(part(1));
        let product =
            vectors.clone().select(0, subjects.clone()) * vectors.select(0, objects.clone());
        let first =
            by_subject.select(0, subjects) + by_object.select(0, objects) + product.matmul(part(2));
        self.relation.finish(first, self.dropout, noise)
    }
}

#[cfg(test)]
mod tests;
