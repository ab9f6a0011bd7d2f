//! Sentences as a module sees them: pieces, candidate spans, gold labels by index.

use std::collections::HashMap;

use crate::corpus::{Document, Extraction, Labels, Span};
use crate::encoder::words::Features;
use crate::encoder::{EncoderError, Pieces, WordPieces};
use crate::systems::spans::all_spans;

/// One sentence, ready for every module.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// Number of words.
    pub(crate) words: usize,
    /// What the network reads.
    pub(crate) input: Input,
    /// Gold type of every annotated span; of two for one span the last counts.
    pub(crate) entities: HashMap<Span, usize>,
    /// Gold label of every related ordered pair; of two for one pair the last counts.
    pub(crate) relations: HashMap<(Span, Span), usize>,
    /// The gold annotation in the form a stage gets its input.
    pub(crate) gold: Extraction,
}

/// What the network reads of a sentence.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// Its pieces, for the module's own encoder.
    Pieces(Pieces),
    /// States of a frozen encoder for every word, words × H row by row: one that stands
    /// for it at a span's start, and one at a span's end where that is another.
    States {
        /// At a span's start.
        start: Vec<f32>,
        /// At a span's end; the same as at its start if not given.
        end: Option<Vec<f32>>,
    },
}

/// Where examples get their input from.
pub(crate) enum Source<'a> {
    /// A tokenizer, with the encoder's longest input.
    Pieces(&'a WordPieces, Option<usize>),
    /// The files of a frozen encoder's states: for starts, and for ends where they differ.
    States(&'a [Features]),
}

impl Example {
    /// How long the input is, for batches of like lengths.
    pub(crate) fn length(&self) -> usize {
        match &self.input {
            Input::Pieces(pieces) => pieces.ids.len(),
            Input::States { .. } => self.words,
        }
    }

    /// All spans of at most `longest` words, by start and then by end.
    pub(crate) fn all_spans(&self, longest: usize) -> Vec<Span> {
        all_spans(self.words, longest)
    }
}

/// Prepares every sentence of `documents`, in order.
///
/// # Errors
/// When a sentence has more pieces than the encoder's longest input, the tokenizer
/// fails, or states are missing.
pub(crate) fn examples(
    documents: &[Document],
    labels: &Labels,
    source: &Source<'_>,
) -> Result<Vec<Example>, EncoderError> {
    let entity_index = index(&labels.entity_types);
    let relation_index = index(&labels.relation_types);
    let mut examples = Vec::new();
    for document in documents {
        let inputs = inputs(document, source)?;
        for (sentence, input) in document.sentences.iter().zip(inputs) {
            let mut example = Example {
                words: sentence.tokens.len(),
                input,
                entities: HashMap::new(),
                relations: HashMap::new(),
                gold: Extraction::default(),
            };
            for entity in &sentence.entities {
                let Some(label) = entity_index.get(entity.label.as_str()) else {
                    continue;
                };
                let gold = &mut example.gold;
                if example.entities.insert(entity.span, *label).is_none() {
                    gold.spans.push(entity.span);
                    gold.entities.push(entity.clone());
                } else if let Some(first) =
                    gold.entities.iter_mut().find(|one| one.span == entity.span)
                {
                    first.clone_from(entity);
                }
            }
            for relation in &sentence.relations {
                let pair = (relation.head, relation.tail);
                let Some(label) = relation_index.get(relation.label.as_str()) else {
                    continue;
                };
                let gold = &mut example.gold;
                if example.relations.insert(pair, *label).is_none() {
                    gold.pairs.push(pair);
                    gold.relations.push(relation.clone());
                } else if let Some(first) = gold
                    .relations
                    .iter_mut()
                    .find(|one| (one.head, one.tail) == pair)
                {
                    first.clone_from(relation);
                }
            }
            examples.push(example);
        }
    }
    Ok(examples)
}

/// The input of every sentence of a document.
fn inputs(document: &Document, source: &Source<'_>) -> Result<Vec<Input>, EncoderError> {
    match source {
        Source::Pieces(pieces, longest) => document
            .sentences
            .iter()
            .map(|sentence| {
                Ok(Input::Pieces(
                    pieces.encode_within(&sentence.tokens, *longest)?,
                ))
            })
            .collect(),
        Source::States(files) => {
            let words = document
                .sentences
                .iter()
                .map(|sentence| sentence.tokens.len());
            let all = words.clone().sum();
            let mut columns = Vec::with_capacity(files.len());
            for features in *files {
                let document = features.document(&document.key, all)?;
                let mut from = 0;
                let states: Vec<Vec<f32>> = words
                    .clone()
                    .map(|count| {
                        let own = document.words(from..from + count).unwrap_or_default();
                        from += count;
                        own.to_vec()
                    })
                    .collect();
                columns.push(states.into_iter());
            }
            let sentence = |_| Input::States {
                start: columns[0].next().unwrap_or_default(),
                end: columns.get_mut(1).and_then(Iterator::next),
            };
            Ok(document.sentences.iter().map(sentence).collect())
        }
    }
}

fn index(names: &[String]) -> HashMap<&str, usize> {
    names
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), index))
        .collect()
}
