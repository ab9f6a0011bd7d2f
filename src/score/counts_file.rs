//! Per-document counts as CSV, one line for each document and metric.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Counts, DocumentCounts, Metric, ScoreError};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    document: String,
    metric: Metric,
    correct: u64,
    predicted: u64,
    gold: u64,
}

/// Writes `document,metric,correct,predicted,gold` with a header.
///
/// # Errors
/// [`ScoreError::Write`] where the writer fails.
pub fn write_counts(writer: impl Write, documents: &[DocumentCounts]) -> Result<(), ScoreError> {
    let mut writer = csv::Writer::from_writer(writer);
    for document in documents {
        for (metric, counts) in &document.counts {
            writer.serialize(Row {
                document: document.document.clone(),
                metric: *metric,
                correct: counts.correct,
                predicted: counts.predicted,
                gold: counts.gold,
            })?;
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
    let mut documents: Vec<DocumentCounts> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in reader.deserialize() {
        let row: Row = row.map_err(failed)?;
        let place = *places.entry(row.document.clone()).or_insert_with(|| {
            documents.push(DocumentCounts {
                document: row.document,
                counts: BTreeMap::new(),
            });
            documents.len() - 1
        });
        let counts = Counts {
            correct: row.correct,
            predicted: row.predicted,
            gold: row.gold,
        };
        documents[place].counts.insert(row.metric, counts);
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
