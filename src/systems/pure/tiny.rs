//! A small network over a document of the demo corpus whose longer words have several
//! pieces, and linear algebra one number at a time; for tests.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};
use serde_json::{Map, Value, json};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Tokenizer};

use super::config::{PureConfig, RelInput, TrainEntities};
use super::instances::{Candidates, Instance, instances};
use super::limits::limits;
use super::markers::{Markers, marker_names};
use super::model::{PairReading, Pure};
use super::reading::read;
use super::steps::Task;
use super::training::{annotated, candidates};
use crate::corpus::{DemoConfig, DemoDocuments, Document, Extraction, Labels, Span, demo};
use crate::encoder::{Architecture, Scheme, ScratchConfig, WordPieces, initialise};
use crate::systems::spans::Scorer;

/// Sentences of the document.
const SENTENCES: usize = 3;

/// A network with what it reads.
pub(super) struct Tiny {
    pub(super) labels: Labels,
    pub(super) documents: Vec<Document>,
    pub(super) pieces: WordPieces,
    pub(super) architecture: Architecture,
    pub(super) markers: Markers,
    pub(super) config: PureConfig,
    pub(super) model: Pure,
}

/// Switches that make a small network without dropout.
pub(super) fn small(rel_input: RelInput) -> PureConfig {
    PureConfig {
        rel_input,
        entity_window: 24,
        relation_window: 24,
        max_span: 3,
        width_dim: 5,
        mlp: 6,
        dropout: 0.0,
        state_dropout: 0.0,
        packed_length: 400,
        ..PureConfig::default()
    }
}

impl Tiny {
    /// A network that decides `task`, with values as a fresh one has them but for its
    /// layer norm, which is neither 1 nor 0.
    pub(super) fn new(task: Task, config: PureConfig, device: &Device) -> Self {
        let mut corpus = demo(&DemoConfig {
            documents: DemoDocuments {
                train: 1,
                dev: 1,
                test: 1,
            },
            ..DemoConfig::default()
        });
        corpus.train[0].sentences.truncate(SENTENCES);
        let mut pieces = pieces(&corpus.train);
        let typed = config.rel_input == RelInput::TypedMarkers;
        let names = marker_names(&corpus.labels.entity_types, typed);
        let markers = Markers::new(pieces.append(&names).unwrap());
        let shape = ScratchConfig {
            layers: 2,
            hidden: 8,
            heads: 2,
            intermediate: 8,
            positions: 400,
            dropout: 0.0,
            ..ScratchConfig::default()
        };
        let architecture = shape.bert(pieces.vocabulary_size());
        let encoder = architecture.init(device);
        let about = (architecture.width(), pieces.padding());
        let model = Pure::new(encoder, about, task, &corpus.labels, &config, device);
        let model = initialise(model, 1, Scheme::Framework, &|_| true);
        Self {
            labels: corpus.labels,
            documents: corpus.train,
            pieces,
            architecture,
            markers,
            config,
            model,
        }
    }

    /// What the relation head is told.
    pub(super) fn reading(&self) -> PairReading<'_> {
        PairReading {
            markers: &self.markers,
            config: &self.config,
            longest: self.limits().input,
        }
    }

    fn limits(&self) -> super::limits::Limits {
        limits(&self.config, self.architecture.longest())
    }

    /// The sentences with the annotated entities, and under kept spans with every fourth
    /// word besides.
    pub(super) fn sentences(&self) -> Vec<Candidates> {
        let mut given = annotated(&self.documents);
        if self.config.train_entities == TrainEntities::Kept {
            let sentences = self.documents.iter().flat_map(|one| &one.sentences);
            for (extraction, sentence) in given.iter_mut().zip(sentences) {
                add_words(extraction, sentence.tokens.len());
            }
        }
        candidates(
            &self.documents,
            &given,
            &self.labels,
            &self.config,
            &self.pieces,
            self.limits().text,
        )
        .unwrap()
    }

    /// All pairs of these sentences, of which there are some.
    pub(super) fn pairs(sentences: &[Candidates]) -> Vec<Instance> {
        let pairs = instances(sentences);
        assert!(pairs.len() > 8);
        pairs
    }

    /// The encoder's states of a sequence that it reads alone.
    pub(super) fn states(&self, ids: &[u32]) -> Vec<Vec<f32>> {
        let device = self.model.device();
        let states = read(
            &self.model.encoder,
            &[ids],
            self.pieces.padding(),
            &device,
            None,
        );
        rows(states.rows)
    }
}

fn add_words(extraction: &mut Extraction, words: usize) {
    for word in (0..words).step_by(4) {
        let span = Span::new(word, word);
        if !extraction.spans.contains(&span) {
            extraction.spans.push(span);
        }
    }
}

/// A tokenizer that knows words of up to four letters, and of others their letters.
fn pieces(documents: &[Document]) -> WordPieces {
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    let words: BTreeSet<String> = sentences
        .flat_map(|sentence| &sentence.tokens)
        .map(|word| word.to_lowercase())
        .collect();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map(str::to_owned);
    let letters: BTreeSet<char> = words.iter().flat_map(|word| word.chars()).collect();
    let mut all: Vec<String> = special.to_vec();
    all.extend(letters.iter().map(char::to_string));
    all.extend(letters.iter().map(|letter| format!("##{letter}")));
    all.extend(
        words
            .into_iter()
            .filter(|word| (2..5).contains(&word.len())),
    );
    let vocabulary: Map<String, Value> = all.into_iter().zip((0..).map(Value::from)).collect();
    let model = json!({
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": vocabulary,
    });
    let model: WordPiece = serde_json::from_str(&model.to_string()).unwrap();
    let mut tokenizer = Tokenizer::new(model);
    tokenizer
        .with_normalizer(Some(BertNormalizer::default()))
        .unwrap();
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    let tokens = special.iter().map(|token| AddedToken::from(token, true));
    tokenizer.add_special_tokens(tokens).unwrap();
    tokenizer.with_post_processor(Some(BertProcessing::new(
        ("[SEP]".to_owned(), 3),
        ("[CLS]".to_owned(), 2),
    )));
    WordPieces::new(tokenizer, 0, 1).unwrap()
}

/// A matrix's rows.
pub(super) fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, columns] = tensor.dims();
    let values: Vec<f32> = tensor.into_data().try_into_vec().unwrap();
    values.chunks(columns).map(<[f32]>::to_vec).collect()
}

/// W·x + b from a layer's (input × output) weight.
pub(super) fn apply(layer: &Linear, input: &[f32]) -> Vec<f32> {
    let weight = rows(layer.weight.val());
    assert_eq!(weight.len(), input.len());
    let bias = layer.bias.as_ref().unwrap().val();
    let bias: Vec<f32> = bias.into_data().try_into_vec().unwrap();
    let column = |output: usize| {
        let products = input.iter().zip(&weight).map(|(x, row)| x * row[output]);
        products.sum::<f32>()
    };
    bias.iter()
        .enumerate()
        .map(|(output, bias)| column(output) + bias)
        .collect()
}

fn positive(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| value.max(0.0)).collect()
}

/// The scores of a perceptron of two layers.
pub(super) fn perceptron(scorer: &Scorer, input: &[f32]) -> Vec<f32> {
    let first = positive(&apply(&scorer.first, input));
    let second = positive(&apply(&scorer.second, &first));
    apply(&scorer.score, &second)
}

/// γ·(x − mean)/√(variance + 10⁻⁵) + β.
pub(super) fn normed(norm: &LayerNorm, input: &[f32]) -> Vec<f32> {
    let values = |tensor: Tensor<1>| -> Vec<f32> { tensor.into_data().try_into_vec().unwrap() };
    let gamma = values(norm.gamma.val());
    let beta = values(norm.beta.as_ref().unwrap().val());
    let count = input.len() as f32;
    let mean = input.iter().sum::<f32>() / count;
    let squares = input.iter().map(|x| (x - mean) * (x - mean));
    let scale = 1.0 / (squares.sum::<f32>() / count + 1e-5).sqrt();
    let normed = input.iter().map(|x| (x - mean) * scale);
    normed
        .zip(gamma.iter().zip(&beta))
        .map(|(x, (gamma, beta))| gamma * x + beta)
        .collect()
}

/// −log softmax(scores)[target].
pub(super) fn cross_entropy(scores: &[f32], target: usize) -> f64 {
    let sum: f64 = scores.iter().map(|score| f64::from(*score).exp()).sum();
    sum.ln() - f64::from(scores[target])
}

/// Fails where the values are further apart than rounding.
pub(super) fn close(left: &[f32], right: &[f32]) {
    assert_eq!(left.len(), right.len());
    for (a, b) in left.iter().zip(right) {
        assert!((a - b).abs() < 2e-4, "{left:?} is not {right:?}");
    }
}
