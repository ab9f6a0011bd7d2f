//! Matching what was annotated with what was predicted, one to one.

use std::collections::BTreeSet;

/// A gold item with its prediction and how near the two are; one of them alone where nothing is near it.
pub(super) type Matched<T, N> = (Option<T>, Option<T>, Option<N>);

/// Matches two sets, the nearest first and of equally near pairs the first in the order of the items. `near` says how
/// near two items are, the less the nearer, and none where they have nothing to do with each other.
pub(super) fn matched<T: Ord, N: Ord + Copy>(
    gold: BTreeSet<T>,
    predicted: BTreeSet<T>,
    near: impl Fn(&T, &T) -> Option<N>,
) -> Vec<Matched<T, N>> {
    let mut gold: Vec<Option<T>> = gold.into_iter().map(Some).collect();
    let mut predicted: Vec<Option<T>> = predicted.into_iter().map(Some).collect();
    let mut candidates: Vec<(N, usize, usize)> = Vec::new();
    for (one, item) in gold.iter().enumerate() {
        for (other, prediction) in predicted.iter().enumerate() {
            let nearness = item.as_ref().zip(prediction.as_ref());
            let nearness = nearness.and_then(|(item, prediction)| near(item, prediction));
            candidates.extend(nearness.map(|nearness| (nearness, one, other)));
        }
    }
    candidates.sort_unstable();
    let mut matched = Vec::new();
    for (nearness, one, other) in candidates {
        if gold[one].is_some() && predicted[other].is_some() {
            matched.push((gold[one].take(), predicted[other].take(), Some(nearness)));
        }
    }
    matched.extend(
        gold.into_iter()
            .flatten()
            .map(|item| (Some(item), None, None)),
    );
    matched.extend(
        predicted
            .into_iter()
            .flatten()
            .map(|item| (None, Some(item), None)),
    );
    matched
}
