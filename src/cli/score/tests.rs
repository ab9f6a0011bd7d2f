//! What a reader sees of scores, in narrow and in wide terminals.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use clap::Parser;

use super::render::render;
use super::{CountArguments, Counting, own_gold, score_file};
use crate::score::Metric;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: CountArguments,
}

/// Two documents; a type with a long name, and a relation without a direction found the other way round.
const LINES: &str = r#"{"doc_key": "sea", "sentences": [["Mara", "and", "Tor", "paint", "old", "boats"]], "ner": [[[0, 0, "PERSON"], [2, 2, "PERSON"], [4, 5, "THING-THAT-FLOATS-ON-WATER"]]], "relations": [[[0, 0, 2, 2, "WITH"], [0, 0, 4, 5, "PAINTS"]]], "predicted_ner": [[[0, 0, "PERSON"], [2, 2, "THING-THAT-FLOATS-ON-WATER"], [4, 5, "THING-THAT-FLOATS-ON-WATER"]]], "predicted_relations": [[[2, 2, 0, 0, "WITH"], [0, 0, 4, 5, "PAINTS"]]]}
{"doc_key": "lake", "sentences": [["Tor", "rows"]], "ner": [[[0, 0, "PERSON"]]], "relations": [[]], "predicted_ner": [[[0, 0, "PERSON"]]], "predicted_relations": [[]]}
"#;

fn shown(flags: &str, metrics: &[Metric], by_type: bool, width: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("found.json");
    std::fs::write(&path, LINES).unwrap();
    let line = std::iter::once("score").chain(flags.split_whitespace());
    let counting = Counting::new(&Line::parse_from(line).arguments, by_type).unwrap();
    let mut gold = own_gold(&path, &counting).unwrap();
    let mut scored = score_file(&path, &gold, &counting).unwrap();
    gold.file.path = "found.json".into();
    scored.path = Path::new("found.json").into();
    let text = render(&gold, &scored, &counting, metrics, by_type, width);
    assert!(
        text.lines().all(|line| line.chars().count() <= width),
        "{text}"
    );
    text
}

const USUAL: [Metric; 3] = [Metric::EntC, Metric::RelC, Metric::RelPlusC];

#[test]
fn scores_at_both_widths() {
    let flags = "--profile spert --symmetric-types WITH";
    insta::assert_snapshot!("by_type_at_60", shown(flags, &USUAL, true, 60));
    insta::assert_snapshot!("by_type_at_100", shown(flags, &USUAL, true, 100));
    insta::assert_snapshot!("lists_at_60", shown("", &Metric::ALL, false, 60));
}

#[test]
fn profiles_name_what_they_count() {
    insta::assert_snapshot!("crone", shown("--profile crone", &USUAL, false, 100));
    insta::assert_snapshot!("pmei", shown("--profile pmei", &USUAL, false, 100));
    insta::assert_snapshot!(
        "twice",
        shown(
            "--profile spert --symmetric double_count --symmetric-types WITH",
            &USUAL,
            false,
            100
        )
    );
    let none = shown("--profile iter", &USUAL, false, 100);
    let words: Vec<&str> = none.split_whitespace().collect();
    let told = words.join(" ");
    assert!(
        told.contains("no relation type is named as symmetric"),
        "{none}"
    );
}
