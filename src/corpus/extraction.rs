//! What systems extract from sentences and documents.

use serde::{Deserialize, Serialize};

use super::{Entity, Relation, Span};

/// A relation that a system weighed, with the probability it gave to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The subject's span.
    pub head: Span,
    /// The object's span.
    pub tail: Span,
    /// The relation type.
    pub label: String,
    /// How probable it is, from 0 to 1.
    pub probability: f64,
}

/// What a system extracted from one sentence, by sub-task (Yan et al. 2022): entity identification and
/// classification, relation identification and classification.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// Spans found to be entities, of whatever type.
    pub spans: Vec<Span>,
    /// Typed entities.
    pub entities: Vec<Entity>,
    /// Ordered pairs (subject, object) found to be related, by whatever relation.
    pub pairs: Vec<(Span, Span)>,
    /// Labelled relations.
    pub relations: Vec<Relation>,
    /// What the relations were decided from, for systems that take every link above a threshold; empty for all
    /// others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

impl Extraction {
    /// The same with the links above a threshold as its relations, and every pair that they link once as its
    /// pairs, both in the order of the links.
    #[must_use]
    pub fn with_links_above(self, threshold: f64) -> Self {
        let chosen = || {
            let links = self.links.iter();
            links.filter(|link| link.probability > threshold)
        };
        let mut pairs: Vec<(Span, Span)> = Vec::new();
        for link in chosen() {
            if !pairs.contains(&(link.head, link.tail)) {
                pairs.push((link.head, link.tail));
            }
        }
        let relations = chosen().map(|link| Relation {
            head: link.head,
            tail: link.tail,
            label: link.label.clone(),
        });
        Self {
            relations: relations.collect(),
            pairs,
            ..self
        }
    }
}

/// What a system extracted from one document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The document's key.
    pub key: String,
    /// One extraction for each of its sentences.
    pub sentences: Vec<Extraction>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_itself_is_not_above_it() {
        let link = |tail: usize, label: &str, probability: f64| Link {
            head: Span::new(0, 0),
            tail: Span::new(tail, tail),
            label: label.into(),
            probability,
        };
        let links = [
            link(1, "r", 0.5),
            link(2, "r", 0.75),
            link(1, "q", 0.8),
            link(2, "q", 1.0),
        ];
        let extraction = Extraction {
            links: links.to_vec(),
            relations: vec![Relation {
                head: Span::new(1, 1),
                tail: Span::new(0, 0),
                label: "r".into(),
            }],
            ..Extraction::default()
        };
        let chosen = |threshold: f64| {
            let chosen = extraction.clone().with_links_above(threshold);
            assert_eq!(chosen.links, links);
            let relations: Vec<(usize, String)> = chosen
                .relations
                .into_iter()
                .map(|one| (one.tail.start, one.label))
                .collect();
            let pairs: Vec<usize> = chosen.pairs.iter().map(|(_, tail)| tail.start).collect();
            (relations, pairs)
        };
        let named = |tail: usize, label: &str| (tail, label.to_owned());
        let three = vec![named(2, "r"), named(1, "q"), named(2, "q")];
        assert_eq!(chosen(0.5), (three, vec![2, 1]));
        assert_eq!(chosen(0.9), (vec![named(2, "q")], vec![2]));
        assert_eq!(chosen(1.0), (vec![], vec![]));
    }
}
