//! What holds for scores of any size, and that both ways agree on it.

#![allow(clippy::unwrap_used)]

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::config::{MeanFieldConfig, Schedule, Start};
use super::{Scores, mean_field, node, padded};

/// Scores of a batch as plain numbers.
#[derive(Debug, Clone)]
struct Batch {
    sentences: Vec<usize>,
    types: usize,
    relations: usize,
    /// Spans, pairs, ternary scores.
    scores: [Vec<f32>; 3],
}

impl Batch {
    fn spans(&self) -> usize {
        self.sentences.iter().sum()
    }

    fn pairs(&self) -> usize {
        let pairs = self.sentences.iter().map(|count| count * count - count);
        pairs.sum()
    }

    fn shapes(&self) -> [[usize; 2]; 3] {
        [
            [self.spans(), self.types],
            [self.pairs(), self.relations],
            [self.pairs(), self.types * self.types * self.relations],
        ]
    }

    fn tensors(&self, device: &Device) -> [Tensor<2>; 3] {
        let [a, b, c] = self.shapes();
        let [x, y, z] = self.scores.clone();
        [(x, a), (y, b), (z, c)].map(|(scores, shape)| {
            let scores = Tensor::from_data(TensorData::new(scores, shape), device);
            if device.is_autodiff() {
                scores.require_grad()
            } else {
                scores
            }
        })
    }

    /// Scores of spans and pairs.
    fn infer(&self, config: &MeanFieldConfig) -> [Vec<f32>; 2] {
        let [spans, pairs, ternary] = self.tensors(&Device::flex());
        let scores = mean_field(Scores { spans, pairs }, ternary, &self.sentences, config);
        [values(scores.spans), values(scores.pairs)]
    }

    /// Scores, then gradients of a weighted sum of them by all that goes in.
    fn results(
        &self,
        device: &Device,
        infer: impl Fn(Scores, Tensor<2>) -> Scores,
    ) -> [Vec<f32>; 5] {
        let [spans, pairs, ternary] = self.tensors(device);
        let unary = Scores {
            spans: spans.clone(),
            pairs: pairs.clone(),
        };
        let scores = infer(unary, ternary.clone());
        let weighted = |scores: &Tensor<2>| {
            let count = scores.shape().num_elements();
            let weights: Vec<f32> = (0..count).map(|index| (index % 7) as f32 - 2.0).collect();
            let weights = TensorData::new(weights, scores.dims());
            (scores.clone() * Tensor::from_data(weights, device)).sum()
        };
        let loss = weighted(&scores.spans) + weighted(&scores.pairs);
        let gradients = loss.backward();
        let gradient = |leaf: Tensor<2>| values(leaf.grad(&gradients).unwrap());
        [
            values(scores.spans),
            values(scores.pairs),
            gradient(spans),
            gradient(pairs),
            gradient(ternary),
        ]
    }
}

fn values(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn assert_close(left: &[f32], right: &[f32], tolerance: f32) {
    assert_eq!(left.len(), right.len());
    for (left, right) in left.iter().zip(right) {
        assert!(
            (left - right).abs() <= tolerance * right.abs().max(1.0),
            "{left} {right}"
        );
    }
}

fn config() -> impl Strategy<Value = MeanFieldConfig> {
    let schedules = [
        Schedule::Parallel,
        Schedule::EntitiesFirst,
        Schedule::AsPrinted,
    ];
    (
        1usize..5,
        prop::sample::select(schedules.to_vec()),
        any::<bool>(),
        prop::sample::select(vec![Start::Unary, Start::Uniform]),
    )
        .prop_map(|(iterations, schedule, accumulate, init)| MeanFieldConfig {
            iterations,
            schedule,
            accumulate,
            init,
            ..MeanFieldConfig::default()
        })
}

fn scores(count: usize, most: f32) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-most..most, count)
}

/// A batch with at least one pair among sentences that may have none.
fn batch() -> impl Strategy<Value = Batch> {
    let sentences = prop::collection::vec(0usize..5, 1..5);
    let sentences =
        sentences.prop_filter("no pair", |counts| counts.iter().any(|count| *count > 1));
    (sentences, 1usize..5, 1usize..5).prop_flat_map(|(sentences, types, relations)| {
        let empty = Batch {
            sentences,
            types,
            relations,
            scores: Default::default(),
        };
        let [spans, pairs, ternary] = empty.shapes().map(|[rows, columns]| rows * columns);
        let all = (scores(spans, 3.0), scores(pairs, 3.0), scores(ternary, 1.5));
        all.prop_map(move |(spans, pairs, ternary)| Batch {
            scores: [spans, pairs, ternary],
            ..empty.clone()
        })
    })
}

/// The only sentence of a batch with its spans in another order: span i is the former
/// span `order[i]`.
fn permuted(batch: &Batch, order: &[usize]) -> Batch {
    let count = order.len();
    let pair = |head: usize, tail: usize| head * (count - 1) + tail - usize::from(tail > head);
    let cells = order
        .iter()
        .flat_map(|head| order.iter().map(move |tail| (*head, *tail)));
    let pairs = cells.filter(|(head, tail)| head != tail);
    let pairs: Vec<usize> = pairs.map(|(head, tail)| pair(head, tail)).collect();
    let rows = |which: usize, rows: &[usize]| {
        let [_, width] = batch.shapes()[which];
        let values = rows
            .iter()
            .flat_map(|row| &batch.scores[which][row * width..][..width]);
        values.copied().collect()
    };
    Batch {
        scores: [rows(0, order), rows(1, &pairs), rows(2, &pairs)],
        ..batch.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_host_and_other_devices_agree(batch in batch(), config in config()) {
        let device = Device::flex().autodiff();
        let sentences = &batch.sentences;
        let host = batch.results(&device, |unary, ternary| {
            node::infer(&unary, &ternary, sentences, &config).unwrap()
        });
        let padded = batch.results(&device, |unary, ternary| {
            padded::infer(unary, ternary, sentences, &config)
        });
        for (place, (host, padded)) in host.iter().zip(&padded).enumerate() {
            assert_close(host, padded, if place < 2 { 1e-5 } else { 1e-4 });
        }
    }

    #[test]
    fn without_ternary_scores_nothing_changes(mut batch in batch(), config in config()) {
        batch.scores[2].fill(0.0);
        let [spans, pairs] = batch.infer(&config);
        prop_assert_eq!(&spans, &batch.scores[0]);
        prop_assert_eq!(&pairs, &batch.scores[1]);
    }

    #[test]
    fn the_order_of_spans_does_not_matter(
        mut batch in batch(),
        config in config(),
        order in Just(vec![0, 1, 2, 3]).prop_shuffle(),
    ) {
        batch.sentences = vec![4];
        let sizes = batch.shapes().map(|[rows, columns]| rows * columns);
        for (scores, size) in batch.scores.iter_mut().zip(sizes) {
            let known = scores.clone();
            *scores = known.into_iter().cycle().take(size).collect();
        }
        let [spans, pairs] = batch.infer(&config);
        let unordered = Batch {
            scores: [spans, pairs, batch.scores[2].clone()],
            ..batch.clone()
        };
        let [spans, pairs, _] = permuted(&unordered, &order).scores;
        let [found_spans, found_pairs] = permuted(&batch, &order).infer(&config);
        assert_close(&found_spans, &spans, 1e-5);
        assert_close(&found_pairs, &pairs, 1e-5);
    }

    #[test]
    fn sentences_do_not_see_each_other(batch in batch(), config in config()) {
        let [spans, pairs] = batch.infer(&config);
        let [mut span, mut pair] = [0, 0];
        for count in &batch.sentences {
            let ends = [span + count, pair + count * count - count];
            let part = |which: usize, rows: std::ops::Range<usize>| {
                let [_, width] = batch.shapes()[which];
                batch.scores[which][rows.start * width..rows.end * width].to_vec()
            };
            let (here, pairs_here) = (span..ends[0], pair..ends[1]);
            let alone = Batch {
                sentences: vec![*count],
                scores: [
                    part(0, here.clone()),
                    part(1, pairs_here.clone()),
                    part(2, pairs_here.clone()),
                ],
                ..batch.clone()
            };
            if *count > 1 {
                let [found_spans, found_pairs] = alone.infer(&config);
                let [types, relations] = [batch.types, batch.relations];
                prop_assert_eq!(&found_spans, &spans[here.start * types..here.end * types]);
                let all = pairs_here.start * relations..pairs_here.end * relations;
                prop_assert_eq!(&found_pairs, &pairs[all]);
            }
            [span, pair] = ends;
        }
    }
}

/// Three sentences, one without a pair.
fn three() -> Batch {
    let empty = Batch {
        sentences: vec![4, 1, 3],
        types: 3,
        relations: 2,
        scores: Default::default(),
    };
    let scores = empty.shapes().map(|[rows, columns]| {
        let indices = 0..rows * columns;
        indices.map(|index| (index as f32).sin()).collect()
    });
    Batch { scores, ..empty }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let batch = three();
    let run = |threads| {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(threads);
        threads.build().unwrap().install(|| {
            batch.results(&Device::flex().autodiff(), |unary, ternary| {
                mean_field(
                    unary,
                    ternary,
                    &batch.sentences,
                    &MeanFieldConfig::default(),
                )
            })
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_graph_that_recomputes_gets_gradients_too() {
    let batch = three();
    let run = |device: &Device| {
        batch.results(device, |unary, ternary| {
            mean_field(
                unary,
                ternary,
                &batch.sentences,
                &MeanFieldConfig::default(),
            )
        })
    };
    let keeping = Device::flex().autodiff();
    assert_eq!(
        run(&keeping.clone().gradient_checkpointing()),
        run(&keeping)
    );
}

#[test]
fn without_iterations_or_pairs_scores_are_the_unary_ones() {
    let batch = three();
    let none = MeanFieldConfig {
        iterations: 0,
        ..MeanFieldConfig::default()
    };
    assert_eq!(&batch.infer(&none), &batch.scores[..2]);
    let alone = Batch {
        sentences: vec![1, 0, 1],
        scores: [vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![], vec![]],
        ..batch
    };
    let found = alone.infer(&MeanFieldConfig::default());
    assert_eq!(&found, &alone.scores[..2]);
}
