//! A file of gold annotation.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::FileFormat;
use crate::corpus::line::lines_of;
use crate::corpus::spert::{Records, records, records_one_a_line};
use crate::corpus::{CorpusError, Document};

/// Gold documents, and where they stand in their file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldFile {
    /// The file.
    pub path: PathBuf,
    /// Its format.
    pub format: FileFormat,
    /// The documents in the order of the file.
    pub documents: Vec<Document>,
    /// The line on which each begins, from 1.
    pub lines: Vec<usize>,
    /// Whether the file says what its documents are called; if not, their keys are places in it.
    pub keyed: bool,
}

/// Reads gold annotation: `ner` and `relations` of DyGIE JSON lines, or the entities and relations of SpERT JSON, in
/// which sentences of one `orig_id` next to each other are one document.
///
/// # Errors
/// [`CorpusError::Read`] where the file cannot be read, [`CorpusError::Malformed`] where it has no known format, at
/// the first document that breaks it, and at the second of two documents of one name.
pub fn read_gold(path: &Path) -> Result<GoldFile, CorpusError> {
    let text = read(path)?;
    let format = FileFormat::of(path, &text)?;
    let records = match format {
        FileFormat::Dygie => {
            let (mut documents, mut lines) = (Vec::new(), Vec::new());
            for line in lines_of(path, &text) {
                let line = line?;
                documents.push(line.document()?);
                lines.push(line.number());
            }
            Records {
                documents,
                lines,
                keyed: true,
            }
        }
        FileFormat::Spert => grouped(records(path, &text)?),
        FileFormat::SpertLines => grouped(records_one_a_line(path, &text)?),
    };
    require_names(path, format, &records)?;
    let Records {
        documents,
        lines,
        keyed,
    } = records;
    Ok(GoldFile {
        path: path.into(),
        format,
        documents,
        lines,
        keyed,
    })
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, CorpusError> {
    std::fs::read_to_string(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })
}

/// Records of one name next to each other as one document.
pub(super) fn grouped(records: Records) -> Records {
    if !records.keyed {
        return records;
    }
    let mut grouped = Records {
        documents: Vec::new(),
        lines: Vec::new(),
        keyed: true,
    };
    for (document, line) in records.documents.into_iter().zip(records.lines) {
        match grouped.documents.last_mut() {
            Some(last) if last.key == document.key => last.sentences.extend(document.sentences),
            _ => {
                grouped.documents.push(document);
                grouped.lines.push(line);
            }
        }
    }
    grouped
}

/// Fails at the second of two documents of one name.
pub(super) fn require_names(
    path: &Path,
    format: FileFormat,
    records: &Records,
) -> Result<(), CorpusError> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (document, line) in records.documents.iter().zip(&records.lines) {
        if let Some(first) = seen.insert(&document.key, *line) {
            let dygie = format == FileFormat::Dygie;
            return Err(CorpusError::Malformed {
                path: path.into(),
                line: *line,
                document: Some(document.key.clone()),
                field: if dygie { "doc_key" } else { "orig_id" }.into(),
                message: format!("a document of this name is on line {first} already"),
            });
        }
    }
    Ok(())
}
