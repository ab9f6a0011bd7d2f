//! What is counted by words and tags, against another program: PMEI's cells, its labels from lists of words, and
//! the spans of tag sequences.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sweep::corpus::entities_of_tags;
use sweep::score::pmei::{Anchor, Cell, Cells, Labels, Tag, labels_of_words, likely_cells};
use sweep::score::{Counts, Measure};

use crate::oracle::{cases, difference, folders, index, indexes, items, list, number, read, whole};

const ANCHORS: [(&str, Anchor); 2] = [("last", Anchor::Last), ("first", Anchor::First)];

/// The folders that hold a file of this name, of which there must be one.
fn holding(name: &str) -> Vec<PathBuf> {
    let mut found = folders("metrics");
    found.retain(|folder| folder.join(name).is_file());
    assert!(!found.is_empty(), "no folder holds {name}");
    found
}

fn tags(value: &Value) -> Vec<Tag> {
    list(value, |tag| Tag::read(tag.as_str().unwrap()).unwrap())
}

/// A cell from the first three of a list of values.
fn cell(value: &Value) -> Cell<usize> {
    let items = items(value);
    (index(&items[0]), index(&items[1]), index(&items[2]))
}

fn sentences(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Gold and found labels of a sentence.
fn labels(sentence: &Value, anchor: &str, threshold: f64) -> [Labels<usize>; 2] {
    let table = items(&sentence[anchor]["probabilities"]).iter();
    let table = table.map(|row| (cell(row), number(&row[3])));
    [
        Labels {
            tags: tags(&sentence["gold_tags"]),
            cells: items(&sentence[anchor]["gold_cells"])
                .iter()
                .map(cell)
                .collect(),
        },
        Labels {
            tags: tags(&sentence["pred_tags"]),
            cells: likely_cells(table, threshold),
        },
    ]
}

#[test]
fn oracle_cells_agree() {
    for folder in holding("pmei.jsonl") {
        let expected = read(&folder.join("pmei_expected.json"));
        let threshold = expected["threshold"].as_str().unwrap();
        let threshold: f64 = threshold.strip_prefix("p >= ").unwrap().parse().unwrap();
        let sentences = sentences(&folder.join("pmei.jsonl"));
        let mut checked = BTreeSet::new();
        for (name, anchor) in ANCHORS {
            for diagonal in [true, false] {
                let rule = Cells { anchor, diagonal };
                let mut totals = [Counts::default(); 2];
                for sentence in &sentences {
                    let [gold, found] = labels(sentence, name, threshold);
                    for (total, counts) in totals.iter_mut().zip(rule.count(&gold, &found)) {
                        *total += counts;
                    }
                }
                let case = format!("anchor_{name}_diagonal_{diagonal}");
                for (form, counts) in ["partial", "exact"].into_iter().zip(totals) {
                    let row = &expected[&case][form];
                    let wanted = ["correct", "predicted", "gold"].map(|key| whole(&row[key]));
                    let found = [counts.correct, counts.predicted, counts.gold];
                    assert_eq!(found, wanted, "{case} {form}");
                    let found = Measure::ALL.map(|measure| measure.of(counts));
                    let wanted = ["p", "r", "f1"].map(|key| number(&row[key]));
                    assert!(difference(&found, &wanted) < 1e-9, "{case} {form}");
                }
                checked.insert(case);
            }
        }
        let cases = expected.as_object().unwrap().keys();
        for name in cases.filter(|name| name.starts_with("anchor_")) {
            assert!(checked.contains(name), "nothing checks {name}");
        }
        assert_eq!(checked.len(), 4);
    }
}

#[test]
fn oracle_labels_of_words_agree() {
    for folder in holding("pmei_labels.json") {
        for (number, case) in cases(&read(&folder.join("pmei_labels.json")))
            .iter()
            .enumerate()
        {
            let words = |value: &Value| list(value, |word| word.as_str().unwrap().to_owned());
            let all = words(&case["words"]);
            let entities: Vec<Vec<String>> = list(&case["entities"], words);
            let entities: Vec<&[String]> = entities.iter().map(Vec::as_slice).collect();
            let triples = list(&case["triples"], |triple| {
                (words(&triple[0]), index(&triple[1]), words(&triple[2]))
            });
            for (name, anchor) in ANCHORS {
                let triples = triples.iter();
                let triples = triples
                    .map(|(head, relation, tail)| (head.as_slice(), *relation, tail.as_slice()));
                let found = labels_of_words(&all, &entities, triples.collect(), anchor);
                assert_eq!(found.tags, tags(&case["tags"]), "case {number}");
                let wanted = indexes_of(&case["cells"][name]);
                let found: Vec<Vec<usize>> = found
                    .cells
                    .iter()
                    .map(|&(head, tail, relation)| vec![head, tail, relation])
                    .collect();
                assert_eq!(found, wanted, "case {number}, {name}");
            }
        }
    }
}

/// Lists of whole numbers in order.
fn indexes_of(value: &Value) -> Vec<Vec<usize>> {
    let mut lists = list(value, indexes);
    lists.sort();
    lists
}

#[test]
fn oracle_spans_of_tags_agree() {
    for folder in holding("bio.json") {
        for (number, case) in cases(&read(&folder.join("bio.json"))).iter().enumerate() {
            let tags = list(&case["tags"], |tag| tag.as_str().unwrap().to_owned());
            let found = entities_of_tags(&tags).expect("tags of the BIO scheme");
            let found: Vec<Value> = found
                .iter()
                .map(|one| serde_json::json!([one.span.start, one.span.end, one.label]))
                .collect();
            assert_eq!(found, items(&case["spans"]), "case {number}: {tags:?}");
        }
    }
}
