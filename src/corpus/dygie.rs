//! DyGIE JSON lines, the canonical form: one document a line, document-level inclusive word indices.

use std::path::Path;

use serde_json::{Value, json};

use super::line::lines;
use super::{CorpusError, Document, Entity, Relation};

/// Reads the documents of one file.
///
/// # Errors
/// [`CorpusError::Read`] where the file cannot be read, [`CorpusError::Malformed`] at the first line that
/// is no such document.
pub fn read_dygie(path: &Path) -> Result<Vec<Document>, CorpusError> {
    lines(path)?.map(|line| line?.document()).collect()
}

/// Writes documents one a line.
///
/// # Errors
/// [`CorpusError::Write`] where the writer fails.
pub fn write_dygie(
    mut writer: impl std::io::Write,
    documents: &[Document],
) -> Result<(), CorpusError> {
    for document in documents {
        serde_json::to_writer(&mut writer, &to_json(document)).map_err(std::io::Error::from)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()?;
    Ok(())
}

/// The document-level index of each sentence's first word.
pub(super) fn offsets(document: &Document) -> Vec<usize> {
    let starts = document.sentences.iter().scan(0, |next, sentence| {
        let start = *next;
        *next += sentence.tokens.len();
        Some(start)
    });
    starts.collect()
}

/// The document as a DyGIE object.
pub(super) fn to_json(document: &Document) -> Value {
    let sentences = || document.sentences.iter().zip(offsets(document));
    let words: Vec<_> = sentences()
        .map(|(sentence, _)| json!(sentence.tokens))
        .collect();
    let entities: Vec<Vec<Value>> = sentences()
        .map(|(sentence, offset)| {
            sentence
                .entities
                .iter()
                .map(|e| entity_json(e, offset))
                .collect()
        })
        .collect();
    let relations: Vec<Vec<Value>> = sentences()
        .map(|(sentence, offset)| {
            sentence
                .relations
                .iter()
                .map(|r| relation_json(r, offset))
                .collect()
        })
        .collect();
    json!({"doc_key": document.key, "sentences": words, "ner": entities, "relations": relations})
}

pub(super) fn entity_json(entity: &Entity, offset: usize) -> Value {
    json!([
        entity.span.start + offset,
        entity.span.end + offset,
        entity.label
    ])
}

pub(super) fn relation_json(relation: &Relation, offset: usize) -> Value {
    let (head, tail) = (relation.head, relation.tail);
    json!([
        head.start + offset,
        head.end + offset,
        tail.start + offset,
        tail.end + offset,
        relation.label
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{DemoConfig, DemoDocuments, Span, demo};
    use proptest::prelude::*;

    const GOOD: &str = r#"{"doc_key": "k", "sentences": [["a", "b"], ["c", "d", "e"]], "ner": [[[0, 1, "T"]], [[2, 2, "T"], [3, 4, "S"]]], "relations": [[], [[2, 2, 3, 4, "r"]]], "clusters": []}"#;

    fn read(text: &str) -> Result<Vec<Document>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_dygie(file.path()).map_err(|error| error.to_string())
    }

    /// The error about a second line in which `from` is replaced, without the file's name.
    fn broken(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        let error = read(&format!("{GOOD}\n\n{}", GOOD.replace(from, to))).unwrap_err();
        error.split_once(":3:").unwrap().1.trim_start().to_owned()
    }

    #[test]
    fn indices_become_sentence_level() {
        let documents = read(GOOD).unwrap();
        let sentence = &documents[0].sentences[1];
        assert_eq!(
            sentence.entities[1],
            Entity {
                span: Span::new(1, 2),
                label: "S".into()
            }
        );
        assert_eq!(
            (sentence.relations[0].head, sentence.relations[0].tail),
            (Span::new(0, 0), Span::new(1, 2))
        );
    }

    /// What DyGIE's preprocessing of ACE05 writes, and what PURE's predictions add to it.
    const ACE: &str = r#"{"doc_key": "k", "sentences": [["a", "b"], ["c", "d", "e"]], "_sentence_start": [0, 2], "dataset": "ace05",
        "ner": [[[0, 1, "T"]], [[2, 2, "T", 9.5, 0.99], [3, 4, "S"]]], "relations": [[], [[2, 2, 3, 4, "r", 12.25, 0.875]]],
        "clusters": [[[0, 1], [2, 2]]], "events": [[], [[[2, "Life.Die"], [3, 4, "Victim"]]]],
        "predicted_ner": [[[1, 1, "S"]], []], "predicted_relations": [[], []], "predicted_clusters": []}"#;

    #[test]
    fn what_else_a_line_holds_is_passed_over() {
        let ace = ACE.replace('\n', "");
        assert_eq!(read(&ace).unwrap(), read(GOOD).unwrap());
    }

    #[test]
    fn faults_name_line_document_and_field() {
        let of_k = |rest: &str| format!("document `k`: {rest}");
        assert_eq!(
            broken(r#"[3, 4, "S"]"#, r#"[3, 5, "S"]"#),
            of_k("ner[1][1]: span [3, 5] leaves sentence 1, which holds words 2 to 4")
        );
        assert_eq!(
            broken(r#"[2, 2, 3, 4, "r"]"#, r#"[2, 2, 1, 1, "r"]"#),
            of_k("relations[1][0]: span [1, 1] leaves sentence 1, which holds words 2 to 4")
        );
        assert_eq!(
            broken("[2, 2,", "[2, 1,"),
            of_k("ner[1][0]: span [2, 1] ends before it starts")
        );
        assert_eq!(
            broken(r#"[0, 1, "T"]"#, r#"[0, -1, "T"]"#),
            of_k("ner[0][0]: expected [start, end, type], found -1 where a word index belongs")
        );
        assert_eq!(
            broken(r#"[0, 1, "T"]"#, "[0, 1]"),
            of_k("ner[0][0]: expected [start, end, type], found 2 values")
        );
        assert_eq!(
            broken(r#"4, "r"]"#, "4, 5]"),
            of_k(
                "relations[1][0]: expected [start, end, start, end, type], found 5 where the type belongs"
            )
        );
        assert_eq!(broken(r#""ner""#, r#""nar""#), of_k("ner: missing"));
        assert_eq!(
            broken(r#""a""#, "1"),
            of_k("sentences[0][0]: expected a word, found a number")
        );
        assert_eq!(
            broken("[[], [[2", "[[], 3, [[2"),
            of_k("relations: 3 lists for 2 sentences")
        );
        assert_eq!(
            broken("[[], [[2", "[{}, [[2"),
            of_k("relations[0]: expected a list, found an object")
        );
        assert_eq!(
            broken(r#""k""#, "7"),
            "doc_key: expected a string, found a number"
        );
        assert_eq!(
            broken(r#""doc_key": "k", "#, ""),
            "doc_key: expected a string, found nothing"
        );
        assert!(broken(r#""clusters": []}"#, "").starts_with("line: not a JSON value: "));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_dygie(Path::new("/no/such/file.json"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("cannot read /no/such/file.json: "),
            "{error}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn what_is_written_is_read_back(seed in 0_u64..1000) {
            let documents = DemoDocuments { train: 3, dev: 1, test: 1 };
            let written = demo(&DemoConfig { seed, documents, ..DemoConfig::default() }).train;
            let mut text = Vec::new();
            write_dygie(&mut text, &written).unwrap();
            prop_assert_eq!(read(&String::from_utf8(text).unwrap()).unwrap(), written);
        }
    }
}
