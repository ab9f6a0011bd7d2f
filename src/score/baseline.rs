//! What can be had without a model: a majority vote over memorised names, and entity types alone.
//!
//! A corpus on which these come close to a system says nothing about the system.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::corpus::{Corpus, Document, Entity, Extraction, Prediction, Relation, Sentence, Span};

/// How often each label was seen; `None` is the absence of a relation.
type Votes<'a> = BTreeMap<Option<&'a str>, usize>;

/// Which label a pair of entity types gets from [`type_only_baseline`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TypeOnly {
    /// The most frequent label in training, the absence of a relation included.
    MostFrequent,
    /// The most frequent relation, where at least this share of the pairs of these types bears it.
    Relation {
        /// The least share, 0 to 1.
        share: f64,
    },
}

/// Memorises the training split: every string once annotated is an entity of its most frequent type, and
/// every ordered pair of found entities gets the most frequent label among all pairs of training entities,
/// which is mostly none. Predictions for the test split.
pub fn majority_baseline(corpus: &Corpus) -> Vec<Prediction> {
    let mut types: HashMap<&[String], BTreeMap<&str, usize>> = HashMap::new();
    let mut votes = Votes::new();
    for sentence in sentences(&corpus.train) {
        for entity in &sentence.entities {
            let words = &sentence.tokens[entity.span.start..=entity.span.end];
            *types
                .entry(words)
                .or_default()
                .entry(&entity.label)
                .or_default() += 1;
        }
        for (_, _, label) in labelled_pairs(sentence) {
            *votes.entry(label).or_default() += 1;
        }
    }
    let widest = types.keys().map(|words| words.len()).max().unwrap_or(0);
    let relation = most_frequent(&votes).copied().flatten();
    predict(&corpus.test, |sentence| {
        let entities: Vec<Entity> = spans(sentence.tokens.len(), widest)
            .filter_map(|span| {
                let votes = types.get(&sentence.tokens[span.start..=span.end])?;
                Some(Entity {
                    span,
                    label: (*most_frequent(votes)?).to_owned(),
                })
            })
            .collect();
        let relations = relate(&entities, |_, _| relation);
        (entities, relations)
    })
}

/// Takes the gold entities of the test split and gives each ordered pair of them the label that its two
/// entity types suggest.
pub fn type_only_baseline(corpus: &Corpus, rule: TypeOnly) -> Vec<Prediction> {
    let mut votes: HashMap<(&str, &str), Votes> = HashMap::new();
    for sentence in sentences(&corpus.train) {
        for (head, tail, label) in labelled_pairs(sentence) {
            *votes
                .entry((&head.label, &tail.label))
                .or_default()
                .entry(label)
                .or_default() += 1;
        }
    }
    let chosen: HashMap<(&str, &str), &str> = votes
        .iter()
        .filter_map(|(types, votes)| Some((*types, choose(votes, rule)?)))
        .collect();
    predict(&corpus.test, |sentence| {
        let entities = sentence.entities.clone();
        let relations = relate(&entities, |head, tail| {
            chosen
                .get(&(head.label.as_str(), tail.label.as_str()))
                .copied()
        });
        (entities, relations)
    })
}

fn choose<'a>(votes: &Votes<'a>, rule: TypeOnly) -> Option<&'a str> {
    match rule {
        TypeOnly::MostFrequent => most_frequent(votes).copied().flatten(),
        TypeOnly::Relation { share } => {
            let all: usize = votes.values().sum();
            let relations: Votes = votes
                .iter()
                .filter(|(label, _)| label.is_some())
                .map(|(l, n)| (*l, *n))
                .collect();
            let best = most_frequent(&relations).copied().flatten()?;
            (relations[&Some(best)] as f64 >= share * all as f64).then_some(best)
        }
    }
}

/// The label with the most votes; the first in order among equals.
fn most_frequent<L: Ord>(votes: &BTreeMap<L, usize>) -> Option<&L> {
    votes
        .iter()
        .rev()
        .max_by_key(|(_, count)| **count)
        .map(|(label, _)| label)
}

fn sentences(documents: &[Document]) -> impl Iterator<Item = &Sentence> {
    documents.iter().flat_map(|document| &document.sentences)
}

/// All ordered pairs of different gold spans with their relation.
fn labelled_pairs(sentence: &Sentence) -> Vec<(&Entity, &Entity, Option<&str>)> {
    let labels: HashMap<(Span, Span), &str> = sentence
        .relations
        .iter()
        .map(|r| ((r.head, r.tail), r.label.as_str()))
        .collect();
    let pairs = ordered_pairs(&sentence.entities);
    pairs
        .map(|(head, tail)| (head, tail, labels.get(&(head.span, tail.span)).copied()))
        .collect()
}

fn ordered_pairs(entities: &[Entity]) -> impl Iterator<Item = (&Entity, &Entity)> {
    entities.iter().flat_map(move |head| {
        entities
            .iter()
            .filter(move |tail| tail.span != head.span)
            .map(move |tail| (head, tail))
    })
}

fn relate<'a>(
    entities: &[Entity],
    label: impl Fn(&Entity, &Entity) -> Option<&'a str>,
) -> Vec<Relation> {
    ordered_pairs(entities)
        .filter_map(|(head, tail)| {
            Some(Relation {
                head: head.span,
                tail: tail.span,
                label: label(head, tail)?.to_owned(),
            })
        })
        .collect()
}

fn spans(words: usize, widest: usize) -> impl Iterator<Item = Span> {
    (0..words).flat_map(move |start| {
        (start..words.min(start + widest)).map(move |end| Span::new(start, end))
    })
}

fn predict(
    documents: &[Document],
    read: impl Fn(&Sentence) -> (Vec<Entity>, Vec<Relation>),
) -> Vec<Prediction> {
    let extraction = |sentence: &Sentence| {
        let (entities, relations) = read(sentence);
        let distinct: HashSet<Span> = entities.iter().map(|entity| entity.span).collect();
        let mut spans: Vec<Span> = distinct.into_iter().collect();
        spans.sort_unstable();
        let pairs = relations
            .iter()
            .map(|relation| (relation.head, relation.tail))
            .collect();
        Extraction {
            spans,
            entities,
            pairs,
            relations,
            links: Vec::new(),
        }
    };
    documents
        .iter()
        .map(|document| Prediction {
            key: document.key.clone(),
            sentences: document.sentences.iter().map(extraction).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::print_stderr)]
    use super::*;
    use crate::corpus::{DemoConfig, demo};
    use crate::score::{Metric, Scoring, score, total};

    fn f1(corpus: &Corpus, predicted: &[Prediction], metric: Metric) -> f64 {
        let counts = score(&Scoring::pure(), &corpus.test, predicted).unwrap();
        100.0 * total(&counts, metric).f1()
    }

    /// The documentation of `corpus::demo` states these numbers.
    #[test]
    fn the_demo_corpus_is_not_solved_by_baselines() {
        let corpus = demo(&DemoConfig::default());
        let majority = majority_baseline(&corpus);
        let [entities, relations] =
            [Metric::EntC, Metric::RelC].map(|metric| f1(&corpus, &majority, metric));
        let by_type = [
            TypeOnly::MostFrequent,
            TypeOnly::Relation { share: 0.3 },
            TypeOnly::Relation { share: 0.1 },
        ]
        .map(|rule| f1(&corpus, &type_only_baseline(&corpus, rule), Metric::RelC));
        eprintln!(
            "majority: Ent-C {entities:.1}, Rel-C {relations:.1}; types alone: Rel-C {by_type:.1?}"
        );
        assert!((40.0..60.0).contains(&entities), "Ent-C {entities}");
        assert!(relations < 5.0, "Rel-C {relations}");
        let [most_frequent, thirty, ten] = by_type;
        assert!(
            most_frequent < 5.0 && thirty < 25.0 && ten < 35.0,
            "Rel-C {by_type:?}"
        );
    }

    fn sentence(label: &str) -> Sentence {
        let (head, tail) = (Span::new(0, 0), Span::new(1, 1));
        Sentence {
            tokens: vec!["x".into(), "y".into()],
            entities: vec![
                Entity {
                    span: head,
                    label: "A".into(),
                },
                Entity {
                    span: tail,
                    label: "B".into(),
                },
            ],
            relations: vec![Relation {
                head,
                tail,
                label: label.into(),
            }],
        }
    }

    fn corpus(labels: &[&str], test: &str) -> Corpus {
        let document = |sentences| {
            vec![Document {
                key: "d".into(),
                sentences,
            }]
        };
        let train = labels.iter().map(|label| sentence(label)).collect();
        Corpus::new(
            "c",
            [document(train), vec![], document(vec![sentence(test)])],
            &[],
        )
    }

    #[test]
    fn types_suggest_their_most_frequent_label() {
        let corpus = corpus(&["r", "q", "q"], "q");
        assert!(
            (f1(
                &corpus,
                &type_only_baseline(&corpus, TypeOnly::MostFrequent),
                Metric::RelC
            ) - 100.0)
                .abs()
                < 1e-9
        );
        let choosy = type_only_baseline(&corpus, TypeOnly::Relation { share: 0.9 });
        assert!(f1(&corpus, &choosy, Metric::RelC).abs() < 1e-9);
    }

    #[test]
    fn the_majority_memorises_strings() {
        let corpus = corpus(&["r"], "r");
        let predicted = majority_baseline(&corpus);
        assert!((f1(&corpus, &predicted, Metric::EntC) - 100.0).abs() < 1e-9);
        // The pair (y, x) bears nothing, (x, y) bears `r`: a tie goes to the absence of a relation.
        assert!(predicted[0].sentences[0].relations.is_empty());
    }
}
