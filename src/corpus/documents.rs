//! One file of documents in whichever format.

use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use super::{CorpusError, Document, read_columns, read_dygie, read_spert, read_spert_lines};

/// Reads the documents of one file. A JSON file is told from its content: a list is SpERT's, lines with
/// `tokens` and without `sentences` are SpERT's records one a line, and anything else is DyGIE's. Any other
/// file has columns.
///
/// # Errors
/// What the readers give.
pub fn read_documents(path: &Path) -> Result<Vec<Document>, CorpusError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let json = ["json", "jsonl"];
    if !ending.is_some_and(|ending| json.iter().any(|name| ending.eq_ignore_ascii_case(name))) {
        return read_columns(path);
    }
    let first = first_line(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })?;
    if first.starts_with('[') {
        return read_spert(path);
    }
    // A line that is no JSON is left to a reader that says so.
    let first: Value = serde_json::from_str(&first).unwrap_or_default();
    if first.get("tokens").is_some() && first.get("sentences").is_none() {
        read_spert_lines(path)
    } else {
        read_dygie(path)
    }
}

/// The first line that is not blank, without the blanks around it; empty where there is none.
fn first_line(path: &Path) -> std::io::Result<String> {
    for line in BufReader::new(std::fs::File::open(path)?).lines() {
        let line = line?;
        if !line.trim().is_empty() {
            return Ok(line.trim().to_owned());
        }
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(name: &str, text: &str) -> Result<Vec<Document>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read_documents(&path).map_err(|error| {
            let told = error.to_string();
            told.replace(&format!("{}/", folder.path().display()), "")
        })
    }

    #[test]
    fn the_four_formats_of_one_sentence_are_told_apart() {
        let record = r#"{"tokens": ["a", "b"], "entities": [{"type": "T", "start": 1, "end": 2}], "relations": [], "orig_id": "0"}"#;
        let dygie = r#"{"doc_key": "0", "sentences": [["a", "b"]], "ner": [[[1, 1, "T"]]], "relations": [[]]}"#;
        let list = read("x.json", &format!("\n [{record}]")).unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(read("x.json", &format!("\n{record}\n")).unwrap(), list);
        assert_eq!(read("x.jsonl", dygie).unwrap(), list);
        assert_eq!(read("x.txt", "a O\nb B-T\n").unwrap(), list);
        assert_eq!(read("x.json", " \n").unwrap(), vec![]);
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        let error = read("x.json", "a O\nb B-T\n").unwrap_err();
        assert!(
            error.starts_with("x.json:1: line: not a JSON value: "),
            "{error}"
        );
        let error = read("x.txt", "{\"tokens\": []}\n").unwrap_err();
        assert!(error.starts_with("x.txt:1: "), "{error}");
    }
}
