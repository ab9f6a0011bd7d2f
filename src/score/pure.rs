//! PURE's counting (Zhong & Chen 2021, released evaluation): raw lists, every relation directed.
//!
//! Every predicted item is looked up in the gold list of its sentence. Duplicates are never collapsed: a
//! repeated prediction is scored each time, a repeated gold item counts each time in recall.

use std::collections::HashSet;
use std::hash::Hash;

use super::{Counts, Metric};
use crate::corpus::{Entity, Extraction, Relation, Sentence, Span};

/// The counts of one sentence over all metrics.
pub(super) fn count_sentence(gold: &Sentence, predicted: &Extraction) -> [(Metric, Counts); 6] {
    let gold_spans: Vec<Span> = gold.entities.iter().map(|entity| entity.span).collect();
    let gold_pairs: Vec<(Span, Span)> = gold
        .relations
        .iter()
        .map(|relation| (relation.head, relation.tail))
        .collect();
    let right_entities: HashSet<&Entity> = gold.entities.iter().collect();
    // Spans with at least one rightly typed prediction; the strict scores ask for both arguments here.
    let typed: HashSet<Span> = predicted
        .entities
        .iter()
        .filter(|entity| right_entities.contains(entity))
        .map(|entity| entity.span)
        .collect();
    let strict_pair = |pair: &(Span, Span)| typed.contains(&pair.0) && typed.contains(&pair.1);
    let strict =
        |relation: &Relation| typed.contains(&relation.head) && typed.contains(&relation.tail);
    [
        (
            Metric::EntI,
            listed(&predicted.spans, &gold_spans, |_| true),
        ),
        (
            Metric::EntC,
            listed(&predicted.entities, &gold.entities, |_| true),
        ),
        (
            Metric::RelI,
            listed(&predicted.pairs, &gold_pairs, |_| true),
        ),
        (
            Metric::RelC,
            listed(&predicted.relations, &gold.relations, |_| true),
        ),
        (
            Metric::RelPlusI,
            listed(&predicted.pairs, &gold_pairs, strict_pair),
        ),
        (
            Metric::RelPlusC,
            listed(&predicted.relations, &gold.relations, strict),
        ),
    ]
}

/// Counts over raw lists: a prediction is right when it occurs in gold and `also` holds.
fn listed<T: Eq + Hash>(predicted: &[T], gold: &[T], also: impl Fn(&T) -> bool) -> Counts {
    let right: HashSet<&T> = gold.iter().collect();
    let correct = predicted
        .iter()
        .filter(|item| right.contains(item) && also(item))
        .count();
    Counts {
        correct: correct as u64,
        predicted: predicted.len() as u64,
        gold: gold.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn entity(start: usize, end: usize, label: &str) -> Entity {
        Entity {
            span: Span::new(start, end),
            label: label.into(),
        }
    }

    fn relation(head: usize, tail: usize, label: &str) -> Relation {
        Relation {
            head: Span::new(head, head),
            tail: Span::new(tail, tail),
            label: label.into(),
        }
    }

    fn counts(gold: &Sentence, predicted: &Extraction) -> BTreeMap<Metric, Counts> {
        count_sentence(gold, predicted).into_iter().collect()
    }

    fn of(correct: u64, predicted: u64, gold: u64) -> Counts {
        Counts {
            correct,
            predicted,
            gold,
        }
    }

    #[test]
    fn a_relation_is_strict_only_with_both_types_right() {
        let gold = Sentence {
            tokens: vec![],
            entities: vec![entity(0, 0, "A"), entity(2, 2, "B")],
            relations: vec![relation(0, 2, "r")],
        };
        let predicted = |tail: &str| Extraction {
            entities: vec![entity(0, 0, "A"), entity(2, 2, tail)],
            relations: vec![relation(0, 2, "r")],
            ..Extraction::default()
        };
        let right = counts(&gold, &predicted("B"));
        assert_eq!(
            (right[&Metric::RelC], right[&Metric::RelPlusC]),
            (of(1, 1, 1), of(1, 1, 1))
        );
        let wrong = counts(&gold, &predicted("A"));
        assert_eq!(
            (wrong[&Metric::RelC], wrong[&Metric::RelPlusC]),
            (of(1, 1, 1), of(0, 1, 1))
        );
    }

    #[test]
    fn the_mirror_image_is_wrong_and_duplicates_count() {
        let gold = Sentence {
            tokens: vec![],
            entities: vec![entity(0, 0, "A"), entity(0, 0, "A")],
            relations: vec![relation(0, 2, "r"), relation(0, 2, "r")],
        };
        let predicted = Extraction {
            entities: vec![entity(0, 0, "A"), entity(0, 0, "B")],
            relations: vec![
                relation(0, 2, "r"),
                relation(0, 2, "r"),
                relation(2, 0, "r"),
            ],
            ..Extraction::default()
        };
        let counts = counts(&gold, &predicted);
        assert_eq!(counts[&Metric::EntC], of(1, 2, 2));
        assert_eq!(counts[&Metric::RelC], of(2, 3, 2));
    }

    #[test]
    fn identification_reads_spans_and_pairs_not_entities_and_relations() {
        let gold = Sentence {
            tokens: vec![],
            entities: vec![entity(0, 0, "A"), entity(2, 2, "B")],
            relations: vec![relation(0, 2, "r")],
        };
        let pair = (Span::new(0, 0), Span::new(2, 2));
        let predicted = Extraction {
            spans: vec![Span::new(0, 0), Span::new(2, 2), Span::new(1, 1)],
            entities: vec![entity(0, 0, "A"), entity(2, 2, "A")],
            pairs: vec![pair],
            ..Extraction::default()
        };
        let counts = counts(&gold, &predicted);
        assert_eq!(counts[&Metric::EntI], of(2, 3, 2));
        assert_eq!(counts[&Metric::RelI], of(1, 1, 1));
        assert_eq!(counts[&Metric::RelPlusI], of(0, 1, 1));
        assert_eq!(counts[&Metric::RelC], of(0, 0, 1));
    }
}
