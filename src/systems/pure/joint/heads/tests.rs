//! The scores of a network small enough to be computed by hand.
#![allow(clippy::unwrap_used)]

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::TensorData;

use super::*;
use crate::encoder::{Scheme, initialise};
use crate::systems::spans::summed_cross_entropy;

/// Over states of width 1, of one entity type and two relation types.
fn heads(kept_share: f64, device: &Device) -> Heads {
    let labels = Labels {
        entity_types: vec!["PER".to_owned()],
        relation_types: ["knows", "likes"].map(str::to_owned).to_vec(),
        symmetric: Vec::new(),
    };
    let config = PureConfig {
        max_span: 2,
        width_dim: 1,
        mlp: 1,
        ..PureConfig::default()
    };
    Heads::new(1, &labels, &config, kept_share, device)
}

/// A sentence of two words, whose states are told apart as starts and as ends.
fn sentence(device: &Device) -> (Words, [(usize, Span); 3]) {
    let states =
        |values: [f32; 2]| Tensor::from_data(TensorData::new(values.to_vec(), [2, 1]), device);
    let words = Words {
        start: states([1.0, 2.0]),
        end: states([3.0, 5.0]),
        first: vec![0],
        counts: vec![2],
    };
    let spans = [[0, 0], [0, 1], [1, 1]].map(|span| (0, Span::from(span)));
    (words, spans)
}

fn fill<const D: usize>(parameter: &mut Param<Tensor<D>>, values: &[f32]) {
    let old = parameter.val();
    let data = TensorData::new(values.to_vec(), old.dims());
    *parameter = Param::from_tensor(Tensor::from_data(data, &old.device()));
}

fn set(layer: &mut Linear, weight: &[f32], bias: &[f32]) {
    fill(&mut layer.weight, weight);
    fill(layer.bias.as_mut().unwrap(), bias);
}

fn close(scores: Tensor<2>, expected: &[&[f32]]) {
    assert_eq!(scores.dims(), [expected.len(), expected[0].len()]);
    let values = scores.try_into_vec_as::<f32>().unwrap();
    for (value, expected) in values.iter().zip(expected.concat()) {
        assert!((value - expected).abs() < 1e-5, "{values:?}");
    }
}

#[test]
fn scores_are_those_of_a_hand() {
    let device = Device::flex();
    let mut heads = heads(1.0, &device);
    fill(&mut heads.width.weight, &[9.0, 0.5, 1.0]);
    set(&mut heads.entity.first, &[1.0, 1.0, 1.0], &[0.0]);
    set(&mut heads.entity.second, &[1.0], &[0.0]);
    set(&mut heads.entity.score, &[0.0, 1.0], &[6.0, 0.0]);
    set(&mut heads.mention.first, &[1.0, 0.0, -2.0], &[1.0]);
    set(&mut heads.mention.second, &[2.0], &[0.0]);
    set(&mut heads.mention.score, &[1.0], &[-0.5]);
    let parts = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.1, 0.0, 1.0];
    set(&mut heads.relation.first, &parts, &[1.0]);
    set(&mut heads.relation.second, &[1.0], &[-6.0]);
    set(&mut heads.relation.score, &[1.0, -2.0], &[0.0, 1.0]);
    let (words, spans) = sentence(&device);
    let scores = heads.score(&words, &spans, None).unwrap();
    // g = (1, 3, 0.5), (1, 5, 1) and (2, 5, 0.5).
    close(scores.entities, &[&[6.0, 4.5], &[6.0, 7.0], &[6.0, 7.5]]);
    // As mentions they score 1.5, −0.5 and 3.5: the second is not kept.
    assert_eq!(scores.pairs, [(0, 2), (2, 0)]);
    // The first layer has 1 + 5 + (0.1 · 2 + 0.25) + 1 and 2 + 3 + 0.45 + 1, the second
    // 1.45 and 0.45, the relations (1.45, −1.9) and (0.45, 0.1); and the mentions 5.
    let relations = scores.relations.unwrap();
    close(relations, &[&[0.0, 6.45, 3.1], &[0.0, 5.45, 5.1]]);
}

#[test]
fn a_span_alone_has_no_pair() {
    let device = Device::flex();
    let (words, spans) = sentence(&device);
    let scores = heads(0.5, &device).score(&words, &spans, None).unwrap();
    assert!(scores.pairs.is_empty() && scores.relations.is_none());
}

#[test]
fn relations_teach_which_spans_are_mentions() {
    let device = Device::flex().autodiff();
    let heads = initialise(heads(2.0, &device), 1, Scheme::Framework, &|_| true);
    let (words, spans) = sentence(&device);
    let scores = heads.score(&words, &spans, None).unwrap();
    assert_eq!(scores.pairs.len(), 6);
    let loss = summed_cross_entropy(scores.relations.unwrap(), &[0, 0, 0, 0, 0, 1]);
    let gradients = loss.backward();
    let bias = |scorer: &Scorer| scorer.score.bias.as_ref().unwrap().val();
    let slope = bias(&heads.mention).grad(&gradients).unwrap();
    assert!(slope.into_scalar::<f32>().abs() > 0.1);
    assert!(bias(&heads.entity).grad(&gradients).is_none());
}

#[test]
fn biases_start_at_the_frequencies_of_labels() {
    let mut heads = heads(0.4, &Device::flex());
    heads.set_prior(&[7.0, 1.0], &[8.0, 2.0, 0.0]);
    let bias = |scorer: &Scorer| scorer.score.bias.as_ref().unwrap().val().unsqueeze();
    let logs = |odds: [f64; 2]| odds.map(|odds| odds.ln() as f32);
    close(bias(&heads.entity), &[&logs([0.8, 0.2])]);
    // Of relations, none scores 0: 3 and 1 against 9.
    close(bias(&heads.relation), &[&logs([3.0 / 9.0, 1.0 / 9.0])]);
}
