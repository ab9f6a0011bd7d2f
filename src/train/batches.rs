//! Which examples form which batch of an epoch.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::recipe::Recipe;

/// The batches of epoch `epoch`, as indices of examples; `lengths` are the examples'
/// lengths, by which like are put with like.
pub fn epoch_batches(lengths: &[usize], recipe: &Recipe, seed: u64, epoch: u32) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    let mut random = stream(seed, epoch);
    if recipe.shuffle {
        permute(&mut order, &mut random);
    }
    if recipe.bucket > 0 {
        for bucket in order.chunks_mut(recipe.batch * recipe.bucket) {
            bucket.sort_by_key(|index| lengths[*index]);
        }
    }
    let mut batches: Vec<Vec<usize>> = order.chunks(recipe.batch).map(<[_]>::to_vec).collect();
    if recipe.shuffle && recipe.bucket > 0 {
        permute(&mut batches, &mut random);
    }
    batches
}

/// The batches of an epoch whose examples are sorted by length and cut once for all
/// epochs; `shuffle` gives the batches a new order in every epoch.
pub fn sorted_batches(
    lengths: &[usize],
    batch: usize,
    shuffle: bool,
    seed: u64,
    epoch: u32,
) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|index| lengths[*index]);
    let batches: Vec<Vec<usize>> = order.chunks(batch.max(1)).map(<[_]>::to_vec).collect();
    if shuffle {
        shuffled(batches, seed, epoch)
    } else {
        batches
    }
}

/// The batches in an order that the seed and the epoch decide.
pub fn shuffled(mut batches: Vec<Vec<usize>>, seed: u64, epoch: u32) -> Vec<Vec<usize>> {
    permute(&mut batches, &mut stream(seed, epoch));
    batches
}

/// Random numbers for one epoch.
fn stream(seed: u64, epoch: u32) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(epoch) + 1);
    random
}

/// Fisher and Yates' shuffle (Durstenfeld 1964, algorithm 235).
fn permute<T>(items: &mut [T], random: &mut ChaCha8Rng) {
    for index in (1..items.len()).rev() {
        // The bias of a modulo over 64 bits is below 2⁻⁴⁰ for any corpus.
        let other = (random.next_u64() % (index as u64 + 1)) as usize;
        items.swap(index, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_example_is_in_one_batch(
            lengths in prop::collection::vec(1usize..40, 1..200),
            batch in 1usize..30, bucket in 0usize..5, shuffle: bool, seed: u64, epoch in 0u32..9,
        ) {
            let recipe = Recipe { batch, shuffle, bucket, ..Recipe::default() };
            let batches = epoch_batches(&lengths, &recipe, seed, epoch);
            let mut all: Vec<usize> = batches.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..lengths.len()).collect::<Vec<_>>());
            prop_assert!(batches.iter().all(|part| part.len() <= batch));
            prop_assert_eq!(&batches, &epoch_batches(&lengths, &recipe, seed, epoch));
        }
    }

    #[test]
    fn sorted_batches_are_the_same_in_every_epoch_but_for_their_order() {
        let lengths = [5, 1, 4, 1, 3];
        let sorted = sorted_batches(&lengths, 2, false, 0, 1);
        assert_eq!(sorted, [vec![1, 3], vec![4, 2], vec![0]]);
        let orders: Vec<_> = (1..9)
            .map(|epoch| sorted_batches(&lengths, 2, true, 0, epoch))
            .collect();
        assert!(orders.iter().any(|order| *order != sorted));
        for mut order in orders {
            order.sort_by_key(|batch| lengths[batch[0]]);
            assert_eq!(order, sorted);
        }
    }

    #[test]
    fn without_shuffling_the_corpus_order_stays() {
        let recipe = Recipe {
            batch: 2,
            bucket: 0,
            shuffle: false,
            ..Recipe::default()
        };
        assert_eq!(
            epoch_batches(&[3, 1, 2], &recipe, 0, 0),
            [vec![0, 1], vec![2]]
        );
    }
}
