//! The model's decisions: what scores best, for every span and every pair of kept spans.
//!
//! A pair is related where a relation scores above none, 0. Both tasks decide for
//! themselves, as in `DyGIE++`'s release: the arguments of a relation need not have been
//! found to be entities.

use super::model::Joint;
use crate::corpus::{Entity, Extraction, Labels, Relation, Span};
use crate::systems::pure::text::Text;
use crate::systems::spans::{Rows, argmax};

/// Sentences a batch of inference, where nobody asks for another number.
const BATCH: usize = 32;

/// The entities and relations of texts, one extraction a text.
///
/// # Errors
/// When the backend cannot hand scores over.
pub(crate) fn find(
    model: &Joint,
    texts: &[Text],
    labels: &Labels,
) -> Result<Vec<Extraction>, String> {
    find_by(BATCH, model, texts, labels)
}

/// The same with so many sentences a batch.
pub(crate) fn find_by(
    batch: usize,
    model: &Joint,
    texts: &[Text],
    labels: &Labels,
) -> Result<Vec<Extraction>, String> {
    let mut found = vec![Extraction::default(); texts.len()];
    let mut order: Vec<usize> = (0..texts.len())
        .filter(|index| texts[*index].words > 0)
        .collect();
    order.sort_by_key(|index| texts[*index].length());
    for batch in order.chunks(batch) {
        let chosen: Vec<&Text> = batch.iter().map(|index| &texts[*index]).collect();
        let spans = model.spans(&chosen);
        let scores = model.score(&chosen, &spans, None)?;
        let entities = Rows::fetch(Some(scores.entities))?;
        let relations = Rows::fetch(scores.relations)?;
        let decided = decide(
            &spans,
            &entities,
            &scores.pairs,
            &relations,
            labels,
            batch.len(),
        );
        for (index, extraction) in batch.iter().zip(decided) {
            found[*index] = extraction;
        }
    }
    Ok(found)
}

/// What the scores of a batch's spans and pairs say of each of its `texts`.
fn decide(
    spans: &[(usize, Span)],
    entities: &Rows,
    pairs: &[(usize, usize)],
    relations: &Rows,
    labels: &Labels,
    texts: usize,
) -> Vec<Extraction> {
    let mut found = vec![Extraction::default(); texts];
    for (place, (row, span)) in spans.iter().enumerate() {
        if let Some(label) = argmax(entities.row(place)).checked_sub(1) {
            found[*row].spans.push(*span);
            found[*row].entities.push(Entity {
                span: *span,
                label: labels.entity_types[label].clone(),
            });
        }
    }
    for (place, (subject, object)) in pairs.iter().enumerate() {
        if let Some(label) = argmax(relations.row(place)).checked_sub(1) {
            let ((row, head), (_, tail)) = (spans[*subject], spans[*object]);
            found[row].pairs.push((head, tail));
            found[row].relations.push(Relation {
                head,
                tail,
                label: labels.relation_types[label].clone(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_pairs_get_their_best_label_and_need_not_agree() {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let labels = Labels {
            entity_types: names(["PER", "LOC"]),
            relation_types: names(["in", "near"]),
            symmetric: Vec::new(),
        };
        let place = |index| Span::new(index, index);
        let spans = [(0, place(0)), (1, place(0)), (1, place(1)), (1, place(2))];
        let entities = [
            [0.0, 0.0, 0.0], // none is the first of equals
            [0.0, 2.0, 1.0],
            [3.0, 2.0, 1.0],
            [-2.0, -3.0, -1.0],
        ];
        let pairs = [(1, 2), (2, 1), (1, 3), (3, 1)];
        let relations = [
            [0.0, -1.0, 0.5],
            [0.0, 0.0, 0.0],
            [0.0, 0.1, -7.0],
            [0.0, -0.1, -0.2],
        ];
        let found = decide(
            &spans,
            &Rows::new(entities.concat(), 3),
            &pairs,
            &Rows::new(relations.concat(), 3),
            &labels,
            2,
        );
        assert_eq!(found[0], Extraction::default());
        assert_eq!(found[1].spans, [place(0), place(2)]);
        let types = found[1].entities.iter().map(|entity| &*entity.label);
        assert_eq!(types.collect::<Vec<_>>(), ["PER", "LOC"]);
        // The second word is no entity, and still near the first.
        assert_eq!(found[1].pairs, [(place(0), place(1)), (place(0), place(2))]);
        let labels = found[1].relations.iter().map(|relation| &*relation.label);
        assert_eq!(labels.collect::<Vec<_>>(), ["near", "in"]);
    }
}
