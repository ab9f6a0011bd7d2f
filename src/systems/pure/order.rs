//! Which sentences and pairs form which batch.

use super::config::{RelBatching, SharedSchedule};
use super::steps::{Task, TrainStep};
use crate::train::{Recipe, epoch_batches, shuffled, sorted_batches};

/// A sentence whose input has more words forms a batch of its own, before all others.
const LONG: usize = 350;

/// What batches are made of.
pub(crate) struct Pools {
    /// Pieces and words of every sentence's input; none where no entities are learned.
    pub(crate) sentences: Vec<(usize, usize)>,
    /// Pieces of every pair's input; none where no relations are learned.
    pub(crate) pairs: Vec<usize>,
}

/// The batches of an epoch: indices of sentences, and behind them of pairs.
pub(crate) fn epoch(pools: &Pools, step: &TrainStep, number: u32) -> Vec<Vec<usize>> {
    let size = match step.task {
        Task::Both => step.pure.entity.batch.unwrap_or(step.train.batch),
        Task::Entities | Task::Relations => step.train.batch,
    };
    let recipe = Recipe {
        batch: size,
        ..step.train.clone()
    };
    let shuffle = step.pure.entity_shuffle;
    let sentences = sentence_batches(&pools.sentences, &recipe, shuffle, step.seed, number);
    let first_pair = pools.sentences.len();
    let pairs: Vec<Vec<usize>> = pair_batches(&pools.pairs, step, number)
        .into_iter()
        .map(|batch| batch.into_iter().map(|pair| first_pair + pair).collect())
        .collect();
    if step.task != Task::Both {
        return if sentences.is_empty() {
            pairs
        } else {
            sentences
        };
    }
    match step.pure.shared.schedule {
        SharedSchedule::AlternateRandom => {
            let all = sentences.into_iter().chain(pairs).collect();
            // A stream that neither pool's own order is drawn from.
            shuffled(all, step.seed ^ 0x5EED, number)
        }
        SharedSchedule::Summed if sentences.is_empty() => pairs,
        SharedSchedule::Summed => {
            let count = pairs.len();
            let pairs = pairs.into_iter().enumerate();
            let summed = pairs.map(|(index, mut batch)| {
                // The batches of sentences take turns as often as there are pairs to add to,
                // and each epoch goes on where the one before it stopped, so that all of
                // them are seen where they are the more.
                let turn = number as usize * count + index;
                batch.extend(&sentences[turn % sentences.len()]);
                batch
            });
            summed.collect()
        }
    }
}

/// The batches of an epoch over sentences, given by their pieces and words: in the
/// recipe's order, or where they are not shuffled in the corpus' behind long ones.
pub(crate) fn sentence_batches(
    sentences: &[(usize, usize)],
    recipe: &Recipe,
    shuffle: bool,
    seed: u64,
    number: u32,
) -> Vec<Vec<usize>> {
    if shuffle {
        let lengths: Vec<usize> = sentences.iter().map(|(pieces, _)| *pieces).collect();
        return epoch_batches(&lengths, recipe, seed, number);
    }
    let (long, others): (Vec<usize>, Vec<usize>) =
        (0..sentences.len()).partition(|index| sentences[*index].1 > LONG);
    let long = long.into_iter().map(|index| vec![index]);
    long.chain(others.chunks(recipe.batch.max(1)).map(<[_]>::to_vec))
        .collect()
}

fn pair_batches(pairs: &[usize], step: &TrainStep, number: u32) -> Vec<Vec<usize>> {
    let sorted = |shuffle| sorted_batches(pairs, step.train.batch, shuffle, step.seed, number);
    match step.pure.rel_batching {
        RelBatching::RandomSorted => sorted(true),
        RelBatching::Sorted => sorted(false),
        RelBatching::Random => epoch_batches(pairs, &step.train, step.seed, number),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn step(task: &str, pure: &serde_json::Value) -> TrainStep {
        serde_json::from_value(json!({
            "task": task, "corpus": { "hash": "c" }, "encoder": { "hash": null }, "seed": 1,
            "pure": pure, "train": { "batch": 2 },
        }))
        .unwrap()
    }

    fn pools() -> Pools {
        Pools {
            sentences: vec![(9, 5), (500, 400), (3, 1), (4, 2)],
            pairs: vec![7, 5, 6, 5, 9],
        }
    }

    #[test]
    fn sentences_keep_the_order_of_the_corpus_behind_long_ones() {
        let mut pools = pools();
        pools.pairs.clear();
        let step = step("entities", &json!({}));
        for number in [1, 2] {
            let found = epoch(&pools, &step, number);
            assert_eq!(found, [vec![1], vec![0, 2], vec![3]]);
        }
    }

    #[test]
    fn pairs_are_sorted_by_length() {
        let mut pools = pools();
        pools.sentences.clear();
        let step = step("relations", &json!({ "rel_batching": "sorted" }));
        assert_eq!(epoch(&pools, &step, 1), [vec![1, 3], vec![2, 0], vec![4]]);
    }

    #[test]
    fn a_shared_encoder_sees_both_pools() {
        let alternating = step("both", &json!({ "rel_batching": "sorted" }));
        let mut found = epoch(&pools(), &alternating, 1);
        assert_eq!(found.len(), 6);
        found.sort();
        let all = [
            vec![0, 2],
            vec![1],
            vec![3],
            vec![5, 7],
            vec![6, 4],
            vec![8],
        ];
        assert_eq!(found, all);
        let shared = json!({ "rel_batching": "sorted", "shared": { "schedule": "summed" } });
        let summed = epoch(&pools(), &step("both", &shared), 1);
        assert_eq!(summed, [vec![5, 7, 1], vec![6, 4, 0, 2], vec![8, 3]]);
    }
}
