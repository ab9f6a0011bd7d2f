//! What must not matter to a network, what its losses are, and what they reach.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use burn::module::{ModuleVisitor, Param};
use burn::optim::GradientsParams;

use super::*;
use crate::encoder::Noise;
use crate::systems::pure::config::TrainEntities;
use crate::systems::pure::entities::{Sentences, entity_loss};
use crate::systems::pure::relations::{lengths, relation_loss};
use crate::systems::pure::text::texts;
use crate::systems::pure::tiny::{Tiny, close, cross_entropy, rows, small};

fn packed(packed_training: bool) -> PureConfig {
    PureConfig {
        approximate: true,
        packed_training,
        ..small(RelInput::TypedMarkers)
    }
}

/// Scores of pairs in evaluation with these switches in place of the network's own.
fn scores(
    tiny: &Tiny,
    sentences: &[Candidates],
    pairs: &[Instance],
    config: &PureConfig,
) -> Vec<Vec<f32>> {
    let reading = PairReading {
        config,
        ..tiny.reading()
    };
    let scores = tiny.model.pairs(sentences, pairs, reading, None).unwrap();
    rows(scores.unwrap().labels)
}

fn loss(tiny: &Tiny, config: &PureConfig, pairs: &[Instance]) -> f64 {
    let reading = PairReading {
        config,
        ..tiny.reading()
    };
    let sentences = tiny.sentences();
    let loss = relation_loss(&tiny.model, &sentences, pairs, reading, &Noise::new(1, 1));
    f64::from(loss.unwrap().unwrap().into_scalar::<f32>())
}

fn near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-4, "{left} is not {right}");
}

#[test]
fn packed_pairs_score_as_those_with_a_sequence_of_their_own() {
    for device in [Device::flex(), Device::flex().autodiff()] {
        let tiny = Tiny::new(Task::Relations, packed(false), &device);
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let together = scores(&tiny, &sentences, &pairs, &tiny.config);
        let mut from = 0;
        for run in pairs.chunk_by(|one, next| one.sentence == next.sentence) {
            let text = sentences[run[0].sentence].text.length();
            let tight = PureConfig {
                packed_length: text + 4,
                ..packed(false)
            };
            let alone = scores(&tiny, &sentences, run, &tight);
            assert_eq!(alone.len(), run.len());
            for (alone, together) in alone.iter().zip(&together[from..]) {
                close(alone, together);
            }
            from += run.len();
            let error = tiny.model.pairs(
                &sentences,
                run,
                PairReading {
                    config: &PureConfig {
                        packed_length: text + 3,
                        ..packed(false)
                    },
                    ..tiny.reading()
                },
                None,
            );
            assert!(error.err().unwrap().contains("leaves no room"));
        }
        assert_eq!(from, together.len());
        // The full model reads markers as pieces of the text, which is another function.
        let full = scores(&tiny, &sentences, &pairs, &small(RelInput::TypedMarkers));
        assert!((full[0][0] - together[0][0]).abs() > 1e-3);
    }
}

#[test]
fn packing_in_training_changes_no_loss() {
    let tiny = Tiny::new(Task::Relations, packed(false), &Device::flex().autodiff());
    let sentences = tiny.sentences();
    let pairs = Tiny::pairs(&sentences);
    let [apart, together] = [false, true].map(|packed_training| {
        let config = packed(packed_training);
        loss(&tiny, &config, &pairs)
    });
    near(apart, together);
}

#[test]
fn the_loss_is_the_mean_over_pairs() {
    for config in [
        small(RelInput::TypedMarkers),
        small(RelInput::Text),
        packed(false),
    ] {
        let tiny = Tiny::new(Task::Relations, config, &Device::flex().autodiff());
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let scores = scores(&tiny, &sentences, &pairs, &tiny.config);
        let losses = pairs.iter().zip(&scores).map(|(pair, scores)| {
            let sentence = &sentences[pair.sentence];
            let [subject, object] = [pair.subject, pair.object].map(|one| sentence.arguments[one]);
            let related = sentence.relations.get(&(subject.span, object.span));
            cross_entropy(scores, related.map_or(0, |label| label + 1))
        });
        let mean = losses.sum::<f64>() / pairs.len() as f64;
        near(loss(&tiny, &tiny.config, &pairs), mean);
        let related = pairs
            .iter()
            .filter(|one| sentences[one.sentence].label(**one) > 0);
        assert!(related.count() > 0);
    }
}

#[test]
fn pairs_that_share_a_batch_score_as_they_do_alone() {
    for input in [RelInput::Text, RelInput::TextEtype, RelInput::TypedMarkers] {
        let tiny = Tiny::new(Task::Relations, small(input), &Device::flex());
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let together = scores(&tiny, &sentences, &pairs, &tiny.config);
        for (pair, together) in pairs.iter().zip(&together) {
            let alone = scores(&tiny, &sentences, &[*pair], &tiny.config);
            close(&alone[0], together);
        }
        // Nor does it matter whether a sentence's pairs follow each other.
        let mixed: Vec<Instance> = pairs.iter().rev().step_by(2).copied().collect();
        let found = scores(&tiny, &sentences, &mixed, &tiny.config);
        for (found, together) in found.iter().zip(together.iter().rev().step_by(2)) {
            close(found, together);
        }
    }
}

#[test]
fn learning_types_adds_the_cross_entropies_of_both_arguments() {
    for train_entities in [TrainEntities::Gold, TrainEntities::Kept] {
        let config = |eloss_weight| PureConfig {
            train_entities,
            eloss_weight,
            ..small(RelInput::MarkersEloss)
        };
        let tiny = Tiny::new(Task::Relations, config(1.0), &Device::flex().autodiff());
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let found = tiny.model.pairs(&sentences, &pairs, tiny.reading(), None);
        let types = rows(found.unwrap().unwrap().types.unwrap());
        let none = tiny.labels.entity_types.len();
        let mut sum = 0.0;
        for (index, pair) in pairs.iter().enumerate() {
            let sentence = &sentences[pair.sentence];
            for (row, argument) in [(index, pair.subject), (pairs.len() + index, pair.object)] {
                let span = sentence.arguments[argument].span;
                let label = sentence.entities.get(&span).copied().unwrap_or(none);
                sum += cross_entropy(&types[row], label);
            }
        }
        let mean = sum / pairs.len() as f64;
        let [without, with, half] =
            [0.0, 1.0, 0.5].map(|weight| loss(&tiny, &config(weight), &pairs));
        near(with - without, mean);
        near(half - without, mean / 2.0);
    }
}

#[test]
fn kept_spans_learn_the_annotated_types_whatever_their_markers_say() {
    let config = PureConfig {
        train_entities: TrainEntities::Kept,
        ..small(RelInput::MarkersEloss)
    };
    let tiny = Tiny::new(Task::Relations, config, &Device::flex().autodiff());
    let sentences = tiny.sentences();
    let mut mistaken = sentences.clone();
    for argument in mistaken.iter_mut().flat_map(|one| &mut one.arguments) {
        argument.label = 0;
    }
    let pairs = Tiny::pairs(&sentences);
    let [right, mistaken] = [&sentences, &mistaken].map(|sentences| {
        let noise = Noise::new(1, 1);
        let loss = relation_loss(&tiny.model, sentences, &pairs, tiny.reading(), &noise);
        f64::from(loss.unwrap().unwrap().into_scalar::<f32>())
    });
    near(right, mistaken);
}

/// The annotated spans of the training documents in the entity model's window.
fn annotated_sentences(tiny: &Tiny) -> Sentences {
    let window = tiny.config.entity_window;
    let texts = texts(&tiny.documents, window, &tiny.pieces, None).unwrap();
    Sentences::new(texts, &tiny.documents, &tiny.labels)
}

fn loss_of_entities(tiny: &Tiny, sentences: &Sentences, batch: &[usize], weight: f64) -> f64 {
    let config = PureConfig {
        aux_relation_loss: weight,
        ..tiny.config.clone()
    };
    let loss = entity_loss(&tiny.model, sentences, batch, &config, &Noise::new(1, 1));
    f64::from(loss.unwrap().into_scalar::<f32>())
}

#[test]
fn the_entity_models_loss_is_a_sum_over_spans_and_sentences() {
    let tiny = Tiny::new(
        Task::Entities,
        small(RelInput::TypedMarkers),
        &Device::flex().autodiff(),
    );
    let sentences = annotated_sentences(&tiny);
    let all: Vec<usize> = (0..sentences.texts.len()).collect();
    let apart: f64 = all
        .iter()
        .map(|index| loss_of_entities(&tiny, &sentences, &[*index], 0.0))
        .sum();
    let together = loss_of_entities(&tiny, &sentences, &all, 0.0);
    assert!(
        (apart - together).abs() < 1e-3 * together,
        "{apart} {together}"
    );
    let counts = sentences.label_counts(&tiny.labels, 3);
    let spans: f64 = counts.iter().sum();
    let expected: usize = sentences.texts.iter().map(|text| 3 * text.words - 3).sum();
    assert!((spans - expected as f64).abs() < 1e-9);
    let short = |span: Span| span.width() <= 3;
    let tokens = tiny.documents.iter().flat_map(|one| &one.sentences);
    let entities = tokens.flat_map(|sentence| &sentence.entities);
    let entities = entities.filter(|entity| short(entity.span)).count();
    assert!((counts[1..].iter().sum::<f64>() - entities as f64).abs() < 1e-9);
    // A network that knows nothing gives every span about ln(types + 1).
    assert!(together > 0.5 * spans * (counts.len() as f64).ln());
}

#[test]
fn the_auxiliary_loss_is_that_of_a_relation_model_over_text() {
    let config = PureConfig {
        aux_relation_loss: 1.0,
        ..small(RelInput::TypedMarkers)
    };
    let tiny = Tiny::new(Task::Entities, config, &Device::flex().autodiff());
    let sentences = annotated_sentences(&tiny);
    let all: Vec<usize> = (0..sentences.texts.len()).collect();
    let [without, with, double] =
        [0.0, 1.0, 2.0].map(|weight| loss_of_entities(&tiny, &sentences, &all, weight));
    let candidates = tiny.sentences();
    let pairs = Tiny::pairs(&candidates);
    let text = PureConfig {
        rel_input: RelInput::Text,
        ..tiny.config.clone()
    };
    let mean = loss(&tiny, &text, &pairs);
    assert!(
        (with - without - mean).abs() < 1e-2,
        "{with} {without} {mean}"
    );
    assert!((double - without - 2.0 * mean).abs() < 2e-2);
    // Without its weight the model has no head for it.
    let plain = Tiny::new(
        Task::Entities,
        small(RelInput::TypedMarkers),
        &Device::flex(),
    );
    assert!(plain.model.relation.is_none() && tiny.model.relation.is_some());
}

/// Largest absolute gradient by path, and of the embedding of pieces by row.
struct Reached<'a> {
    gradients: &'a GradientsParams,
    path: Vec<String>,
    largest: BTreeMap<String, f32>,
    pieces: Vec<f32>,
}

impl ModuleVisitor for Reached<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        let Some(gradient) = self.gradients.get::<D>(param.id) else {
            self.largest.insert(path, 0.0);
            return;
        };
        let columns = gradient.dims()[D - 1];
        let values: Vec<f32> = gradient.into_data().try_into_vec().unwrap();
        let most = |values: &[f32]| values.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
        if path.ends_with("word_embeddings.weight") {
            self.pieces = values.chunks(columns).map(most).collect();
        }
        self.largest.insert(path, most(&values));
    }
}

/// Where the loss over all pairs reaches.
fn reached(tiny: &Tiny) -> (BTreeMap<String, f32>, Vec<f32>) {
    let sentences = tiny.sentences();
    let pairs = Tiny::pairs(&sentences);
    let noise = Noise::new(1, 1);
    let loss = relation_loss(&tiny.model, &sentences, &pairs, tiny.reading(), &noise);
    let gradients = loss.unwrap().unwrap().backward();
    let gradients = GradientsParams::from_grads(gradients, &tiny.model);
    let mut reached = Reached {
        gradients: &gradients,
        path: Vec::new(),
        largest: BTreeMap::new(),
        pieces: Vec::new(),
    };
    tiny.model.visit(&mut reached);
    (reached.largest, reached.pieces)
}

#[test]
fn a_relation_loss_reaches_the_encoder_the_markers_and_all_of_the_head() {
    let kept = |input| PureConfig {
        train_entities: TrainEntities::Kept,
        ..small(input)
    };
    let mut configs: Vec<PureConfig> = [
        RelInput::Text,
        RelInput::TextEtype,
        RelInput::Markers,
        RelInput::MarkersEtype,
        RelInput::MarkersEloss,
        RelInput::TypedMarkers,
    ]
    .map(kept)
    .to_vec();
    configs.extend([packed(false), packed(true)]);
    for config in configs {
        let tiny = Tiny::new(Task::Relations, config, &Device::flex().autodiff());
        let (largest, pieces) = reached(&tiny);
        for (path, most) in &largest {
            // A key's bias moves all scores of a query alike.
            let moot = path.ends_with("key.bias");
            assert!(moot || *most > 1e-9, "{:?}: {path}", tiny.config.rel_input);
        }
        for part in ["width.weight", "types.weight", "argument.score.weight"] {
            let there = largest.keys().any(|path| path.ends_with(part));
            let input = tiny.config.rel_input;
            let expected = match part {
                "width.weight" => !input.has_markers(),
                "types.weight" => input.has_types(),
                _ => input == RelInput::MarkersEloss,
            };
            assert_eq!(there, expected, "{input:?}: {part}");
        }
        // The rows of markers that stand in a pair's text, and no other's.
        let sentences = tiny.sentences();
        let used: Vec<u32> = Tiny::pairs(&sentences)
            .iter()
            .flat_map(|pair| {
                let own = &sentences[pair.sentence].arguments;
                tiny.markers.of(own[pair.subject], own[pair.object])
            })
            .collect();
        for id in tiny.markers.ids() {
            let expected = tiny.config.rel_input.has_markers() && used.contains(id);
            assert_eq!(pieces[*id as usize] > 1e-9, expected, "row {id}");
        }
    }
}

#[test]
fn one_encoder_has_both_heads() {
    let config = small(RelInput::TypedMarkers);
    let tiny = Tiny::new(Task::Both, config, &Device::flex().autodiff());
    let (largest, _) = reached(&tiny);
    for (path, most) in &largest {
        if path.starts_with("entity.") {
            assert!(*most <= 0.0, "{path}");
        }
    }
    assert!(largest.keys().any(|path| path.starts_with("entity.")));
    assert!(largest.keys().any(|path| path.starts_with("relation.")));
}

#[test]
fn lengths_are_those_of_the_inputs() {
    for (input, more) in [(RelInput::Text, 0), (RelInput::TypedMarkers, 4)] {
        let tiny = Tiny::new(Task::Relations, small(input), &Device::flex());
        let sentences = tiny.sentences();
        let pairs = Tiny::pairs(&sentences);
        let found = lengths(&sentences, &pairs, &tiny.config);
        for (pair, found) in pairs.iter().zip(found) {
            let sentence = &sentences[pair.sentence];
            assert_eq!(found, sentence.text.pieces.ids.len() + more);
            if more > 0 {
                let [subject, object] =
                    [pair.subject, pair.object].map(|one| sentence.arguments[one]);
                let marked = tiny.markers.insert(&sentence.text, subject, object, 999);
                assert_eq!(found, marked.ids.len());
            }
        }
    }
}
