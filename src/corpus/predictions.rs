//! Predictions as JSON lines: a DyGIE document with its gold annotation, and beside it what a system
//! found, all in document-level inclusive word indices.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::dygie;
use super::line::lines;
use super::{CorpusError, Document, Extraction, Prediction};

/// Writes one line for each document: `doc_key`, `sentences`, `ner`, `relations`, and the four predicted
/// lists `predicted_spans`, `predicted_ner`, `predicted_pairs` and `predicted_relations`.
///
/// # Errors
/// [`CorpusError::Mismatch`] where the predictions are of other documents or have another number of
/// sentences, [`CorpusError::Write`] where the writer fails.
pub fn write_predictions(
    mut writer: impl Write,
    gold: &[Document],
    predicted: &[Prediction],
) -> Result<(), CorpusError> {
    if gold.len() != predicted.len() {
        let message = format!(
            "{} documents, but {} predictions",
            gold.len(),
            predicted.len()
        );
        let document = gold
            .get(predicted.len())
            .map_or_else(|| "(none)".into(), |document| document.key.clone());
        return Err(CorpusError::Mismatch { document, message });
    }
    for (document, prediction) in gold.iter().zip(predicted) {
        check_fit(document, prediction)?;
        serde_json::to_writer(&mut writer, &line(document, prediction))
            .map_err(std::io::Error::from)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()?;
    Ok(())
}

fn check_fit(document: &Document, prediction: &Prediction) -> Result<(), CorpusError> {
    let message = if document.key != prediction.key {
        format!("the prediction in its place is of `{}`", prediction.key)
    } else if document.sentences.len() != prediction.sentences.len() {
        format!(
            "{} sentences, but {} predicted",
            document.sentences.len(),
            prediction.sentences.len()
        )
    } else {
        return Ok(());
    };
    Err(CorpusError::Mismatch {
        document: document.key.clone(),
        message,
    })
}

fn line(document: &Document, prediction: &Prediction) -> Value {
    let offsets = dygie::offsets(document);
    let each = |list: fn(&Extraction, usize) -> Vec<Value>| -> Vec<Vec<Value>> {
        prediction
            .sentences
            .iter()
            .zip(&offsets)
            .map(|(sentence, offset)| list(sentence, *offset))
            .collect()
    };
    let mut value = dygie::to_json(document);
    value["predicted_spans"] = json!(each(|s, o| s
        .spans
        .iter()
        .map(|p| json!([p.start + o, p.end + o]))
        .collect()));
    value["predicted_ner"] = json!(each(|s, o| s
        .entities
        .iter()
        .map(|e| dygie::entity_json(e, o))
        .collect()));
    value["predicted_pairs"] = json!(each(|s, o| {
        s.pairs
            .iter()
            .map(|(a, b)| json!([a.start + o, a.end + o, b.start + o, b.end + o]))
            .collect()
    }));
    value["predicted_relations"] = json!(each(|s, o| s
        .relations
        .iter()
        .map(|r| dygie::relation_json(r, o))
        .collect()));
    value
}

/// Reads such a file: the documents with their gold annotation, and the predictions. A file without
/// `predicted_spans` or `predicted_pairs` gets them from `predicted_ner` and `predicted_relations`.
///
/// # Errors
/// [`CorpusError::Read`] and [`CorpusError::Malformed`]; `predicted_ner` and `predicted_relations` must
/// be there.
pub fn read_predictions(path: &Path) -> Result<(Vec<Document>, Vec<Prediction>), CorpusError> {
    let mut documents = Vec::new();
    let mut predictions = Vec::new();
    for line in lines(path)? {
        let line = line?;
        let document = line.document()?;
        let entities = line.entities("predicted_ner", &document)?;
        let relations = line.relations("predicted_relations", &document)?;
        let spans = if line.has("predicted_spans") {
            line.spans("predicted_spans", &document)?
        } else {
            each(&entities, |entity| entity.span)
        };
        let pairs = if line.has("predicted_pairs") {
            line.pairs("predicted_pairs", &document)?
        } else {
            each(&relations, |relation| (relation.head, relation.tail))
        };
        let sentences = spans.into_iter().zip(entities).zip(pairs).zip(relations);
        let sentences = sentences
            .map(|(((spans, entities), pairs), relations)| Extraction {
                spans,
                entities,
                pairs,
                relations,
                links: Vec::new(),
            })
            .collect();
        predictions.push(Prediction {
            key: document.key.clone(),
            sentences,
        });
        documents.push(document);
    }
    Ok((documents, predictions))
}

fn each<T, U>(lists: &[Vec<T>], of: impl Fn(&T) -> U) -> Vec<Vec<U>> {
    lists
        .iter()
        .map(|list| list.iter().map(&of).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{Entity, Relation, Sentence, Span};

    fn gold() -> Document {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        let sentence = |text| Sentence {
            tokens: words(text),
            ..Sentence::default()
        };
        Document {
            key: "k".into(),
            sentences: vec![sentence("a b"), sentence("c d e")],
        }
    }

    fn prediction() -> Prediction {
        let (a, b) = (Span::new(0, 0), Span::new(1, 2));
        let found = Extraction {
            spans: vec![a, b],
            entities: vec![Entity {
                span: b,
                label: "T".into(),
            }],
            pairs: vec![(b, a)],
            relations: vec![Relation {
                head: a,
                tail: b,
                label: "r".into(),
            }],
            links: Vec::new(),
        };
        Prediction {
            key: "k".into(),
            sentences: vec![Extraction::default(), found],
        }
    }

    fn written(value: impl Fn(&mut Value)) -> tempfile::NamedTempFile {
        let mut text = Vec::new();
        write_predictions(&mut text, &[gold()], &[prediction()]).unwrap();
        let mut line: Value = serde_json::from_slice(&text).unwrap();
        value(&mut line);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), line.to_string()).unwrap();
        file
    }

    #[test]
    fn every_sub_task_is_written_and_read_back() {
        let file = written(|line| assert_eq!(line["predicted_pairs"][1][0], json!([3, 4, 2, 2])));
        let (documents, predictions) = read_predictions(file.path()).unwrap();
        assert_eq!((documents, predictions), (vec![gold()], vec![prediction()]));
    }

    #[test]
    fn absent_identification_is_derived_from_classification() {
        let file = written(|line| {
            let line = line.as_object_mut().unwrap();
            line.remove("predicted_spans");
            line.remove("predicted_pairs");
        });
        let (_, predictions) = read_predictions(file.path()).unwrap();
        let found = &predictions[0].sentences[1];
        assert_eq!(found.spans, [Span::new(1, 2)]);
        assert_eq!(found.pairs, [(Span::new(0, 0), Span::new(1, 2))]);
    }

    #[test]
    fn a_file_without_predictions_is_refused() {
        let file = written(|line| {
            *line = json!({"doc_key": "k", "sentences": [], "ner": [], "relations": []});
        });
        let error = read_predictions(file.path()).unwrap_err().to_string();
        assert!(
            error.ends_with(":1: document `k`: predicted_ner: missing"),
            "{error}"
        );
    }

    #[test]
    fn predictions_of_other_documents_are_not_written() {
        let refuse = |predicted: &[Prediction]| {
            write_predictions(std::io::sink(), &[gold()], predicted)
                .unwrap_err()
                .to_string()
        };
        let other = Prediction {
            key: "x".into(),
            ..prediction()
        };
        let short = Prediction {
            sentences: vec![],
            ..prediction()
        };
        assert!(refuse(&[]).contains("1 documents, but 0 predictions"));
        assert!(refuse(&[other]).contains("the prediction in its place is of `x`"));
        assert!(refuse(&[short]).contains("2 sentences, but 0 predicted"));
    }
}
