//! A trained module as a stage of an approach: what came before goes in, and comes
//! out with what this module adds.

use super::candidates::Candidates;
use super::config::{JointEreConfig, PrunerConfig};
use super::decode::label;
use super::examples::Example;
use super::model::JointEre;
use super::module::{Decision, ModuleKind, SpanSource};
use crate::corpus::{Entity, Extraction, Labels, Relation, Span};
use crate::systems::spans::{Rows, top_k};

/// Sentences a batch of inference, where nobody asks for another number.
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
        self.extract_by(BATCH, sentences, inputs)
    }

    /// The same with so many sentences a batch.
    pub(crate) fn extract_by(
        &self,
        batch: usize,
        sentences: &[Example],
        inputs: &[Extraction],
    ) -> Result<Vec<Extraction>, String> {
        let mut order: Vec<usize> = (0..sentences.len()).collect();
        order.sort_by_key(|index| sentences[*index].length());
        let mut outputs = inputs.to_vec();
        for batch in order.chunks(batch) {
            let chosen: Vec<&Example> = batch.iter().map(|index| &sentences[*index]).collect();
            let given: Vec<&Extraction> = batch.iter().map(|index| &inputs[*index]).collect();
            let found = self.decide(&chosen, &given)?;
            for (index, extraction) in batch.iter().zip(found) {
                outputs[*index] = extraction;
            }
        }
        Ok(outputs)
    }

    fn decide(
        &self,
        sentences: &[&Example],
        given: &[&Extraction],
    ) -> Result<Vec<Extraction>, String> {
        let mut found: Vec<Extraction> = given.iter().map(|input| (*input).clone()).collect();
        let candidates = Candidates::of(self.kind, sentences, given, self.config.max_span);
        let words = self.model.read(sentences, None);
        let scores = self.model.score(&words, &candidates, None);
        let spans = Rows::fetch(scores.spans)?;
        if self.kind == ModuleKind::Pruner {
            self.keep(sentences, &candidates, &spans, &mut found);
            return Ok(found);
        }
        if self.kind.entity_task().is_some() {
            self.decide_entities(&candidates, &spans, &mut found);
        }
        if self.kind.relation_task().is_some() {
            let pairs = Rows::fetch(scores.pairs)?;
            self.decide_relations(&candidates, &pairs, &mut found);
        }
        Ok(found)
    }

    /// The best-scored spans of every sentence.
    fn keep(
        &self,
        sentences: &[&Example],
        candidates: &Candidates,
        rows: &Rows,
        found: &mut [Extraction],
    ) {
        let mut from = 0;
        for (row, sentence) in sentences.iter().enumerate() {
            let own = from..from + candidates.counts[row];
            let spans: Vec<Span> = candidates.spans[own.clone()]
                .iter()
                .map(|(_, span)| *span)
                .collect();
            from = own.end;
            let scores: Vec<f32> = own.map(|index| rows.row(index)[0]).collect();
            let kept = top_k(&spans, &scores, self.pruner.keep(sentence.words));
            found[row].spans = kept.into_iter().map(|index| spans[index]).collect();
        }
    }

    fn decide_entities(&self, candidates: &Candidates, rows: &Rows, found: &mut [Extraction]) {
        let Some(task) = self.kind.entity_task() else {
            return;
        };
        let finds = self.kind.spans() != SpanSource::Entities;
        if finds {
            for extraction in found.iter_mut() {
                extraction.spans.clear();
            }
        }
        for (index, (row, span)) in candidates.spans.iter().enumerate() {
            let decision = task.decision(label(rows, index, task));
            if decision == Decision::Nothing {
                continue;
            }
            let extraction = &mut found[*row];
            if finds {
                extraction.spans.push(*span);
            }
            if let Decision::Type(label) = decision {
                extraction.entities.push(Entity {
                    span: *span,
                    label: self.labels.entity_types[label].clone(),
                });
            }
        }
    }

    fn decide_relations(&self, candidates: &Candidates, rows: &Rows, found: &mut [Extraction]) {
        let Some(task) = self.kind.relation_task() else {
            return;
        };
        // What decides both tasks at once may relate a span that it does not call an entity.
        let between_entities =
            self.kind.spans() == SpanSource::Kept && self.config.require_entity_endpoints;
        let finds = self.kind != ModuleKind::Rc;
        for (index, (head, tail)) in candidates.pairs.iter().enumerate() {
            let (row, head) = candidates.spans[*head];
            let (_, tail) = candidates.spans[*tail];
            let decision = task.decision(label(rows, index, task));
            if decision == Decision::Nothing {
                continue;
            }
            let extraction = &mut found[row];
            let is_entity = |span| extraction.spans.contains(span);
            if between_entities && !(is_entity(&head) && is_entity(&tail)) {
                continue;
            }
            if finds {
                extraction.pairs.push((head, tail));
            }
            if let Decision::Type(label) = decision {
                extraction.relations.push(Relation {
                    head,
                    tail,
                    label: self.labels.relation_types[label].clone(),
                });
            }
        }
    }
}
