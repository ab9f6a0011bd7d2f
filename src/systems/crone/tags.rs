//! Entities as a sequence of tags, and back.

use crate::corpus::{Entity, Labels, Span};
use crate::encoder::recurrent::BioRules;

/// The tag of words outside of all entities. Type t has the tags 2t + 1 (its first word) and
/// 2t + 2 (its others).
pub(super) const OUTSIDE: usize = 0;

/// Number of tags: 2 |types| + 1, of which the paper counts the types alone.
pub(super) fn count(labels: &Labels) -> usize {
    2 * labels.entity_types.len() + 1
}

/// Which tags may follow each other.
pub(super) fn rules(labels: &Labels) -> BioRules {
    let types = labels.entity_types.iter();
    let named = types.flat_map(|name| [format!("B-{name}"), format!("I-{name}")]);
    let tags: Vec<String> = std::iter::once("O".to_owned()).chain(named).collect();
    BioRules::new(&tags)
}

/// The tags of a sentence's words; entities do not overlap.
pub(super) fn encode(words: usize, entities: &[Entity], labels: &Labels) -> Vec<usize> {
    let mut tags = vec![OUTSIDE; words];
    for entity in entities {
        let known = labels.entity_types.iter();
        let Some(number) = known.clone().position(|name| *name == entity.label) else {
            continue;
        };
        let own = tags.iter_mut().enumerate();
        for (word, tag) in own.skip(entity.span.start).take(entity.span.width()) {
            *tag = 2 * number + if word == entity.span.start { 1 } else { 2 };
        }
    }
    tags
}

/// The entities that tags say: a first tag begins one, further tags of its type continue it,
/// and one that continues nothing begins an entity too, as conlleval has it.
pub(super) fn decode(tags: &[usize], labels: &Labels) -> Vec<Entity> {
    let mut entities: Vec<Entity> = Vec::new();
    let mut before = OUTSIDE;
    for (word, tag) in tags.iter().copied().enumerate() {
        let number = tag.checked_sub(1).map(|tag| tag / 2);
        let begins = tag % 2 == 1;
        let continues = !begins && before.checked_sub(1).map(|tag| tag / 2) == number;
        before = tag;
        let Some(name) = number.and_then(|number| labels.entity_types.get(number)) else {
            continue;
        };
        match entities.last_mut() {
            Some(last) if continues => last.span.end = word,
            _ => entities.push(Entity {
                span: Span::new(word, word),
                label: name.clone(),
            }),
        }
    }
    entities
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels() -> Labels {
        Labels {
            entity_types: vec!["A".into(), "B".into()],
            ..Labels::default()
        }
    }

    fn entity(start: usize, end: usize, label: &str) -> Entity {
        Entity {
            span: Span::new(start, end),
            label: label.into(),
        }
    }

    #[test]
    fn any_sequence_of_tags_says_something() {
        // O, B-A, I-A, B-B, I-B are 0 to 4.
        for (tags, expected) in [
            (vec![0, 2, 2, 0], vec![entity(1, 2, "A")]),
            (vec![1, 4, 4], vec![entity(0, 0, "A"), entity(1, 2, "B")]),
            (vec![3, 3, 4], vec![entity(0, 0, "B"), entity(1, 2, "B")]),
            (vec![1, 0, 2], vec![entity(0, 0, "A"), entity(2, 2, "A")]),
        ] {
            assert_eq!(decode(&tags, &labels()), expected, "{tags:?}");
        }
        assert_eq!(count(&labels()), 5);
        assert!(rules(&labels()).may_follow(3, 4) && !rules(&labels()).may_follow(1, 4));
    }

    proptest! {
        #[test]
        fn entities_come_back(parts in prop::collection::vec((1usize..4, 0usize..3), 0..6)) {
            let mut entities = Vec::new();
            let mut word = 0;
            for (width, kind) in parts {
                if kind > 0 {
                    entities.push(entity(word, word + width - 1, ["A", "B"][kind - 1]));
                }
                word += width;
            }
            let tags = encode(word, &entities, &labels());
            prop_assert_eq!(decode(&tags, &labels()), entities);
        }
    }
}
