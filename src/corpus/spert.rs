//! SpERT JSON: a list of records, each one sentence, with exclusive ends and relations by entity index.

use std::path::Path;

use serde_json::Value;

use super::records::{Fault, Record, list, records_by_line, records_in_list, tokens};
use super::{CorpusError, Document, Entity, Relation, Sentence, Span};

/// The records of a file, each a document of one sentence.
pub(super) struct Records {
    /// The documents.
    pub(super) documents: Vec<Document>,
    /// The line on which each begins, from 1.
    pub(super) lines: Vec<usize>,
    /// Whether every record has an `orig_id`; without, its key is its place in the file.
    pub(super) keyed: bool,
}

/// Reads the records of one file; each becomes a document of one sentence, its key the record's `orig_id`
/// or, without one, its place in the list.
///
/// # Errors
/// [`CorpusError::Read`] where the file cannot be read, [`CorpusError::Malformed`] at the first record that
/// is none. Such files may hold all records on one line, so that the field begins with the record's place.
pub fn read_spert(path: &Path) -> Result<Vec<Document>, CorpusError> {
    Ok(records(path, &text(path)?)?.documents)
}

/// Reads such records one a line.
///
/// # Errors
/// As for [`read_spert`]; a record's line is its own.
pub fn read_spert_lines(path: &Path) -> Result<Vec<Document>, CorpusError> {
    Ok(records_one_a_line(path, &text(path)?)?.documents)
}

fn text(path: &Path) -> Result<String, CorpusError> {
    std::fs::read_to_string(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })
}

/// The records of a list.
pub(super) fn records(path: &Path, text: &str) -> Result<Records, CorpusError> {
    read_records(path, &records_in_list(path, text)?)
}

/// Records one a line.
pub(super) fn records_one_a_line(path: &Path, text: &str) -> Result<Records, CorpusError> {
    read_records(path, &records_by_line(path, text)?)
}

fn read_records(path: &Path, records: &[Record]) -> Result<Records, CorpusError> {
    let read = |record: &Record| {
        let key = key(&record.value, record.place);
        match sentence(&record.value) {
            Ok(sentence) => Ok(Document {
                key,
                sentences: vec![sentence],
            }),
            Err(fault) => Err(record.error(path, &key, fault)),
        }
    };
    Ok(Records {
        documents: records.iter().map(read).collect::<Result<_, _>>()?,
        lines: records.iter().map(|record| record.line).collect(),
        keyed: records.iter().all(|record| is_keyed(&record.value)),
    })
}

/// Whether a record says which it is.
fn is_keyed(record: &Value) -> bool {
    matches!(
        record.get("orig_id"),
        Some(Value::String(_) | Value::Number(_))
    )
}

fn key(record: &Value, place: usize) -> String {
    match record.get("orig_id") {
        Some(Value::String(key)) => key.clone(),
        Some(Value::Number(key)) => key.to_string(),
        _ => place.to_string(),
    }
}

fn sentence(record: &Value) -> Result<Sentence, Fault> {
    let tokens = tokens(record)?;
    let mut entities = Vec::new();
    for (place, item) in list(record, "entities")?.iter().enumerate() {
        let field = format!("entities[{place}]");
        let (start, end) = (number(item, &field, "start")?, number(item, &field, "end")?);
        if start >= end || end > tokens.len() {
            let words = tokens.len();
            return Err((
                field,
                format!("words {start} to {end} (exclusive) are no span of {words} words"),
            ));
        }
        entities.push(Entity {
            span: Span::new(start, end - 1),
            label: label(item, &field)?,
        });
    }
    let mut relations = Vec::new();
    for (place, item) in list(record, "relations")?.iter().enumerate() {
        let field = format!("relations[{place}]");
        let argument = |name: &str| -> Result<Span, Fault> {
            let index = number(item, &field, name)?;
            let missing = || {
                (
                    format!("{field}.{name}"),
                    format!("no entity {index} among {}", entities.len()),
                )
            };
            entities
                .get(index)
                .map(|entity| entity.span)
                .ok_or_else(missing)
        };
        relations.push(Relation {
            head: argument("head")?,
            tail: argument("tail")?,
            label: label(item, &field)?,
        });
    }
    Ok(Sentence {
        tokens,
        entities,
        relations,
    })
}

fn number(item: &Value, field: &str, name: &str) -> Result<usize, Fault> {
    let value = item
        .get(name)
        .ok_or_else(|| (format!("{field}.{name}"), "missing".to_owned()))?;
    let index = value.as_u64().ok_or_else(|| {
        (
            format!("{field}.{name}"),
            format!("expected an index, found {value}"),
        )
    })?;
    Ok(index as usize)
}

fn label(item: &Value, field: &str) -> Result<String, Fault> {
    let value = item
        .get("type")
        .ok_or_else(|| (format!("{field}.type"), "missing".to_owned()))?;
    let found = || {
        (
            format!("{field}.type"),
            format!("expected a type, found {value}"),
        )
    };
    Ok(value.as_str().ok_or_else(found)?.to_owned())
}

/// The relation types that a `types.json` beside the data calls symmetric.
///
/// # Errors
/// [`CorpusError::Read`] and [`CorpusError::Malformed`].
pub fn read_symmetric_types(path: &Path) -> Result<Vec<String>, CorpusError> {
    let text = std::fs::read_to_string(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })?;
    let malformed = |line: usize, message: String| CorpusError::Malformed {
        path: path.into(),
        line,
        document: None,
        field: "relations".into(),
        message,
    };
    let value: Value =
        serde_json::from_str(&text).map_err(|error| malformed(error.line(), error.to_string()))?;
    let Some(Value::Object(types)) = value.get("relations") else {
        return Err(malformed(1, "expected an object of relation types".into()));
    };
    let symmetric = types
        .iter()
        .filter(|(_, value)| value.get("symmetric").and_then(Value::as_bool) == Some(true));
    Ok(symmetric.map(|(name, _)| name.clone()).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<Vec<Document>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_spert(file.path()).map_err(|error| error.to_string())
    }

    const GOOD: &str = r#"[
{"tokens": ["Ann", "joined", "Bo", "Co"], "entities": [{"type": "P", "start": 0, "end": 1}, {"type": "O", "start": 2, "end": 4}],
 "relations": [{"type": "w", "head": 0, "tail": 1}], "orig_id": 7},
{"tokens": ["[", "\"{"], "entities": [], "relations": []}
]"#;

    #[test]
    fn records_become_documents_with_inclusive_spans() {
        let documents = read(GOOD).unwrap();
        assert_eq!(
            [documents[0].key.as_str(), documents[1].key.as_str()],
            ["7", "1"]
        );
        let sentence = &documents[0].sentences[0];
        assert_eq!(sentence.entities[1].span, Span::new(2, 3));
        assert_eq!(sentence.relations[0].tail, Span::new(2, 3));
    }

    fn read_lines(text: &str) -> Result<Vec<Document>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_spert_lines(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn records_one_a_line_are_the_same_records() {
        let Value::Array(records) = serde_json::from_str(GOOD).unwrap() else {
            unreachable!("a list")
        };
        let lines = format!("{}\n\n{}\n", records[0], records[1]);
        assert_eq!(read_lines(&lines).unwrap(), read(GOOD).unwrap());
        let broken = |from: &str, to: &str| {
            assert!(lines.contains(from), "{from}");
            read_lines(&lines.replace(from, to)).unwrap_err()
        };
        let error = broken(r#""\"{"]"#, "3]");
        assert!(
            error.ends_with(":3: document `1`: tokens[1]: expected a word, found a number"),
            "{error}"
        );
        let error = broken("tokens", "token");
        assert!(
            error.ends_with(":1: document `7`: tokens: missing"),
            "{error}"
        );
        let error = broken("\n\n{", "\n\n");
        assert!(error.contains(":3: line: not a JSON value: "), "{error}");
    }

    #[test]
    fn faults_name_line_record_and_field() {
        let broken = |from: &str, to: &str| read(&GOOD.replace(from, to)).unwrap_err();
        let error = broken(r#""tail": 1"#, r#""tail": 2"#);
        assert!(
            error.contains(":2: document `7`: [0].relations[0].tail: no entity 2 among 2"),
            "{error}"
        );
        let error = broken(r#""end": 4"#, r#""end": 5"#);
        assert!(
            error.contains("[0].entities[1]: words 2 to 5 (exclusive) are no span of 4 words"),
            "{error}"
        );
        let error = broken(r#""entities": [], "#, "");
        assert!(
            error.contains(":4: document `1`: [1].entities: missing"),
            "{error}"
        );
        let error = broken(r#""\"{"]"#, r"3]");
        assert!(
            error.contains(":4: document `1`: [1].tokens[1]: expected a word, found a number"),
            "{error}"
        );
        assert!(broken(r#""type": "w", "#, "").contains("[0].relations[0].type: missing"));
        assert!(read("[{").unwrap_err().contains("not a JSON value"));
        assert!(
            read("{}")
                .unwrap_err()
                .contains("expected a list of records, found an object")
        );
    }
}
