//! The scorer against documents whose counts were made by another program: a small set of our own, worked
//! out by hand, and a set of someone else's where there is one.

use std::path::Path;

use serde_json::Value;
use sweep::corpus::{Document, Extraction, Prediction, read_predictions};
use sweep::score::{
    Convention, Counts, DocumentCounts, Measure, Metric, Profile, Scoring, Symmetric,
    macro_average, score, total, type_totals,
};

use crate::oracle::{difference, folders, number, read, whole};

type Case = (String, Vec<Document>, Vec<Prediction>, Value);

/// The document files of a folder with what is expected of each.
fn cases(folder: &Path) -> Vec<Case> {
    let expected = read(&folder.join("expected.json"));
    let names = expected.as_object().expect("document files by name").keys();
    let paths = names.map(|name| (name, folder.join(format!("{name}.jsonl"))));
    let cases: Vec<Case> = paths
        .filter(|(_, path)| path.is_file())
        .map(|(name, path)| {
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
        compare_counts(&format!("{place}: {name}"), total(scored, metric), row);
    }
    expected.len()
}

/// Compares counts and the fractions they give; `place` names them.
fn compare_counts(place: &str, counts: Counts, row: &Value) {
    let wanted = Counts {
        correct: whole(&row["correct"]),
        predicted: whole(&row["predicted"]),
        gold: whole(&row["gold"]),
    };
    assert_eq!(counts, wanted, "{place}");
    let fractions = Measure::ALL.map(|measure| measure.of(counts));
    compare_fractions(place, fractions, row);
}

/// Compares precision, recall and F1.
fn compare_fractions(place: &str, fractions: [f64; 3], row: &Value) {
    for (key, value) in ["p", "r", "f1"].into_iter().zip(fractions) {
        let wanted = number(&row[key]);
        assert!(
            difference(&[value], &[wanted]) < 1e-9,
            "{place}: {key} is {value}, not {wanted}"
        );
    }
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

/// What is expected of the document files and checked here, besides the [`conventions`].
const CHECKED: [&str; 5] = [
    "pure",
    "pure_by_document",
    "crone",
    "no_predictions_first_five_sentences",
    "facts",
];

#[test]
fn oracle_expectations_are_all_checked() {
    for folder in folders("metrics") {
        for (place, gold, _, expected) in cases(&folder) {
            for name in expected.as_object().unwrap().keys() {
                let convention = conventions().iter().any(|(known, _)| known == name);
                assert!(
                    convention || CHECKED.contains(&name.as_str()),
                    "{place}: nothing checks {name}"
                );
            }
            if let Some(sentences) = expected["facts"].get("sentences") {
                let found: usize = gold.iter().map(|document| document.sentences.len()).sum();
                assert_eq!(found as u64, whole(sentences), "{place}");
            }
        }
    }
}

#[test]
fn oracle_types_and_their_averages_agree() {
    let mut compared = 0;
    for folder in folders("metrics") {
        for (place, gold, predicted, expected) in cases(&folder) {
            let Some(expected) = expected.get("crone") else {
                continue;
            };
            let scored =
                score(&Scoring::new(Profile::Crone.into(), &[]), &gold, &predicted).unwrap();
            for (name, expected) in expected.as_object().unwrap() {
                let place = format!("{place}: {name}");
                let metric: Metric = name.parse().unwrap();
                compare_counts(&place, total(&scored, metric), &expected["micro"]);
                let average = macro_average(&scored, metric).unwrap();
                let fractions = Measure::ALL.map(|measure| average.measure(measure));
                compare_fractions(&place, fractions, &expected["macro"]);
                let types = type_totals(&scored, metric).unwrap();
                let wanted = expected["per_type"].as_object().unwrap();
                // A type that occurs nowhere may be listed with zeros, and does not enter the average.
                for name in types.keys() {
                    assert!(
                        wanted.contains_key(*name),
                        "{place}: {name} is not expected"
                    );
                }
                for (name, row) in wanted {
                    let counts = types.get(name.as_str()).copied().unwrap_or_default();
                    compare_counts(&format!("{place}: {name}"), counts, row);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 5, "{compared}");
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
