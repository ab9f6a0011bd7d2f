//! Tags and cells of a sentence whose annotation has words instead of places, as PMEI's data do (Sun et al. 2021,
//! released preparation).
//!
//! An entity is its first occurrence, and an argument of a relation the first occurrence of its representative
//! word, even where that is not the mention that was meant.

use std::collections::BTreeSet;

use super::{Anchor, Cell, Labels, tags_of};
use crate::corpus::Span;

/// A relation between two lists of words.
pub type Triple<'a, W, R> = (&'a [W], R, &'a [W]);

/// The labels of a sentence with these entities and relations.
///
/// The tags of later entities are written over those of earlier ones. Entities that do not occur, and relations with
/// an argument that does not, are left out.
pub fn labels_of_words<W: PartialEq, R: Ord>(
    words: &[W],
    entities: &[&[W]],
    triples: Vec<Triple<'_, W, R>>,
    anchor: Anchor,
) -> Labels<R> {
    let spans = entities
        .iter()
        .filter_map(|entity| occurrence(words, entity));
    let place = |argument: &[W]| {
        let word = match anchor {
            Anchor::Last => argument.last(),
            Anchor::First => argument.first(),
        };
        words.iter().position(|other| Some(other) == word)
    };
    let cells = triples
        .into_iter()
        .filter_map(|(head, relation, tail)| Some((place(head)?, place(tail)?, relation)));
    Labels {
        tags: tags_of(words.len(), spans),
        cells: cells.collect(),
    }
}

/// The cells with at least this probability.
pub fn likely_cells<R: Ord>(
    table: impl IntoIterator<Item = (Cell<R>, f64)>,
    threshold: f64,
) -> BTreeSet<Cell<R>> {
    let likely = table
        .into_iter()
        .filter(|(_, probability)| *probability >= threshold);
    likely.map(|(cell, _)| cell).collect()
}

/// Where `entity` first occurs.
fn occurrence<W: PartialEq>(words: &[W], entity: &[W]) -> Option<Span> {
    if entity.is_empty() {
        return None;
    }
    let start = words
        .windows(entity.len())
        .position(|window| window == entity)?;
    Some(Span::new(start, start + entity.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::pmei::Tag;

    #[test]
    fn the_first_occurrence_is_labelled() {
        let words: Vec<&str> = "the old mill near the mill pond".split(' ').collect();
        let entities: [&[&str]; 4] = [&["mill"], &["the", "mill"], &["lake"], &[]];
        let pond: &[&str] = &["mill", "pond"];
        let labels = |anchor| {
            let triples = vec![
                (entities[1], "near", pond),
                (entities[1], "near", entities[2]),
            ];
            labels_of_words(&words, &entities, triples, anchor)
        };
        let last = labels(Anchor::Last);
        assert_eq!(last.cells, [(2, 6, "near")].into());
        let mut tags = [Tag::Outside; 7];
        (tags[2], tags[4], tags[5]) = (Tag::Single, Tag::Begin, Tag::End);
        assert_eq!(last.tags, tags);
        assert_eq!(labels(Anchor::First).cells, [(0, 2, "near")].into());
    }

    #[test]
    fn a_cell_on_the_threshold_is_taken() {
        let table = [((0, 1, 'r'), 0.5), ((1, 0, 'r'), 0.49)];
        assert_eq!(likely_cells(table, 0.5), [(0, 1, 'r')].into());
    }
}
