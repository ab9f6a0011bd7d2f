//! Sentences as a module sees them: pieces, candidate spans, gold labels by index.

use std::collections::HashMap;

use crate::corpus::{Document, Extraction, Labels, Span};
use crate::encoder::{EncoderError, Pieces, WordPieces};

/// One sentence, ready for every module.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// Number of words.
    pub(crate) words: usize,
    /// The sentence's pieces.
    pub(crate) pieces: Pieces,
    /// Gold type of every annotated span; of two for one span the last counts.
    pub(crate) entities: HashMap<Span, usize>,
    /// Gold label of every related ordered pair; of two for one pair the last counts.
    pub(crate) relations: HashMap<(Span, Span), usize>,
    /// The gold annotation in the form a stage gets its input.
    pub(crate) gold: Extraction,
}

impl Example {
    /// All spans of at most `longest` words, by start and then by end.
    pub(crate) fn all_spans(&self, longest: usize) -> Vec<Span> {
        (0..self.words)
            .flat_map(|start| {
                (start..self.words.min(start + longest)).map(move |end| Span { start, end })
            })
            .collect()
    }
}

/// Prepares every sentence of `documents`, in order.
///
/// # Errors
/// When a sentence has more pieces than `positions`, or the tokenizer fails.
pub(crate) fn examples(
    documents: &[Document],
    labels: &Labels,
    pieces: &WordPieces,
    positions: usize,
) -> Result<Vec<Example>, EncoderError> {
    let entity_index = index(&labels.entity_types);
    let relation_index = index(&labels.relation_types);
    let mut examples = Vec::new();
    for sentence in documents.iter().flat_map(|document| &document.sentences) {
        let encoded = pieces.encode(&sentence.tokens)?;
        if encoded.ids.len() > positions {
            return Err(EncoderError::TooLong {
                pieces: encoded.ids.len(),
                positions,
                start: sentence
                    .tokens
                    .iter()
                    .take(6)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" "),
            });
        }
        let mut example = Example {
            words: sentence.tokens.len(),
            pieces: encoded,
            entities: HashMap::new(),
            relations: HashMap::new(),
            gold: Extraction::default(),
        };
        for entity in &sentence.entities {
            if let Some(label) = entity_index.get(entity.label.as_str())
                && example.entities.insert(entity.span, *label).is_none()
            {
                example.gold.spans.push(entity.span);
                example.gold.entities.push(entity.clone());
            }
        }
        for relation in &sentence.relations {
            let pair = (relation.head, relation.tail);
            if let Some(label) = relation_index.get(relation.label.as_str())
                && example.relations.insert(pair, *label).is_none()
            {
                example.gold.pairs.push(pair);
                example.gold.relations.push(relation.clone());
            }
        }
        examples.push(example);
    }
    Ok(examples)
}

fn index(names: &[String]) -> HashMap<&str, usize> {
    names
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), index))
        .collect()
}
