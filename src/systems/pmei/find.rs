//! Entities and relations of whole splits.

use super::classifiers::TAGS;
use super::config::{PmeiConfig, TestLatent};
use super::core::draw_by;
use super::input::Text;
use super::model::Pmei;
use super::table::{GoldCell, Grid};
use crate::corpus::{Entity, Extraction, Labels, Relation, Span};
use crate::encoder::Noise;
use crate::score::pmei::{Tag, spans_of};
use crate::systems::spans::{Rows, argmax};

/// Sentences a batch of inference.
pub(crate) const BATCH: usize = 50;

/// What is decided about sentences, one extraction each, so many sentences a batch. Where one
/// draw is passed on, `seed` decides it.
///
/// # Errors
/// When the texts are not what the model reads, or the device cannot hand over what was
/// decided.
pub(crate) fn find(
    model: &Pmei,
    texts: &[Text],
    labels: &Labels,
    (config, seed): (&PmeiConfig, u64),
    batch: usize,
) -> Result<Vec<Extraction>, String> {
    let mut order: Vec<usize> = (0..texts.len())
        .filter(|index| texts[*index].words() > 0)
        .collect();
    order.sort_by_key(|index| texts[*index].words());
    let mut found = vec![Extraction::default(); texts.len()];
    for (number, chosen) in order.chunks(batch.max(1)).enumerate() {
        let own: Vec<&Text> = chosen.iter().map(|index| &texts[*index]).collect();
        let lengths: Vec<usize> = own.iter().map(|text| text.words()).collect();
        let grid = Grid::new(&lengths, config.diagonal);
        let drawn =
            (config.test_latent == TestLatent::Sample).then(|| Noise::new(seed, number as u64));
        let states = model.read(&own, None)?;
        let device = states.device();
        let decided = model
            .core
            .decide(&states, &grid, &draw_by(drawn.as_ref(), &device));
        let tags = Rows::fetch(Some(decided.tags))?;
        let (mut first, mut cells) = (0, decided.cells.as_slice());
        for (index, length) in chosen.iter().zip(&lengths) {
            let tags = (first..first + length).map(|row| TAGS[argmax(tags.row(row))]);
            let (here, rest) =
                cells.split_at(cells.partition_point(|cell| cell.0 < first + length));
            cells = rest;
            found[*index] = extraction(&tags.collect::<Vec<_>>(), here, first, labels);
            first += length;
        }
    }
    Ok(found)
}

/// What was decided about words as entities and relations. A related word stands for the
/// entity that ends with it, or for itself where there is none; an output for no relation is
/// none. Entities have a type where the corpus has a single one.
fn extraction(tags: &[Tag], cells: &[GoldCell], first: usize, labels: &Labels) -> Extraction {
    let spans = spans_of(tags);
    let span = |row: usize| {
        let word = row - first;
        let mut entities = spans.iter().copied();
        entities
            .find(|span| span.end == word)
            .unwrap_or(Span::new(word, word))
    };
    let mut found = Extraction::default();
    for (row, other, relation) in cells {
        let Some(label) = labels.relation_types.get(*relation) else {
            continue;
        };
        let (head, tail) = (span(*row), span(*other));
        if found.pairs.last() != Some(&(head, tail)) {
            found.pairs.push((head, tail));
        }
        found.relations.push(Relation {
            head,
            tail,
            label: label.clone(),
        });
    }
    if let [label] = labels.entity_types.as_slice() {
        let entity = |span: &Span| Entity {
            span: *span,
            label: label.clone(),
        };
        found.entities = spans.iter().map(entity).collect();
    }
    found.spans = spans;
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_related_word_stands_for_the_entity_that_it_ends() {
        let labels = Labels {
            entity_types: vec!["Entity".into()],
            relation_types: vec!["q".into(), "r".into()],
            symmetric: Vec::new(),
        };
        let tags = [Tag::Begin, Tag::End, Tag::Outside, Tag::Single];
        // Rows from 10 on; output 2 is none of the relations.
        let cells = [(11, 12, 0), (11, 12, 1), (11, 13, 2), (13, 11, 1)];
        let found = extraction(&tags, &cells, 10, &labels);
        let [one, two, three] = [Span::new(0, 1), Span::new(2, 2), Span::new(3, 3)];
        assert_eq!(found.spans, [one, three]);
        assert_eq!(found.pairs, [(one, two), (three, one)]);
        let relations: Vec<(Span, Span, &str)> = found
            .relations
            .iter()
            .map(|relation| (relation.head, relation.tail, relation.label.as_str()))
            .collect();
        assert_eq!(
            relations,
            [(one, two, "q"), (one, two, "r"), (three, one, "r")]
        );
        assert_eq!(found.entities.len(), 2);
        let untyped = Labels {
            entity_types: vec!["A".into(), "B".into()],
            ..labels
        };
        assert!(extraction(&tags, &cells, 10, &untyped).entities.is_empty());
    }
}
