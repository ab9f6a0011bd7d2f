//! The scorer against documents whose counts were made by another program: a small set of our own, worked
//! out by hand, and a set of someone else's where there is one.

use std::path::Path;

use serde_json::Value;
use sweep::corpus::{Document, Extraction, Prediction, read_predictions};
use sweep::score::{
    Convention, Counts, DocumentCounts, Metric, Profile, Scoring, Symmetric, score, total,
};

use crate::oracle::{difference, folders, number, read, whole};

type Case = (String, Vec<Document>, Vec<Prediction>, Value);

/// The document files of a folder with what is expected of each.
fn cases(folder: &Path) -> Vec<Case> {
    let expected = read(&folder.join("expected.json"));
    let names = ["docs_clean", "docs_duplicates", "docs_symmetric"]
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
        let wanted = Counts {
            correct: whole(&row["correct"]),
            predicted: whole(&row["predicted"]),
            gold: whole(&row["gold"]),
        };
        assert_eq!(counts, wanted, "{place}: {name}");
        for (key, value) in [
            ("p", counts.precision()),
            ("r", counts.recall()),
            ("f1", counts.f1()),
        ] {
            let wanted = number(&row[key]);
            assert!(
                difference(&[value], &[wanted]) < 1e-9,
                "{place}: {name} {key} is {value}, not {wanted}"
            );
        }
    }
    expected.len()
}

/// The relation types of a folder that have no direction.
fn symmetric(folder: &Path) -> Vec<String> {
    let expected = read(&folder.join("expected.json"));
    serde_json::from_value(expected["symmetric_types"].clone()).unwrap()
}

/// The names of the conventions other than `pure` in the files.
fn conventions() -> [(&'static str, Convention); 4] {
    let spert = |symmetric| Convention::new(Profile::Spert, Some(symmetric));
    [
        ("undirected_once", spert(Symmetric::UndirectedOnce)),
        (
            "double_count_one_decision",
            spert(Symmetric::DoubleCountOneDecision),
        ),
        (
            "double_count_both_directions",
            spert(Symmetric::DoubleCount),
        ),
        ("iter_surface_set", Profile::Iter.into()),
    ]
}

#[test]
fn oracle_conventions_agree() {
    for folder in folders("metrics") {
        let symmetric = symmetric(&folder);
        let mut compared = 0;
        for (place, gold, predicted, expected) in cases(&folder) {
            for (name, convention) in conventions() {
                let Some(expected) = expected.get(name) else {
                    continue;
                };
                let scoring = Scoring::new(convention, &symmetric);
                let scored = score(&scoring, &gold, &predicted).unwrap();
                compared += compare(&format!("{place}: {name}"), &scored, expected);
            }
        }
        assert!(compared >= 9, "{}: {compared}", folder.display());
    }
}

#[test]
fn oracle_totals_agree() {
    for folder in folders("metrics") {
        for (place, gold, predicted, expected) in cases(&folder) {
            let scored = score(&Scoring::pure(), &gold, &predicted).unwrap();
            assert!(compare(&place, &scored, &expected["pure"]) >= 3, "{place}");
        }
    }
}

#[test]
fn oracle_documents_agree() {
    for folder in folders("metrics") {
        for (place, gold, predicted, expected) in cases(&folder) {
            let documents = expected["pure_by_document"].as_object().unwrap();
            let scored = score(&Scoring::pure(), &gold, &predicted).unwrap();
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
    for folder in folders("metrics") {
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
            let pure = score(&Scoring::pure(), &first, &nothing).unwrap();
            compared += compare(&place, &pure, &expected["pure"]);
            if let Some(expected) = expected.get("iter_surface_set") {
                let scoring = Scoring::new(Profile::Iter.into(), &symmetric(&folder));
                let scored = score(&scoring, &first, &nothing).unwrap();
                compared += compare(&place, &scored, expected);
            }
        }
    }
    assert!(compared >= 6);
}
