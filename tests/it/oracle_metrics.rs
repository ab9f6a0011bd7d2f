//! The scorer against documents whose counts were made by another program: a small set of our own, worked
//! out by hand, and the set below `SWEEP_ORACLES` where there is one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use sweep::corpus::{Document, Extraction, Prediction, read_predictions};
use sweep::score::{Counts, DocumentCounts, Metric, Profile, score, total};

/// The folders to test, our own first.
fn folders() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/metrics");
    let mut folders = vec![own];
    match std::env::var_os("SWEEP_ORACLES").map(|root| Path::new(&root).join("metrics")) {
        Some(folder) if folder.join("expected.json").is_file() => folders.push(folder),
        Some(folder) => eprintln!("skipped: no expected.json in {}", folder.display()),
        None => eprintln!("skipped: SWEEP_ORACLES is not set"),
    }
    folders
}

type Case = (String, Vec<Document>, Vec<Prediction>, Value);

/// The document files of a folder with what is expected of each.
fn cases(folder: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let names = ["docs_clean", "docs_duplicates"]
        .into_iter()
        .filter(|name| expected.get(name).is_some());
    let cases: Vec<Case> = names
        .map(|name| {
            let path = folder.join(format!("{name}.jsonl"));
            let (gold, predicted) = read_predictions(&path).unwrap();
            (
                path.display().to_string(),
                gold,
                predicted,
                expected[name].clone(),
            )
        })
        .collect();
    assert!(!cases.is_empty(), "{} expects nothing", folder.display());
    cases
}

/// Compares totals with a table of metric name to counts and fractions; gives the number compared.
fn compare(place: &str, scored: &[DocumentCounts], expected: &Value) -> usize {
    let expected = expected.as_object().expect("a table of metrics");
    for (name, row) in expected {
        let metric: Metric = name.parse().unwrap();
        let counts = total(scored, metric);
        let whole = |key: &str| row[key].as_u64().unwrap();
        let wanted = Counts {
            correct: whole("correct"),
            predicted: whole("predicted"),
            gold: whole("gold"),
        };
        assert_eq!(counts, wanted, "{place}: {name}");
        for (key, value) in [
            ("p", counts.precision()),
            ("r", counts.recall()),
            ("f1", counts.f1()),
        ] {
            let wanted = row[key].as_f64().unwrap();
            assert!(
                (value - wanted).abs() < 1e-9,
                "{place}: {name} {key} is {value}, not {wanted}"
            );
        }
    }
    expected.len()
}

#[test]
fn oracle_totals_agree() {
    for folder in folders() {
        for (place, gold, predicted, expected) in cases(&folder) {
            let scored = score(Profile::Pure, &gold, &predicted).unwrap();
            assert!(compare(&place, &scored, &expected["pure"]) >= 3, "{place}");
        }
    }
}

#[test]
fn oracle_documents_agree() {
    for folder in folders() {
        for (place, gold, predicted, expected) in cases(&folder) {
            let documents = expected["pure_by_document"].as_object().unwrap();
            let scored = score(Profile::Pure, &gold, &predicted).unwrap();
            assert_eq!(scored.len(), documents.len(), "{place}");
            for document in &scored {
                for (name, wanted) in documents[&document.document].as_object().unwrap() {
                    let Counts {
                        correct,
                        predicted,
                        gold,
                    } = document.counts[&name.parse::<Metric>().unwrap()];
                    let wanted: [u64; 3] = serde_json::from_value(wanted.clone()).unwrap();
                    assert_eq!(
                        [correct, predicted, gold],
                        wanted,
                        "{place}: {} {name}",
                        document.document
                    );
                }
            }
        }
    }
}

#[test]
fn oracle_no_predictions_give_zeros() {
    let mut compared = 0;
    for folder in folders() {
        for (place, gold, _, expected) in cases(&folder) {
            let Some(expected) = expected.get("no_predictions_first_five_sentences") else {
                continue;
            };
            let mut left = 5;
            let mut first = Vec::new();
            for mut document in gold {
                document.sentences.truncate(left);
                left -= document.sentences.len();
                first.push(document);
            }
            let nothing: Vec<Prediction> = first
                .iter()
                .map(|document| Prediction {
                    key: document.key.clone(),
                    sentences: vec![Extraction::default(); document.sentences.len()],
                })
                .collect();
            compared += compare(
                &place,
                &score(Profile::Pure, &first, &nothing).unwrap(),
                &expected["pure"],
            );
        }
    }
    assert!(compared >= 6);
}
