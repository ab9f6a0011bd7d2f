//! How often one type was taken for another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

/// Counts of gold against predicted types; none stands for nothing annotated or nothing predicted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusion {
    counts: BTreeMap<(Option<String>, Option<String>), u64>,
}

impl Confusion {
    /// Counts one item.
    pub fn add(&mut self, gold: Option<String>, predicted: Option<String>) {
        *self.counts.entry((gold, predicted)).or_default() += 1;
    }

    /// How often `gold` was predicted as `predicted`.
    pub fn count(&self, gold: Option<&str>, predicted: Option<&str>) -> u64 {
        let key = (gold.map(str::to_owned), predicted.map(str::to_owned));
        self.counts.get(&key).copied().unwrap_or(0)
    }

    /// All types that were annotated or predicted, sorted.
    pub fn types(&self) -> Vec<String> {
        let types = self
            .counts
            .keys()
            .flat_map(|(gold, predicted)| [gold, predicted]);
        let types: BTreeSet<&String> = types.flatten().collect();
        types.into_iter().cloned().collect()
    }

    /// Gold type, predicted type and count of what was confused, the most frequent first.
    pub fn confused(&self) -> Vec<(Option<&str>, Option<&str>, u64)> {
        let counts = self
            .counts
            .iter()
            .filter(|((gold, predicted), _)| gold != predicted);
        let mut all: Vec<_> = counts
            .map(|((gold, predicted), count)| (gold.as_deref(), predicted.as_deref(), *count))
            .collect();
        all.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        all
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

impl AddAssign<&Confusion> for Confusion {
    fn add_assign(&mut self, other: &Confusion) {
        for (key, count) in &other.counts {
            *self.counts.entry(key.clone()).or_default() += count;
        }
    }
}
