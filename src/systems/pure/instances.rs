//! Pairs of entities, each an example of its own.

use std::collections::HashMap;

use super::markers::Argument;
use super::text::Text;
use crate::corpus::{Extraction, Labels, Sentence, Span};

/// A sentence with the arguments that pairs are made of.
#[derive(Debug, Clone)]
pub(crate) struct Candidates {
    /// What the encoder reads.
    pub(crate) text: Text,
    /// The arguments, in the order they were given.
    pub(crate) arguments: Vec<Argument>,
    /// Annotated label of every related ordered pair; of two for one pair the last counts.
    pub(crate) relations: HashMap<(Span, Span), usize>,
    /// Annotated type of every entity; of two for one span the last counts.
    pub(crate) entities: HashMap<Span, usize>,
    /// Number of entity types, which stands for none of them.
    pub(crate) types: usize,
}

/// An ordered pair of two arguments of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instance {
    /// Index of the sentence.
    pub(crate) sentence: usize,
    /// Index of the subject among its arguments.
    pub(crate) subject: usize,
    /// Index of the object.
    pub(crate) object: usize,
}

impl Candidates {
    /// A sentence whose arguments are the entities of `given`, or all its spans, kept as
    /// they were, where `spans` is true.
    pub(crate) fn new(
        text: Text,
        sentence: &Sentence,
        given: &Extraction,
        labels: &Labels,
        spans: bool,
    ) -> Self {
        let index = |names: &[String], name: &str| names.iter().position(|known| known == name);
        let none = labels.entity_types.len();
        let mut arguments: Vec<Argument> = Vec::new();
        if spans {
            let types: HashMap<Span, &str> = given
                .entities
                .iter()
                .map(|entity| (entity.span, entity.label.as_str()))
                .collect();
            arguments.extend(given.spans.iter().map(|span| {
                Argument {
                    span: *span,
                    label: types
                        .get(span)
                        .and_then(|name| index(&labels.entity_types, name))
                        .unwrap_or(none),
                }
            }));
        } else {
            arguments.extend(given.entities.iter().map(|entity| Argument {
                span: entity.span,
                label: index(&labels.entity_types, &entity.label).unwrap_or(none),
            }));
        }
        let relations = sentence.relations.iter().filter_map(|relation| {
            let label = index(&labels.relation_types, &relation.label)?;
            Some(((relation.head, relation.tail), label))
        });
        let entities = sentence
            .entities
            .iter()
            .filter_map(|entity| Some((entity.span, index(&labels.entity_types, &entity.label)?)));
        Self {
            text,
            arguments,
            relations: relations.collect(),
            entities: entities.collect(),
            types: none,
        }
    }

    /// Index of a pair's label, 0 where it is not related.
    pub(crate) fn label(&self, instance: Instance) -> usize {
        let span = |index: usize| self.arguments[index].span;
        let pair = (span(instance.subject), span(instance.object));
        self.relations.get(&pair).map_or(0, |label| label + 1)
    }
}

/// Every ordered pair of two arguments of a sentence, sentence by sentence.
pub(crate) fn instances(sentences: &[Candidates]) -> Vec<Instance> {
    let mut found = Vec::new();
    for (sentence, candidates) in sentences.iter().enumerate() {
        let count = candidates.arguments.len();
        for subject in 0..count {
            for object in (0..count).filter(|object| *object != subject) {
                found.push(Instance {
                    sentence,
                    subject,
                    object,
                });
            }
        }
    }
    found
}
