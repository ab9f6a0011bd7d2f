//! Counting over the set of what was found in a sentence: by position, as SpERT does (Eberts and Ulges 2020,
//! released evaluation), or by words alone, as ITER's release does.
//!
//! Both differ only in what an argument of a relation is: the span; or the words of the span, and for the strict
//! scores also its entity type. By position a relation is strict when it is right and both its spans are among
//! the rightly typed ones, so that one type too many costs nothing; by words the types are part of the item.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::unordered::{Related, Sides};
use super::{Counts, Metric, Scoring};
use crate::corpus::{Entity, Extraction, Relation, Sentence, Span};

/// The counts of one sentence by position.
pub(super) fn count_positions(
    scoring: &Scoring,
    gold: &Sentence,
    predicted: &Extraction,
) -> [(Metric, Counts); 6] {
    let annotated: BTreeSet<&Entity> = gold.entities.iter().collect();
    let found: BTreeSet<&Entity> = predicted.entities.iter().collect();
    let typed: HashSet<Span> = found
        .intersection(&annotated)
        .map(|entity| entity.span)
        .collect();
    let spans = gold.entities.iter().map(|entity| entity.span).collect();
    let found_spans: BTreeSet<Span> = predicted.spans.iter().copied().collect();
    let sides = sides(scoring, &gold.relations, predicted, |span| span);
    let strict = |head: &Span, tail: &Span| typed.contains(head) && typed.contains(tail);
    [
        (Metric::EntI, both(&found_spans, &spans)),
        (Metric::EntC, both(&found, &annotated)),
        (Metric::RelI, sides.pairs(|_, _| true)),
        (Metric::RelC, sides.relations(|_, _| true)),
        (Metric::RelPlusI, sides.pairs(strict)),
        (Metric::RelPlusC, sides.relations(strict)),
    ]
}

/// The counts of one sentence by words.
pub(super) fn count_words(
    scoring: &Scoring,
    gold: &Sentence,
    predicted: &Extraction,
) -> [(Metric, Counts); 6] {
    let words = |span: Span| &gold.tokens[span.start..=span.end];
    let named = |entities: &'_ [Entity]| -> BTreeSet<(&[String], String)> {
        let named = entities.iter();
        named
            .map(|entity| (words(entity.span), entity.label.clone()))
            .collect()
    };
    let annotated = gold.entities.iter().map(|entity| words(entity.span));
    let found: BTreeSet<&[String]> = predicted.spans.iter().map(|span| words(*span)).collect();
    let loose = sides(scoring, &gold.relations, predicted, words);
    // A span that is listed with several types has the last of them, and one that is none has no type.
    let types = |entities: &'_ [Entity]| -> BTreeMap<Span, String> {
        let typed = entities.iter();
        typed
            .map(|entity| (entity.span, entity.label.clone()))
            .collect()
    };
    let (gold_types, found_types) = (types(&gold.entities), types(&predicted.entities));
    let strict = Sides {
        scoring,
        gold: relations(&gold.relations, |span| (words(span), gold_types.get(&span))),
        found: relations(&predicted.relations, |span| {
            (words(span), found_types.get(&span))
        }),
        pairs: pairs(&predicted.pairs, |span| {
            (words(span), found_types.get(&span))
        }),
    };
    [
        (Metric::EntI, both(&found, &annotated.collect())),
        (
            Metric::EntC,
            both(&named(&predicted.entities), &named(&gold.entities)),
        ),
        (Metric::RelI, loose.pairs(|_, _| true)),
        (Metric::RelC, loose.relations(|_, _| true)),
        (Metric::RelPlusI, strict.pairs(|_, _| true)),
        (Metric::RelPlusC, strict.relations(|_, _| true)),
    ]
}

/// Counts over two sets.
pub(super) fn both<T: Ord>(found: &BTreeSet<T>, gold: &BTreeSet<T>) -> Counts {
    Counts {
        correct: found.intersection(gold).count() as u64,
        predicted: found.len() as u64,
        gold: gold.len() as u64,
    }
}

fn sides<'a, A: Ord + Copy>(
    scoring: &'a Scoring,
    gold: &'a [Relation],
    predicted: &'a Extraction,
    argument: impl Fn(Span) -> A,
) -> Sides<'a, A> {
    Sides {
        scoring,
        gold: relations(gold, &argument),
        found: relations(&predicted.relations, &argument),
        pairs: pairs(&predicted.pairs, &argument),
    }
}

fn relations<A>(relations: &[Relation], argument: impl Fn(Span) -> A) -> Vec<Related<'_, A>> {
    relations
        .iter()
        .map(|relation| {
            let (head, tail) = (argument(relation.head), argument(relation.tail));
            (head, tail, relation.label.as_str())
        })
        .collect()
}

fn pairs<A>(pairs: &[(Span, Span)], argument: impl Fn(Span) -> A) -> Vec<(A, A)> {
    pairs
        .iter()
        .map(|(head, tail)| (argument(*head), argument(*tail)))
        .collect()
}
