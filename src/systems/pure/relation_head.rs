//! What decides about pairs (Zhong and Chen 2021, §3.3 and §5.1).

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor};

use super::config::{PureConfig, RelInput, TrainEntities};
use super::markers::Argument;
use crate::corpus::Span;
use crate::encoder::{Noise, dropout};
use crate::systems::spans::{Scorer, Words, indices, linear, set_prior, side};

/// The classifier of a pair's vector, and what makes the vector where it is not the
/// states of two markers alone.
#[derive(Module, Debug)]
pub(crate) struct RelationHead {
    norm: Option<LayerNorm>,
    classifier: Linear,
    /// Embedding of a span's length; of text inputs alone.
    width: Option<Embedding>,
    /// Embedding of a type.
    types: Option<Embedding>,
    /// Decides the type of an argument from the state of its marker.
    argument: Option<Scorer>,
    #[module(skip)]
    state_dropout: f64,
    #[module(skip)]
    dropout: f64,
}

/// Scores of a batch of pairs.
pub(crate) struct PairScores {
    /// Of the labels, pairs × (relation types + 1), the first of no relation.
    pub(crate) labels: Tensor<2>,
    /// Of the arguments' types, first of all subjects and then of all objects; only where
    /// the model learns them.
    pub(crate) types: Option<Tensor<2>>,
}

impl RelationHead {
    /// Over states of width `hidden`; all weights but the norm's are zero.
    pub(crate) fn new(
        hidden: usize,
        (entity_types, relation_types): (usize, usize),
        config: &PureConfig,
        device: &Device,
    ) -> Self {
        let input = config.rel_input;
        let span = 2 * hidden + config.width_dim;
        let base = if input.has_markers() {
            2 * hidden
        } else {
            3 * span
        };
        let vector = base
            + if input.has_types() {
                2 * config.width_dim
            } else {
                0
            };
        let embedding = |rows: usize| {
            EmbeddingConfig::new(rows, config.width_dim)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        // A span that was kept without being an entity has a type of its own.
        let kept = config.train_entities == TrainEntities::Kept;
        Self {
            norm: config
                .rel_layernorm
                .then(|| LayerNormConfig::new(vector).with_epsilon(1e-5).init(device)),
            classifier: linear(vector, relation_types + 1, device),
            width: (!input.has_markers()).then(|| embedding(config.max_span + 1)),
            types: input.has_types().then(|| embedding(entity_types + 1)),
            argument: (input == RelInput::MarkersEloss).then(|| {
                let outputs = entity_types + usize::from(kept);
                Scorer::new(hidden, config.mlp, outputs, device)
            }),
            state_dropout: config.state_dropout,
            dropout: config.dropout,
        }
    }

    /// Lets the scores' biases start at the log frequencies of the labels.
    pub(crate) fn set_prior(&mut self, counts: &[f64]) {
        set_prior(&mut self.classifier, counts);
    }

    /// Scores of pairs from the states of their words: [h_i; h_j; h_i ∘ h_j] with
    /// h(s) = [x_first; x_last; φ(width)]. A span beyond the longest candidates has their
    /// width.
    ///
    /// `spans` are given as (sentence of the batch, span), `pairs` as indices into them,
    /// and `types` as the types of each pair's arguments.
    pub(crate) fn of_text(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        pairs: &[(usize, usize)],
        types: &[(usize, usize)],
        noise: Option<&Noise>,
    ) -> PairScores {
        let device = words.start.device();
        let column = |value: &dyn Fn(&(usize, Span)) -> usize| {
            let values: Vec<i32> = spans.iter().map(|span| value(span) as i32).collect();
            indices(&values, &device)
        };
        let rows = &words.first;
        let first = column(&|(sentence, span)| rows[*sentence] + span.start);
        let last = column(&|(sentence, span)| rows[*sentence] + span.end);
        let mut parts = vec![
            words.start.clone().select(0, first),
            words.end.clone().select(0, last),
        ];
        if let Some(width) = &self.width {
            let table = width.weight.val();
            let longest = table.dims()[0] - 1;
            parts.push(table.select(0, column(&|(_, span)| span.width().min(longest))));
        }
        let states = Tensor::cat(parts, 1);
        let subjects = states
            .clone()
            .select(0, side(pairs, |pair| pair.0, &device));
        let objects = states.select(0, side(pairs, |pair| pair.1, &device));
        let product = subjects.clone() * objects.clone();
        let vectors = Tensor::cat(vec![subjects, objects, product], 1);
        PairScores {
            labels: self.classify(vectors, types, noise),
            types: None,
        }
    }

    /// Scores of pairs from the states of the markers before their arguments,
    /// pairs × 2H.
    pub(crate) fn of_markers(
        &self,
        states: Tensor<2>,
        arguments: &[(Argument, Argument)],
        noise: Option<&Noise>,
    ) -> PairScores {
        let types: Vec<(usize, usize)> = arguments
            .iter()
            .map(|(subject, object)| (subject.label, object.label))
            .collect();
        let by_type = self.argument.as_ref().map(|scorer| {
            let [_, both] = states.dims();
            let half = both / 2;
            let subjects = states.clone().narrow(1, 0, half);
            let objects = states.clone().narrow(1, half, half);
            let all = Tensor::cat(vec![subjects, objects], 0);
            scorer.finish(scorer.first.forward(all), self.dropout, noise)
        });
        PairScores {
            labels: self.classify(states, &types, noise),
            types: by_type,
        }
    }

    fn classify(
        &self,
        vectors: Tensor<2>,
        types: &[(usize, usize)],
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let device = vectors.device();
        let vectors = match &self.types {
            Some(table) => {
                let table = table.weight.val();
                let subjects = table.clone().select(0, side(types, |pair| pair.0, &device));
                let objects = table.select(0, side(types, |pair| pair.1, &device));
                Tensor::cat(vec![vectors, subjects, objects], 1)
            }
            None => vectors,
        };
        let vectors = match &self.norm {
            Some(norm) => norm.forward(vectors),
            None => vectors,
        };
        self.classifier
            .forward(dropout(vectors, self.state_dropout, noise))
    }
}

#[cfg(test)]
mod tests;
