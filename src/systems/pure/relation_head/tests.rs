//! Scores of pairs against the published vectors, one number at a time.
#![allow(clippy::unwrap_used)]

use burn::tensor::Device;

use super::*;
use crate::systems::pure::instances::{Candidates, Instance};
use crate::systems::pure::steps::Task;
use crate::systems::pure::tiny::{Tiny, apply, close, normed, perceptron, rows, small};

const INPUTS: [RelInput; 6] = [
    RelInput::Text,
    RelInput::TextEtype,
    RelInput::Markers,
    RelInput::MarkersEtype,
    RelInput::MarkersEloss,
    RelInput::TypedMarkers,
];

/// A network whose norm before the classifier is not that of a fresh one.
fn tiny(config: PureConfig) -> Tiny {
    let mut tiny = Tiny::new(Task::Relations, config, &Device::flex());
    let head = tiny.model.relation.as_mut().unwrap();
    if let Some(norm) = head.norm.take() {
        let LayerNorm { gamma, beta, .. } = norm;
        let width = gamma.val().dims()[0];
        let mut norm = LayerNormConfig::new(width)
            .with_epsilon(1e-5)
            .init(&Device::flex());
        norm.gamma = gamma.map(|gamma| gamma.mul_scalar(1.5));
        norm.beta = beta.map(|beta| beta.map(|beta| beta.add_scalar(0.25)));
        head.norm = Some(norm);
    }
    tiny
}

/// h(s) = [x_first; x_last; φ(width)] of an argument.
fn span_vector(tiny: &Tiny, sentence: &Candidates, argument: Argument) -> Vec<f32> {
    let states = tiny.states(&sentence.text.pieces.ids);
    let head = tiny.model.relation.as_ref().unwrap();
    let widths = rows(head.width.as_ref().unwrap().weight.val());
    let pieces = &sentence.text.pieces;
    let offset = sentence.text.offset;
    [
        states[pieces.first[offset + argument.span.start]].as_slice(),
        states[pieces.last[offset + argument.span.end]].as_slice(),
        widths[argument.span.width().min(3)].as_slice(),
    ]
    .concat()
}

/// The vector of a pair before norm and classifier.
fn vector(tiny: &Tiny, sentence: &Candidates, subject: Argument, object: Argument) -> Vec<f32> {
    let head = tiny.model.relation.as_ref().unwrap();
    let mut vector = if tiny.config.rel_input.has_markers() {
        let marked = tiny
            .markers
            .insert(&sentence.text, subject, object, tiny.reading().longest);
        let states = tiny.states(&marked.ids);
        [
            states[marked.subject].as_slice(),
            states[marked.object].as_slice(),
        ]
        .concat()
    } else {
        let [one, other] = [subject, object].map(|argument| span_vector(tiny, sentence, argument));
        let product: Vec<f32> = one.iter().zip(&other).map(|(a, b)| a * b).collect();
        [one, other, product].concat()
    };
    if let Some(types) = &head.types {
        let types = rows(types.weight.val());
        vector.extend_from_slice(&types[subject.label]);
        vector.extend_from_slice(&types[object.label]);
    }
    vector
}

fn arguments(sentences: &[Candidates], pair: Instance) -> (&Candidates, Argument, Argument) {
    let sentence = &sentences[pair.sentence];
    let own = &sentence.arguments;
    (sentence, own[pair.subject], own[pair.object])
}

#[test]
fn every_input_has_its_published_vector() {
    for input in INPUTS {
        for rel_layernorm in [true, false] {
            let tiny = tiny(PureConfig {
                rel_layernorm,
                ..small(input)
            });
            let head = tiny.model.relation.as_ref().unwrap();
            let sentences = tiny.sentences();
            let pairs = Tiny::pairs(&sentences);
            let scores = tiny.model.pairs(&sentences, &pairs, tiny.reading(), None);
            let scores = rows(scores.unwrap().unwrap().labels);
            assert_eq!(scores.len(), pairs.len());
            for (pair, scores) in pairs.iter().zip(&scores) {
                let (sentence, subject, object) = arguments(&sentences, *pair);
                let mut vector = vector(&tiny, sentence, subject, object);
                if let Some(norm) = &head.norm {
                    vector = normed(norm, &vector);
                }
                close(scores, &apply(&head.classifier, &vector));
            }
            assert_eq!(head.norm.is_some(), rel_layernorm);
        }
    }
}

#[test]
fn vectors_are_as_wide_as_published() {
    // H = 768 and 150 a width or type (Zhong and Chen 2021, table 4's inputs).
    let expected = [5058, 5358, 1536, 1836, 1536, 1536];
    for (input, expected) in INPUTS.into_iter().zip(expected) {
        let config = PureConfig {
            rel_input: input,
            ..PureConfig::default()
        };
        let head = RelationHead::new(768, (7, 6), &config, &Device::flex());
        let found = head.classifier.weight.val().dims();
        assert_eq!(found, [expected, 7], "{}", input.name());
    }
}

#[test]
fn the_types_that_markers_learn_are_those_of_their_states() {
    for (train_entities, more) in [(TrainEntities::Gold, 0), (TrainEntities::Kept, 1)] {
        let tiny = tiny(PureConfig {
            train_entities,
            ..small(RelInput::MarkersEloss)
        });
        let head = tiny.model.relation.as_ref().unwrap();
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let scores = tiny.model.pairs(&sentences, &pairs, tiny.reading(), None);
        let types = rows(scores.unwrap().unwrap().types.unwrap());
        assert_eq!(types.len(), 2 * pairs.len());
        assert_eq!(types[0].len(), tiny.labels.entity_types.len() + more);
        for (index, pair) in pairs.iter().enumerate() {
            let (sentence, subject, object) = arguments(&sentences, *pair);
            let both = vector(&tiny, sentence, subject, object);
            let (one, other) = both.split_at(both.len() / 2);
            let scorer = head.argument.as_ref().unwrap();
            close(&types[index], &perceptron(scorer, one));
            close(&types[pairs.len() + index], &perceptron(scorer, other));
        }
    }
}

#[test]
fn spans_without_a_type_have_markers_and_an_embedding_of_their_own() {
    for input in [RelInput::TypedMarkers, RelInput::TextEtype] {
        let tiny = tiny(PureConfig {
            train_entities: TrainEntities::Kept,
            ..small(input)
        });
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let none = tiny.labels.entity_types.len();
        let of = |pair: &Instance| arguments(&sentences, *pair).1.label;
        let pair = pairs.iter().find(|pair| of(pair) == none).unwrap();
        let mut typed = sentences.clone();
        typed[pair.sentence].arguments[pair.subject].label = 0;
        let [before, after] = [&sentences, &typed].map(|sentences| {
            let scores = tiny.model.pairs(sentences, &[*pair], tiny.reading(), None);
            rows(scores.unwrap().unwrap().labels).concat()
        });
        assert!(before.iter().zip(&after).any(|(a, b)| (a - b).abs() > 1e-3));
    }
}

#[test]
fn a_prior_is_the_bias_of_the_classifier() {
    let mut tiny = tiny(small(RelInput::TypedMarkers));
    let labels = tiny.labels.relation_types.len() + 1;
    let head = tiny.model.relation.as_mut().unwrap();
    let mut counts = vec![0.0; labels];
    counts[0] = 9.0;
    head.set_prior(&counts);
    let bias: Vec<f32> = head
        .classifier
        .bias
        .as_ref()
        .unwrap()
        .val()
        .into_data()
        .try_into_vec()
        .unwrap();
    let total = 9.0 + labels as f64;
    let mut expected = vec![(1.0 / total).ln() as f32; labels];
    expected[0] = (10.0 / total).ln() as f32;
    close(&bias, &expected);
}
