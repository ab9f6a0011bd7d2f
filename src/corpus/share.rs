//! A share of the training documents, for learning curves.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::Document;

/// Keeps `share` (0 to 1) of the documents, as [`split_share`] takes them.
pub(super) fn keep_share(documents: &mut Vec<Document>, share: f64, seed: u64) {
    *documents = split_share(std::mem::take(documents), share, seed).0;
}

/// Takes `share` (0 to 1) of the documents, to the nearest whole number and at least one; gives those
/// and the rest, both in their order.
///
/// Which ones is a matter of `seed` alone: it brings all documents into an order, of which the first
/// are taken. So a smaller share of the same documents is always part of a larger one.
pub(super) fn split_share(
    documents: Vec<Document>,
    share: f64,
    seed: u64,
) -> (Vec<Document>, Vec<Document>) {
    let taken = (share * documents.len() as f64).round().max(1.0) as usize;
    if taken >= documents.len() {
        return (documents, Vec::new());
    }
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    // The rank breaks the ties that two equal random words would leave.
    let mut order: Vec<(u64, usize)> = (0..documents.len())
        .map(|place| (generator.next_u64(), place))
        .collect();
    order.sort_unstable();
    let mut chosen = vec![false; documents.len()];
    for (_, place) in &order[..taken] {
        chosen[*place] = true;
    }
    let mut chosen = chosen.into_iter();
    documents
        .into_iter()
        .partition(|_| chosen.next().unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn documents(count: usize) -> Vec<Document> {
        let document = |number| Document {
            key: format!("d{number:03}"),
            ..Document::default()
        };
        (0..count).map(document).collect()
    }

    fn kept(count: usize, share: f64, seed: u64) -> Vec<String> {
        let mut documents = documents(count);
        keep_share(&mut documents, share, seed);
        documents.into_iter().map(|document| document.key).collect()
    }

    #[test]
    fn the_usual_shares_have_the_nearest_number_of_documents() {
        let counts = [0.1, 0.25, 0.5, 1.0].map(|share| kept(350, share, 0).len());
        assert_eq!(counts, [35, 88, 175, 350]);
        assert_eq!(kept(7, 0.001, 0).len(), 1);
        assert_eq!(kept(0, 0.5, 0).len(), 0);
    }

    #[test]
    fn the_documents_are_spread_and_another_seed_takes_others() {
        let chosen = kept(400, 0.25, 0);
        let early = chosen.iter().filter(|id| id.as_str() < "d200").count();
        assert!((30..=70).contains(&early), "{early} of the first half");
        assert_ne!(chosen, kept(400, 0.25, 1));
    }

    proptest! {
        #[test]
        fn a_smaller_share_is_part_of_a_larger_one(
            count in 1_usize..60, one in 0.001..1.0_f64, other in 0.001..1.0_f64, seed: u64,
        ) {
            let (small, large) = (kept(count, one.min(other), seed), kept(count, one.max(other), seed));
            prop_assert!(!small.is_empty() && small.len() <= large.len());
            prop_assert!(small.iter().all(|id| large.contains(id)));
            // In the order of the corpus, hence sorted by their names here, and none twice.
            prop_assert!(large.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(kept(count, 1.0, seed).len(), count);
        }
    }
}
