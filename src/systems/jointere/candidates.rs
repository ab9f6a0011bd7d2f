//! What a module is trained on: candidates with their gold labels.

use super::examples::Example;
use super::module::ModuleKind;
use crate::corpus::Span;

/// Candidate spans and pairs of a batch with the index of their gold label.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Spans as (sentence of the batch, span): those to score, or the pairs' arguments.
    pub(crate) spans: Vec<(usize, Span)>,
    /// Gold label of every span to score.
    pub(crate) span_targets: Vec<usize>,
    /// Ordered pairs as indices into the arguments.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Gold label of every pair.
    pub(crate) pair_targets: Vec<usize>,
}

impl Candidates {
    /// The candidates that do not depend on scores. NerRe*'s pairs are added later.
    pub(crate) fn gold(kind: ModuleKind, sentences: &[&Example], longest: usize) -> Self {
        let mut candidates = Self::default();
        for (row, sentence) in sentences.iter().enumerate() {
            match kind {
                ModuleKind::Ei | ModuleKind::Ner | ModuleKind::NerReStar => {
                    for span in sentence.all_spans(longest) {
                        candidates.spans.push((row, span));
                        candidates
                            .span_targets
                            .push(span_target(kind, sentence, span));
                    }
                }
                ModuleKind::Ec => {
                    for span in &sentence.gold.spans {
                        candidates.spans.push((row, *span));
                        candidates
                            .span_targets
                            .push(span_target(kind, sentence, *span));
                    }
                }
                ModuleKind::Ri | ModuleKind::Re => {
                    candidates.add_all_pairs(kind, row, sentence, &sentence.gold.spans);
                }
                ModuleKind::Rc => candidates.add_related_pairs(row, sentence),
            }
        }
        candidates
    }

    /// Whether a sentence has a candidate for this module.
    pub(crate) fn any(kind: ModuleKind, sentence: &Example) -> bool {
        match kind {
            ModuleKind::Ei | ModuleKind::Ner | ModuleKind::NerReStar => sentence.words > 0,
            ModuleKind::Ec => !sentence.gold.spans.is_empty(),
            ModuleKind::Ri | ModuleKind::Re => sentence.gold.spans.len() > 1,
            ModuleKind::Rc => !sentence.gold.pairs.is_empty(),
        }
    }

    /// Adds `arguments` and every ordered pair of two of them.
    pub(crate) fn add_all_pairs(
        &mut self,
        kind: ModuleKind,
        row: usize,
        sentence: &Example,
        arguments: &[Span],
    ) {
        let first = self.spans.len();
        self.spans.extend(arguments.iter().map(|span| (row, *span)));
        for (head, head_span) in arguments.iter().enumerate() {
            for (tail, tail_span) in arguments.iter().enumerate() {
                if head != tail {
                    self.pairs.push((first + head, first + tail));
                    let gold = sentence.relations.get(&(*head_span, *tail_span));
                    self.pair_targets.push(pair_target(kind, gold));
                }
            }
        }
    }

    /// Adds the pairs that gold relates; their arguments are listed once each.
    fn add_related_pairs(&mut self, row: usize, sentence: &Example) {
        for (head, tail) in &sentence.gold.pairs {
            let head_index = self.argument(row, *head);
            let tail_index = self.argument(row, *tail);
            self.pairs.push((head_index, tail_index));
            let gold = sentence.relations.get(&(*head, *tail));
            self.pair_targets.push(pair_target(ModuleKind::Rc, gold));
        }
    }

    /// Index of an argument, which is added if it is new.
    pub(crate) fn argument(&mut self, row: usize, span: Span) -> usize {
        let known = self.spans.iter().position(|known| *known == (row, span));
        known.unwrap_or_else(|| {
            self.spans.push((row, span));
            self.spans.len() - 1
        })
    }
}

/// Null first where null is a label.
fn span_target(kind: ModuleKind, sentence: &Example, span: Span) -> usize {
    let gold = sentence.entities.get(&span);
    match kind {
        ModuleKind::Ei => usize::from(gold.is_some()),
        ModuleKind::Ec => gold.copied().unwrap_or(0),
        _ => gold.map_or(0, |label| label + 1),
    }
}

fn pair_target(kind: ModuleKind, gold: Option<&usize>) -> usize {
    match kind {
        ModuleKind::Ri => usize::from(gold.is_some()),
        ModuleKind::Rc => gold.copied().unwrap_or(0),
        _ => gold.map_or(0, |label| label + 1),
    }
}
