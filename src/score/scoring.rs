//! Scoring documents under a convention.

use std::collections::{BTreeMap, BTreeSet};

use super::convention::{Convention, Profile};
use super::{Counts, DocumentCounts, Metric, TypeCounts, pmei, pure, sets, types};
use crate::corpus::{Document, Extraction, Prediction, Sentence};

/// A convention, and the relation types of the corpus that have no direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scoring {
    pub(super) convention: Convention,
    symmetric: BTreeSet<String>,
    by_type: bool,
}

impl Scoring {
    /// Scoring under `convention`, where the relation types `symmetric` have no direction.
    pub fn new(convention: Convention, symmetric: &[String]) -> Self {
        Self {
            convention,
            symmetric: symmetric.iter().cloned().collect(),
            by_type: convention.profile.keeps_types(),
        }
    }

    /// The same that also counts every type for itself, whatever the profile.
    #[must_use]
    pub fn by_type(self) -> Self {
        Self {
            by_type: true,
            ..self
        }
    }

    /// The counts of one sentence over all metrics.
    pub(super) fn sentence(
        &self,
        gold: &Sentence,
        predicted: &Extraction,
    ) -> [(Metric, Counts); 6] {
        match self.convention.profile {
            Profile::Pure | Profile::Crone => pure::count_sentence(gold, predicted),
            Profile::Iter => sets::count_words(self, gold, predicted),
            Profile::Spert => sets::count_positions(self, gold, predicted),
            Profile::Pmei => pmei::count_sentence(gold, predicted),
        }
    }

    /// The profile `pure`, in which every relation has a direction.
    pub fn pure() -> Self {
        Self::new(Profile::Pure.into(), &[])
    }

    /// Whether relations of this type have no direction.
    pub(super) fn is_symmetric(&self, label: &str) -> bool {
        self.symmetric.contains(label)
    }
}

/// Predictions or counts that cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The profile and the way to count symmetric relations do not go together.
    #[error("`eval.symmetric` {0}")]
    Convention(String),
    /// Another number of documents was predicted than annotated.
    #[error("{predicted} predicted documents for {gold} gold documents")]
    DocumentCount {
        /// Gold documents.
        gold: usize,
        /// Predicted documents.
        predicted: usize,
    },
    /// The documents come in another order, or are others.
    #[error("document {place}: gold `{gold}`, but the prediction is of `{predicted}`")]
    DocumentKey {
        /// The place in the list, from 0.
        place: usize,
        /// The gold document's key.
        gold: String,
        /// The predicted document's key.
        predicted: String,
    },
    /// A document has another number of sentences.
    #[error("document `{document}`: {predicted} predicted sentences for {gold} gold sentences")]
    SentenceCount {
        /// The document's key.
        document: String,
        /// Gold sentences.
        gold: usize,
        /// Predicted sentences.
        predicted: usize,
    },
    /// A counts file cannot be read.
    #[error("{}: {message}", .path.display())]
    CountsFile {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong, with the line where there is one.
        message: String,
    },
    /// Counts cannot be written.
    #[error("cannot write counts: {0}")]
    Write(#[from] csv::Error),
}

/// Scores predictions document by document, in the order of `gold`.
///
/// # Errors
/// [`ScoreError`] where the two lists are not of the same documents and sentences in the same order, or the
/// convention is none.
pub fn score(
    scoring: &Scoring,
    gold: &[Document],
    predicted: &[Prediction],
) -> Result<Vec<DocumentCounts>, ScoreError> {
    if let Some(problem) = scoring.convention.problem() {
        return Err(ScoreError::Convention(problem));
    }
    if gold.len() != predicted.len() {
        return Err(ScoreError::DocumentCount {
            gold: gold.len(),
            predicted: predicted.len(),
        });
    }
    let pairs = gold.iter().zip(predicted).enumerate();
    pairs
        .map(|(place, (gold, predicted))| score_document(scoring, place, gold, predicted))
        .collect()
}

fn score_document(
    scoring: &Scoring,
    place: usize,
    gold: &Document,
    predicted: &Prediction,
) -> Result<DocumentCounts, ScoreError> {
    if gold.key != predicted.key {
        return Err(ScoreError::DocumentKey {
            place,
            gold: gold.key.clone(),
            predicted: predicted.key.clone(),
        });
    }
    if gold.sentences.len() != predicted.sentences.len() {
        return Err(ScoreError::SentenceCount {
            document: gold.key.clone(),
            gold: gold.sentences.len(),
            predicted: predicted.sentences.len(),
        });
    }
    let mut counts: BTreeMap<Metric, Counts> =
        Metric::ALL.map(|metric| (metric, Counts::default())).into();
    let mut types = scoring.by_type.then(TypeCounts::new);
    for (gold, predicted) in gold.sentences.iter().zip(&predicted.sentences) {
        for (metric, sentence) in scoring.sentence(gold, predicted) {
            *counts.entry(metric).or_default() += sentence;
        }
        if let Some(types) = &mut types {
            types::add_sentence(scoring, gold, predicted, types);
        }
    }
    Ok(DocumentCounts {
        document: gold.key.clone(),
        counts,
        types,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{Extraction, Sentence};
    use crate::score::Symmetric;

    #[test]
    fn predictions_of_other_documents_are_refused() {
        let gold = [Document {
            key: "a".into(),
            sentences: vec![Sentence::default()],
        }];
        let predicted = |key: &str, n| Prediction {
            key: key.into(),
            sentences: vec![Extraction::default(); n],
        };
        let message = |predicted: &[Prediction]| {
            score(&Scoring::pure(), &gold, predicted)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(message(&[]), "0 predicted documents for 1 gold documents");
        assert_eq!(
            message(&[predicted("b", 1)]),
            "document 0: gold `a`, but the prediction is of `b`"
        );
        assert_eq!(
            message(&[predicted("a", 2)]),
            "document `a`: 2 predicted sentences for 1 gold sentences"
        );
        assert_eq!(
            score(&Scoring::pure(), &gold, &[predicted("a", 1)])
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn conventions_that_are_none_are_refused() {
        let convention = Convention::new(Profile::Pure, Some(Symmetric::DoubleCount));
        let error = score(&Scoring::new(convention, &[]), &[], &[]).unwrap_err();
        assert!(error.to_string().contains("\"double_count\""), "{error}");
    }
}
