//! PMEI's counting (Sun et al. 2021, released evaluation): an entity is one word, a relation a cell of a table of
//! word pairs.
//!
//! A cell is right by *partial match* where gold has it. By *exact match* both its words must also stand for
//! entities that were found: the tags of the whole entity are what gold has, and the two entities differ. Tags
//! that stand for no gold entity cost nothing.

use std::collections::BTreeSet;

use crate::corpus::{Entity, Extraction, Relation, Sentence, Span};
use crate::score::sets::both;
use crate::score::{Counts, Metric};

/// The place of a word in an entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Tag {
    /// In none.
    #[default]
    Outside,
    /// The first of several words.
    Begin,
    /// Between the first and the last.
    Inside,
    /// The last of several words.
    End,
    /// The only word.
    Single,
}

/// Two words, counted from 0, and the relation between the entities that they stand for.
pub type Cell<R> = (usize, usize, R);

/// What is known of a sentence, or was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels<R> {
    /// A tag for every word.
    pub tags: Vec<Tag>,
    /// The cells that hold a relation.
    pub cells: BTreeSet<Cell<R>>,
}

/// Which word stands for an entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// Its last word, as in the release.
    #[default]
    Last,
    /// Its first word.
    First,
}

/// How cells are counted; as the release does it unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cells {
    /// The word that stands for an entity.
    pub anchor: Anchor,
    /// Whether the cells of a word with itself count.
    pub diagonal: bool,
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            anchor: Anchor::Last,
            diagonal: true,
        }
    }
}

impl Tag {
    /// Reads `O`, `B`, `I`, `E` or `S`.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "O" => Some(Self::Outside),
            "B" => Some(Self::Begin),
            "I" => Some(Self::Inside),
            "E" => Some(Self::End),
            "S" => Some(Self::Single),
            _ => None,
        }
    }
}

impl Cells {
    /// The counts of one sentence by partial and by exact match. Both have the same predicted and gold cells.
    pub fn count<R: Ord>(self, gold: &Labels<R>, found: &Labels<R>) -> [Counts; 2] {
        let counted = |cell: &&Cell<R>| self.diagonal || cell.0 != cell.1;
        let right = || {
            let right = found.cells.intersection(&gold.cells);
            right.filter(counted)
        };
        let partial = Counts {
            correct: right().count() as u64,
            predicted: found.cells.iter().filter(counted).count() as u64,
            gold: gold.cells.iter().filter(counted).count() as u64,
        };
        let words = self.found_words(&gold.tags, &found.tags);
        let exact = right()
            .filter(|(head, tail, _)| head != tail && words.contains(head) && words.contains(tail));
        let exact = Counts {
            correct: exact.count() as u64,
            ..partial
        };
        [partial, exact]
    }

    /// The words that stand for gold entities all of whose tags were found.
    fn found_words(self, gold: &[Tag], found: &[Tag]) -> BTreeSet<usize> {
        let same =
            |span: &Span| gold.get(span.start..=span.end) == found.get(span.start..=span.end);
        let spans = spans_of(gold).into_iter().filter(same);
        spans.map(|span| self.word(span)).collect()
    }

    fn word(self, span: Span) -> usize {
        match self.anchor {
            Anchor::Last => span.end,
            Anchor::First => span.start,
        }
    }
}

/// The tags of `words` words with these spans, later ones written over earlier ones. What lies outside of the
/// sentence is left out.
pub fn tags_of(words: usize, spans: impl IntoIterator<Item = Span>) -> Vec<Tag> {
    let mut tags = vec![Tag::Outside; words];
    for span in spans {
        for (place, tag) in tags.iter_mut().enumerate() {
            if (span.start..=span.end).contains(&place) {
                *tag = match (place == span.start, place == span.end) {
                    (true, true) => Tag::Single,
                    (true, false) => Tag::Begin,
                    (false, true) => Tag::End,
                    (false, false) => Tag::Inside,
                };
            }
        }
    }
    tags
}

/// The entities that tags stand for: one word, or a first, any number of inner and a last one. Whatever else the
/// tags say stands for nothing.
pub fn spans_of(tags: &[Tag]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut begun = None;
    for (place, tag) in tags.iter().enumerate() {
        begun = match (tag, begun) {
            (Tag::Begin, _) => Some(place),
            (Tag::Inside, begun) => begun,
            (Tag::End, Some(start)) => {
                spans.push(Span::new(start, place));
                None
            }
            (Tag::Single, _) => {
                spans.push(Span::new(place, place));
                None
            }
            (Tag::End | Tag::Outside, _) => None,
        };
    }
    spans
}

/// The counts of one sentence over all metrics: cells by partial match (`rel-c`) and by exact match (`rel+-c`), the
/// same whatever the relation, and entities as a set by position.
pub(in crate::score) fn count_sentence(
    gold: &Sentence,
    predicted: &Extraction,
) -> [(Metric, Counts); 6] {
    let spans: BTreeSet<Span> = gold.entities.iter().map(|entity| entity.span).collect();
    let found_spans: BTreeSet<Span> = predicted.spans.iter().copied().collect();
    let annotated: BTreeSet<&Entity> = gold.entities.iter().collect();
    let found: BTreeSet<&Entity> = predicted.entities.iter().collect();
    let words = gold.tokens.len();
    let tags = tags_of(words, gold.entities.iter().map(|entity| entity.span));
    let found_tags = tags_of(words, predicted.spans.iter().copied());
    let relations = |relations: &[Relation]| -> BTreeSet<Cell<String>> {
        let cells = relations.iter();
        cells
            .map(|one| (one.head.end, one.tail.end, one.label.clone()))
            .collect()
    };
    let mut gold_pairs = gold.relations.iter().map(|one| (one.head, one.tail));
    let pairs = |pairs: &mut dyn Iterator<Item = (Span, Span)>| -> BTreeSet<Cell<()>> {
        pairs.map(|(head, tail)| (head.end, tail.end, ())).collect()
    };
    let rule = Cells::default();
    let [partial, exact] = rule.count(
        &Labels {
            tags: tags.clone(),
            cells: relations(&gold.relations),
        },
        &Labels {
            tags: found_tags.clone(),
            cells: relations(&predicted.relations),
        },
    );
    let [any_partial, any_exact] = rule.count(
        &Labels {
            tags,
            cells: pairs(&mut gold_pairs),
        },
        &Labels {
            tags: found_tags,
            cells: pairs(&mut predicted.pairs.iter().copied()),
        },
    );
    [
        (Metric::EntI, both(&found_spans, &spans)),
        (Metric::EntC, both(&found, &annotated)),
        (Metric::RelI, any_partial),
        (Metric::RelC, partial),
        (Metric::RelPlusI, any_exact),
        (Metric::RelPlusC, exact),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn read(tags: &str) -> Vec<Tag> {
        let letters = tags.chars().map(|letter| letter.to_string());
        letters.map(|letter| Tag::read(&letter).unwrap()).collect()
    }

    fn labels(tags: &str, cells: &[Cell<char>]) -> Labels<char> {
        Labels {
            tags: read(tags),
            cells: cells.iter().copied().collect(),
        }
    }

    fn correct(rule: Cells, gold: &Labels<char>, found: &Labels<char>) -> [u64; 2] {
        rule.count(gold, found).map(|counts| counts.correct)
    }

    #[test]
    fn exact_match_asks_for_both_whole_entities() {
        let cells = [(1, 3, 'r')];
        let gold = labels("BEOSO", &cells);
        let rule = Cells::default();
        assert_eq!(correct(rule, &gold, &labels("BEOSO", &cells)), [1, 1]);
        assert_eq!(correct(rule, &gold, &labels("OSOSO", &cells)), [1, 0]);
        // An entity that is none in gold costs nothing, whatever its tags are.
        assert_eq!(correct(rule, &gold, &labels("BESSI", &cells)), [1, 1]);
        // By the first word the cell is another.
        let first = Cells {
            anchor: Anchor::First,
            ..rule
        };
        let cells = [(0, 3, 'r')];
        let (gold, found) = (labels("BEOSO", &cells), labels("BEOSO", &cells));
        assert_eq!(correct(first, &gold, &found), [1, 1]);
        assert_eq!(correct(rule, &gold, &found), [1, 0]);
    }

    #[test]
    fn a_word_related_to_itself_is_never_exact() {
        let labels = labels("SS", &[(0, 0, 'r'), (0, 1, 'r')]);
        let rule = Cells::default();
        assert_eq!(correct(rule, &labels, &labels), [2, 1]);
        let apart = Cells {
            diagonal: false,
            ..rule
        };
        let [partial, exact] = apart.count(&labels, &labels);
        assert_eq!(
            (partial.correct, partial.predicted, partial.gold),
            (1, 1, 1)
        );
        assert_eq!(exact, partial);
    }

    #[test]
    fn malformed_tags_stand_for_nothing() {
        let spans = |tags: &str| -> Vec<[usize; 2]> {
            spans_of(&read(tags)).into_iter().map(Into::into).collect()
        };
        assert_eq!(spans("BIESOBE"), [[0, 2], [3, 3], [5, 6]]);
        assert_eq!(spans("BBE"), [[1, 2]]);
        assert_eq!(spans("IEBIOESB"), [[6, 6]]);
    }

    proptest! {
        #[test]
        fn spans_become_tags_and_spans_again(pieces in prop::collection::vec((1_usize..4, any::<bool>()), 1..8)) {
            let (mut spans, mut words) = (Vec::new(), 0);
            for (width, is_entity) in pieces {
                if is_entity {
                    spans.push(Span::new(words, words + width - 1));
                }
                words += width;
            }
            prop_assert_eq!(spans_of(&tags_of(words, spans.iter().copied())), spans);
        }
    }
}
