//! The annotation that a chain of tags can say: entities that do not overlap, and the
//! relations between them.

use crate::corpus::{Entity, Relation, Sentence, keep_longer};

/// Entities without overlaps, in the order of their words, and their relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flat {
    pub(super) entities: Vec<Entity>,
    pub(super) relations: Vec<Relation>,
}

impl Flat {
    /// Of entities that overlap the longer ones stay, and of relations those between
    /// entities that stay (Crone 2020, §4.1, for ADE).
    pub(super) fn new(sentence: &Sentence) -> Self {
        let mut entities = keep_longer(&sentence.entities);
        entities.sort_by_key(|entity| entity.span);
        let stays = |span| entities.iter().any(|entity| entity.span == span);
        let relations = sentence.relations.iter();
        let relations = relations.filter(|one| stays(one.head) && stays(one.tail));
        Self {
            relations: relations.cloned().collect(),
            entities,
        }
    }
}
