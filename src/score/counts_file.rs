//! Per-document counts as CSV, one line for each document and metric, and where the counts of types are kept one
//! for each type too.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::Deserialize;

use super::{Counts, DocumentCounts, Metric, ScoreError, TypeCounts};

/// The column that names a type, in files that have it.
const TYPE: &str = "type";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    document: String,
    metric: Metric,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    correct: u64,
    predicted: u64,
    gold: u64,
}

/// Writes `document,metric,correct,predicted,gold` with a header. Where the counts of types are kept,
/// `document,metric,type,correct,predicted,gold`; the type is empty where all of a document are counted.
///
/// # Errors
/// [`ScoreError::Write`] where the writer fails.
pub fn write_counts(writer: impl Write, documents: &[DocumentCounts]) -> Result<(), ScoreError> {
    let mut writer = csv::Writer::from_writer(writer);
    let typed = documents.iter().any(|document| document.types.is_some());
    let mut header = vec!["document", "metric", "correct", "predicted", "gold"];
    if typed {
        header.insert(2, TYPE);
    }
    writer.write_record(header)?;
    let mut write = |document: &str, metric: Metric, kind: &str, counts: Counts| {
        let numbers = [counts.correct, counts.predicted, counts.gold].map(|one| one.to_string());
        let names = [document, metric.name(), kind];
        let names = &names[..if typed { 3 } else { 2 }];
        writer.write_record(
            names
                .iter()
                .copied()
                .chain(numbers.iter().map(String::as_str)),
        )
    };
    for document in documents {
        for (metric, counts) in &document.counts {
            write(&document.document, *metric, "", *counts)?;
        }
        for ((metric, kind), counts) in document.types.iter().flatten() {
            write(&document.document, *metric, kind, *counts)?;
        }
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

/// Reads such a file; documents keep the order of their first line.
///
/// # Errors
/// [`ScoreError::CountsFile`] where the file cannot be read or a line is no such row.
pub fn read_counts(path: &Path) -> Result<Vec<DocumentCounts>, ScoreError> {
    let failed = |error: csv::Error| ScoreError::CountsFile {
        path: path.into(),
        message: error.to_string(),
    };
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    let typed = reader
        .headers()
        .map_err(failed)?
        .iter()
        .any(|one| one == TYPE);
    let mut documents: Vec<DocumentCounts> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in reader.deserialize() {
        let row: Row = row.map_err(failed)?;
        let place = *places.entry(row.document.clone()).or_insert_with(|| {
            documents.push(DocumentCounts {
                document: row.document,
                counts: BTreeMap::new(),
                types: typed.then(TypeCounts::new),
            });
            documents.len() - 1
        });
        let counts = Counts {
            correct: row.correct,
            predicted: row.predicted,
            gold: row.gold,
        };
        match (row.kind, &mut documents[place].types) {
            (Some(kind), Some(types)) => types.insert((row.metric, kind), counts),
            _ => documents[place].counts.insert(row.metric, counts),
        };
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let document = |key: &str, correct| DocumentCounts {
            document: key.into(),
            counts: Metric::ALL
                .into_iter()
                .map(|m| {
                    (
                        m,
                        Counts {
                            correct,
                            predicted: 5,
                            gold: 4,
                        },
                    )
                })
                .collect(),
            types: None,
        };
        let documents = [document("b, with a comma", 1), document("a", 2)];
        let file = tempfile::NamedTempFile::new().unwrap();
        write_counts(file.as_file(), &documents).unwrap();
        assert_eq!(read_counts(file.path()).unwrap(), documents);
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(
            text.starts_with("document,metric,correct,predicted,gold\n"),
            "{text}"
        );
    }

    #[test]
    fn types_are_written_where_they_are_kept() {
        let counts = |correct| Counts {
            correct,
            predicted: 2,
            gold: 3,
        };
        let document = |key: &str, types| DocumentCounts {
            document: key.into(),
            counts: [(Metric::EntC, counts(2))].into(),
            types: Some(types),
        };
        let types = [("A", 0), ("B, b", 2)]
            .map(|(kind, correct)| ((Metric::EntC, kind.to_owned()), counts(correct)));
        let documents = [
            document("x", types.into()),
            document("y", TypeCounts::new()),
        ];
        let file = tempfile::NamedTempFile::new().unwrap();
        write_counts(file.as_file(), &documents).unwrap();
        assert_eq!(read_counts(file.path()).unwrap(), documents);
        let text = std::fs::read_to_string(file.path()).unwrap();
        insta::assert_snapshot!(text, @r#"
        document,metric,type,correct,predicted,gold
        x,ent-c,,2,2,3
        x,ent-c,A,0,2,3
        x,ent-c,"B, b",2,2,3
        y,ent-c,,2,2,3
        "#);
    }

    #[test]
    fn a_bad_line_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "document,metric,correct,predicted,gold\na,ent-c,1,x,3\n",
        )
        .unwrap();
        let error = read_counts(file.path()).unwrap_err().to_string();
        assert!(error.contains("line: 2"), "{error}");
    }
}
