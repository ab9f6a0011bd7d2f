//! Relations as items of a set, those without a direction counted as the convention has it.

use std::collections::BTreeSet;

use super::convention::Symmetric;
use super::{Counts, Scoring};

/// Head, tail and type of a relation.
pub(super) type Related<'a, A> = (A, A, &'a str);

/// What a sentence relates according to gold and to a system; `A` is what names an argument.
pub(super) struct Sides<'a, A> {
    pub(super) scoring: &'a Scoring,
    /// The gold relations.
    pub(super) gold: Vec<Related<'a, A>>,
    /// The relations that were found.
    pub(super) found: Vec<Related<'a, A>>,
    /// The pairs found to be related.
    pub(super) pairs: Vec<(A, A)>,
}

/// A pair of arguments, and whether it has no direction; then the smaller argument comes first.
type Pair<A> = (A, A, bool);

impl<A: Ord + Copy> Sides<'_, A> {
    /// The counts of relations with their types. A right one counts where also its arguments, in either order,
    /// fulfil `also`.
    pub(super) fn relations(&self, also: impl Fn(&A, &A) -> bool) -> Counts {
        let mut gold: BTreeSet<Related<'_, A>> = BTreeSet::new();
        for &(head, tail, label) in &self.gold {
            gold.insert(self.item((head, tail, label)));
            if self.mirrors(label) {
                gold.insert((tail, head, label));
            }
        }
        let found: BTreeSet<_> = self.found.iter().map(|item| self.item(*item)).collect();
        let weight = |(_, _, label): &Related<'_, A>| {
            self.weight(self.is_unordered() && self.scoring.is_symmetric(label))
        };
        let right = found.intersection(&gold);
        Counts {
            correct: right
                .filter(|(head, tail, _)| also(head, tail))
                .map(weight)
                .sum(),
            predicted: found.iter().map(weight).sum(),
            gold: gold.iter().map(weight).sum(),
        }
    }

    /// The counts of pairs that are related in whatever way.
    ///
    /// A pair has no direction where a relation between the two has none, according to gold or to the system; so
    /// a found pair without a direction is right in either one. What gold holds never depends on what was found.
    pub(super) fn pairs(&self, also: impl Fn(&A, &A) -> bool) -> Counts {
        let by_gold = self.without_direction(&self.gold);
        let by_either = &by_gold | &self.without_direction(&self.found);
        let mut gold: BTreeSet<Pair<A>> = BTreeSet::new();
        for &(head, tail, label) in &self.gold {
            gold.insert(pair(head, tail, &by_gold));
            if self.mirrors(label) {
                gold.insert((tail, head, false));
            }
        }
        let found: BTreeSet<Pair<A>> = self
            .pairs
            .iter()
            .map(|(head, tail)| pair(*head, *tail, &by_either))
            .collect();
        let weight = |(_, _, unordered): &Pair<A>| self.weight(*unordered);
        let right = |item: &Pair<A>| {
            let (head, tail, unordered) = *item;
            let directed = [(head, tail, false), (tail, head, false)];
            if gold.contains(item) {
                weight(item)
            } else {
                let either = unordered && directed.iter().any(|pair| gold.contains(pair));
                u64::from(either)
            }
        };
        let correct = found.iter().filter(|(head, tail, _)| also(head, tail));
        Counts {
            correct: correct.map(right).sum(),
            predicted: found.iter().map(weight).sum(),
            gold: gold.iter().map(weight).sum(),
        }
    }

    fn symmetric(&self) -> Symmetric {
        self.scoring.convention.symmetric
    }

    /// Whether either direction is the same item.
    fn is_unordered(&self) -> bool {
        matches!(
            self.symmetric(),
            Symmetric::UndirectedOnce | Symmetric::DoubleCountOneDecision
        )
    }

    /// Whether gold holds relations of this type in both directions.
    fn mirrors(&self, label: &str) -> bool {
        self.symmetric() == Symmetric::DoubleCount && self.scoring.is_symmetric(label)
    }

    /// What one item counts.
    fn weight(&self, unordered: bool) -> u64 {
        match self.symmetric() {
            Symmetric::DoubleCountOneDecision if unordered => 2,
            _ => 1,
        }
    }

    fn item<'b>(&self, (head, tail, label): Related<'b, A>) -> Related<'b, A> {
        if self.is_unordered() && self.scoring.is_symmetric(label) {
            (head.min(tail), head.max(tail), label)
        } else {
            (head, tail, label)
        }
    }

    /// The pairs between which one of `relations` has no direction, the smaller argument first.
    fn without_direction(&self, relations: &[Related<'_, A>]) -> BTreeSet<(A, A)> {
        let symmetric = relations
            .iter()
            .filter(|(_, _, label)| self.is_unordered() && self.scoring.is_symmetric(label));
        symmetric
            .map(|&(head, tail, _)| (head.min(tail), head.max(tail)))
            .collect()
    }
}

fn pair<A: Ord + Copy>(head: A, tail: A, without_direction: &BTreeSet<(A, A)>) -> Pair<A> {
    let (first, second) = (head.min(tail), head.max(tail));
    if without_direction.contains(&(first, second)) {
        (first, second, true)
    } else {
        (head, tail, false)
    }
}
