//! The step that scores predictions.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::draft::{Draft, Drafts, value};
use super::error::SystemError;
use crate::corpus::{Document, Prediction, read_predictions};
use crate::score::{Convention, Profile, Scoring, Symmetric, score, write_counts};

/// Kind of the step.
pub const SCORE: &str = "score";
/// Its version.
pub(crate) const VERSION: u32 = 1;
/// File of a prediction step.
pub(crate) const PREDICTIONS: &str = "predictions.jsonl";
/// File of a score step.
pub const COUNTS: &str = "counts.csv";

/// Score predictions (the only input) under a convention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreStep {
    /// The scoring profile.
    pub profile: Profile,
    /// How relations without a direction are counted; none where as the profile does it.
    #[serde(default)]
    pub symmetric: Option<Symmetric>,
    /// The relation types without a direction; empty where all are counted with one.
    #[serde(default)]
    pub symmetric_types: Vec<String>,
    /// The links with a higher probability are the relations; none where the relations
    /// are scored as they were predicted.
    #[serde(default)]
    pub threshold: Option<f64>,
}

impl ScoreStep {
    /// Scores under `convention`, where the relation types `symmetric` have no direction.
    /// What decides nothing is left out, so that equal counts have equal descriptions.
    pub fn new(convention: Convention, symmetric: &[String], threshold: Option<f64>) -> Self {
        let symmetric_types = match convention.symmetric {
            Symmetric::Directed => Vec::new(),
            _ => symmetric.to_vec(),
        };
        Self {
            profile: convention.profile,
            symmetric: convention.stated(),
            symmetric_types,
            threshold,
        }
    }

    fn convention(&self) -> Convention {
        Convention::new(self.profile, self.symmetric)
    }

    /// The documents and what is scored of them, from the folder of the step that predicted.
    fn read(&self, predictions: &Path) -> Result<(Vec<Document>, Vec<Prediction>), SystemError> {
        let path = predictions.join(PREDICTIONS);
        let (gold, predicted) = read_predictions(&path)?;
        let predicted = match self.threshold {
            Some(threshold) => above(threshold, predicted, &path)?,
            None => predicted,
        };
        Ok((gold, predicted))
    }
}

/// Drafts the step that scores what the draft `predicted` predicts; `what` is told of it.
///
/// # Errors
/// When the description cannot be written as JSON.
pub(crate) fn draft(
    step: &ScoreStep,
    what: &str,
    predicted: usize,
    drafts: &mut Drafts,
) -> Result<usize, String> {
    let convention = step.convention();
    let mut label = format!("score {what}");
    if convention != Profile::Pure.into() {
        label = format!("{label} as {convention}");
    }
    if let Some(threshold) = step.threshold {
        label = format!("{label}, links above {threshold}");
    }
    Ok(drafts.add(Draft {
        kind: SCORE,
        version: VERSION,
        label,
        description: value(step)?,
        defaults: json!({ "symmetric": null, "symmetric_types": [], "threshold": null }),
        inputs: vec![predicted],
        training: false,
    }))
}

/// Reads predictions with their gold documents, and writes counts per document.
pub(crate) fn execute(
    step: &ScoreStep,
    predictions: &Path,
    output: &Path,
) -> Result<(), SystemError> {
    let (gold, predicted) = step.read(predictions)?;
    let scoring = Scoring::new(step.convention(), &step.symmetric_types);
    let counts = score(&scoring, &gold, &predicted)?;
    let path = output.join(COUNTS);
    let failed = |reason: String| SystemError::File {
        path: path.clone(),
        reason,
    };
    let file = std::fs::File::create(&path).map_err(|error| failed(error.to_string()))?;
    write_counts(std::io::BufWriter::new(file), &counts).map_err(|error| failed(error.to_string()))
}

/// What a score step scores.
#[derive(Debug)]
pub struct Scored {
    /// The documents as they were annotated.
    pub gold: Vec<Document>,
    /// What was predicted, in the same order.
    pub predicted: Vec<Prediction>,
    /// The relation types that are counted without a direction.
    pub symmetric: Vec<String>,
}

/// What the score step with this description scores, read from the folder of the step that predicted.
///
/// # Errors
/// When the description is not that of a score step, or the file cannot be read.
pub fn read_scored(
    description: &serde_json::Value,
    predictions: &Path,
) -> Result<Scored, SystemError> {
    let step: ScoreStep =
        serde_json::from_value(description.clone()).map_err(|error| SystemError::File {
            path: predictions.to_owned(),
            reason: format!("is not scored by what its score step says: {error}"),
        })?;
    let (gold, predicted) = step.read(predictions)?;
    Ok(Scored {
        gold,
        predicted,
        symmetric: step.symmetric_types,
    })
}

/// The predictions with the links above a threshold as their relations.
///
/// A system that keeps links keeps them for whatever it relates, so a file that relates
/// something and has none is of a system that does not.
fn above(
    threshold: f64,
    predicted: Vec<Prediction>,
    path: &Path,
) -> Result<Vec<Prediction>, SystemError> {
    let sentences = || predicted.iter().flat_map(|document| &document.sentences);
    let related = sentences().any(|one| !one.relations.is_empty() || !one.pairs.is_empty());
    if related && sentences().all(|one| one.links.is_empty()) {
        return Err(SystemError::File {
            path: path.to_owned(),
            reason: format!(
                "has relations but no `predicted_links`, so none can be chosen by the threshold \
                 {threshold}; only systems that keep the probability of every relation can be \
                 scored by a threshold"
            ),
        });
    }
    let chosen = predicted.into_iter().map(|document| Prediction {
        sentences: document
            .sentences
            .into_iter()
            .map(|sentence| sentence.with_links_above(threshold))
            .collect(),
        ..document
    });
    Ok(chosen.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::corpus::write_predictions;
    use crate::corpus::{Entity, Extraction, Link, Relation, Sentence, Span};
    use crate::score::{Metric, read_counts, total};
    use crate::store::{key, without_defaults};

    fn described(step: &ScoreStep) -> (serde_json::Value, String) {
        let mut drafts = Drafts::default();
        draft(step, "x", 0, &mut drafts).unwrap();
        let draft = drafts.into_drafts().remove(0);
        let described = without_defaults(&draft.description, &draft.defaults);
        assert_eq!(
            serde_json::from_value::<ScoreStep>(described.clone()).unwrap(),
            *step
        );
        (described, draft.label)
    }

    #[test]
    fn what_decides_nothing_is_not_described() {
        let symmetric = ["r".to_owned()];
        let step = |profile, symmetric_relations, threshold| {
            let convention = Convention::new(profile, symmetric_relations);
            ScoreStep::new(convention, &symmetric, threshold)
        };
        let (pure, label) = described(&step(Profile::Pure, None, None));
        assert_eq!(
            (pure.to_string().as_str(), label.as_str()),
            (r#"{"profile":"pure"}"#, "score x")
        );
        // The key that steps of earlier versions have.
        assert_eq!(
            key(SCORE, VERSION, &pure, &["p".into()]),
            key(SCORE, 1, &json!({ "profile": "pure" }), &["p".into()])
        );
        let said = [
            (Profile::Pure, Some(Symmetric::Directed), None),
            (Profile::Spert, Some(Symmetric::Directed), None),
            (Profile::Spert, Some(Symmetric::UndirectedOnce), Some(0.25)),
            (Profile::Iter, Some(Symmetric::DoubleCount), None),
        ]
        .map(|(profile, symmetric, threshold)| {
            let (description, label) = described(&step(profile, symmetric, threshold));
            format!("{label}: {description}")
        });
        insta::assert_snapshot!(said.join("\n"), @r#"
        score x: {"profile":"pure"}
        score x as spert (all relations directed): {"profile":"spert","symmetric":"directed"}
        score x as spert, links above 0.25: {"profile":"spert","symmetric_types":["r"],"threshold":0.25}
        score x as iter (symmetric relations twice): {"profile":"iter","symmetric":"double_count","symmetric_types":["r"]}
        "#);
    }

    fn sentence() -> (Sentence, Extraction) {
        let [a, b] = [Span::new(0, 0), Span::new(1, 1)];
        let relation = |head, tail| Relation {
            head,
            tail,
            label: "r".into(),
        };
        let entities = [a, b].map(|span| Entity {
            span,
            label: "T".into(),
        });
        let link = |head, tail, probability| Link {
            head,
            tail,
            label: "r".into(),
            probability,
        };
        let gold = Sentence {
            tokens: vec!["x".into(), "y".into()],
            entities: entities.to_vec(),
            relations: vec![relation(a, b)],
        };
        let found = Extraction {
            spans: vec![a, b],
            entities: entities.to_vec(),
            pairs: vec![(b, a)],
            relations: vec![relation(b, a)],
            links: vec![link(a, b, 0.4), link(b, a, 0.6)],
        };
        (gold, found)
    }

    /// Counts of Rel-C with this threshold.
    fn scored(found: Extraction, threshold: Option<f64>) -> Result<[u64; 3], String> {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(folder.path().join(PREDICTIONS)).unwrap();
        let gold = Document {
            key: "d".into(),
            sentences: vec![sentence().0],
        };
        let predicted = Prediction {
            key: "d".into(),
            sentences: vec![found],
        };
        write_predictions(file, &[gold], &[predicted]).unwrap();
        let step = ScoreStep::new(Profile::Spert.into(), &[], threshold);
        let done = execute(&step, folder.path(), folder.path());
        done.map_err(|error| {
            error
                .to_string()
                .replace(&folder.path().display().to_string(), "")
        })?;
        let counts = total(
            &read_counts(&folder.path().join(COUNTS)).unwrap(),
            Metric::RelC,
        );
        Ok([counts.correct, counts.predicted, counts.gold])
    }

    #[test]
    fn a_threshold_chooses_among_the_links() {
        let scored = |threshold| scored(sentence().1, threshold).unwrap();
        assert_eq!(scored(None), [0, 1, 1]);
        assert_eq!(scored(Some(0.0)), [1, 2, 1]);
        assert_eq!(scored(Some(0.4)), [0, 1, 1]);
        assert_eq!(scored(Some(0.95)), [0, 0, 1]);
    }

    #[test]
    fn a_threshold_needs_links() {
        let mut found = sentence().1;
        found.links.clear();
        let error = scored(found.clone(), Some(0.5)).unwrap_err();
        insta::assert_snapshot!(error, @"/predictions.jsonl: has relations but no `predicted_links`, so none can be chosen by the threshold 0.5; only systems that keep the probability of every relation can be scored by a threshold");
        // Where nothing is related there was nothing to keep.
        (found.relations, found.pairs) = (Vec::new(), Vec::new());
        assert_eq!(scored(found, Some(0.5)).unwrap(), [0, 0, 1]);
    }
}
