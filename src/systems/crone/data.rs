//! Sentences as the model reads them, and as it should decide.

use super::flat::Flat;
use super::tags;
use super::vocabulary::Vocabulary;
use crate::corpus::{Document, Labels, Sentence};
use crate::encoder::EncoderError;
use crate::encoder::words::{Casing, Features};

/// A sentence in numbers.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// Row of every word in the table.
    pub(super) rows: Vec<u32>,
    /// Numbers of every word's characters.
    pub(super) characters: Vec<Vec<u32>>,
    /// How every word is written.
    pub(super) casing: Vec<Casing>,
    /// Contextual features, layers × width of every word; empty where there are none.
    pub(super) features: Vec<f32>,
}

/// What a model should decide about a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gold {
    /// A tag for every word.
    pub(super) tags: Vec<usize>,
    /// The last words of entities, in order.
    pub(super) ends: Vec<usize>,
    /// Relations as (subject, object, type), where the arguments are places in `ends`.
    pub(super) relations: Vec<(usize, usize, usize)>,
}

impl Input {
    fn new(sentence: &Sentence, vocabulary: &Vocabulary, features: Vec<f32>) -> Self {
        let words = &sentence.tokens;
        Self {
            rows: vocabulary.words.sentence(words),
            characters: vocabulary.characters.sentence(words),
            casing: words.iter().map(|word| Casing::of(word)).collect(),
            features,
        }
    }

    /// Number of words.
    pub(super) fn words(&self) -> usize {
        self.rows.len()
    }
}

/// The sentences of documents, in order, with their contextual features if there are any.
///
/// # Errors
/// When the features are of other words or cannot be read.
pub(super) fn inputs(
    documents: &[Document],
    vocabulary: &Vocabulary,
    features: Option<&Features>,
) -> Result<Vec<Input>, EncoderError> {
    let mut inputs = Vec::new();
    for document in documents {
        let lengths = document.sentences.iter().map(|one| one.tokens.len());
        let words: usize = lengths.sum();
        let read = features.map(|features| features.document(&document.key, words));
        let read = read.transpose()?;
        let mut first = 0;
        for sentence in &document.sentences {
            let own = first..first + sentence.tokens.len();
            first = own.end;
            let values = read.as_ref().and_then(|read| read.words(own));
            let values = values.map(<[f32]>::to_vec).unwrap_or_default();
            inputs.push(Input::new(sentence, vocabulary, values));
        }
    }
    Ok(inputs)
}

/// What should be decided about the sentences of documents, in order.
pub(super) fn gold(documents: &[Document], labels: &Labels) -> Vec<Gold> {
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    sentences
        .map(|sentence| Gold::new(sentence, labels))
        .collect()
}

impl Gold {
    fn new(sentence: &Sentence, labels: &Labels) -> Self {
        let flat = Flat::new(sentence);
        let tags = tags::encode(sentence.tokens.len(), &flat.entities, labels);
        let spans: Vec<_> = flat.entities.iter().map(|entity| entity.span).collect();
        let place = |span| spans.iter().position(|known| *known == span);
        let relations = flat.relations.iter().filter_map(|relation| {
            let mut types = labels.relation_types.iter();
            let number = types.position(|name| *name == relation.label)?;
            Some((place(relation.head)?, place(relation.tail)?, number))
        });
        Self {
            tags,
            relations: relations.collect(),
            ends: spans.iter().map(|span| span.end).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Entity, Relation, Span};

    #[test]
    fn relations_of_what_no_tag_can_say_are_not_learned() {
        let entity = |start, end, label: &str| Entity {
            span: Span::new(start, end),
            label: label.into(),
        };
        let relation = |head, tail| Relation {
            head,
            tail,
            label: "r".into(),
        };
        let [outer, inner, other] = [Span::new(0, 2), Span::new(2, 2), Span::new(4, 4)];
        let sentence = Sentence {
            tokens: vec![String::new(); 5],
            entities: vec![entity(2, 2, "B"), entity(4, 4, "B"), entity(0, 2, "A")],
            relations: vec![relation(inner, other), relation(other, outer)],
        };
        let labels = Labels {
            entity_types: vec!["A".into(), "B".into()],
            relation_types: vec!["q".into(), "r".into()],
            symmetric: Vec::new(),
        };
        let gold = Gold::new(&sentence, &labels);
        assert_eq!(gold.tags, [1, 2, 2, 0, 3]);
        assert_eq!(gold.ends, [2, 4]);
        assert_eq!(gold.relations, [(1, 0, 1)]);
    }
}
