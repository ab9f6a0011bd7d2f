//! The annotation of a sentence as the actions that ITER learns: where brackets open and
//! close, which close which, and which spans are linked (Hennen et al. 2024, §3).

use std::collections::BTreeSet;

/// A span of positions, both ends inclusive, in the pieces that the encoder reads.
pub(crate) type Place = (usize, usize);

/// What a sentence's positions are to be decided as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Brackets {
    /// Number of positions that are not padding.
    pub(crate) length: usize,
    /// Entities: span and index of the type.
    pub(crate) entities: Vec<(Place, usize)>,
    /// Relations: head, tail and index of the type.
    pub(crate) relations: Vec<(Place, Place, usize)>,
}

impl Brackets {
    /// Positions of left brackets, in order.
    pub(crate) fn lefts(&self) -> Vec<usize> {
        let starts = self.entities.iter().map(|((start, _), _)| *start);
        starts.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Positions of right brackets, in order.
    pub(crate) fn rights(&self) -> Vec<usize> {
        let ends = self.entities.iter().map(|((_, end), _)| *end);
        ends.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The distinct spans, in order.
    pub(crate) fn places(&self) -> Vec<Place> {
        let places = self.entities.iter().map(|(place, _)| *place);
        places.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Types of the entities that end at `end`, and start at `start` where one is given.
    pub(crate) fn types(&self, start: Option<usize>, end: usize) -> Vec<usize> {
        let entities = self.entities.iter();
        let found = entities
            .filter(|((first, last), _)| *last == end && start.is_none_or(|start| *first == start));
        found.map(|(_, label)| *label).collect()
    }

    /// The entities that can be reached, since their left bracket is among the `nesting`
    /// nearest of their right one, and the relations between them.
    pub(crate) fn reachable(&self, nesting: usize) -> Self {
        let lefts = self.lefts();
        let reached = |(start, end): Place| nearest(&lefts, end, nesting).contains(&start);
        let entities: Vec<(Place, usize)> = self
            .entities
            .iter()
            .filter(|(place, _)| reached(*place))
            .copied()
            .collect();
        let relations = self.relations.iter();
        let relations = relations.filter(|(head, tail, _)| reached(*head) && reached(*tail));
        Self {
            length: self.length,
            relations: relations.copied().collect(),
            entities,
        }
    }
}

/// The at most `nesting` nearest of the sorted `lefts` that do not lie behind `position`,
/// in order.
pub(crate) fn nearest(lefts: &[usize], position: usize, nesting: usize) -> &[usize] {
    let before = lefts.partition_point(|left| *left <= position);
    &lefts[before.saturating_sub(nesting)..before]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested() -> Brackets {
        Brackets {
            length: 9,
            entities: vec![((1, 6), 0), ((1, 2), 1), ((4, 6), 1), ((5, 5), 0)],
            relations: vec![((1, 2), (4, 6), 0), ((1, 6), (5, 5), 1)],
        }
    }

    #[test]
    fn brackets_are_where_entities_begin_and_end() {
        let brackets = nested();
        assert_eq!(brackets.lefts(), [1, 4, 5]);
        assert_eq!(brackets.rights(), [2, 5, 6]);
        assert_eq!(brackets.places(), [(1, 2), (1, 6), (4, 6), (5, 5)]);
        assert_eq!(brackets.types(None, 6), [0, 1]);
        assert_eq!(brackets.types(Some(4), 6), [1]);
    }

    #[test]
    fn the_nearest_lefts_do_not_lie_behind() {
        let lefts = [1, 4, 5];
        assert!(nearest(&lefts, 0, 3).is_empty());
        assert_eq!(nearest(&lefts, 4, 1), [4]);
        assert_eq!(nearest(&lefts, 8, 2), [4, 5]);
        assert_eq!(nearest(&lefts, 8, 9), [1, 4, 5]);
    }

    #[test]
    fn what_nests_too_deep_cannot_be_reached() {
        let brackets = nested();
        assert_eq!(brackets.reachable(3), brackets);
        let flat = brackets.reachable(1);
        assert_eq!(flat.entities, [((1, 2), 1), ((5, 5), 0)]);
        assert!(flat.relations.is_empty());
        assert_eq!(brackets.reachable(2).relations, [((1, 2), (4, 6), 0)]);
    }
}
