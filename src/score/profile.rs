//! Scoring profiles: conventions that must never be compared with one another.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::metric::UnknownName;
use super::{DocumentCounts, pure};
use crate::corpus::{Document, Prediction};

/// A scoring profile.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Raw lists, all relations directed (Zhong & Chen 2021; Yan et al. 2022).
    #[default]
    Pure,
}

impl Profile {
    /// The name in files and specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pure => "pure",
        }
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Profile {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text.to_ascii_lowercase().as_str() {
            "pure" => Ok(Self::Pure),
            _ => Err(UnknownName {
                what: "scoring profile",
                name: text.into(),
                expected: Self::Pure.name().into(),
            }),
        }
    }
}

/// Predictions or counts that cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
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
/// [`ScoreError`] where the two lists are not of the same documents and sentences in the same order.
pub fn score(
    profile: Profile,
    gold: &[Document],
    predicted: &[Prediction],
) -> Result<Vec<DocumentCounts>, ScoreError> {
    if gold.len() != predicted.len() {
        return Err(ScoreError::DocumentCount {
            gold: gold.len(),
            predicted: predicted.len(),
        });
    }
    let pairs = gold.iter().zip(predicted).enumerate();
    pairs
        .map(|(place, (gold, predicted))| score_document(profile, place, gold, predicted))
        .collect()
}

fn score_document(
    profile: Profile,
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
    let counts = match profile {
        Profile::Pure => pure::count(gold, predicted),
    };
    Ok(DocumentCounts {
        document: gold.key.clone(),
        counts,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{Extraction, Sentence};

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
            score(Profile::Pure, &gold, predicted)
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
            score(Profile::Pure, &gold, &[predicted("a", 1)])
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn profiles_are_read_by_name() {
        assert_eq!("Pure".parse::<Profile>().unwrap(), Profile::Pure);
        assert!(
            "iter"
                .parse::<Profile>()
                .unwrap_err()
                .to_string()
                .contains("pure")
        );
    }
}
