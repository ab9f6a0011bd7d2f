//! What a module scores: candidate spans and pairs, and their gold labels in training.

use super::examples::Example;
use super::module::{ModuleKind, SpanSource};
use crate::corpus::{Extraction, Span};

/// Candidate spans and pairs of a batch.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Spans as (sentence of the batch, span): those to score, or the pairs' arguments.
    pub(crate) spans: Vec<(usize, Span)>,
    /// Number of them in each sentence.
    pub(crate) counts: Vec<usize>,
    /// Ordered pairs as indices into the spans.
    pub(crate) pairs: Vec<(usize, usize)>,
}

/// Index of the gold label of every candidate that is scored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Targets {
    pub(crate) spans: Vec<usize>,
    pub(crate) pairs: Vec<usize>,
}

impl Candidates {
    /// The candidates of a module, given what was extracted before it.
    pub(crate) fn of(
        kind: ModuleKind,
        sentences: &[&Example],
        given: &[&Extraction],
        longest: usize,
    ) -> Self {
        let mut candidates = Self::default();
        for (row, (sentence, given)) in sentences.iter().zip(given).enumerate() {
            let before = candidates.spans.len();
            match kind {
                ModuleKind::Rc => candidates.add_given_pairs(row, &given.pairs),
                _ if kind.spans() == SpanSource::All => {
                    let spans = sentence.all_spans(longest);
                    candidates
                        .spans
                        .extend(spans.into_iter().map(|span| (row, span)));
                }
                _ => {
                    let spans = given.spans.iter().map(|span| (row, *span));
                    candidates.spans.extend(spans);
                }
            }
            let count = candidates.spans.len() - before;
            candidates.counts.push(count);
            if kind != ModuleKind::Rc && kind.relation_task().is_some() {
                candidates.add_all_pairs(before, count);
            }
        }
        candidates
    }

    /// Whether a sentence has a candidate for this module.
    pub(crate) fn any(kind: ModuleKind, sentence: &Example, given: &Extraction) -> bool {
        match kind.spans() {
            SpanSource::All => sentence.words > 0,
            SpanSource::Entities | SpanSource::Kept => !given.spans.is_empty(),
            SpanSource::Pairs if kind == ModuleKind::Rc => !given.pairs.is_empty(),
            SpanSource::Pairs => given.spans.len() > 1,
        }
    }

    /// The gold labels of what the module decides about its candidates.
    pub(crate) fn targets(&self, kind: ModuleKind, sentences: &[&Example]) -> Targets {
        let mut targets = Targets::default();
        if let Some(task) = kind.entity_task() {
            let gold = |(row, span): &(usize, Span)| {
                task.target(sentences[*row].entities.get(span).copied())
            };
            targets.spans = self.spans.iter().map(gold).collect();
        }
        if let Some(task) = kind.relation_task() {
            let gold = |(head, tail): &(usize, usize)| {
                let (row, head) = self.spans[*head];
                let (_, tail) = self.spans[*tail];
                task.target(sentences[row].relations.get(&(head, tail)).copied())
            };
            targets.pairs = self.pairs.iter().map(gold).collect();
        }
        targets
    }

    /// Adds every ordered pair of two of the `count` spans from `first` on, the pairs of
    /// one head together.
    fn add_all_pairs(&mut self, first: usize, count: usize) {
        for head in first..first + count {
            let tails = (first..first + count).filter(|tail| *tail != head);
            self.pairs.extend(tails.map(|tail| (head, tail)));
        }
    }

    /// Adds pairs; their arguments are listed once each.
    fn add_given_pairs(&mut self, row: usize, pairs: &[(Span, Span)]) {
        for (head, tail) in pairs {
            let head = self.argument(row, *head);
            let tail = self.argument(row, *tail);
            self.pairs.push((head, tail));
        }
    }

    /// Index of an argument, which is added if it is new.
    fn argument(&mut self, row: usize, span: Span) -> usize {
        let known = self.spans.iter().position(|known| *known == (row, span));
        known.unwrap_or_else(|| {
            self.spans.push((row, span));
            self.spans.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::examples::Input;
    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// Three words; (0, 0) of type 1 relates to (1, 2) of type 0 by relation 2.
    fn example() -> Example {
        let (head, tail) = (span(0, 0), span(1, 2));
        Example {
            words: 3,
            input: Input::States {
                start: Vec::new(),
                end: None,
            },
            entities: HashMap::from([(head, 1), (tail, 0)]),
            relations: HashMap::from([((head, tail), 2)]),
            gold: Extraction {
                spans: vec![head, tail],
                pairs: vec![(head, tail)],
                ..Extraction::default()
            },
        }
    }

    #[test]
    fn all_spans_are_candidates_and_gold_ones_are_told() {
        let example = example();
        let candidates = Candidates::of(ModuleKind::Ner, &[&example], &[&example.gold], 2);
        assert_eq!(candidates.counts, [5]);
        assert!(candidates.pairs.is_empty());
        let targets = candidates.targets(ModuleKind::Ner, &[&example]);
        assert_eq!(targets.spans, [2, 0, 0, 1, 0]);
        assert!(targets.pairs.is_empty());
    }

    #[test]
    fn kept_spans_have_pairs_in_both_directions() {
        let example = example();
        let kept = Extraction {
            spans: vec![span(0, 0), span(1, 1), span(1, 2)],
            ..Extraction::default()
        };
        let sentences = [&example, &example];
        let candidates = Candidates::of(ModuleKind::NerRe, &sentences, &[&kept, &kept], 2);
        assert_eq!(candidates.counts, [3, 3]);
        let pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];
        assert_eq!(candidates.pairs[..6], pairs);
        assert_eq!(
            candidates.pairs[6..],
            pairs.map(|(head, tail)| (head + 3, tail + 3))
        );
        let targets = candidates.targets(ModuleKind::NerRe, &sentences);
        assert_eq!(targets.spans, [2, 0, 1, 2, 0, 1]);
        assert_eq!(targets.pairs[..6], [0, 3, 0, 0, 0, 0]);
    }

    #[test]
    fn related_pairs_list_their_arguments_once() {
        let example = example();
        let given = Extraction {
            pairs: vec![(span(0, 0), span(1, 2)), (span(1, 2), span(0, 0))],
            ..Extraction::default()
        };
        let candidates = Candidates::of(ModuleKind::Rc, &[&example], &[&given], 2);
        assert_eq!(candidates.spans.len(), 2);
        assert_eq!(candidates.pairs, [(0, 1), (1, 0)]);
        let targets = candidates.targets(ModuleKind::Rc, &[&example]);
        // A pair that is not related has no right label; it is never trained on.
        assert_eq!(targets.pairs, [2, 0]);
    }
}
