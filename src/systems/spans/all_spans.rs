//! Candidate spans.

use crate::corpus::Span;

/// All spans of at most `longest` of so many words, by start and then by end.
pub(crate) fn all_spans(words: usize, longest: usize) -> Vec<Span> {
    (0..words)
        .flat_map(|start| (start..words.min(start + longest)).map(move |end| Span { start, end }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_spans_are_candidates() {
        assert_eq!(all_spans(10, 8).len(), 52);
        assert_eq!(all_spans(2, 8), [[0, 0], [0, 1], [1, 1]].map(Span::from));
        assert!(all_spans(0, 8).is_empty());
    }
}
