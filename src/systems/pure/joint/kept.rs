//! The spans that may be related: a share of a sentence's spans, chosen by the scores of
//! mentions (Lee et al. 2017, §5; Luan et al. 2019, §3).

use crate::corpus::Span;
use crate::systems::spans::{Rows, top_k};

/// The spans that were kept of a batch, and their pairs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Indices among the batch's spans, in their order.
    pub(crate) spans: Vec<usize>,
    /// All ordered pairs of two kept spans of one sentence, as indices into `spans`.
    pub(crate) pairs: Vec<(usize, usize)>,
}

/// How many spans of a sentence of so many words are kept: max(1, ⌈share · words⌉).
pub(crate) fn kept_number(words: usize, share: f64) -> usize {
    ((share * words as f64).ceil() as usize).max(1)
}

/// Keeps the best of each sentence's spans, which are given as (sentence of the batch,
/// span), sentence by sentence; `words` are the sentences' numbers of words, `mentions`
/// holds a score for each span. Of equal scores the earlier span's counts.
pub(crate) fn keep(spans: &[(usize, Span)], words: &[usize], mentions: &Rows, share: f64) -> Kept {
    let mut kept = Kept {
        spans: Vec::new(),
        pairs: Vec::new(),
    };
    let mut from = 0;
    for own in spans.chunk_by(|one, next| one.0 == next.0) {
        let candidates: Vec<Span> = own.iter().map(|(_, span)| *span).collect();
        let scores: Vec<f32> = (from..from + own.len())
            .map(|index| mentions.row(index)[0])
            .collect();
        let number = kept_number(words[own[0].0], share);
        let best = top_k(&candidates, &scores, number);
        let first = kept.spans.len();
        let all = first..first + best.len();
        for subject in all.clone() {
            let objects = all.clone().filter(|object| *object != subject);
            kept.pairs.extend(objects.map(|object| (subject, object)));
        }
        kept.spans
            .extend(best.into_iter().map(|index| from + index));
        from += own.len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::spans::all_spans;

    #[test]
    fn a_share_of_the_words_is_kept_rounded_up_and_at_least_one_span() {
        let numbers = [1, 2, 3, 5, 6, 10, 45].map(|words| kept_number(words, 0.4));
        assert_eq!(numbers, [1, 1, 2, 2, 3, 4, 18]);
        assert_eq!(kept_number(20, 0.01), 1);
    }

    #[test]
    fn the_best_spans_of_every_sentence_are_kept_and_paired_both_ways() {
        // Three words and spans of at most two: five spans; then a word alone, and four
        // words of which two spans are kept.
        let words = [3, 1, 4];
        let mut spans = Vec::new();
        for (sentence, words) in words.iter().enumerate() {
            let own = all_spans(*words, 2).into_iter();
            spans.extend(own.map(|span| (sentence, span)));
        }
        assert_eq!(spans.len(), 5 + 1 + 7);
        let scores = [
            0.0, 2.0, 1.0, -1.0, 2.0,  //
            -9.0, //
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0,
        ];
        let kept = keep(&spans, &words, &Rows::new(scores.to_vec(), 1), 0.4);
        // Of equals the first is kept.
        assert_eq!(kept.spans, [1, 4, 5, 6, 12]);
        assert_eq!(kept.pairs, [(0, 1), (1, 0), (3, 4), (4, 3)]);
    }

    #[test]
    fn no_more_spans_are_kept_than_there_are() {
        let spans: Vec<(usize, Span)> = all_spans(2, 1).into_iter().map(|s| (0, s)).collect();
        let kept = keep(&spans, &[2], &Rows::new(vec![0.0; 2], 1), 5.0);
        assert_eq!(kept.spans, [0, 1]);
        assert_eq!(
            keep(&[], &[0], &Rows::new(Vec::new(), 1), 0.4).spans,
            [0; 0]
        );
    }
}
