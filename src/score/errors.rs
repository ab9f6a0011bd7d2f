//! Which errors a system makes: every gold item and every prediction is matched with at most one other, and what is
//! not right gets the name of what is wrong with it.
//!
//! Scores say how much is wrong; this says what. It counts by position whatever the scoring profile, so that a reader
//! can find every error in the text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use super::confusion::Confusion;
use super::matching::matched;
use crate::corpus::{Entity, Extraction, Relation, Sentence, Span};

/// What became of entities. Gold entities are `correct + wrong_type + wrong_span + wrong_both + missed`, predictions
/// the same with `spurious` for `missed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntityErrors {
    /// Span and type are right.
    pub correct: u64,
    /// The span is right, the type is not.
    pub wrong_type: u64,
    /// The span overlaps, the type is right.
    pub wrong_span: u64,
    /// The span overlaps, and the type is wrong.
    pub wrong_both: u64,
    /// Nothing was predicted there.
    pub missed: u64,
    /// Nothing is there.
    pub spurious: u64,
}

/// What became of relations. Gold relations are `correct + wrong_type + reversed + wrong_span + missed`, predictions the
/// same with `spurious` for `missed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelationErrors {
    /// Both spans, their order and the type are right.
    pub correct: u64,
    /// Of these, an entity has another type than in the annotation, or none.
    pub wrong_entity_type: u64,
    /// Both spans are right, the type is not.
    pub wrong_type: u64,
    /// The type is right, subject and object are exchanged.
    pub reversed: u64,
    /// The type is right, and both spans overlap those of the annotation without being the same.
    pub wrong_span: u64,
    /// Nothing was predicted there.
    pub missed: u64,
    /// Nothing is there.
    pub spurious: u64,
}

/// The relations between two types of entities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PairErrors {
    /// Gold relations.
    pub gold: u64,
    /// Of these, those that were found with their type.
    pub found: u64,
    /// Predictions, of which nothing in the annotation has pair and type.
    pub wrong: u64,
}

/// The errors in some sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// Entities by what is wrong with them.
    pub entities: EntityErrors,
    /// Relations by what is wrong with them.
    pub relations: RelationErrors,
    /// Types of entities, gold and predicted, of which the spans are the same.
    pub entity_types: Confusion,
    /// Types of relations, gold and predicted, of which the pairs are the same.
    pub relation_types: Confusion,
    /// Relations by the types of subject and object.
    pub pairs: BTreeMap<(String, String), PairErrors>,
}

impl Errors {
    /// The number of errors: what is wrong counts once, as does what is missed or spurious.
    pub fn count(&self) -> u64 {
        let (one, two) = (&self.entities, &self.relations);
        let entities = one.wrong_type + one.wrong_span + one.wrong_both + one.missed + one.spurious;
        let relations = two.wrong_type + two.reversed + two.wrong_span + two.missed + two.spurious;
        entities + relations
    }
}

impl AddAssign<&Errors> for Errors {
    fn add_assign(&mut self, other: &Errors) {
        let (one, more) = (&mut self.entities, &other.entities);
        one.correct += more.correct;
        one.wrong_type += more.wrong_type;
        one.wrong_span += more.wrong_span;
        one.wrong_both += more.wrong_both;
        one.missed += more.missed;
        one.spurious += more.spurious;
        let (one, more) = (&mut self.relations, &other.relations);
        one.correct += more.correct;
        one.wrong_entity_type += more.wrong_entity_type;
        one.wrong_type += more.wrong_type;
        one.reversed += more.reversed;
        one.wrong_span += more.wrong_span;
        one.missed += more.missed;
        one.spurious += more.spurious;
        self.entity_types += &other.entity_types;
        self.relation_types += &other.relation_types;
        for (types, more) in &other.pairs {
            let one = self.pairs.entry(types.clone()).or_default();
            one.gold += more.gold;
            one.found += more.found;
            one.wrong += more.wrong;
        }
    }
}

/// The errors in one sentence. Relations of the types `symmetric` have no direction. Items that are annotated or
/// predicted twice count once.
pub fn errors(gold: &Sentence, predicted: &Extraction, symmetric: &[String]) -> Errors {
    let mut errors = Errors::default();
    entities(gold, predicted, &mut errors);
    relations(gold, predicted, symmetric, &mut errors);
    errors
}

/// How near an entity is to a gold one; the less the nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Same,
    OtherType,
    Reversed,
    /// With the number of words that are not shared.
    OtherSpan(usize),
    OtherBoth(usize),
}

fn entities(gold: &Sentence, predicted: &Extraction, errors: &mut Errors) {
    let distinct = |entities: &[Entity]| entities.iter().cloned().collect::<BTreeSet<_>>();
    let pairs = matched(
        distinct(&gold.entities),
        distinct(&predicted.entities),
        |gold, predicted| match (gold.span == predicted.span, gold.label == predicted.label) {
            (true, true) => Some(Nearness::Same),
            (true, false) => Some(Nearness::OtherType),
            (false, same) => {
                let apart = apart(gold.span, predicted.span)?;
                Some(if same {
                    Nearness::OtherSpan(apart)
                } else {
                    Nearness::OtherBoth(apart)
                })
            }
        },
    );
    let counts = &mut errors.entities;
    for (gold, predicted, nearness) in pairs {
        let (gold, predicted) = (gold.map(|one| one.label), predicted.map(|one| one.label));
        match nearness {
            Some(Nearness::Same) => counts.correct += 1,
            Some(Nearness::OtherType | Nearness::Reversed) => counts.wrong_type += 1,
            Some(Nearness::OtherSpan(_)) => counts.wrong_span += 1,
            Some(Nearness::OtherBoth(_)) => counts.wrong_both += 1,
            None if gold.is_some() => counts.missed += 1,
            None => counts.spurious += 1,
        }
        if matches!(
            nearness,
            Some(Nearness::OtherSpan(_) | Nearness::OtherBoth(_))
        ) {
            errors.entity_types.add(gold, None);
            errors.entity_types.add(None, predicted);
        } else {
            errors.entity_types.add(gold, predicted);
        }
    }
}

fn relations(gold: &Sentence, predicted: &Extraction, symmetric: &[String], errors: &mut Errors) {
    let distinct = |relations: &[Relation]| {
        let directed = relations.iter().map(|one| in_order(one, symmetric));
        directed.collect::<BTreeSet<_>>()
    };
    let pairs = matched(
        distinct(&gold.relations),
        distinct(&predicted.relations),
        |gold, predicted| {
            let same = gold.label == predicted.label;
            let (ours, theirs) = ((gold.head, gold.tail), (predicted.head, predicted.tail));
            if ours == theirs {
                Some(if same {
                    Nearness::Same
                } else {
                    Nearness::OtherType
                })
            } else if !same {
                None
            } else if ours == (theirs.1, theirs.0) {
                Some(Nearness::Reversed)
            } else {
                let apart = apart(ours.0, theirs.0)? + apart(ours.1, theirs.1)?;
                Some(Nearness::OtherSpan(apart))
            }
        },
    );
    let gold_type = |span: Span| type_of(span, &gold.entities);
    let own_type = |span: Span| type_of(span, &predicted.entities);
    for (gold, predicted, nearness) in pairs {
        let counts = &mut errors.relations;
        match nearness {
            Some(Nearness::Same) => counts.correct += 1,
            Some(Nearness::OtherType) => counts.wrong_type += 1,
            Some(Nearness::Reversed) => counts.reversed += 1,
            Some(Nearness::OtherSpan(_) | Nearness::OtherBoth(_)) => counts.wrong_span += 1,
            None if gold.is_some() => counts.missed += 1,
            None => counts.spurious += 1,
        }
        let found = nearness == Some(Nearness::Same);
        if let Some(gold) = &gold {
            let types = (gold_type(gold.head), gold_type(gold.tail));
            if found && types != (own_type(gold.head), own_type(gold.tail)) {
                counts.wrong_entity_type += 1;
            }
            let pair = errors.pairs.entry(types).or_default();
            pair.gold += 1;
            pair.found += u64::from(found);
        }
        if let Some(predicted) = predicted.as_ref().filter(|_| !found) {
            let types = (own_type(predicted.head), own_type(predicted.tail));
            errors.pairs.entry(types).or_default().wrong += 1;
        }
        let same_pair = matches!(nearness, Some(Nearness::Same | Nearness::OtherType));
        let (gold, predicted) = (gold.map(|one| one.label), predicted.map(|one| one.label));
        if same_pair || nearness.is_none() {
            errors.relation_types.add(gold, predicted);
        } else {
            errors.relation_types.add(gold, None);
            errors.relation_types.add(None, predicted);
        }
    }
}

/// The relation with its earlier span first, where its type has no direction.
fn in_order(relation: &Relation, symmetric: &[String]) -> Relation {
    let mut relation = relation.clone();
    if relation.head > relation.tail && symmetric.contains(&relation.label) {
        std::mem::swap(&mut relation.head, &mut relation.tail);
    }
    relation
}

/// The type of the first entity with a span; `?` where there is none.
fn type_of(span: Span, entities: &[Entity]) -> String {
    let entity = entities.iter().find(|entity| entity.span == span);
    entity.map_or_else(|| "?".to_owned(), |entity| entity.label.clone())
}

/// The number of words that only one of two overlapping spans has; none where they do not overlap.
fn apart(one: Span, other: Span) -> Option<usize> {
    one.overlaps(other)
        .then(|| one.start.abs_diff(other.start) + one.end.abs_diff(other.end))
}
