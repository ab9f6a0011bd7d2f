//! Predictions as JSON lines: a DyGIE document with its gold annotation, and beside it what a system
//! found, all in document-level inclusive word indices.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::dygie;
use super::line::{Line, lines};
use super::{CorpusError, Document, Extraction, Prediction};

/// Writes one line for each document: `doc_key`, `sentences`, `ner`, `relations`, and the four predicted
/// lists `predicted_spans`, `predicted_ner`, `predicted_pairs` and `predicted_relations`. Where any sentence has
/// links, `predicted_links` follows, of items `[start, end, start, end, type, probability]`.
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
    let mut sentences = predicted.iter().flat_map(|document| &document.sentences);
    let linked = sentences.any(|sentence| !sentence.links.is_empty());
    for (document, prediction) in gold.iter().zip(predicted) {
        check_fit(document, prediction)?;
        let mut value = line(document, prediction);
        if linked {
            value["predicted_links"] = links(document, prediction);
        }
        serde_json::to_writer(&mut writer, &value).map_err(std::io::Error::from)?;
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

fn links(document: &Document, prediction: &Prediction) -> Value {
    let sentences = prediction.sentences.iter().zip(dygie::offsets(document));
    let lists = sentences.map(|(sentence, offset)| {
        let links = sentence.links.iter().map(|link| {
            let [a, b, c, d] = [
                link.head.start,
                link.head.end,
                link.tail.start,
                link.tail.end,
            ]
            .map(|word| word + offset);
            json!([a, b, c, d, link.label, link.probability])
        });
        links.collect::<Vec<Value>>()
    });
    json!(lists.collect::<Vec<_>>())
}

/// Reads such a file: the documents with their gold annotation, and the predictions. A file without
/// `predicted_spans` or `predicted_pairs` gets them from `predicted_ner` and `predicted_relations`; one without
/// `predicted_links` has none.
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
        predictions.push(Prediction {
            key: document.key.clone(),
            sentences: predicted(&line, &document, true)?,
        });
        documents.push(document);
    }
    Ok((documents, predictions))
}

/// What a line predicts for the sentences of `document`; nothing is related unless `related`, and then
/// `predicted_relations` must be there.
pub(super) fn predicted(
    line: &Line,
    document: &Document,
    related: bool,
) -> Result<Vec<Extraction>, CorpusError> {
    let entities = line.entities("predicted_ner", document)?;
    let relations = if related {
        line.relations("predicted_relations", document)?
    } else {
        vec![Vec::new(); document.sentences.len()]
    };
    let spans = if line.has("predicted_spans") {
        line.spans("predicted_spans", document)?
    } else {
        each(&entities, |entity| entity.span)
    };
    let pairs = if related && line.has("predicted_pairs") {
        line.pairs("predicted_pairs", document)?
    } else {
        each(&relations, |relation| (relation.head, relation.tail))
    };
    let links = if related && line.has("predicted_links") {
        line.links("predicted_links", document)?
    } else {
        vec![Vec::new(); document.sentences.len()]
    };
    let sentences = spans.into_iter().zip(entities).zip(pairs).zip(relations);
    let sentences =
        sentences.zip(links).map(
            |((((spans, entities), pairs), relations), links)| Extraction {
                spans,
                entities,
                pairs,
                relations,
                links,
            },
        );
    Ok(sentences.collect())
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
    use crate::corpus::{Entity, Link, Relation, Sentence, Span};

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

    fn linked() -> Prediction {
        let mut prediction = prediction();
        prediction.sentences[1].links = [1.0 / 3.0, 1e-9]
            .map(|probability| Link {
                head: Span::new(1, 2),
                tail: Span::new(0, 0),
                label: "r".into(),
                probability,
            })
            .to_vec();
        prediction
    }

    #[test]
    fn a_file_has_links_only_where_a_sentence_has() {
        let written = |prediction: Prediction| {
            let mut text = Vec::new();
            write_predictions(&mut text, &[gold()], &[prediction]).unwrap();
            String::from_utf8(text).unwrap()
        };
        assert!(!written(prediction()).contains("predicted_links"));
        let text = written(linked());
        let expected =
            r#""predicted_links":[[],[[3,4,2,2,"r",0.3333333333333333],[3,4,2,2,"r",1e-9]]]"#;
        assert!(text.contains(expected), "{text}");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let (_, predictions) = read_predictions(file.path()).unwrap();
        assert_eq!(predictions, [linked()]);
    }

    #[test]
    fn a_bad_link_is_named() {
        let error = |links: Value| {
            let file = written(|line| line["predicted_links"] = json!([[], links]));
            let error = read_predictions(file.path()).unwrap_err().to_string();
            let (_, what) = error.split_once(":1: ").unwrap();
            what.to_owned()
        };
        let said = [
            json!([[2, 2, 3, 4, "r", 0.5], [2, 2, 3, 4, "r", 1.5]]),
            json!([[2, 2, 3, 4, "r", "likely"]]),
            json!([[2, 2, 3, 4, "r"]]),
            json!([[2, 2, 3, 9, "r", 0.5]]),
        ]
        .map(error);
        insta::assert_snapshot!(said.join("\n"), @r#"
        document `k`: predicted_links[1][1]: expected a probability from 0 to 1 after the type, found 1.5
        document `k`: predicted_links[1][0]: expected a probability from 0 to 1 after the type, found "likely"
        document `k`: predicted_links[1][0]: expected a probability from 0 to 1 after the type, found nothing
        document `k`: predicted_links[1][0]: span [3, 9] leaves sentence 1, which holds words 2 to 4
        "#);
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
