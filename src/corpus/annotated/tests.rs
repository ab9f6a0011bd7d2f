//! What belongs together is matched, and what does not is told.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use super::*;
use crate::corpus::{Entity, Span};

const GOLD: &str = r#"{"doc_key": "sea", "sentences": [["Mara", "paints"], ["No", "boat"]], "ner": [[[0, 0, "P"]], []], "relations": [[], []]}
{"doc_key": "lake", "sentences": [["Tor", "rows"]], "ner": [[[4, 4, "P"]]], "relations": [[]]}
"#;
const SPERT: &str = r#"[{"tokens": ["Mara", "paints"], "entities": [{"type": "P", "start": 0, "end": 1}], "relations": []},
{"tokens": ["No", "boat"], "entities": [], "relations": []},
{"tokens": ["Tor", "rows"], "entities": [{"type": "T", "start": 0, "end": 2}], "relations": []}]"#;

/// A folder with files; errors about them are told without its name.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            std::fs::write(folder.path(name), text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn matched(&self) -> Result<Matched, String> {
        let gold = read_gold(&self.path("gold"));
        let matched = gold
            .and_then(|gold| match_predictions(&gold, read_predicted(&self.path("predicted"))?));
        matched.map_err(|error| {
            let folder = format!("{}/", self.0.path().display());
            error.to_string().replace(&folder, "")
        })
    }
}

fn matched(gold: &str, predicted: &str) -> Result<Matched, String> {
    Folder::with(&[("gold", gold), ("predicted", predicted)]).matched()
}

/// Predictions in the format of [`GOLD`], with its own annotation as what was found.
fn dygie() -> String {
    GOLD.replace("\"ner\"", "\"predicted_ner\"")
        .replace("\"relations\"", "\"predicted_relations\"")
}

#[test]
fn documents_are_matched_by_name_in_any_order() {
    // Document-level indices of the second document begin at its own first word.
    let gold = GOLD.replace("[4, 4,", "[0, 0,");
    let found = dygie().replace("[4, 4,", "[0, 0,");
    let mut lines: Vec<&str> = found.lines().collect();
    lines.reverse();
    let matched = matched(&gold, &lines.join("\n")).unwrap();
    assert_eq!((matched.by, matched.lines), (MatchedBy::Names, vec![2, 1]));
    assert_eq!(matched.predictions[0].key, "sea");
    assert_eq!(matched.predictions[0].sentences[0].spans, [Span::new(0, 0)]);
}

fn gold() -> String {
    GOLD.replace("[4, 4,", "[0, 0,")
}

#[test]
fn other_formats_are_matched_by_order() {
    let found = matched(&gold(), SPERT).unwrap();
    assert_eq!((found.by, found.lines), (MatchedBy::Order, vec![1, 3]));
    let keys: Vec<&str> = found
        .predictions
        .iter()
        .map(|one| one.key.as_str())
        .collect();
    assert_eq!(keys, ["sea", "lake"]);
    let entity = Entity {
        span: Span::new(0, 1),
        label: "T".into(),
    };
    assert_eq!(found.predictions[1].sentences[0].entities, [entity]);
    let lines = SPERT.trim_matches(['[', ']']).replace("},\n{", "}\n{");
    let by_line = matched(&gold(), &lines).unwrap();
    assert_eq!(by_line.predictions, found.predictions);
    // Gold of records without names, and predictions with names of their own.
    let other = dygie().replace("[4, 4,", "[0, 0,");
    assert_eq!(matched(SPERT, &other).unwrap().by, MatchedBy::Order);
}

#[test]
fn records_of_one_name_are_one_document() {
    let named = SPERT
        .replacen(
            "\"relations\": []",
            "\"relations\": [], \"orig_id\": \"sea\"",
            2,
        )
        .replace(
            "\"relations\": []}]",
            "\"relations\": [], \"orig_id\": \"lake\"}]",
        );
    let matched = matched(&gold(), &named).unwrap();
    assert_eq!((matched.by, matched.lines), (MatchedBy::Names, vec![1, 3]));
    assert_eq!(matched.predictions[0].sentences.len(), 2);
}

#[test]
fn what_does_not_belong_together_is_told() {
    let named = dygie().replace("[4, 4,", "[0, 0,");
    let first = named.lines().next().unwrap();
    let error = |predicted: &str| matched(&gold(), predicted).unwrap_err();
    let said = [
        error(first),
        error(&named.replace("\"lake\"", "\"pond\"")),
        error(&named.replace("\"boat\"", "\"ship\"")),
        error(&named.replace("[\"No\", \"boat\"]", "[\"No\"]")),
        error(&named.replace("\"lake\"", "\"sea\"")),
        error(&SPERT.replace("\"Tor\"", "\"Tom\"")),
        error(&SPERT.replace(
            "{\"tokens\": [\"No\", \"boat\"], \"entities\": [], \"relations\": []},\n",
            "",
        )),
        error(&format!("{}, {}", SPERT.trim_end_matches(']'), &SPERT[1..])),
        error(&named.replace(
            "[0, 0, \"P\"]]], \"predicted_r",
            "[0, 2, \"P\"]]], \"predicted_r",
        )),
        error(&gold()),
        error(" \n"),
        error("{\"text\": 1}"),
        error("{\n\"doc_key\": \"sea\"}"),
        error("3"),
        error("doc_key,sea"),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn entities_alone_may_be_predicted() {
    let entities = dygie()
        .replace("[4, 4,", "[0, 0,")
        .replace(", \"predicted_relations\": [[], []]", "")
        .replace(", \"predicted_relations\": [[]]", "");
    let folder = Folder::with(&[("predicted", &entities)]);
    assert!(!read_predicted(&folder.path("predicted")).unwrap().related);
    // A file that lacks them on one line only is broken.
    let one = dygie()
        .replace("[4, 4,", "[0, 0,")
        .replace(", \"predicted_relations\": [[]]", "");
    let error = matched(&gold(), &one).unwrap_err();
    assert_eq!(
        error,
        "predicted:2: document `lake`: predicted_relations: missing"
    );
}
