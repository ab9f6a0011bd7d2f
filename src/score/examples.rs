//! Sentences with their errors, as a reader can look at them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::errors::{Errors, errors};
use crate::corpus::{Document, Entity, Extraction, Prediction, Relation, Sentence, Span};

/// Where an item stands: on both sides, or on one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Annotated and predicted.
    Found,
    /// Annotated alone.
    Missed,
    /// Predicted alone.
    Spurious,
}

/// An entity of an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkedEntity {
    /// Index of its first word.
    pub start: usize,
    /// Index of its last word.
    pub end: usize,
    /// Its type.
    pub label: String,
    /// Where it stands.
    pub fate: Fate,
}

/// A relation of an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkedRelation {
    /// Where it stands.
    pub fate: Fate,
    /// The words of the subject.
    pub head: String,
    /// Its type.
    pub label: String,
    /// The words of the object.
    pub tail: String,
}

/// A sentence with what was annotated and what was predicted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The document.
    pub document: String,
    /// Which of its sentences, counted from 1.
    pub sentence: usize,
    /// The words.
    pub words: Vec<String>,
    /// The entities in the order of the text.
    pub entities: Vec<MarkedEntity>,
    /// The relations, those that were found first.
    pub relations: Vec<MarkedRelation>,
    /// The number of errors in it.
    pub errors: u64,
}

/// The errors in documents of which the predictions stand in the same order.
pub fn errors_of(gold: &[Document], predicted: &[Prediction], symmetric: &[String]) -> Errors {
    let mut all = Errors::default();
    for (_, _, sentence, extraction) in sentences(gold, predicted) {
        all += &errors(sentence, extraction, symmetric);
    }
    all
}

/// The `count` sentences with the most errors, the first of equals.
pub fn worst(
    gold: &[Document],
    predicted: &[Prediction],
    symmetric: &[String],
    count: usize,
) -> Vec<Example> {
    let mut all: Vec<_> = sentences(gold, predicted)
        .map(|(document, number, sentence, extraction)| {
            let found = errors(sentence, extraction, symmetric).count();
            (found, document, number, sentence, extraction)
        })
        .filter(|(found, ..)| *found > 0)
        .collect();
    all.sort_by_key(|(found, ..)| Reverse(*found));
    let chosen = all.into_iter().take(count);
    chosen
        .map(|(errors, document, number, sentence, extraction)| Example {
            document: document.key.clone(),
            sentence: number + 1,
            words: sentence.tokens.clone(),
            entities: entities(sentence, extraction),
            relations: relations(sentence, extraction, symmetric),
            errors,
        })
        .collect()
}

fn sentences<'a>(
    gold: &'a [Document],
    predicted: &'a [Prediction],
) -> impl Iterator<Item = (&'a Document, usize, &'a Sentence, &'a Extraction)> {
    gold.iter()
        .zip(predicted)
        .flat_map(|(document, prediction)| {
            let both = document.sentences.iter().zip(&prediction.sentences);
            both.enumerate()
                .map(move |(number, (sentence, extraction))| {
                    (document, number, sentence, extraction)
                })
        })
}

/// All of two sets, each with where it stands.
fn fates<T: Ord>(gold: BTreeSet<T>, predicted: BTreeSet<T>) -> Vec<(T, Fate)> {
    let mut all = Vec::new();
    for item in gold {
        let fate = if predicted.contains(&item) {
            Fate::Found
        } else {
            Fate::Missed
        };
        all.push((item, fate));
    }
    let found: Vec<bool> = predicted
        .iter()
        .map(|item| all.iter().any(|(known, _)| known == item))
        .collect();
    let rest = predicted.into_iter().zip(found).filter(|(_, found)| !found);
    all.extend(rest.map(|(item, _)| (item, Fate::Spurious)));
    all
}

fn entities(gold: &Sentence, predicted: &Extraction) -> Vec<MarkedEntity> {
    let distinct = |entities: &[Entity]| entities.iter().cloned().collect::<BTreeSet<_>>();
    let all = fates(distinct(&gold.entities), distinct(&predicted.entities));
    let mut marked: Vec<MarkedEntity> = all
        .into_iter()
        .map(|(entity, fate)| MarkedEntity {
            start: entity.span.start,
            end: entity.span.end,
            label: entity.label,
            fate,
        })
        .collect();
    marked.sort();
    marked
}

fn relations(gold: &Sentence, predicted: &Extraction, symmetric: &[String]) -> Vec<MarkedRelation> {
    let distinct = |relations: &[Relation]| {
        let directed = relations.iter().map(|relation| {
            let mut relation = relation.clone();
            if relation.head > relation.tail && symmetric.contains(&relation.label) {
                std::mem::swap(&mut relation.head, &mut relation.tail);
            }
            relation
        });
        directed.collect::<BTreeSet<_>>()
    };
    let words = |span: Span| {
        let words = gold.tokens.get(span.start..=span.end);
        words.map(|words| words.join(" ")).unwrap_or_default()
    };
    let mut marked: Vec<MarkedRelation> =
        fates(distinct(&gold.relations), distinct(&predicted.relations))
            .into_iter()
            .map(|(relation, fate)| MarkedRelation {
                fate,
                head: words(relation.head),
                label: relation.label,
                tail: words(relation.tail),
            })
            .collect();
    marked.sort();
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_sentences_come_first_and_show_both_sides() {
        let entity = |start: usize, label: &str| Entity {
            span: Span::new(start, start),
            label: label.to_owned(),
        };
        let relation = |head: usize, tail: usize| Relation {
            head: Span::new(head, head),
            tail: Span::new(tail, tail),
            label: "r".to_owned(),
        };
        let sentence = |entities: &[Entity], relations: &[Relation]| Sentence {
            tokens: ["red", "fox", "den"].map(str::to_owned).to_vec(),
            entities: entities.to_vec(),
            relations: relations.to_vec(),
        };
        let gold = [Document {
            key: "d".to_owned(),
            sentences: vec![
                sentence(&[], &[]),
                sentence(&[entity(0, "A")], &[]),
                sentence(&[entity(0, "A"), entity(1, "A")], &[relation(0, 1)]),
            ],
        }];
        let extraction = |entities: &[Entity], relations: &[Relation]| Extraction {
            entities: entities.to_vec(),
            relations: relations.to_vec(),
            ..Extraction::default()
        };
        let predicted = [Prediction {
            key: "d".to_owned(),
            sentences: vec![
                extraction(&[], &[]),
                extraction(&[], &[]),
                extraction(&[entity(0, "A"), entity(2, "B")], &[relation(1, 0)]),
            ],
        }];
        let found = worst(&gold, &predicted, &[], 5);
        // The sentence that is right is no example.
        let places: Vec<_> = found.iter().map(|one| (one.sentence, one.errors)).collect();
        assert_eq!(places, [(3, 3), (2, 1)]);
        let fates: Vec<_> = found[0]
            .entities
            .iter()
            .map(|one| (one.start, one.fate))
            .collect();
        assert_eq!(
            fates,
            [(0, Fate::Found), (1, Fate::Missed), (2, Fate::Spurious)]
        );
        let related: Vec<_> = found[0]
            .relations
            .iter()
            .map(|one| (one.fate, one.head.as_str(), one.tail.as_str()))
            .collect();
        assert_eq!(
            related,
            [(Fate::Missed, "red", "fox"), (Fate::Spurious, "fox", "red")]
        );
        // Without a direction the relation is found.
        let found = worst(&gold, &predicted, &["r".to_owned()], 1);
        assert_eq!(found[0].relations[0].fate, Fate::Found);
        assert_eq!(errors_of(&gold, &predicted, &[]).count(), 4);
        assert_eq!(worst(&gold, &predicted, &[], 1).len(), 1);
    }
}
