//! Tests of the names that errors get.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::errors::{EntityErrors, Errors, PairErrors, RelationErrors, errors};
use super::{Metric, Profile, Scoring, score, total};
use crate::corpus::{Document, Entity, Extraction, Prediction, Relation, Sentence, Span};

fn entity(start: usize, end: usize, label: &str) -> Entity {
    Entity {
        span: Span::new(start, end),
        label: label.to_owned(),
    }
}

fn relation(head: [usize; 2], tail: [usize; 2], label: &str) -> Relation {
    Relation {
        head: Span::from(head),
        tail: Span::from(tail),
        label: label.to_owned(),
    }
}

fn sentence(entities: &[Entity], relations: &[Relation]) -> Sentence {
    Sentence {
        tokens: (0..12).map(|word| format!("w{word}")).collect(),
        entities: entities.to_vec(),
        relations: relations.to_vec(),
    }
}

fn extraction(entities: &[Entity], relations: &[Relation]) -> Extraction {
    Extraction {
        spans: entities.iter().map(|entity| entity.span).collect(),
        entities: entities.to_vec(),
        pairs: relations.iter().map(|one| (one.head, one.tail)).collect(),
        relations: relations.to_vec(),
        links: Vec::new(),
    }
}

#[test]
fn every_error_of_an_entity_has_its_name() {
    let gold = sentence(
        &[
            entity(0, 0, "A"),
            entity(1, 2, "A"),
            entity(4, 5, "A"),
            entity(6, 7, "A"),
            entity(9, 9, "A"),
        ],
        &[],
    );
    let predicted = extraction(
        &[
            entity(0, 0, "A"),
            entity(1, 2, "B"),
            entity(4, 4, "A"),
            entity(6, 6, "B"),
            entity(11, 11, "B"),
        ],
        &[],
    );
    let errors = errors(&gold, &predicted, &[]);
    assert_eq!(
        errors.entities,
        EntityErrors {
            correct: 1,
            wrong_type: 1,
            wrong_span: 1,
            wrong_both: 1,
            missed: 1,
            spurious: 1,
        }
    );
    assert_eq!(errors.count(), 5);
    let types = &errors.entity_types;
    assert_eq!(types.types(), ["A", "B"]);
    assert_eq!(types.count(Some("A"), Some("A")), 1);
    assert_eq!(types.count(Some("A"), Some("B")), 1);
    // What only overlaps is on either side of nothing.
    assert_eq!(types.count(Some("A"), None), 3);
    assert_eq!(types.count(None, Some("B")), 2);
    assert_eq!(types.confused()[0], (Some("A"), None, 3));
}

#[test]
fn the_nearest_is_matched_first() {
    // Both predictions overlap the annotation; the one with its type and most of its words is the error in its span.
    let gold = sentence(&[entity(2, 5, "A")], &[]);
    let predicted = extraction(
        &[entity(2, 2, "A"), entity(2, 4, "A"), entity(2, 6, "B")],
        &[],
    );
    let found = errors(&gold, &predicted, &[]).entities;
    assert_eq!((found.wrong_span, found.spurious, found.missed), (1, 2, 0));
    // An exact span counts before any overlap.
    let gold = sentence(&[entity(2, 5, "A"), entity(3, 5, "B")], &[]);
    let predicted = extraction(&[entity(3, 5, "A")], &[]);
    let found = errors(&gold, &predicted, &[]).entities;
    assert_eq!((found.wrong_type, found.missed), (1, 1));
}

#[test]
fn every_error_of_a_relation_has_its_name() {
    let entities = [
        entity(0, 0, "A"),
        entity(2, 3, "B"),
        entity(5, 5, "A"),
        entity(7, 8, "B"),
    ];
    let gold = sentence(
        &entities,
        &[
            relation([0, 0], [2, 3], "r"),
            relation([0, 0], [5, 5], "r"),
            relation([2, 3], [5, 5], "r"),
            relation([0, 0], [7, 8], "r"),
            relation([5, 5], [7, 8], "q"),
        ],
    );
    let predicted = extraction(
        &[
            entity(0, 0, "B"),
            entity(2, 3, "B"),
            entity(5, 5, "A"),
            entity(8, 8, "B"),
        ],
        &[
            relation([0, 0], [2, 3], "r"),
            relation([0, 0], [5, 5], "q"),
            relation([5, 5], [2, 3], "r"),
            relation([0, 0], [8, 8], "r"),
            relation([8, 8], [2, 3], "q"),
        ],
    );
    let found = errors(&gold, &predicted, &[]);
    assert_eq!(
        found.relations,
        RelationErrors {
            correct: 1,
            wrong_entity_type: 1,
            wrong_type: 1,
            reversed: 1,
            wrong_span: 1,
            missed: 1,
            spurious: 1,
        }
    );
    let pair = |head: &str, tail: &str| found.pairs[&(head.to_owned(), tail.to_owned())];
    assert_eq!(
        pair("A", "B"),
        PairErrors {
            gold: 3,
            found: 1,
            wrong: 1,
        }
    );
    // The wrong type, and a span that is not quite right, stand at the types that were predicted.
    assert_eq!(pair("B", "A").wrong, 1);
    assert_eq!(pair("B", "B").wrong, 2);
}

#[test]
fn without_direction_nothing_is_reversed() {
    let entities = [entity(0, 0, "A"), entity(2, 2, "A")];
    let gold = sentence(&entities, &[relation([0, 0], [2, 2], "r")]);
    let predicted = extraction(
        &entities,
        &[relation([2, 2], [0, 0], "r"), relation([0, 0], [2, 2], "r")],
    );
    let found = errors(&gold, &predicted, &["r".to_owned()]);
    assert_eq!((found.relations.correct, found.count()), (1, 0));
    let found = errors(&gold, &predicted, &[]);
    assert_eq!((found.relations.correct, found.relations.spurious), (1, 1));
}

fn items() -> impl Strategy<Value = (Vec<Entity>, Vec<Relation>)> {
    let span = || (0_usize..6, 0_usize..3).prop_map(|(start, more)| [start, start + more]);
    let label = || prop::sample::select(vec!["A", "B", "C"]);
    let entities = prop::collection::vec((span(), label()), 0..6);
    let relations = prop::collection::vec((span(), span(), label()), 0..6);
    (entities, relations).prop_map(|(entities, relations)| {
        let entities = entities.into_iter();
        let relations = relations.into_iter();
        let mut entities: Vec<Entity> = entities
            .map(|([start, end], label)| entity(start, end, label))
            .collect();
        let mut relations: Vec<Relation> = relations
            .map(|(head, tail, label)| relation(head, tail, label))
            .collect();
        entities.sort();
        entities.dedup();
        relations.sort();
        relations.dedup();
        (entities, relations)
    })
}

proptest! {
    /// What is matched adds up to what is scored: every item has one fate, and what is right is right in both.
    #[test]
    fn the_fates_of_all_items_add_up_to_the_scores(gold in items(), predicted in items()) {
        let sentence = sentence(&gold.0, &gold.1);
        let extraction = extraction(&predicted.0, &predicted.1);
        let Errors { entities: one, relations: two, entity_types, relation_types, .. } =
            errors(&sentence, &extraction, &[]);
        let documents = [Document { key: "d".to_owned(), sentences: vec![sentence] }];
        let predictions = [Prediction { key: "d".to_owned(), sentences: vec![extraction] }];
        let scoring = Scoring::new(Profile::Pure.into(), &[]);
        let counts = score(&scoring, &documents, &predictions).unwrap();
        let entities = total(&counts, Metric::EntC);
        prop_assert_eq!(one.correct, entities.correct);
        let matched = one.correct + one.wrong_type + one.wrong_span + one.wrong_both;
        prop_assert_eq!((matched + one.missed, matched + one.spurious), (entities.gold, entities.predicted));
        let relations = total(&counts, Metric::RelC);
        prop_assert_eq!(two.correct, relations.correct);
        let matched = two.correct + two.wrong_type + two.reversed + two.wrong_span;
        prop_assert_eq!((matched + two.missed, matched + two.spurious), (relations.gold, relations.predicted));
        for (types, counts) in [(&entity_types, entities), (&relation_types, relations)] {
            let names = types.types();
            let sum = |gold: bool| -> u64 {
                let all = names.iter().map(|name| {
                    let others = names.iter().map(|other| Some(other.as_str())).chain([None]);
                    others.map(|other| if gold { types.count(Some(name), other) } else { types.count(other, Some(name)) }).sum::<u64>()
                });
                all.sum()
            };
            prop_assert_eq!((sum(true), sum(false)), (counts.gold, counts.predicted));
        }
    }
}
