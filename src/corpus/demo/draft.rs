//! A sentence while it is being said: words, mentions and relations between mentions.

use super::kinds::{Bond, Kind};
use crate::corpus::{Entity, Relation, Sentence, Span};

/// A mention already said.
#[derive(Clone, Copy)]
pub(super) struct Mention {
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// Whether it lies inside another mention.
    pub(super) inner: bool,
    /// Whether it is pronoun-like.
    pub(super) pronoun: bool,
}

/// The sentence so far.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) words: Vec<String>,
    pub(super) mentions: Vec<Mention>,
    /// Relations between places in `mentions`.
    pub(super) bonds: Vec<(usize, usize, Bond)>,
}

impl Draft {
    /// Says words separated by blanks; an empty text says nothing.
    pub(super) fn say(&mut self, text: &str) {
        self.words
            .extend(text.split_whitespace().map(str::to_owned));
    }

    /// Marks the words from `start` to the last as a mention, and gives its place.
    pub(super) fn mark(&mut self, start: usize, kind: Kind) -> usize {
        let span = Span::new(start, self.words.len().saturating_sub(1));
        self.mentions.push(Mention {
            span,
            kind,
            inner: false,
            pronoun: false,
        });
        self.mentions.len() - 1
    }

    /// States a relation; a symmetric one runs from the earlier mention to the later.
    pub(super) fn bind(&mut self, head: usize, tail: usize, bond: Bond) {
        let turned = bond.symmetric() && self.mentions[tail].span < self.mentions[head].span;
        let (head, tail) = if turned { (tail, head) } else { (head, tail) };
        self.bonds.push((head, tail, bond));
    }

    /// The mentions that are in no other.
    pub(super) fn outer(&self) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(|mention| !mention.inner)
    }

    /// The sentence with a capital at its start and with labels by name.
    pub(super) fn finish(mut self) -> Sentence {
        if let Some(first) = self.words.first_mut()
            && let Some(letter) = first.chars().next()
        {
            first.replace_range(..letter.len_utf8(), &letter.to_uppercase().to_string());
        }
        let entity = |mention: &Mention| Entity {
            span: mention.span,
            label: mention.kind.name().into(),
        };
        let relation = |&(head, tail, bond): &(usize, usize, Bond)| Relation {
            head: self.mentions[head].span,
            tail: self.mentions[tail].span,
            label: bond.name().into(),
        };
        let mut entities: Vec<Entity> = self.mentions.iter().map(entity).collect();
        entities.sort();
        let mut relations: Vec<Relation> = self.bonds.iter().map(relation).collect();
        relations.sort();
        Sentence {
            tokens: self.words,
            entities,
            relations,
        }
    }
}
