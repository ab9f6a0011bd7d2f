//! The module's network: an encoder of its own, span vectors, and the perceptrons
//! that score spans and pairs (Yan et al. 2022, §3.1).
//!
//! A span's vector is b = [x_start; x_end; φ(length)], a pair's [b_i; b_j]. The first
//! layer of a perceptron is linear in each part, so it is applied to words, widths
//! and spans, and its results are added where spans and pairs need them. That is the
//! same function, and it spares the multiplication for every span and every pair.

use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::config::{JointEreConfig, SpanEnd};
use super::examples::{Example, Input};
use super::module::ModuleKind;
use crate::corpus::{Labels, Span};
use crate::encoder::{Encoder, Noise, Pieces, TokenBatch, Transformer, dropout};

/// A two-layer perceptron and the linear layer that scores its output.
#[derive(Module, Debug)]
struct Scorer {
    first: Linear,
    second: Linear,
    score: Linear,
}

/// The network of one module.
#[derive(Module, Debug)]
pub(crate) struct JointEre {
    /// None where a frozen encoder's states are read instead.
    encoder: Option<Encoder>,
    width: Embedding,
    span: Option<Scorer>,
    pair: Option<Scorer>,
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
}

/// The words of a batch after the encoder: one row per word, sentences one after
/// another.
pub(crate) struct Words {
    /// State that stands for a word at a span's start, words × H.
    start: Tensor<2>,
    /// State that stands for a word at a span's end, words × H.
    end: Tensor<2>,
    /// Row of each sentence's first word.
    first: Vec<usize>,
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
        config: &JointEreConfig,
        device: &Device,
    ) -> Self {
        let vector = 2 * hidden + config.width_dim;
        let linear = |input, output| {
            LinearConfig::new(input, output)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let scorer = |input, width, outputs| Scorer {
            first: linear(input, width),
            second: linear(width, width),
            score: linear(width, outputs),
        };
        let (encoder, padding) = encoder.unzip();
        Self {
            encoder,
            padding: padding.unwrap_or_default(),
            width: EmbeddingConfig::new(config.max_span + 1, config.width_dim)
                .with_initializer(Initializer::Zeros)
                .init(device),
            span: kind
                .entity_scores(labels)
                .map(|outputs| scorer(vector, config.span_mlp, outputs)),
            pair: kind
                .relation_scores(labels)
                .map(|outputs| scorer(2 * vector, config.pair_mlp, outputs)),
            longest: config.max_span,
            dropout: config.dropout,
            state_dropout: config.state_dropout,
            last_piece: config.span_end == SpanEnd::Last,
        }
    }

    /// Lets the score layers' biases start at the logarithms of the labels' relative
    /// frequencies; a single score starts at the log odds of existence.
    pub(crate) fn with_prior(mut self, spans: &[f64], pairs: &[f64]) -> Self {
        for (scorer, counts) in [(&mut self.span, spans), (&mut self.pair, pairs)] {
            if let Some(scorer) = scorer {
                set_prior(&mut scorer.score, counts);
            }
        }
        self
    }

    /// The device the parameters live on, with or without gradients.
    pub(crate) fn device(&self) -> Device {
        self.width.weight.val().device()
    }

    /// Runs the encoder over the sentences, or takes the states they come with.
    pub(crate) fn read(&self, sentences: &[&Example], noise: Option<&Noise>) -> Words {
        let mut first = Vec::with_capacity(sentences.len());
        let mut words = 0;
        for sentence in sentences {
            first.push(words);
            words += sentence.words;
        }
        let (start, end) = match &self.encoder {
            Some(encoder) => self.encode(encoder, sentences, noise),
            None => self.given(sentences, noise),
        };
        Words { start, end, first }
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

    /// Scores of spans, given as (sentence of the batch, span); spans × outputs. A
    /// module without span scores, or no spans, gives none.
    pub(crate) fn score_spans(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        noise: Option<&Noise>,
    ) -> Option<Tensor<2>> {
        let scorer = self.span.as_ref().filter(|_| !spans.is_empty())?;
        let first = self.project(&scorer.first.weight.val(), words, spans);
        let bias = scorer.first.bias.as_ref().map(Param::val);
        Some(self.finish(scorer, add_bias(first, bias), noise))
    }

    /// Scores of ordered pairs, given as indices into `spans`; pairs × outputs.
    pub(crate) fn score_pairs(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        pairs: &[(usize, usize)],
        noise: Option<&Noise>,
    ) -> Option<Tensor<2>> {
        let scorer = self.pair.as_ref().filter(|_| !pairs.is_empty())?;
        let device = self.device();
        let weight = scorer.first.weight.val();
        let [inputs, _] = weight.dims();
        let half = inputs / 2;
        let heads = self.project(&weight.clone().narrow(0, 0, half), words, spans);
        let tails = self.project(&weight.narrow(0, half, half), words, spans);
        let column = |side: fn(&(usize, usize)) -> usize| -> Vec<i32> {
            pairs.iter().map(|pair| side(pair) as i32).collect()
        };
        let bias = scorer.first.bias.as_ref().map(Param::val);
        let first = add_bias(heads, bias).select(0, indices(&column(|pair| pair.0), &device))
            + tails.select(0, indices(&column(|pair| pair.1), &device));
        Some(self.finish(scorer, first, noise))
    }

    /// W·[x_start; x_end; φ(length)] for every span, W being inputs × outputs.
    fn project(&self, weight: &Tensor<2>, words: &Words, spans: &[(usize, Span)]) -> Tensor<2> {
        let device = self.device();
        let [_, hidden] = words.start.dims();
        let [inputs, _] = weight.dims();
        let part = |from, length| weight.clone().narrow(0, from, length);
        let starts = words.start.clone().matmul(part(0, hidden));
        let ends = words.end.clone().matmul(part(hidden, hidden));
        let widths = self
            .width
            .weight
            .val()
            .matmul(part(2 * hidden, inputs - 2 * hidden));
        let column = |value: &dyn Fn(&(usize, Span)) -> usize| -> Tensor<1, Int> {
            let values: Vec<i32> = spans.iter().map(|span| value(span) as i32).collect();
            indices(&values, &device)
        };
        let rows = &words.first;
        starts.select(0, column(&|(sentence, span)| rows[*sentence] + span.start))
            + ends.select(0, column(&|(sentence, span)| rows[*sentence] + span.end))
            // Gold spans beyond the limit share the longest span's embedding.
            + widths.select(0, column(&|(_, span)| span.width().min(self.longest)))
    }

    /// What follows the first linear layer.
    fn finish(&self, scorer: &Scorer, first: Tensor<2>, noise: Option<&Noise>) -> Tensor<2> {
        let hidden = dropout(activation::relu(first), self.dropout, noise);
        let hidden = activation::relu(scorer.second.forward(hidden));
        scorer.score.forward(dropout(hidden, self.dropout, noise))
    }
}

fn add_bias(values: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    match bias {
        Some(bias) => values + bias.unsqueeze(),
        None => values,
    }
}

fn indices(values: &[i32], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::from(values), device)
}

/// `counts` are the labels' numbers in training, null first; add-one smoothing keeps
/// unseen labels finite.
fn set_prior(score: &mut Linear, counts: &[f64]) {
    let total: f64 = counts.iter().map(|count| count + 1.0).sum();
    let logs: Vec<f64> = counts
        .iter()
        .map(|count| ((count + 1.0) / total).ln())
        .collect();
    let Some(bias) = score.bias.take() else {
        return;
    };
    let outputs = bias.val().dims()[0];
    let values: Vec<f32> = match logs.as_slice() {
        [absent, present] if outputs == 1 => vec![(present - absent) as f32],
        logs if logs.len() == outputs => logs.iter().map(|log| *log as f32).collect(),
        _ => {
            score.bias = Some(bias);
            return;
        }
    };
    score.bias = Some(bias.map(|old| {
        let device = old.device();
        let fresh = Tensor::from_data(TensorData::from(values.as_slice()), &device);
        if device.is_autodiff() {
            fresh.require_grad()
        } else {
            fresh
        }
    }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::corpus::{Corpus, DemoConfig, demo};
    use crate::encoder::{Scheme, ScratchConfig, initialise, word_vocabulary};
    use crate::systems::jointere::examples::{Source, examples};

    fn model(kind: ModuleKind, corpus: &Corpus) -> (JointEre, Vec<Example>) {
        let device = Device::flex();
        let sentences = corpus.train.iter().flat_map(|document| &document.sentences);
        let pieces = word_vocabulary(sentences.map(|s| s.tokens.as_slice()), 1).unwrap();
        let shape = ScratchConfig {
            layers: 1,
            hidden: 8,
            heads: 2,
            intermediate: 8,
            ..ScratchConfig::default()
        };
        let bert = shape.bert(pieces.vocabulary_size());
        let config = JointEreConfig {
            max_span: 3,
            width_dim: 5,
            span_mlp: 6,
            pair_mlp: 7,
            ..JointEreConfig::default()
        };
        let model = JointEre::new(
            Some((bert.init(&device), bert.padding())),
            8,
            kind,
            &corpus.labels,
            &config,
            &device,
        );
        let model = initialise(model, 1, Scheme::Framework, &|_| true);
        let source = Source::Pieces(&pieces, Some(128));
        let examples = examples(&corpus.dev, &corpus.labels, &source).unwrap();
        (model, examples)
    }

    fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
        let [_, columns] = tensor.dims();
        let values: Vec<f32> = tensor.into_data().try_into_vec().unwrap();
        values.chunks(columns).map(<[f32]>::to_vec).collect()
    }

    /// y = W·x + b for one vector, from a layer's (input × output) weight.
    fn apply(layer: &Linear, input: &[f32], positive: bool) -> Vec<f32> {
        let weight = rows(layer.weight.val());
        let bias: Vec<f32> = layer
            .bias
            .as_ref()
            .unwrap()
            .val()
            .into_data()
            .try_into_vec()
            .unwrap();
        (0..bias.len())
            .map(|output| {
                let sum: f32 = input
                    .iter()
                    .zip(&weight)
                    .map(|(x, row)| x * row[output])
                    .sum();
                let value = sum + bias[output];
                if positive { value.max(0.0) } else { value }
            })
            .collect()
    }

    fn direct(scorer: &Scorer, vector: &[f32]) -> Vec<f32> {
        let first = apply(&scorer.first, vector, true);
        apply(&scorer.score, &apply(&scorer.second, &first, true), false)
    }

    fn close(left: &[f32], right: &[f32]) {
        assert_eq!(left.len(), right.len());
        for (a, b) in left.iter().zip(right) {
            assert!((a - b).abs() < 1e-5, "{left:?} is not {right:?}");
        }
    }

    #[test]
    fn scores_are_those_of_the_published_vectors() {
        let corpus = demo(&DemoConfig::default());
        let (model, examples) = model(ModuleKind::NerReStar, &corpus);
        let sentences: Vec<&Example> = examples[..3].iter().collect();
        let words = model.read(&sentences, None);
        let spans = [
            (0, Span { start: 0, end: 0 }),
            (2, Span { start: 1, end: 3 }),
            (2, Span { start: 0, end: 4 }),
        ];
        let (start, end) = (rows(words.start.clone()), rows(words.end.clone()));
        let widths = rows(model.width.weight.val());
        let vectors: Vec<Vec<f32>> = spans
            .iter()
            .map(|(sentence, span)| {
                let first = words.first[*sentence];
                [
                    start[first + span.start].as_slice(),
                    end[first + span.end].as_slice(),
                    // A span beyond the limit of 3 has the limit's embedding.
                    widths[span.width().min(3)].as_slice(),
                ]
                .concat()
            })
            .collect();
        let scored = rows(model.score_spans(&words, &spans, None).unwrap());
        for (scores, vector) in scored.iter().zip(&vectors) {
            close(scores, &direct(model.span.as_ref().unwrap(), vector));
        }
        let pairs = [(1, 2), (2, 1)];
        let scored = rows(model.score_pairs(&words, &spans, &pairs, None).unwrap());
        for (scores, (head, tail)) in scored.iter().zip(&pairs) {
            let vector = [vectors[*head].as_slice(), vectors[*tail].as_slice()].concat();
            close(scores, &direct(model.pair.as_ref().unwrap(), &vector));
        }
    }

    #[test]
    fn a_sentence_scores_alike_alone_and_in_a_batch() {
        let corpus = demo(&DemoConfig::default());
        let (model, examples) = model(ModuleKind::Ner, &corpus);
        let span = Span { start: 1, end: 2 };
        let together: Vec<&Example> = examples[..4].iter().collect();
        let batch = model.read(&together, None);
        let alone = model.read(&together[2..3], None);
        let left = rows(model.score_spans(&batch, &[(2, span)], None).unwrap());
        let right = rows(model.score_spans(&alone, &[(0, span)], None).unwrap());
        close(&left[0], &right[0]);
    }

    #[test]
    fn priors_are_the_first_scores_of_an_empty_network() {
        let corpus = demo(&DemoConfig::default());
        let (model, _) = model(ModuleKind::Ei, &corpus);
        let model = model.with_prior(&[89.0, 9.0], &[]);
        let bias = model
            .span
            .unwrap()
            .score
            .bias
            .unwrap()
            .val()
            .into_scalar::<f32>();
        assert!((bias - (10f32 / 90.0).ln()).abs() < 1e-5, "{bias}");
    }
}
