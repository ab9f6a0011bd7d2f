//! A sentence made of its words and triples.

use crate::corpus::{Entity, Relation, Sentence, Span};

/// The type of entities that have none.
pub(super) const UNTYPED: &str = "Entity";

/// A triple whose arguments were looked for in the sentence.
pub(super) struct Triple {
    /// The subject; nothing where its words do not occur.
    pub(super) subject: Option<Entity>,
    /// The relation's type.
    pub(super) relation: String,
    /// The object, likewise.
    pub(super) object: Option<Entity>,
}

/// The sentence in which every argument is an entity and every triple a relation, each once and in the order of their
/// first mention; and how many triples are left out, since an argument of theirs does not occur.
///
/// A triple may relate words to themselves, as where only the last words of two arguments are given.
pub(super) fn annotate(tokens: Vec<String>, triples: Vec<Triple>) -> (Sentence, usize) {
    let mut sentence = Sentence {
        tokens,
        ..Sentence::default()
    };
    let mut left_out = 0;
    for triple in triples {
        let (Some(subject), Some(object)) = (triple.subject, triple.object) else {
            left_out += 1;
            continue;
        };
        let relation = Relation {
            head: subject.span,
            tail: object.span,
            label: triple.relation,
        };
        push_new(&mut sentence.relations, relation);
        push_new(&mut sentence.entities, subject);
        push_new(&mut sentence.entities, object);
    }
    (sentence, left_out)
}

fn push_new<T: PartialEq>(items: &mut Vec<T>, item: T) {
    if !items.contains(&item) {
        items.push(item);
    }
}

/// Where the words of an argument first occur, even if another mention was meant, which such files do not say.
pub(super) fn occurrence(tokens: &[String], argument: &[String]) -> Option<Span> {
    if argument.is_empty() {
        return None;
    }
    let width = argument.len();
    let start = tokens
        .windows(width)
        .position(|window| window == argument)?;
    Some(Span::new(start, start + width - 1))
}
