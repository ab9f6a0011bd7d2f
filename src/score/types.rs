//! The counts of single types.
//!
//! A typed item belongs to one type, so the counts of a type are those of a sentence from which the items of all
//! other types were taken; this holds under every profile, and the counts of all types add up to those of the
//! sentence. The entities stay for the strict scores of relations, which ask for them.

use std::collections::BTreeSet;

use super::{Counts, Metric, Scoring, TypeCounts};
use crate::corpus::{Extraction, Sentence};

/// Adds the counts of one sentence by type to `types`: entity types under `ent-c`, relation types under `rel-c` and
/// `rel+-c`.
pub(super) fn add_sentence(
    scoring: &Scoring,
    gold: &Sentence,
    predicted: &Extraction,
    types: &mut TypeCounts,
) {
    let entities = gold.entities.iter().chain(&predicted.entities);
    let entities: BTreeSet<&String> = entities.map(|entity| &entity.label).collect();
    for kind in entities {
        let gold = Sentence {
            tokens: gold.tokens.clone(),
            entities: only(&gold.entities, |entity| entity.label == *kind),
            relations: Vec::new(),
        };
        let predicted = Extraction {
            entities: only(&predicted.entities, |entity| entity.label == *kind),
            ..Extraction::default()
        };
        add(types, kind, scoring.sentence(&gold, &predicted), |metric| {
            metric == Metric::EntC
        });
    }
    let relations = gold.relations.iter().chain(&predicted.relations);
    let relations: BTreeSet<&String> = relations.map(|relation| &relation.label).collect();
    for kind in relations {
        let gold = Sentence {
            relations: only(&gold.relations, |relation| relation.label == *kind),
            ..gold.clone()
        };
        let predicted = Extraction {
            spans: predicted.spans.clone(),
            entities: predicted.entities.clone(),
            relations: only(&predicted.relations, |relation| relation.label == *kind),
            ..Extraction::default()
        };
        add(types, kind, scoring.sentence(&gold, &predicted), |metric| {
            matches!(metric, Metric::RelC | Metric::RelPlusC)
        });
    }
}

fn only<T: Clone>(items: &[T], keep: impl Fn(&T) -> bool) -> Vec<T> {
    items.iter().filter(|item| keep(item)).cloned().collect()
}

fn add(
    types: &mut TypeCounts,
    kind: &str,
    sentence: [(Metric, Counts); 6],
    about: impl Fn(Metric) -> bool,
) {
    for (metric, counts) in sentence.into_iter().filter(|(metric, _)| about(*metric)) {
        *types.entry((metric, kind.to_owned())).or_default() += counts;
    }
}
