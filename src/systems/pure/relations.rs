//! The relation model's loss and decisions.

use burn::tensor::Tensor;

use super::config::{PureConfig, RelInput, TrainEntities};
use super::instances::{Candidates, Instance, instances};
use super::model::{PairReading, Pure};
use crate::corpus::{Extraction, Labels, Relation};
use crate::encoder::Noise;
use crate::systems::spans::{Rows, argmax, summed_cross_entropy};

/// Pairs a batch of inference.
pub(crate) const BATCH: usize = 32;

/// Mean cross-entropy over a batch of pairs (Zhong and Chen 2021, §3.3), and where the
/// model learns the arguments' types (§5.1) the mean over pairs of the sum of both
/// arguments' cross-entropies.
///
/// # Errors
/// When a text is too long for its pairs' markers.
pub(crate) fn relation_loss(
    model: &Pure,
    sentences: &[Candidates],
    batch: &[Instance],
    reading: PairReading<'_>,
    noise: &Noise,
) -> Result<Option<Tensor<1>>, String> {
    let Some(scores) = model.pairs(sentences, batch, reading, Some(noise))? else {
        return Ok(None);
    };
    let targets: Vec<usize> = batch
        .iter()
        .map(|instance| sentences[instance.sentence].label(*instance))
        .collect();
    let share = 1.0 / batch.len() as f64;
    let loss = summed_cross_entropy(scores.labels, &targets).mul_scalar(share);
    let Some(types) = scores.types else {
        return Ok(Some(loss));
    };
    let types_of = |side: fn(&Instance) -> usize| {
        batch.iter().map(move |instance| {
            let sentence = &sentences[instance.sentence];
            let argument = sentence.arguments[side(instance)];
            match reading.config.train_entities {
                // What a kept span is, the annotation says, not the model that kept it.
                TrainEntities::Kept => {
                    let known = sentence.entities.get(&argument.span);
                    known.copied().unwrap_or(sentence.types)
                }
                TrainEntities::Gold | TrainEntities::Jackknife => argument.label,
            }
        })
    };
    let targets: Vec<usize> = types_of(|one| one.subject)
        .chain(types_of(|one| one.object))
        .collect();
    let weight = reading.config.eloss_weight * share;
    let by_type = summed_cross_entropy(types, &targets).mul_scalar(weight);
    Ok(Some(loss + by_type))
}

/// Pieces of every pair's input before it is cut, by which pairs are put into batches.
pub(crate) fn lengths(
    sentences: &[Candidates],
    pairs: &[Instance],
    config: &PureConfig,
) -> Vec<usize> {
    let markers = if config.rel_input.has_markers() { 4 } else { 0 };
    let length = |pair: &Instance| sentences[pair.sentence].text.length() + markers;
    pairs.iter().map(length).collect()
}

/// Extends `given`, one extraction a sentence, by the relations that the model sees
/// between the sentences' arguments, `batch` pairs at a time, or texts where pairs share
/// them.
///
/// # Errors
/// When a text is too long for its pairs' markers, or the backend cannot hand scores over.
pub(crate) fn find_relations(
    model: &Pure,
    sentences: &[Candidates],
    given: &[Extraction],
    labels: &Labels,
    reading: PairReading<'_>,
    batch: usize,
) -> Result<Vec<Extraction>, String> {
    let mut found = given.to_vec();
    let mut pairs = instances(sentences);
    let by_length = lengths(sentences, &pairs, reading.config);
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|index| by_length[*index]);
    pairs = order.into_iter().map(|index| pairs[index]).collect();
    let mut related: Vec<(Instance, usize)> = Vec::new();
    for batch in batches(&pairs, reading.config, batch) {
        let Some(scores) = model.pairs(sentences, batch, reading, None)? else {
            continue;
        };
        let rows = Rows::fetch(Some(scores.labels))?;
        for (row, instance) in batch.iter().enumerate() {
            if let Some(label) = argmax(rows.row(row)).checked_sub(1) {
                related.push((*instance, label));
            }
        }
    }
    // Back into the order in which pairs are listed.
    related.sort_by_key(|(one, _)| (one.sentence, one.subject, one.object));
    for (instance, label) in related {
        let arguments = &sentences[instance.sentence].arguments;
        let head = arguments[instance.subject].span;
        let tail = arguments[instance.object].span;
        let extraction = &mut found[instance.sentence];
        extraction.pairs.push((head, tail));
        extraction.relations.push(Relation {
            head,
            tail,
            label: labels.relation_types[label].clone(),
        });
    }
    Ok(found)
}

/// Batches of inference. Where pairs share their sentence's text, a batch ends with a
/// sentence, and holds as many pairs as sequences of the others would.
fn batches<'a>(pairs: &'a [Instance], config: &PureConfig, most: usize) -> Vec<&'a [Instance]> {
    let shares =
        config.approximate || matches!(config.rel_input, RelInput::Text | RelInput::TextEtype);
    if !shares {
        return pairs.chunks(most).collect();
    }
    let mut found = Vec::new();
    let (mut from, mut to, mut texts) = (0, 0, 0);
    for run in pairs.chunk_by(|one, next| one.sentence == next.sentence) {
        if texts == most {
            found.push(&pairs[from..to]);
            (from, texts) = (to, 0);
        }
        to += run.len();
        texts += 1;
    }
    if from < to {
        found.push(&pairs[from..to]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(counts: &[usize]) -> Vec<Instance> {
        let mut pairs = Vec::new();
        for (sentence, count) in counts.iter().enumerate() {
            pairs.extend((0..*count).map(|object| Instance {
                sentence,
                subject: 0,
                object,
            }));
        }
        pairs
    }

    #[test]
    fn batches_hold_all_pairs_and_do_not_cut_sentences_that_share_their_text() {
        let counts: Vec<usize> = (0..70).map(|sentence| sentence % 5).collect();
        let pairs = pairs(&counts);
        let config = PureConfig::default();
        let single = batches(&pairs, &config, BATCH);
        assert_eq!(single.concat(), pairs);
        assert!(single.iter().all(|batch| batch.len() <= BATCH));
        let shared = PureConfig {
            approximate: true,
            ..config
        };
        let shared = batches(&pairs, &shared, BATCH);
        assert_eq!(shared.concat(), pairs);
        assert_eq!(shared.len(), 2, "56 sentences have pairs");
        for (one, next) in shared.iter().zip(&shared[1..]) {
            assert_ne!(one[one.len() - 1].sentence, next[0].sentence);
        }
    }
}
