//! A trained module as a stage of an approach: what came before goes in, and comes
//! out with what this module adds.

use super::candidates::Candidates;
use super::config::{JointEreConfig, PrunerConfig};
use super::decode::Rows;
use super::examples::Example;
use super::model::{JointEre, Words};
use super::module::ModuleKind;
use super::top_k::top_k;
use crate::corpus::{Document, Entity, Extraction, Labels, Prediction, Relation, Span};

/// Sentences a batch of inference.
const BATCH: usize = 32;

/// A module with everything its decoding needs.
pub(crate) struct Stage<'a> {
    pub(crate) kind: ModuleKind,
    pub(crate) model: &'a JointEre,
    pub(crate) labels: &'a Labels,
    pub(crate) config: &'a JointEreConfig,
    pub(crate) pruner: &'a PrunerConfig,
}

impl Stage<'_> {
    /// Extends `inputs`, one extraction per sentence, by this module's decisions.
    ///
    /// # Errors
    /// When the backend cannot hand scores over.
    pub(crate) fn extract(
        &self,
        sentences: &[Example],
        inputs: &[Extraction],
    ) -> Result<Vec<Extraction>, String> {
        let mut order: Vec<usize> = (0..sentences.len()).collect();
        order.sort_by_key(|index| sentences[*index].length());
        let mut outputs = inputs.to_vec();
        for batch in order.chunks(BATCH) {
            let chosen: Vec<&Example> = batch.iter().map(|index| &sentences[*index]).collect();
            let words = self.model.read(&chosen, None);
            let given: Vec<&Extraction> = batch.iter().map(|index| &inputs[*index]).collect();
            let found = self.decide(&words, &chosen, &given)?;
            for (index, extraction) in batch.iter().zip(found) {
                outputs[*index] = extraction;
            }
        }
        Ok(outputs)
    }

    fn decide(
        &self,
        words: &Words,
        sentences: &[&Example],
        given: &[&Extraction],
    ) -> Result<Vec<Extraction>, String> {
        let mut found: Vec<Extraction> = given.iter().map(|input| (*input).clone()).collect();
        match self.kind {
            ModuleKind::Ei | ModuleKind::Ner | ModuleKind::Ec => {
                let spans = self.span_candidates(sentences, given);
                self.decide_entities(words, &spans, &mut found)?;
            }
            ModuleKind::Ri | ModuleKind::Re => {
                let mut candidates = Candidates::default();
                for (row, (sentence, input)) in sentences.iter().zip(given).enumerate() {
                    candidates.add_all_pairs(self.kind, row, sentence, &input.spans);
                }
                self.decide_relations(words, &candidates, &mut found)?;
            }
            ModuleKind::Rc => {
                let mut candidates = Candidates::default();
                for (row, input) in given.iter().enumerate() {
                    for (head, tail) in &input.pairs {
                        let head = candidates.argument(row, *head);
                        let tail = candidates.argument(row, *tail);
                        candidates.pairs.push((head, tail));
                    }
                }
                self.decide_relations(words, &candidates, &mut found)?;
            }
            ModuleKind::NerReStar => self.decide_jointly(words, sentences, given, &mut found)?,
        }
        Ok(found)
    }

    fn span_candidates(&self, sentences: &[&Example], given: &[&Extraction]) -> Vec<(usize, Span)> {
        let mut spans = Vec::new();
        for (row, (sentence, input)) in sentences.iter().zip(given).enumerate() {
            if self.kind.scores_all_spans() {
                let all = sentence.all_spans(self.config.max_span);
                spans.extend(all.into_iter().map(|span| (row, span)));
            } else {
                spans.extend(input.spans.iter().map(|span| (row, *span)));
            }
        }
        spans
    }

    /// Scores `spans` and records the entities; gives the scores back.
    fn decide_entities(
        &self,
        words: &Words,
        spans: &[(usize, Span)],
        found: &mut [Extraction],
    ) -> Result<Rows, String> {
        let rows = Rows::fetch(self.model.score_spans(words, spans, None))?;
        for (index, (row, span)) in spans.iter().enumerate() {
            let label = rows.label(index);
            let extraction = &mut found[*row];
            let typed = match self.kind {
                ModuleKind::Ei => {
                    if label == 1 {
                        extraction.spans.push(*span);
                    }
                    None
                }
                ModuleKind::Ec => Some(label),
                _ => {
                    let real = label.checked_sub(1);
                    if real.is_some() {
                        extraction.spans.push(*span);
                    }
                    real
                }
            };
            if let Some(label) = typed {
                extraction.entities.push(Entity {
                    span: *span,
                    label: self.labels.entity_types[label].clone(),
                });
            }
        }
        Ok(rows)
    }

    fn decide_relations(
        &self,
        words: &Words,
        candidates: &Candidates,
        found: &mut [Extraction],
    ) -> Result<(), String> {
        let scores = self
            .model
            .score_pairs(words, &candidates.spans, &candidates.pairs, None);
        let rows = Rows::fetch(scores)?;
        for (index, (head, tail)) in candidates.pairs.iter().enumerate() {
            let (row, head) = candidates.spans[*head];
            let (_, tail) = candidates.spans[*tail];
            let label = rows.label(index);
            let extraction = &mut found[row];
            let typed = match self.kind {
                ModuleKind::Ri => {
                    if label == 1 {
                        extraction.pairs.push((head, tail));
                    }
                    None
                }
                ModuleKind::Rc => Some(label),
                _ => {
                    let real = label.checked_sub(1);
                    if real.is_some() {
                        extraction.pairs.push((head, tail));
                    }
                    real
                }
            };
            if let Some(label) = typed {
                extraction.relations.push(Relation {
                    head,
                    tail,
                    label: self.labels.relation_types[label].clone(),
                });
            }
        }
        Ok(())
    }

    /// Entities of all spans, and relations between the best-scored of them.
    fn decide_jointly(
        &self,
        words: &Words,
        sentences: &[&Example],
        given: &[&Extraction],
        found: &mut [Extraction],
    ) -> Result<(), String> {
        let spans = self.span_candidates(sentences, given);
        let rows = self.decide_entities(words, &spans, found)?;
        let kept = kept_spans(self.pruner, sentences, &spans, &rows);
        let mut candidates = Candidates::default();
        for (row, (sentence, arguments)) in sentences.iter().zip(&kept).enumerate() {
            candidates.add_all_pairs(self.kind, row, sentence, arguments);
        }
        if self.config.require_entity_endpoints {
            let spans = &candidates.spans;
            let is_entity = |index: usize| {
                let (row, span) = spans[index];
                found[row].spans.contains(&span)
            };
            candidates
                .pairs
                .retain(|(head, tail)| is_entity(*head) && is_entity(*tail));
        }
        self.decide_relations(words, &candidates, found)
    }
}

/// The spans of each sentence that may take part in relations, by how much their best
/// type exceeds null.
pub(crate) fn kept_spans(
    pruner: &PrunerConfig,
    sentences: &[&Example],
    spans: &[(usize, Span)],
    rows: &Rows,
) -> Vec<Vec<Span>> {
    let mut from = 0;
    sentences
        .iter()
        .enumerate()
        .map(|(row, sentence)| {
            let own = spans[from..]
                .iter()
                .take_while(|(owner, _)| *owner == row)
                .count();
            let candidates: Vec<Span> = spans[from..from + own]
                .iter()
                .map(|(_, span)| *span)
                .collect();
            let scores: Vec<f32> = (from..from + own).map(|index| rows.margin(index)).collect();
            from += own;
            top_k(&candidates, &scores, pruner.keep(sentence.words))
                .into_iter()
                .map(|index| candidates[index])
                .collect()
        })
        .collect()
}

/// Puts extractions, one per sentence, back into their documents.
pub(crate) fn by_document(documents: &[Document], extractions: Vec<Extraction>) -> Vec<Prediction> {
    let mut rest = extractions.into_iter();
    documents
        .iter()
        .map(|document| Prediction {
            key: document.key.clone(),
            sentences: rest.by_ref().take(document.sentences.len()).collect(),
        })
        .collect()
}
