//! The entity model's data, loss and decisions.

use std::collections::HashMap;

use burn::tensor::Tensor;

use super::config::PureConfig;
use super::markers::Argument;
use super::model::Pure;
use super::text::Text;
use crate::corpus::{Document, Entity, Extraction, Labels, Relation, Span};
use crate::encoder::Noise;
use crate::systems::spans::{Rows, all_spans, argmax, summed_cross_entropy};

/// Sentences a batch of inference, where nobody asks for another number.
const BATCH: usize = 32;

/// Sentences with their annotation.
pub(crate) struct Sentences {
    pub(crate) texts: Vec<Text>,
    /// Annotated type of every span; of two for one span the last counts.
    entities: Vec<HashMap<Span, usize>>,
    /// Annotated relations between annotated spans.
    relations: Vec<Vec<(Argument, Argument, usize)>>,
}

/// How entities are told from other spans.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// Those whose best label is a type.
    Entities,
    /// So many spans per word of the sentence, by the best type's advantage over none.
    Share(f64),
}

impl Sentences {
    /// Joins texts with the annotation of the documents they are made of.
    pub(crate) fn new(texts: Vec<Text>, documents: &[Document], labels: &Labels) -> Self {
        let index = |names: &[String], name: &str| names.iter().position(|known| known == name);
        let sentences = documents.iter().flat_map(|document| &document.sentences);
        let (mut entities, mut relations) = (Vec::new(), Vec::new());
        for sentence in sentences {
            let types: HashMap<Span, usize> = sentence
                .entities
                .iter()
                .filter_map(|entity| {
                    Some((entity.span, index(&labels.entity_types, &entity.label)?))
                })
                .collect();
            relations.push(related(&types, &sentence.relations, |name| {
                index(&labels.relation_types, name)
            }));
            entities.push(types);
        }
        Self {
            texts,
            entities,
            relations,
        }
    }

    /// How often each label occurs among the candidate spans.
    pub(crate) fn label_counts(&self, labels: &Labels, longest: usize) -> Vec<f64> {
        let mut counts = vec![0.0; labels.entity_types.len() + 1];
        for (text, gold) in self.texts.iter().zip(&self.entities) {
            for span in all_spans(text.words, longest) {
                counts[gold.get(&span).map_or(0, |label| label + 1)] += 1.0;
            }
        }
        counts
    }
}

/// Every ordered pair of annotated spans with its label, 0 where it is not related.
fn related(
    types: &HashMap<Span, usize>,
    relations: &[Relation],
    label: impl Fn(&str) -> Option<usize>,
) -> Vec<(Argument, Argument, usize)> {
    let labels: HashMap<(Span, Span), usize> = relations
        .iter()
        .filter_map(|relation| Some(((relation.head, relation.tail), label(&relation.label)? + 1)))
        .collect();
    let mut spans: Vec<Argument> = types
        .iter()
        .map(|(span, label)| Argument {
            span: *span,
            label: *label,
        })
        .collect();
    spans.sort_by_key(|argument| argument.span);
    let mut pairs = Vec::new();
    for subject in &spans {
        for object in spans.iter().filter(|object| object.span != subject.span) {
            let found = labels.get(&(subject.span, object.span));
            pairs.push((*subject, *object, found.copied().unwrap_or(0)));
        }
    }
    pairs
}

/// Summed −log softmax(z)[gold] over the candidate spans of a batch of sentences, and
/// beside it the mean loss over pairs of annotated entities where the model has a head
/// for them (Zhong and Chen 2021, §5.2, which leaves the mean to the reader). Both read
/// the states after their dropout.
pub(crate) fn entity_loss(
    model: &Pure,
    sentences: &Sentences,
    batch: &[usize],
    config: &PureConfig,
    noise: &Noise,
) -> Option<Tensor<1>> {
    let head = model.entity.as_ref()?;
    let batch: Vec<usize> = batch
        .iter()
        .copied()
        .filter(|index| sentences.texts[*index].words > 0)
        .collect();
    if batch.is_empty() {
        return None;
    }
    let texts: Vec<&Text> = batch.iter().map(|index| &sentences.texts[*index]).collect();
    let words = model.words(&texts, Some(noise));
    let (mut spans, mut targets) = (Vec::new(), Vec::new());
    for (row, index) in batch.iter().enumerate() {
        for span in all_spans(texts[row].words, config.max_span) {
            let gold = sentences.entities[*index].get(&span);
            targets.push(gold.map_or(0, |label| label + 1));
            spans.push((row, span));
        }
    }
    let loss = summed_cross_entropy(head.score(&words, &spans, Some(noise)), &targets);
    let Some(relation) = model
        .relation
        .as_ref()
        .filter(|_| config.aux_relation_loss > 0.0)
    else {
        return Some(loss);
    };
    let (mut arguments, mut pairs) = (Vec::new(), Vec::new());
    let (mut types, mut labels) = (Vec::new(), Vec::new());
    for (row, index) in batch.iter().enumerate() {
        for (subject, object, label) in &sentences.relations[*index] {
            pairs.push((arguments.len(), arguments.len() + 1));
            arguments.extend([(row, subject.span), (row, object.span)]);
            types.push((subject.label, object.label));
            labels.push(*label);
        }
    }
    if pairs.is_empty() {
        return Some(loss);
    }
    let scores = relation.of_text(&words, &arguments, &pairs, &types, Some(noise));
    let weight = config.aux_relation_loss / pairs.len() as f64;
    Some(loss + summed_cross_entropy(scores.labels, &labels).mul_scalar(weight))
}

/// What the model takes for entities, one extraction a text.
///
/// # Errors
/// When the backend cannot hand scores over.
pub(crate) fn find_entities(
    model: &Pure,
    texts: &[Text],
    labels: &Labels,
    longest: usize,
    keep: Keep,
) -> Result<Vec<Extraction>, String> {
    find_entities_by(BATCH, model, texts, labels, longest, keep)
}

/// The same with so many sentences a batch.
pub(crate) fn find_entities_by(
    batch: usize,
    model: &Pure,
    texts: &[Text],
    labels: &Labels,
    longest: usize,
    keep: Keep,
) -> Result<Vec<Extraction>, String> {
    let mut found = vec![Extraction::default(); texts.len()];
    let Some(head) = &model.entity else {
        return Err("the model has no head for entities".to_owned());
    };
    let mut order: Vec<usize> = (0..texts.len())
        .filter(|index| texts[*index].words > 0)
        .collect();
    order.sort_by_key(|index| texts[*index].length());
    for batch in order.chunks(batch) {
        let chosen: Vec<&Text> = batch.iter().map(|index| &texts[*index]).collect();
        let words = model.words(&chosen, None);
        let mut spans = Vec::new();
        for (row, text) in chosen.iter().enumerate() {
            spans.extend(
                all_spans(text.words, longest)
                    .into_iter()
                    .map(|span| (row, span)),
            );
        }
        let rows = Rows::fetch(Some(head.score(&words, &spans, None)))?;
        let mut from = 0;
        for (row, index) in batch.iter().enumerate() {
            let own = spans[from..]
                .iter()
                .take_while(|(of, _)| *of == row)
                .count();
            let scored: Vec<(Span, &[f32])> = (from..from + own)
                .map(|place| (spans[place].1, rows.row(place)))
                .collect();
            found[*index] = decide(&scored, chosen[row].words, labels, keep);
            from += own;
        }
    }
    Ok(found)
}

/// The spans of one sentence that are kept, with the types of those that have one.
fn decide(scored: &[(Span, &[f32])], words: usize, labels: &Labels, keep: Keep) -> Extraction {
    let mut kept: Vec<&(Span, &[f32])> = match keep {
        Keep::Entities => scored
            .iter()
            .filter(|(_, scores)| argmax(scores) > 0)
            .collect(),
        Keep::Share(share) => {
            let count = ((share * words as f64).ceil() as usize).max(1);
            let mut ranked: Vec<&(Span, &[f32])> = scored.iter().collect();
            ranked.sort_by(|a, b| advantage(b.1).total_cmp(&advantage(a.1)));
            ranked.truncate(count);
            ranked
        }
    };
    kept.sort_by_key(|(span, _)| *span);
    let mut found = Extraction::default();
    for (span, scores) in kept {
        found.spans.push(*span);
        if let Some(label) = argmax(scores).checked_sub(1) {
            found.entities.push(Entity {
                span: *span,
                label: labels.entity_types[label].clone(),
            });
        }
    }
    found
}

/// log p of the best type minus log p of none: the difference of their scores, since both
/// have the same normaliser.
fn advantage(scores: &[f32]) -> f32 {
    let best = scores[1..]
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    best - scores[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        Labels {
            entity_types: ["PER", "LOC"].map(str::to_owned).to_vec(),
            relation_types: Vec::new(),
            symmetric: Vec::new(),
        }
    }

    /// Spans in order with scores of none, PER and LOC.
    fn decided(keep: Keep) -> Extraction {
        let scores: [[f32; 3]; 4] = [
            [5.0, 1.0, 1.0],
            [0.0, 1.0, 2.0],
            [1.0, 0.9, 0.0],
            [0.0, 3.0, 0.0],
        ];
        let scored: Vec<(Span, &[f32])> = scores
            .iter()
            .enumerate()
            .map(|(place, scores)| (Span::new(place, place), scores.as_slice()))
            .collect();
        decide(&scored, 4, &labels(), keep)
    }

    #[test]
    fn entities_are_the_spans_with_a_type() {
        let found = decided(Keep::Entities);
        let types: Vec<&str> = found.entities.iter().map(|e| e.label.as_str()).collect();
        assert_eq!(types, ["LOC", "PER"]);
        assert_eq!(found.spans, [Span::new(1, 1), Span::new(3, 3)]);
    }

    #[test]
    fn a_share_of_spans_is_kept_by_what_a_type_gains_over_none() {
        // 0.6 · 4 is rounded up to 3; the third is no entity, and has no type.
        let found = decided(Keep::Share(0.6));
        let spans: Vec<usize> = found.spans.iter().map(|span| span.start).collect();
        assert_eq!(spans, [1, 2, 3]);
        assert_eq!(found.entities.len(), 2);
        assert_eq!(decided(Keep::Share(0.01)).spans, [Span::new(3, 3)]);
    }
}
