//! How deeply entities nest.

use std::collections::BTreeSet;

use super::{Document, Entity};

/// The nesting depth ω of these documents: the largest number of words inside one entity, its first and its last
/// among them, at which an entity of the sentence begins; 0 where there are no entities. With ω = 1 the nearest
/// begin before an entity's last word is the entity's own; in general it is among the nearest ω.
pub fn nesting_depth(documents: &[Document]) -> usize {
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    sentences
        .map(|sentence| depth(&sentence.entities))
        .max()
        .unwrap_or(0)
}

fn depth(entities: &[Entity]) -> usize {
    let starts: BTreeSet<usize> = entities.iter().map(|entity| entity.span.start).collect();
    let inside = |entity: &Entity| starts.range(entity.span.start..=entity.span.end).count();
    entities.iter().map(inside).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Sentence, Span};

    fn depth_of(sentences: &[&[[usize; 2]]]) -> usize {
        let entity = |span: &[usize; 2]| Entity {
            span: Span::from(*span),
            label: "T".into(),
        };
        let sentence = |spans: &&[[usize; 2]]| Sentence {
            entities: spans.iter().map(entity).collect(),
            ..Sentence::default()
        };
        nesting_depth(&[Document {
            key: "d".into(),
            sentences: sentences.iter().map(sentence).collect(),
        }])
    }

    #[test]
    fn begins_inside_the_longest_entity_are_counted() {
        assert_eq!(depth_of(&[]), 0);
        assert_eq!(depth_of(&[&[]]), 0);
        assert_eq!(depth_of(&[&[[0, 1], [2, 4]], &[[0, 0]]]), 1);
        assert_eq!(depth_of(&[&[[0, 3]], &[[0, 3], [3, 3]]]), 2);
        assert_eq!(depth_of(&[&[[0, 5], [0, 1], [2, 6], [6, 6]]]), 2);
        assert_eq!(depth_of(&[&[[0, 6], [2, 6], [4, 6], [6, 6], [7, 7]]]), 4);
    }
}
