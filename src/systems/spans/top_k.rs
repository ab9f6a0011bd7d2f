//! Which spans of a sentence may take part in relations, by what a model thinks of them.

use crate::corpus::Span;

/// The `keep` spans with the highest score; of equals the earlier candidate. They come
/// back in the candidates' order, so that nothing downstream depends on the scores.
pub(crate) fn top_k(candidates: &[Span], scores: &[f32], keep: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|left, right| {
        scores[*right]
            .total_cmp(&scores[*left])
            .then(left.cmp(right))
    });
    order.truncate(keep);
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_order() {
        let candidates: Vec<Span> = (0..5).map(|end| Span { start: 0, end }).collect();
        assert_eq!(
            top_k(&candidates, &[0.1, 3.0, 0.1, 2.0, -1.0], 3),
            [0, 1, 3]
        );
        assert_eq!(top_k(&candidates[..1], &[0.0], 3), [0]);
    }
}
