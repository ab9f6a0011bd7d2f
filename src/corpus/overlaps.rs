//! Entities that share words, for systems and papers that have none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Document, Entity};

/// What becomes of entities that share words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// They stay.
    #[default]
    KeepAll,
    /// The longer one stays, in all splits; what is said of the other is dropped with it.
    KeepLonger,
}

/// The entities that stay where of two that share a word the longer one does, and of equally
/// long ones the one that starts first; of two entities of the same words the first. They
/// keep their order (Crone 2020, §4.1, on ADE; which of equals stays is our choice).
pub fn keep_longer(entities: &[Entity]) -> Vec<Entity> {
    let mut order: Vec<usize> = (0..entities.len()).collect();
    order.sort_by_key(|index| {
        let span = entities[*index].span;
        (std::cmp::Reverse(span.width()), span.start)
    });
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        let span = entities[index].span;
        if kept.iter().all(|one| !entities[*one].span.overlaps(span)) {
            kept.push(index);
        }
    }
    kept.sort_unstable();
    kept.into_iter()
        .map(|index| entities[index].clone())
        .collect()
}

/// Drops the shorter of overlapping entities, and the relations of what is dropped.
pub(super) fn drop_overlaps(documents: &mut [Document]) {
    let sentences = documents.iter_mut().flat_map(|one| &mut one.sentences);
    for sentence in sentences {
        let kept = keep_longer(&sentence.entities);
        let stays = |span| kept.iter().any(|entity| entity.span == span);
        sentence
            .relations
            .retain(|relation| stays(relation.head) && stays(relation.tail));
        sentence.entities = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Relation, Sentence, Span};

    fn entity(start: usize, end: usize) -> Entity {
        Entity {
            span: Span::new(start, end),
            label: "A".into(),
        }
    }

    #[test]
    fn the_longer_stays_and_of_equals_the_earlier() {
        for (given, expected) in [
            (vec![entity(0, 1), entity(1, 3)], vec![entity(1, 3)]),
            (vec![entity(1, 2), entity(0, 1)], vec![entity(0, 1)]),
            // The middle one goes, and with it the reason why the last should.
            (
                vec![entity(0, 3), entity(3, 5), entity(5, 6)],
                vec![entity(0, 3), entity(5, 6)],
            ),
            (
                vec![entity(4, 4), entity(2, 2)],
                vec![entity(4, 4), entity(2, 2)],
            ),
        ] {
            assert_eq!(keep_longer(&given), expected, "{given:?}");
        }
    }

    #[test]
    fn relations_go_with_what_they_relate() {
        let relation = |head, tail| Relation {
            head,
            tail,
            label: "r".into(),
        };
        let [long, short, other] = [Span::new(0, 2), Span::new(2, 2), Span::new(4, 4)];
        let mut documents = [Document {
            key: "d".into(),
            sentences: vec![Sentence {
                tokens: vec![String::new(); 5],
                entities: vec![entity(2, 2), entity(0, 2), entity(4, 4)],
                relations: vec![relation(short, other), relation(other, long)],
            }],
        }];
        drop_overlaps(&mut documents);
        let sentence = &documents[0].sentences[0];
        assert_eq!(sentence.entities, [entity(0, 2), entity(4, 4)]);
        assert_eq!(sentence.relations, [relation(other, long)]);
    }
}
