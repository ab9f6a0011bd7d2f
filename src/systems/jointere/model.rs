//! The module's network: an encoder of its own, span vectors, and what scores spans and
//! pairs (Yan et al. 2022, §3.1).

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::{Device, Tensor, TensorData};

use super::candidates::Candidates;
use super::config::{JointEreConfig, PrunerConfig, SpanEnd};
use super::examples::{Example, Input};
use super::mean_field::{MeanFieldConfig, Scores, mean_field};
use super::module::ModuleKind;
use super::span_pruner::SpanPruner;
use super::ternary::Ternary;
use crate::corpus::Labels;
use crate::encoder::{Encoder, Noise, Pieces, TokenBatch, Transformer, dropout};
use crate::systems::spans::{Scorer, Words, add_bias, indices, set_prior, side};

/// The switches that decide a network's shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switches<'a> {
    pub(crate) jointere: &'a JointEreConfig,
    pub(crate) pruner: &'a PrunerConfig,
    pub(crate) mfvi: &'a MeanFieldConfig,
}

/// The network of one module.
#[derive(Module, Debug)]
pub(crate) struct JointEre {
    /// None where a frozen encoder's states are read instead.
    encoder: Option<Encoder>,
    /// Embedding of a span's length; the pruner has none.
    width: Option<Embedding>,
    span: Option<Scorer>,
    pair: Option<Scorer>,
    ternary: Option<Ternary>,
    pruner: Option<SpanPruner>,
    #[module(skip)]
    longest: usize,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    state_dropout: f64,
    #[module(skip)]
    last_piece: bool,
    #[module(skip)]
    padding: u32,
    #[module(skip)]
    mfvi: MeanFieldConfig,
}

/// Scores of a batch's candidates.
pub(crate) struct Scored {
    /// Of its spans, spans × outputs; none where the module scores none.
    pub(crate) spans: Option<Tensor<2>>,
    /// Of its ordered pairs, pairs × outputs; none where the module scores none.
    pub(crate) pairs: Option<Tensor<2>>,
}

impl JointEre {
    /// A network for `kind` over states of width `hidden`, which come from `encoder`,
    /// given with its padding piece, or from a file. The new weights are zero until
    /// `initialise` draws them.
    pub(crate) fn new(
        encoder: Option<(Encoder, u32)>,
        hidden: usize,
        kind: ModuleKind,
        labels: &Labels,
        switches: Switches<'_>,
        device: &Device,
    ) -> Self {
        let config = switches.jointere;
        let vector = 2 * hidden + config.width_dim;
        let prunes = kind == ModuleKind::Pruner;
        let entities = kind.entity_scores(labels).filter(|_| !prunes);
        let relations = kind.relation_scores(labels);
        let ternary = entities
            .zip(relations)
            .filter(|_| kind.is_high_order() && switches.mfvi.iterations > 0);
        let (encoder, padding) = encoder.unzip();
        Self {
            encoder,
            padding: padding.unwrap_or_default(),
            width: (!prunes).then(|| {
                EmbeddingConfig::new(config.max_span + 1, config.width_dim)
                    .with_initializer(Initializer::Zeros)
                    .init(device)
            }),
            span: entities.map(|outputs| Scorer::new(vector, config.span_mlp, outputs, device)),
            pair: relations
                .map(|outputs| Scorer::new(2 * vector, config.pair_mlp, outputs, device)),
            ternary: ternary.map(|(entities, relations)| {
                Ternary::new(vector, switches.mfvi.width, entities, relations, device)
            }),
            pruner: prunes
                .then(|| SpanPruner::new(hidden, switches.pruner, config.dropout, device)),
            longest: config.max_span,
            dropout: config.dropout,
            state_dropout: config.state_dropout,
            last_piece: config.span_end == SpanEnd::Last,
            mfvi: switches.mfvi.clone(),
        }
    }

    /// Lets the score layers' biases start at the logarithms of the labels' relative
    /// frequencies; a single score starts at the log odds of existence.
    pub(crate) fn with_prior(mut self, spans: &[f64], pairs: &[f64]) -> Self {
        if let Some(scorer) = &mut self.span {
            set_prior(&mut scorer.score, spans);
        }
        if let Some(pruner) = &mut self.pruner {
            set_prior(&mut pruner.score, spans);
        }
        if let Some(scorer) = &mut self.pair {
            set_prior(&mut scorer.score, pairs);
        }
        self
    }

    /// The device the parameters live on, with or without gradients.
    pub(crate) fn device(&self) -> Device {
        self.devices().into_iter().next().unwrap_or_default()
    }

    /// Runs the encoder over the sentences, or takes the states they come with.
    pub(crate) fn read(&self, sentences: &[&Example], noise: Option<&Noise>) -> Words {
        let counts: Vec<usize> = sentences.iter().map(|sentence| sentence.words).collect();
        let mut first = Vec::with_capacity(counts.len());
        let mut words = 0;
        for count in &counts {
            first.push(words);
            words += count;
        }
        let (start, end) = match &self.encoder {
            Some(encoder) => self.encode(encoder, sentences, noise),
            None => self.given(sentences, noise),
        };
        Words {
            start,
            end,
            first,
            counts,
        }
    }

    /// States of the words' first and last pieces, words × H each.
    fn encode(
        &self,
        encoder: &Encoder,
        sentences: &[&Example],
        noise: Option<&Noise>,
    ) -> (Tensor<2>, Tensor<2>) {
        let device = self.device();
        let pieces: Vec<&Pieces> = sentences
            .iter()
            .filter_map(|sentence| match &sentence.input {
                Input::Pieces(pieces) => Some(pieces),
                Input::States { .. } => None,
            })
            .collect();
        let ids: Vec<&[u32]> = pieces.iter().map(|pieces| pieces.ids.as_slice()).collect();
        let batch = TokenBatch::new(&ids, self.padding, &device);
        let states = dropout(encoder.forward(&batch, noise), self.state_dropout, noise);
        let [rows, columns, hidden] = states.dims();
        let states = states.reshape([rows * columns, hidden]);
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for (row, pieces) in pieces.iter().enumerate() {
            let place = |piece: &usize| (row * columns + piece) as i32;
            starts.extend(pieces.first.iter().map(place));
            ends.extend(pieces.last.iter().map(place));
        }
        let start = states.clone().select(0, indices(&starts, &device));
        let end = if self.last_piece && ends != starts {
            states.select(0, indices(&ends, &device))
        } else {
            start.clone()
        };
        (start, end)
    }

    /// The states that the sentences come with, words × H each.
    fn given(&self, sentences: &[&Example], noise: Option<&Noise>) -> (Tensor<2>, Tensor<2>) {
        let device = self.device();
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        let mut words = 0;
        for sentence in sentences {
            if let Input::States { start, end } = &sentence.input {
                words += sentence.words;
                starts.extend_from_slice(start);
                ends.extend(end.iter().flatten());
            }
        }
        let tensor = |values: Vec<f32>| {
            let width = values.len() / words.max(1);
            let states = Tensor::from_data(TensorData::new(values, [words, width]), &device);
            dropout(states, self.state_dropout, noise)
        };
        let start = tensor(starts);
        let end = if ends.is_empty() {
            start.clone()
        } else {
            tensor(ends)
        };
        (start, end)
    }

    /// Scores the candidates of a batch; where both tasks are decided, each score takes
    /// the others into account.
    pub(crate) fn score(
        &self,
        words: &Words,
        candidates: &Candidates,
        noise: Option<&Noise>,
    ) -> Scored {
        if let Some(pruner) = &self.pruner {
            return Scored {
                spans: pruner.forward(&words.start, &words.counts, self.longest, noise),
                pairs: None,
            };
        }
        let mut scored = Scored {
            spans: self.score_spans(words, candidates, noise),
            pairs: self.score_pairs(words, candidates, noise),
        };
        if let (Some(ternary), Some(widths)) = (&self.ternary, &self.width)
            && let (Some(spans), Some(pairs)) = (&scored.spans, &scored.pairs)
        {
            let unary = Scores {
                spans: spans.clone(),
                pairs: pairs.clone(),
            };
            let ternary = ternary.forward(words, widths, candidates);
            let Scores { spans, pairs } =
                mean_field(unary, ternary, &candidates.counts, &self.mfvi);
            scored = Scored {
                spans: Some(spans),
                pairs: Some(pairs),
            };
        }
        scored
    }

    fn score_spans(
        &self,
        words: &Words,
        candidates: &Candidates,
        noise: Option<&Noise>,
    ) -> Option<Tensor<2>> {
        let scorer = self.span.as_ref()?;
        let widths = self.width.as_ref()?;
        if candidates.spans.is_empty() {
            return None;
        }
        let product = words.project(&scorer.first.weight.val(), widths, &candidates.spans);
        let first = add_bias(product, &scorer.first);
        Some(scorer.finish(first, self.dropout, noise))
    }

    /// A pair's vector is [b_i; b_j], so the first layer's product is that of the head
    /// plus that of the tail.
    fn score_pairs(
        &self,
        words: &Words,
        candidates: &Candidates,
        noise: Option<&Noise>,
    ) -> Option<Tensor<2>> {
        let scorer = self.pair.as_ref()?;
        let widths = self.width.as_ref()?;
        let pairs = candidates.pairs.as_slice();
        if pairs.is_empty() {
            return None;
        }
        let device = words.start.device();
        let weight = scorer.first.weight.val();
        let half = weight.dims()[0] / 2;
        let project = |from| {
            let weight = weight.clone().narrow(0, from, half);
            words.project(&weight, widths, &candidates.spans)
        };
        // The bias is added where there is less of it: there are fewer spans than pairs.
        let (heads, tails) = (add_bias(project(0), &scorer.first), project(half));
        let first = heads.select(0, side(pairs, |pair| pair.0, &device))
            + tails.select(0, side(pairs, |pair| pair.1, &device));
        Some(scorer.finish(first, self.dropout, noise))
    }
}

#[cfg(test)]
mod tests;
