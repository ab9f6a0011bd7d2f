//! The loss of a batch: L = L_NER + λ_r L_RE (Crone 2020, eq. 11).

use burn::tensor::{Tensor, TensorData};

use super::config::{CroneConfig, RelationReduction};
use super::data::{Gold, Input};
use super::model::Crone;
use super::pairs::Pairs;
use crate::encoder::Noise;

/// The loss of a batch of sentences with at least a word each. Pairs are those of annotated
/// entities, with their annotated tags.
pub(super) fn loss(
    model: &Crone,
    inputs: &[&Input],
    gold: &[&Gold],
    config: &CroneConfig,
    noise: Option<&Noise>,
) -> Tensor<1> {
    let states = model.read(inputs, noise);
    let tags: Vec<Vec<usize>> = gold.iter().map(|one| one.tags.clone()).collect();
    let entities = model
        .chain
        .log_likelihood(states.padded(), &tags)
        .mean()
        .neg();
    let mut row = 0;
    let sentences = gold.iter().map(|one| {
        row += one.tags.len();
        (row - one.tags.len(), one.ends.as_slice())
    });
    let pairs = Pairs::new(sentences, config.self_pairs);
    let of_ends: Vec<usize> = gold
        .iter()
        .flat_map(|one| one.ends.iter().map(|end| one.tags[*end]))
        .collect();
    match model.score(&states, &pairs, &of_ends, noise) {
        Some(scores) => {
            let relations = relation_loss(scores, &pairs, gold, config.re_reduction);
            entities + relations.mul_scalar(config.relation_weight)
        }
        None => entities,
    }
}

/// The binary cross-entropy of every pair and relation. A pair with several relations has
/// several outputs to get right.
pub(super) fn relation_loss(
    scores: Tensor<2>,
    pairs: &Pairs,
    gold: &[&Gold],
    reduction: RelationReduction,
) -> Tensor<1> {
    let [count, relations] = scores.dims();
    let mut holds = vec![0f32; count * relations];
    for (sentence, gold) in gold.iter().enumerate() {
        for (pair, left, right) in pairs.of(sentence) {
            for (head, tail, relation) in &gold.relations {
                if (*head, *tail) == (left, right) {
                    holds[pair * relations + relation] = 1.0;
                }
            }
        }
    }
    let device = scores.device().without_autodiff();
    let holds = Tensor::from_data(TensorData::new(holds, [count, relations]), &device);
    let divisor = match reduction {
        RelationReduction::MeanCells => count * relations,
        RelationReduction::SumPerSentence => gold.len(),
    };
    // −y ln σ(s) − (1 − y) ln(1 − σ(s)) = max(s, 0) + ln(1 + e^−|s|) − y s.
    let small = scores.clone().abs().neg().exp().log1p();
    let cost = scores.clone().clamp_min(0.0) + small - scores * holds;
    cost.sum().div_scalar(divisor.max(1) as f64)
}
