//! The network against the published vectors, computed one by one.
#![allow(clippy::unwrap_used)]

use burn::nn::Linear;

use super::*;
use crate::corpus::{Corpus, DemoConfig, Extraction, Span, demo};
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
    let switches = Switches {
        jointere: &config,
        pruner: &PrunerConfig::default(),
        mfvi: &MeanFieldConfig::default(),
    };
    let model = JointEre::new(
        Some((bert.init(&device), bert.padding())),
        8,
        kind,
        &corpus.labels,
        switches,
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
    let candidates = Candidates {
        spans: vec![
            (0, Span { start: 0, end: 0 }),
            (2, Span { start: 1, end: 3 }),
            (2, Span { start: 0, end: 4 }),
        ],
        counts: vec![1, 0, 2],
        pairs: vec![(1, 2), (2, 1)],
    };
    let (start, end) = (rows(words.start.clone()), rows(words.end.clone()));
    let widths = rows(model.width.as_ref().unwrap().weight.val());
    let vectors: Vec<Vec<f32>> = candidates
        .spans
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
    let scored = model.score(&words, &candidates, None);
    for (scores, vector) in rows(scored.spans.unwrap()).iter().zip(&vectors) {
        close(scores, &direct(model.span.as_ref().unwrap(), vector));
    }
    let scored = rows(scored.pairs.unwrap());
    for (scores, (head, tail)) in scored.iter().zip(&candidates.pairs) {
        let vector = [vectors[*head].as_slice(), vectors[*tail].as_slice()].concat();
        close(scores, &direct(model.pair.as_ref().unwrap(), &vector));
    }
}

#[test]
fn a_sentence_scores_alike_alone_and_in_a_batch() {
    let corpus = demo(&DemoConfig::default());
    for kind in [ModuleKind::Ner, ModuleKind::Pruner, ModuleKind::NerRe] {
        let (model, examples) = model(kind, &corpus);
        let together: Vec<&Example> = examples[..4].iter().collect();
        let given: Vec<Extraction> = together
            .iter()
            .map(|example| Extraction {
                spans: example.all_spans(2),
                ..Extraction::default()
            })
            .collect();
        let given: Vec<&Extraction> = given.iter().collect();
        let score = |range: std::ops::Range<usize>| {
            let sentences = &together[range.clone()];
            let candidates = Candidates::of(kind, sentences, &given[range], 3);
            let scored = model.score(&model.read(sentences, None), &candidates, None);
            (rows(scored.spans.unwrap()), scored.pairs.map(rows))
        };
        let before = Candidates::of(kind, &together[..2], &given[..2], 3);
        let (batch, batch_pairs) = score(0..4);
        let (alone, alone_pairs) = score(2..3);
        for (left, right) in batch[before.spans.len()..].iter().zip(&alone) {
            close(left, right);
        }
        assert_eq!(batch_pairs.is_some(), kind == ModuleKind::NerRe);
        if let (Some(batch), Some(alone)) = (batch_pairs, alone_pairs) {
            for (left, right) in batch[before.pairs.len()..].iter().zip(&alone) {
                close(left, right);
            }
        }
    }
}

#[test]
fn high_order_inference_changes_scores_and_its_absence_does_not() {
    let corpus = demo(&DemoConfig::default());
    let (model, examples) = model(ModuleKind::NerRe, &corpus);
    let sentences = [&examples[0]];
    let given = Extraction {
        spans: examples[0].all_spans(1),
        ..Extraction::default()
    };
    let candidates = Candidates::of(ModuleKind::NerRe, &sentences, &[&given], 3);
    let words = model.read(&sentences, None);
    let joint = rows(model.score(&words, &candidates, None).spans.unwrap());
    let unary = rows(model.score_spans(&words, &candidates, None).unwrap());
    assert!((joint[0][0] - unary[0][0]).abs() > 1e-4);
    let alone = JointEre {
        ternary: None,
        ..model
    };
    let scored = alone.score(&words, &candidates, None);
    close(&rows(scored.spans.unwrap())[0], &unary[0]);
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
