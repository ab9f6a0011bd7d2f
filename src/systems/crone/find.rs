//! Entities and relations of whole splits.

use super::config::CroneConfig;
use super::data::Input;
use super::model::Crone;
use super::pairs::Pairs;
use super::tags;
use crate::corpus::{Entity, Extraction, Labels, Link};
use crate::encoder::recurrent::BioRules;
use crate::systems::spans::Rows;

/// Sentences a batch of inference.
pub(super) const BATCH: usize = 32;

/// What is decided about sentences, one extraction each, so many sentences a batch.
/// Relations are the links with a probability above `threshold`.
///
/// # Errors
/// When the device cannot hand over what was decided.
pub(super) fn find(
    model: &Crone,
    inputs: &[Input],
    labels: &Labels,
    (config, threshold): (&CroneConfig, f64),
    batch: usize,
) -> Result<Vec<Extraction>, String> {
    let mut order: Vec<usize> = (0..inputs.len())
        .filter(|index| inputs[*index].words() > 0)
        .collect();
    order.sort_by_key(|index| inputs[*index].words());
    let rules = config.crf_constraints.then(|| tags::rules(labels));
    let mut found = vec![Extraction::default(); inputs.len()];
    for chosen in order.chunks(batch.max(1)) {
        let read: Vec<&Input> = chosen.iter().map(|index| &inputs[*index]).collect();
        let extracted = batch_of(model, &read, labels, config, rules.as_ref())?;
        for (index, extraction) in chosen.iter().zip(extracted) {
            found[*index] = extraction.with_links_above(threshold);
        }
    }
    Ok(found)
}

fn batch_of(
    model: &Crone,
    batch: &[&Input],
    labels: &Labels,
    config: &CroneConfig,
    rules: Option<&BioRules>,
) -> Result<Vec<Extraction>, String> {
    let states = model.read(batch, None);
    let padded = states.padded();
    let tags = model.chain.decode(padded, &states.lengths, rules);
    let entities: Vec<Vec<Entity>> = tags.iter().map(|tags| tags::decode(tags, labels)).collect();
    let ends: Vec<Vec<usize>> = entities
        .iter()
        .map(|entities| entities.iter().map(|entity| entity.span.end).collect())
        .collect();
    let of_ends: Vec<usize> = tags
        .iter()
        .zip(&ends)
        .flat_map(|(tags, ends)| ends.iter().map(|end| tags[*end]))
        .collect();
    let mut row = 0;
    let sentences = states.lengths.iter().zip(&ends).map(|(length, ends)| {
        row += length;
        (row - length, ends.as_slice())
    });
    let pairs = Pairs::new(sentences, config.self_pairs);
    let scores = model.score(&states, &pairs, &of_ends, None);
    let scored = scores.is_some();
    let scores = Rows::fetch(scores)?;
    let mut found = Vec::with_capacity(batch.len());
    for (sentence, entities) in entities.into_iter().enumerate() {
        let mut links = Vec::new();
        if scored {
            for (pair, head, tail) in pairs.of(sentence) {
                let of_types = scores.row(pair).iter().zip(&labels.relation_types);
                links.extend(of_types.map(|(score, label)| Link {
                    head: entities[head].span,
                    tail: entities[tail].span,
                    label: label.clone(),
                    probability: 1.0 / (1.0 + f64::from(-score).exp()),
                }));
            }
        }
        found.push(Extraction {
            spans: entities.iter().map(|entity| entity.span).collect(),
            entities,
            links,
            ..Extraction::default()
        });
    }
    Ok(found)
}
