//! The conventions beside each other, on small sentences by hand and on random ones.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{
    Convention, Counts, DocumentCounts, Metric, Profile, Scoring, Symmetric, score, total,
    type_totals,
};
use crate::corpus::{Document, Entity, Extraction, Prediction, Relation, Sentence, Span};

const PAIR: &str = "meets";

fn scoring(profile: Profile, symmetric: Symmetric) -> Scoring {
    Scoring::new(Convention::new(profile, Some(symmetric)), &[PAIR.into()])
}

fn entity(word: usize, label: &str) -> Entity {
    Entity {
        span: Span::new(word, word),
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

fn sentence(words: &str, entities: &[(usize, &str)], relations: Vec<Relation>) -> Sentence {
    Sentence {
        tokens: words.split(' ').map(str::to_owned).collect(),
        entities: entities
            .iter()
            .map(|(word, label)| entity(*word, label))
            .collect(),
        relations,
    }
}

/// What a system that says exactly this has found.
fn found(entities: &[Entity], relations: Vec<Relation>) -> Extraction {
    Extraction {
        spans: entities.iter().map(|entity| entity.span).collect(),
        entities: entities.to_vec(),
        pairs: relations.iter().map(|one| (one.head, one.tail)).collect(),
        relations,
        ..Extraction::default()
    }
}

fn scored(scoring: &Scoring, gold: Sentence, predicted: Extraction) -> Vec<DocumentCounts> {
    let gold = Document {
        key: "d".into(),
        sentences: vec![gold],
    };
    let predicted = Prediction {
        key: "d".into(),
        sentences: vec![predicted],
    };
    score(scoring, &[gold], &[predicted]).unwrap()
}

fn numbers(counts: Counts) -> [u64; 3] {
    [counts.correct, counts.predicted, counts.gold]
}

/// One symmetric relation, found the other way round: the example with which the conventions are usually told.
#[test]
fn the_mirror_image_of_a_symmetric_relation() {
    let gold = sentence("a b", &[(0, "T"), (1, "T")], vec![relation(0, 1, PAIR)]);
    let predicted = found(&gold.entities, vec![relation(1, 0, PAIR)]);
    let expected = [[0, 1, 1], [1, 1, 1], [1, 1, 2], [2, 2, 2]];
    for (symmetric, expected) in Symmetric::ALL.into_iter().zip(expected) {
        for profile in [Profile::Spert, Profile::Iter] {
            let scored = scored(
                &scoring(profile, symmetric),
                gold.clone(),
                predicted.clone(),
            );
            for metric in [
                Metric::RelI,
                Metric::RelC,
                Metric::RelPlusI,
                Metric::RelPlusC,
            ] {
                let counts = numbers(total(&scored, metric));
                assert_eq!(counts, expected, "{profile} {symmetric:?} {metric}");
            }
        }
    }
}

#[test]
fn both_directions_are_one_relation_or_two() {
    let gold = sentence("a b", &[(0, "T"), (1, "T")], vec![relation(0, 1, PAIR)]);
    let both = vec![relation(1, 0, PAIR), relation(0, 1, PAIR)];
    let predicted = found(&gold.entities, both);
    let expected = [[1, 2, 1], [1, 1, 1], [2, 2, 2], [2, 2, 2]];
    for (symmetric, expected) in Symmetric::ALL.into_iter().zip(expected) {
        let scored = scored(
            &scoring(Profile::Spert, symmetric),
            gold.clone(),
            predicted.clone(),
        );
        assert_eq!(numbers(total(&scored, Metric::RelC)), expected);
        assert_eq!(numbers(total(&scored, Metric::RelPlusI)), expected);
    }
}

/// A pair without its relation has the direction that gold gives it, and what gold counts is the same whatever
/// was found.
#[test]
fn identification_asks_both_sides_for_the_direction() {
    let entities = [(0, "T"), (1, "T"), (2, "T")];
    let gold = vec![relation(0, 1, PAIR), relation(1, 2, "likes")];
    let gold = sentence("a b c", &entities, gold);
    let pairs = |relations: Vec<Relation>, pairs: Vec<(usize, usize)>| {
        let span = |word: usize| Span::new(word, word);
        let predicted = Extraction {
            pairs: pairs.into_iter().map(|(a, b)| (span(a), span(b))).collect(),
            ..found(&gold.entities, relations)
        };
        [Symmetric::UndirectedOnce, Symmetric::DoubleCountOneDecision].map(|symmetric| {
            let scoring = scoring(Profile::Spert, symmetric);
            numbers(total(
                &scored(&scoring, gold.clone(), predicted.clone()),
                Metric::RelI,
            ))
        })
    };
    // Gold tells that 0 and 1 have no direction, though nothing was said of their relation.
    assert_eq!(pairs(vec![], vec![(1, 0), (0, 1)]), [[1, 1, 2], [2, 2, 3]]);
    // A directed pair found as one without direction is right once, found the wrong way round it is not.
    let symmetric = vec![relation(2, 1, PAIR)];
    assert_eq!(pairs(symmetric, vec![(2, 1)]), [[1, 1, 2], [1, 2, 3]]);
    assert_eq!(pairs(vec![], vec![(2, 1)]), [[0, 1, 2], [0, 1, 3]]);
}

/// Two mentions of one name are one item by words and two by position, and by words a wrong type is another item.
#[test]
fn words_have_no_positions() {
    let gold = sentence(
        "x saw y and x",
        &[(0, "T"), (2, "T"), (4, "T")],
        vec![relation(0, 2, "likes"), relation(4, 2, "likes")],
    );
    let wrong = [entity(4, "T"), entity(2, "U")];
    let predicted = found(&wrong, vec![relation(4, 2, "likes")]);
    let counts = |profile: Profile| {
        let scoring = Scoring::new(profile.into(), &[]);
        let scored = scored(&scoring, gold.clone(), predicted.clone());
        Metric::ALL.map(|metric| numbers(total(&scored, metric)))
    };
    let by_words = [
        [2, 2, 2],
        [1, 2, 2],
        [1, 1, 1],
        [1, 1, 1],
        [0, 1, 1],
        [0, 1, 1],
    ];
    assert_eq!(counts(Profile::Iter), by_words);
    let by_position = [
        [2, 2, 3],
        [1, 2, 3],
        [1, 1, 2],
        [1, 1, 2],
        [0, 1, 2],
        [0, 1, 2],
    ];
    assert_eq!(counts(Profile::Spert), by_position);
}

#[test]
fn sets_collapse_what_is_repeated() {
    let twice = vec![relation(0, 1, "likes"), relation(0, 1, "likes")];
    let gold = sentence("a b", &[(0, "T"), (1, "T"), (0, "T")], twice.clone());
    let predicted = found(&gold.entities, twice);
    for profile in [Profile::Iter, Profile::Spert] {
        let scoring = Scoring::new(profile.into(), &[]);
        let scored = scored(&scoring, gold.clone(), predicted.clone());
        assert_eq!(numbers(total(&scored, Metric::EntC)), [2, 2, 2]);
        assert_eq!(numbers(total(&scored, Metric::RelPlusC)), [1, 1, 1]);
    }
}

/// A corpus sentence: every span once, and at most one relation between two spans.
fn sentences() -> impl Strategy<Value = Sentence> {
    let words = prop::collection::vec("[xyz]", 1..7);
    words.prop_flat_map(|words| {
        let last = words.len();
        let entities = prop::collection::btree_map(0..last, "[TU]", 0..4);
        let relations = prop::collection::vec((0..4_usize, 0..4_usize, any::<bool>()), 0..4);
        (Just(words), entities, relations).prop_map(|(tokens, entities, links)| {
            let entities: Vec<Entity> = entities
                .into_iter()
                .map(|(word, label)| entity(word, &label))
                .collect();
            let mut relations: Vec<Relation> = Vec::new();
            for (head, tail, symmetric) in links {
                let (Some(head), Some(tail)) = (entities.get(head), entities.get(tail)) else {
                    continue;
                };
                let ends = [head.span, tail.span];
                let known = |one: &Relation| ends.contains(&one.head) && ends.contains(&one.tail);
                if head.span != tail.span && !relations.iter().any(known) {
                    relations.push(Relation {
                        head: head.span,
                        tail: tail.span,
                        label: if symmetric { PAIR } else { "likes" }.into(),
                    });
                }
            }
            Sentence {
                tokens,
                entities,
                relations,
            }
        })
    })
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let document = prop::collection::vec(sentences(), 0..4);
    prop::collection::vec(document, 1..5).prop_map(|documents| {
        let named = documents.into_iter().enumerate();
        named
            .map(|(number, sentences)| Document {
                key: number.to_string(),
                sentences,
            })
            .collect()
    })
}

/// What the documents say, as it is or with every symmetric relation in both directions.
fn as_gold(documents: &[Document], mirrored: bool) -> Vec<Prediction> {
    let read = |sentence: &Sentence| {
        let mut relations = sentence.relations.clone();
        if mirrored {
            let symmetric = sentence.relations.iter().filter(|one| one.label == PAIR);
            relations.extend(symmetric.map(|one| Relation {
                head: one.tail,
                tail: one.head,
                label: PAIR.into(),
            }));
        }
        found(&sentence.entities, relations)
    };
    documents
        .iter()
        .map(|document| Prediction {
            key: document.key.clone(),
            sentences: document.sentences.iter().map(read).collect(),
        })
        .collect()
}

fn conventions() -> Vec<Convention> {
    let all = Profile::ALL.into_iter().flat_map(|profile| {
        Symmetric::ALL.map(|symmetric| Convention::new(profile, Some(symmetric)))
    });
    all.filter(|one| one.problem().is_none()).collect()
}

proptest! {
    #[test]
    fn gold_found_as_it_is_is_right(documents in documents()) {
        for convention in conventions() {
            // Where gold holds both directions, what finds one finds half.
            let predicted = as_gold(&documents, convention.symmetric == Symmetric::DoubleCount);
            let scoring = Scoring::new(convention, &[PAIR.into()]);
            let scored = score(&scoring, &documents, &predicted).unwrap();
            for metric in Metric::ALL {
                let counts = total(&scored, metric);
                prop_assert_eq!(counts.correct, counts.gold, "{} {}", convention, metric);
                prop_assert_eq!(counts.correct, counts.predicted, "{} {}", convention, metric);
            }
        }
    }

    #[test]
    fn the_counts_of_all_types_add_up(documents in documents(), shift in 0..3_usize) {
        let mut predicted = as_gold(&documents, shift == 1);
        for sentence in predicted.iter_mut().flat_map(|document| &mut document.sentences) {
            for entity in sentence.entities.iter_mut().skip(shift) {
                entity.label = "T".into();
            }
            sentence.relations.reverse();
            sentence.relations.truncate(2);
        }
        for convention in conventions() {
            let scoring = Scoring::new(convention, &[PAIR.into()]).by_type();
            let scored = score(&scoring, &documents, &predicted).unwrap();
            for metric in Metric::ALL.into_iter().filter(|metric| metric.is_typed()) {
                let types = type_totals(&scored, metric).unwrap();
                let sum: Counts = types.into_values().sum();
                prop_assert_eq!(sum, total(&scored, metric), "{} {}", convention, metric);
            }
        }
    }

    #[test]
    fn the_order_of_documents_does_not_matter(
        (gold, order) in documents().prop_flat_map(|documents| {
            let places: Vec<usize> = (0..documents.len()).collect();
            (Just(documents), Just(places).prop_shuffle())
        }),
        shift in 0..3_usize,
    ) {
        // Something else than gold: what the documents say, the types and directions of some changed.
        let mut predicted = as_gold(&gold, shift == 1);
        for sentence in predicted.iter_mut().flat_map(|document| &mut document.sentences) {
            for entity in sentence.entities.iter_mut().skip(shift) {
                entity.label = "T".into();
            }
            for relation in sentence.relations.iter_mut().skip(shift) {
                std::mem::swap(&mut relation.head, &mut relation.tail);
            }
        }
        let shuffled: (Vec<Document>, Vec<Prediction>) =
            order.iter().map(|at| (gold[*at].clone(), predicted[*at].clone())).unzip();
        for convention in conventions() {
            let scoring = Scoring::new(convention, &[PAIR.into()]);
            let one = score(&scoring, &gold, &predicted).unwrap();
            let other = score(&scoring, &shuffled.0, &shuffled.1).unwrap();
            for metric in Metric::ALL {
                prop_assert_eq!(total(&one, metric), total(&other, metric));
            }
        }
    }

    #[test]
    fn gold_counts_follow_from_the_convention_alone(documents in documents()) {
        let gold = |profile, symmetric, metric| {
            let predicted = as_gold(&documents, false);
            let scoring = scoring(profile, symmetric);
            total(&score(&scoring, &documents, &predicted).unwrap(), metric).gold
        };
        let relations = documents.iter().flat_map(|one| &one.sentences).flat_map(|one| &one.relations);
        let symmetric = relations.filter(|one| one.label == PAIR).count() as u64;
        for metric in [Metric::RelI, Metric::RelC, Metric::RelPlusI, Metric::RelPlusC] {
            for profile in [Profile::Iter, Profile::Spert] {
                let directed = gold(profile, Symmetric::Directed, metric);
                prop_assert!(gold(profile, Symmetric::UndirectedOnce, metric) <= directed);
                prop_assert!(gold(profile, Symmetric::DoubleCount, metric) >= directed);
            }
            let directed = gold(Profile::Spert, Symmetric::Directed, metric);
            for twice in [Symmetric::DoubleCount, Symmetric::DoubleCountOneDecision] {
                prop_assert_eq!(gold(Profile::Spert, twice, metric), directed + symmetric);
            }
        }
    }
}
