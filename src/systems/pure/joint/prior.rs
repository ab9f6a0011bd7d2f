//! How often labels occur, by which the scores' biases may start.

use super::kept::kept_number;
use crate::corpus::Labels;
use crate::systems::pure::instances::Candidates;
use crate::systems::spans::all_spans;

/// Numbers of candidate spans by entity label and of pairs by relation label, none first.
///
/// Which pairs there will be, the model decides only when it has learned to; as many are
/// counted as there are places for them, all related ones among them.
pub(crate) fn label_counts(
    sentences: &[Candidates],
    labels: &Labels,
    longest: usize,
    share: f64,
) -> (Vec<f64>, Vec<f64>) {
    let mut entities = vec![0.0; labels.entity_types.len() + 1];
    let mut relations = vec![0.0; labels.relation_types.len() + 1];
    for sentence in sentences {
        let words = sentence.text.words;
        let spans = all_spans(words, longest);
        for span in &spans {
            let label = sentence.entities.get(span);
            entities[label.map_or(0, |label| label + 1)] += 1.0;
        }
        let kept = kept_number(words, share).min(spans.len());
        let pairs = kept * kept.saturating_sub(1);
        relations[0] += pairs.saturating_sub(sentence.relations.len()) as f64;
        for label in sentence.relations.values() {
            relations[label + 1] += 1.0;
        }
    }
    (entities, relations)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::corpus::{Corpus, Document, Entity, Relation, Sentence, Span};
    use crate::encoder::word_vocabulary;
    use crate::systems::pure::joint::sentences::sentences;

    #[test]
    fn candidates_are_counted_by_label() {
        let tokens: Vec<String> = "Ann lives in Rome now"
            .split(' ')
            .map(str::to_owned)
            .collect();
        let (ann, rome) = (Span::new(0, 0), Span::new(3, 3));
        let entity = |span, label: &str| Entity {
            span,
            label: label.to_owned(),
        };
        let document = Document {
            key: "d".to_owned(),
            sentences: vec![
                Sentence {
                    tokens: tokens.clone(),
                    entities: vec![entity(ann, "PER"), entity(rome, "LOC")],
                    relations: vec![Relation {
                        head: ann,
                        tail: rome,
                        label: "in".to_owned(),
                    }],
                },
                Sentence {
                    tokens: vec!["Now".to_owned()],
                    ..Sentence::default()
                },
            ],
        };
        let corpus = Corpus::new("c", [vec![document], Vec::new(), Vec::new()], &[]);
        let pieces = word_vocabulary([tokens.as_slice()].into_iter(), 1).unwrap();
        let read = sentences(&corpus.train, &corpus.labels, 0, &pieces, None).unwrap();
        let counts = |share| label_counts(&read, &corpus.labels, 2, share);
        // Nine spans of at most two words and one; two spans are kept of five words.
        assert_eq!(counts(0.4), (vec![8.0, 1.0, 1.0], vec![1.0, 1.0]));
        assert_eq!(counts(9.0).1, [71.0, 1.0]);
        // No places for pairs do not make their number negative.
        assert_eq!(counts(0.1).1, [0.0, 1.0]);
    }
}
