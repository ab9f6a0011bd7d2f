//! Which prediction belongs to which gold sentence: by the names of documents, or by order; by their words in
//! either case.

use std::collections::HashMap;

use super::predicted::PredictedDocument;
use super::{GoldFile, PredictedFile};
use crate::corpus::{CorpusError, Document, Extraction, Prediction};

/// How many names a message lists.
const LISTED: usize = 5;

/// What told which prediction belongs to which sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedBy {
    /// The names of the documents.
    Names,
    /// The order of the sentences.
    Order,
}

/// Predictions for gold documents, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// One for each gold document.
    pub predictions: Vec<Prediction>,
    /// The line of the prediction file that each begins on, from 1.
    pub lines: Vec<usize>,
    /// What told which belongs to which.
    pub by: MatchedBy,
}

/// Matches predictions with gold.
///
/// Where both files name their documents and have a name in common, documents are matched by name, in whatever order
/// they come; otherwise sentences are matched by their order, whatever the documents. The words must be the same.
///
/// # Errors
/// [`CorpusError::Unmatched`] where documents or sentences are missing or too many, or words differ.
pub fn match_predictions(
    gold: &GoldFile,
    predicted: PredictedFile,
) -> Result<Matched, CorpusError> {
    let names: HashMap<&str, usize> = gold
        .documents
        .iter()
        .enumerate()
        .map(|(place, document)| (document.key.as_str(), place))
        .collect();
    let known = |one: &PredictedDocument| names.contains_key(one.key.as_str());
    if gold.keyed && predicted.keyed && predicted.documents.iter().any(known) {
        by_names(gold, predicted, &names)
    } else {
        by_order(gold, predicted)
    }
}

/// An error about a line of the predictions, or about the whole file.
fn unmatched(
    predicted: &std::path::Path,
    line: impl Into<Option<usize>>,
    message: String,
) -> CorpusError {
    CorpusError::Unmatched {
        path: predicted.into(),
        line: line.into(),
        message,
    }
}

fn by_names(
    gold: &GoldFile,
    predicted: PredictedFile,
    names: &HashMap<&str, usize>,
) -> Result<Matched, CorpusError> {
    let path = predicted.path;
    let mut found: Vec<Option<PredictedDocument>> = vec![None; gold.documents.len()];
    for document in predicted.documents {
        let Some(place) = names.get(document.key.as_str()) else {
            let message = format!(
                "document `{}` is none of the {} of {}",
                document.key,
                count(gold.documents.len(), "document"),
                gold.path.display()
            );
            return Err(unmatched(&path, document.line, message));
        };
        found[*place] = Some(document);
    }
    let missing: Vec<&str> = gold
        .documents
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_none())
        .map(|(document, _)| document.key.as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "no predictions for {} of {}: {}",
            count(missing.len(), "document"),
            gold.path.display(),
            listed(&missing)
        );
        return Err(unmatched(&path, None, message));
    }
    let mut matched = Matched {
        predictions: Vec::new(),
        lines: Vec::new(),
        by: MatchedBy::Names,
    };
    let documents = gold.documents.iter().zip(&gold.lines);
    for ((document, gold_line), found) in documents.zip(found.into_iter().flatten()) {
        if document.sentences.len() != found.sentences.len() {
            let message = format!(
                "document `{}` has {}, but {} in {}:{gold_line}",
                document.key,
                count(found.sentences.len(), "sentence"),
                document.sentences.len(),
                gold.path.display()
            );
            return Err(unmatched(&path, found.line, message));
        }
        for (number, (sentence, (words, _))) in
            document.sentences.iter().zip(&found.sentences).enumerate()
        {
            if let Some(difference) = difference(&sentence.tokens, words) {
                let message = format!(
                    "document `{}`, sentence {number}: {difference} in {}:{gold_line}",
                    document.key,
                    gold.path.display()
                );
                return Err(unmatched(&path, found.line, message));
            }
        }
        matched.lines.push(found.line);
        matched.predictions.push(prediction(
            document,
            found.sentences.into_iter().map(|one| one.1),
        ));
    }
    Ok(matched)
}

fn by_order(gold: &GoldFile, predicted: PredictedFile) -> Result<Matched, CorpusError> {
    let path = predicted.path;
    let sentences = gold.documents.iter().map(|one| one.sentences.len()).sum();
    let documents = predicted.documents.into_iter();
    let flat: Vec<(usize, Vec<String>, Extraction)> = documents
        .flat_map(|document| {
            let sentences = document.sentences.into_iter();
            sentences.map(move |(words, found)| (document.line, words, found))
        })
        .collect();
    let wanted = gold.documents.iter().zip(&gold.lines);
    let wanted = wanted.flat_map(|(document, line)| {
        let numbered = document.sentences.iter().enumerate();
        numbered.map(move |(number, sentence)| (document, line, number, sentence))
    });
    let pairs = wanted.zip(&flat).enumerate();
    for (place, ((document, gold_line, number, sentence), (line, words, _))) in pairs {
        if let Some(difference) = difference(&sentence.tokens, words) {
            let lacking = lacking(sentences, flat.len());
            let message = format!(
                "the sentences are matched by their order, and sentence {place} is not that of document `{}`, \
                 sentence {number}: {difference} in {}:{gold_line}{lacking}",
                document.key,
                gold.path.display()
            );
            return Err(unmatched(&path, *line, message));
        }
    }
    if flat.len() != sentences {
        let message = format!(
            "{}, but {sentences} in {}",
            count(flat.len(), "sentence"),
            gold.path.display()
        );
        return Err(unmatched(&path, None, message));
    }
    let mut flat = flat.into_iter();
    let mut matched = Matched {
        predictions: Vec::new(),
        lines: Vec::new(),
        by: MatchedBy::Order,
    };
    for document in &gold.documents {
        let own: Vec<_> = flat.by_ref().take(document.sentences.len()).collect();
        matched.lines.push(own.first().map_or(1, |one| one.0));
        let found = own.into_iter().map(|(_, _, found)| found);
        matched.predictions.push(prediction(document, found));
    }
    Ok(matched)
}

fn prediction(document: &Document, found: impl Iterator<Item = Extraction>) -> Prediction {
    Prediction {
        key: document.key.clone(),
        sentences: found.collect(),
    }
}

/// Where two sentences differ, those of gold second; nothing where they do not.
fn difference(gold: &[String], found: &[String]) -> Option<String> {
    let place = gold.iter().zip(found).position(|(one, other)| one != other);
    match place {
        Some(place) => Some(format!(
            "word {place} is `{}`, but `{}`",
            found[place], gold[place]
        )),
        None if gold.len() == found.len() => None,
        None => Some(format!(
            "it has {}, but {}",
            count(found.len(), "word"),
            gold.len()
        )),
    }
}

/// That there are also too few or too many sentences.
fn lacking(gold: usize, found: usize) -> String {
    if gold == found {
        return String::new();
    }
    format!("; there are {found} sentences for {gold}")
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
