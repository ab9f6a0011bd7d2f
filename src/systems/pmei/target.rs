//! What the model should decide about a sentence.

use super::classifiers::TAGS;
use super::core::Gold;
use crate::corpus::{Document, Labels, Sentence};
use crate::score::pmei::tags_of;

/// The tags and cells of a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// An index into [`TAGS`] for every word.
    pub(crate) tags: Vec<usize>,
    /// First word, second word, relation; sorted, each once.
    pub(crate) cells: Vec<(usize, usize, usize)>,
}

impl Target {
    /// The tags of all entities, later ones over earlier ones, and a cell for the last words
    /// of every relation's arguments. Relation types that are not among the `labels` have none.
    pub(crate) fn of(sentence: &Sentence, labels: &Labels) -> Self {
        let spans = sentence.entities.iter().map(|entity| entity.span);
        let tags = tags_of(sentence.tokens.len(), spans);
        let tags = tags.iter().map(|tag| {
            let known = TAGS.iter().position(|one| one == tag);
            known.unwrap_or_default()
        });
        let cells = sentence.relations.iter().filter_map(|one| {
            let mut types = labels.relation_types.iter();
            let relation = types.position(|label| *label == one.label)?;
            Some((one.head.end, one.tail.end, relation))
        });
        let mut cells: Vec<_> = cells.collect();
        cells.sort_unstable();
        cells.dedup();
        Self {
            tags: tags.collect(),
            cells,
        }
    }

    /// The targets of the sentences of documents, in order.
    pub(crate) fn all(documents: &[Document], labels: &Labels) -> Vec<Self> {
        let sentences = documents.iter().flat_map(|document| &document.sentences);
        sentences
            .map(|sentence| Self::of(sentence, labels))
            .collect()
    }

    /// Those of a batch whose sentences' words follow each other.
    pub(crate) fn batch(targets: &[&Self]) -> Gold {
        let mut gold = Gold {
            tags: Vec::new(),
            cells: Vec::new(),
        };
        for target in targets {
            let first = gold.tags.len();
            let cells = target.cells.iter();
            gold.cells.extend(
                cells.map(|(head, tail, relation)| (first + head, first + tail, *relation)),
            );
            gold.tags.extend(&target.tags);
        }
        gold
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Entity, Relation, Span};

    #[test]
    fn relations_are_between_last_words() {
        let span = Span::new;
        let entity = |span| Entity {
            span,
            label: "Entity".into(),
        };
        let relation = |head, tail, label: &str| Relation {
            head,
            tail,
            label: label.into(),
        };
        let sentence = Sentence {
            tokens: vec![String::new(); 5],
            entities: vec![entity(span(0, 2)), entity(span(4, 4))],
            relations: vec![
                relation(span(4, 4), span(0, 2), "r"),
                relation(span(0, 2), span(4, 4), "q"),
                relation(span(0, 2), span(4, 4), "q"),
                relation(span(0, 2), span(4, 4), "unseen"),
                relation(span(4, 4), span(4, 4), "q"),
            ],
        };
        let labels = Labels {
            relation_types: vec!["q".into(), "r".into()],
            ..Labels::default()
        };
        let target = Target::of(&sentence, &labels);
        assert_eq!(target.tags, [1, 2, 3, 0, 4]);
        assert_eq!(target.cells, [(2, 4, 0), (4, 2, 1), (4, 4, 0)]);
        let gold = Target::batch(&[&target, &target]);
        assert_eq!(gold.tags.len(), 10);
        assert_eq!(gold.cells[3..], [(7, 9, 0), (9, 7, 1), (9, 9, 0)]);
    }
}
