//! One file of documents in whichever format.

use std::path::Path;

use super::heads::{has_heads, read_heads};
use super::records::first_record;
use super::triples::{Layout, read_triples};
use super::{CorpusError, Document, read_columns, read_dygie, read_spert, read_spert_lines};

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct ReadFile {
    /// The documents.
    pub(super) documents: Vec<Document>,
    /// The document of every relation that could not be kept, since an argument's words do not occur in its sentence.
    pub(super) left_out: Vec<String>,
}

/// Reads the documents of one file. A JSON file is told from its content: triples, in a list or one a line, by the
/// fields of the first; of the others a list is SpERT's, lines with `tokens` and without `sentences` are SpERT's
/// records one a line, and anything else is DyGIE's. Any other file has columns, with heads where it begins with `#doc`.
///
/// # Errors
/// What the readers give.
pub fn read_documents(path: &Path) -> Result<Vec<Document>, CorpusError> {
    Ok(read_file(path)?.documents)
}

/// Reads the documents of one file as [`read_documents`] does, and says what could not be kept.
pub(super) fn read_file(path: &Path) -> Result<ReadFile, CorpusError> {
    let whole = |documents| ReadFile {
        documents,
        left_out: Vec::new(),
    };
    let text = read(path)?;
    if !is_json(path) {
        return if has_heads(&text) {
            read_heads(path, &text)
        } else {
            read_columns(path)
        }
        .map(whole);
    }
    // What is no JSON is left to a reader that says so.
    let first = first_record(&text);
    if let Some(layout) = Layout::of(&first) {
        return read_triples(path, &text, layout);
    }
    let documents = if text.trim_start().starts_with('[') {
        read_spert(path)
    } else if first.get("tokens").is_some() && first.get("sentences").is_none() {
        read_spert_lines(path)
    } else {
        read_dygie(path)
    };
    documents.map(whole)
}

/// The layout of a file of triples; nothing for any other file.
pub(super) fn layout(path: &Path) -> Option<Layout> {
    let text = is_json(path).then(|| read(path).ok()).flatten()?;
    Layout::of(&first_record(&text))
}

fn is_json(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let json = ["json", "jsonl"];
    ending.is_some_and(|ending| json.iter().any(|name| ending.eq_ignore_ascii_case(name)))
}

fn read(path: &Path) -> Result<String, CorpusError> {
    std::fs::read_to_string(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })
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
