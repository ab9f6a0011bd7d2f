//! Entities and relations of whole splits.

use std::collections::HashMap;

use super::config::SpanRule;
use super::decode::{Pending, ScoredLink, Typed, decode, settle};
use super::input::Input;
use super::model::Iter;
use crate::corpus::{Entity, Extraction, Labels, Link, Span};

/// Sentences a batch of inference.
pub(crate) const BATCH: usize = 32;

/// What is decided about sentences, one extraction each, so many sentences a batch. Those
/// that the model does not read have nothing. Relations are the links with a probability
/// above `threshold`.
///
/// # Errors
/// When the device cannot hand over what was decided.
pub(crate) fn find(
    model: &Iter,
    inputs: &[Input],
    labels: &Labels,
    (rule, threshold): (SpanRule, f64),
    batch: usize,
) -> Result<Vec<Extraction>, String> {
    let mut order: Vec<usize> = (0..inputs.len())
        .filter(|index| inputs[*index].is_read)
        .collect();
    order.sort_by_key(|index| inputs[*index].length());
    let mut pending: Vec<Pending> = Vec::new();
    for chosen in order.chunks(batch.max(1)) {
        let chosen: Vec<&Input> = chosen.iter().map(|index| &inputs[*index]).collect();
        let lengths: Vec<usize> = chosen.iter().map(|input| input.length()).collect();
        let states = model.read(&chosen, None);
        pending.push(decode(
            &model.heads,
            &states.rows,
            states.columns,
            &lengths,
            rule,
        )?);
    }
    let mut found = vec![Extraction::default(); inputs.len()];
    for (index, (spans, links)) in order.into_iter().zip(settle(pending)?) {
        found[index] = extraction(&inputs[index], &spans, &links, labels, threshold);
    }
    Ok(found)
}

/// What was decided about positions, about words. What begins or ends in context or beside
/// the text is dropped, and of equal things the first stays, of links the likelier.
fn extraction(
    input: &Input,
    spans: &[Typed],
    links: &[ScoredLink],
    labels: &Labels,
    threshold: f64,
) -> Extraction {
    let mut found = Extraction::default();
    for (place, label) in spans {
        let Some(span) = input.span(*place) else {
            continue;
        };
        let label = labels.entity_types[*label].clone();
        let entity = Entity { span, label };
        if !found.entities.contains(&entity) {
            if !found.spans.contains(&span) {
                found.spans.push(span);
            }
            found.entities.push(entity);
        }
    }
    let mut known: HashMap<(Span, Span, usize), usize> = HashMap::new();
    for (head, tail, output, probability) in links {
        let (Some(head), Some(tail)) = (input.span(*head), input.span(*tail)) else {
            continue;
        };
        // Outputs behind the relations are those of their inverses.
        let types = labels.relation_types.len();
        let (head, tail, relation) = match output.checked_sub(types) {
            Some(inverse) => (tail, head, inverse),
            None => (head, tail, *output),
        };
        let probability = f64::from(*probability);
        let place = *known.entry((head, tail, relation)).or_insert_with(|| {
            found.links.push(Link {
                head,
                tail,
                label: labels.relation_types[relation].clone(),
                probability,
            });
            found.links.len() - 1
        });
        let link = &mut found.links[place];
        link.probability = link.probability.max(probability);
    }
    found.with_links_above(threshold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        Labels {
            entity_types: names(["A", "B"]),
            relation_types: names(["q", "r"]),
            symmetric: Vec::new(),
        }
    }

    fn span(word: usize) -> Span {
        Span::new(word, word)
    }

    /// What is found among three words after two of context, which stand at 3, 4 and 5.
    fn found(spans: &[Typed], links: &[ScoredLink]) -> Extraction {
        extraction(&Input::of_words(3, 2), spans, links, &labels(), 0.5)
    }

    #[test]
    fn what_lies_in_context_is_dropped_and_equals_are_one() {
        let own = |position| (position, position);
        let spans = [
            (own(3), 0),
            (own(3), 0),
            (own(3), 1),
            (own(2), 0),
            ((2, 4), 0),
            (own(6), 0),
            ((4, 5), 1),
        ];
        let found = found(&spans, &[(own(2), own(3), 0, 0.9)]);
        assert_eq!(found.spans, [span(0), Span::new(1, 2)]);
        let entities: Vec<(Span, &str)> = found
            .entities
            .iter()
            .map(|entity| (entity.span, entity.label.as_str()))
            .collect();
        let expected = [(span(0), "A"), (span(0), "B"), (Span::new(1, 2), "B")];
        assert_eq!(entities, expected);
        assert!(found.links.is_empty() && found.relations.is_empty());
    }

    #[test]
    fn a_link_has_the_higher_probability_of_itself_and_its_inverse() {
        let [a, b] = [(3, 3), (4, 4)];
        let links = [
            (a, b, 1, 0.25),
            // The inverse of r from the other side, and of q, which nothing else names.
            (b, a, 3, 0.75),
            (b, a, 2, 0.5),
        ];
        let found = found(&[(a, 0), (b, 0)], &links);
        let links: Vec<(Span, Span, &str, f64)> = found
            .links
            .iter()
            .map(|link| (link.head, link.tail, link.label.as_str(), link.probability))
            .collect();
        let expected = [(span(0), span(1), "r", 0.75), (span(0), span(1), "q", 0.5)];
        assert_eq!(links, expected);
        // A probability at the threshold is not above it.
        assert_eq!(found.relations.len(), 1);
        assert_eq!(found.relations[0].label, "r");
        assert_eq!(found.pairs, [(span(0), span(1))]);
    }
}
