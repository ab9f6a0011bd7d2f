//! What the files of published values hold, and which cells find them.
#![allow(clippy::unwrap_used)]

use super::{labels, published};
use crate::score::{Convention, Profile, Symmetric};

#[test]
fn every_value_of_the_table_is_read() {
    let values = published("jointere/table2", &["scierc".to_owned()]).unwrap();
    assert_eq!(values.len(), 96);
    assert!(
        values
            .iter()
            .all(|value| value.runs == Some(6) && value.sd.is_none())
    );
    let found = values
        .iter()
        .find(|v| v.system == "a4" && v.corpus == "scierc" && v.metric == "rel+-c")
        .unwrap();
    assert!((found.value - 35.86).abs() < 1e-9);
    assert!(found.same_corpus);
    assert!(
        values
            .iter()
            .all(|value| value.same_corpus == (value.corpus == "scierc"))
    );
}

#[test]
fn every_table_is_read_with_its_splits_and_measures() {
    let counts = [12, 36, 18, 24];
    for (table, count) in (3..).zip(counts) {
        let values = published(&format!("jointere/table{table}"), &[]).unwrap();
        assert_eq!(values.len(), count, "table {table}");
    }
    let values = published("jointere/table4", &["scierc".to_owned()]).unwrap();
    let find = |system: &str, split: &str, metric: &str| {
        let found = values.iter().find(|value| {
            value.same_corpus
                && (value.system.as_str(), value.split.as_str()) == (system, split)
                && value.metric == metric
        });
        found.unwrap().value
    };
    assert!((find("Pruner", "dev", "ent-i.precision") - 24.92).abs() < 1e-9);
    assert!((find("Ei", "train", "ent-i") - 99.94).abs() < 1e-9);
    assert!((find("Ei", "test", "ent-i.recall") - 79.93).abs() < 1e-9);
}

#[test]
fn crone_printed_micro_scores_and_means_over_types() {
    let corpora = ["conll04".to_owned()];
    for (table, count) in [("crone/table2", 18), ("crone/table3", 16)] {
        assert_eq!(published(table, &corpora).unwrap().len(), count, "{table}");
    }
    let values = published("crone/table3", &corpora).unwrap();
    let of = |metric: &str| {
        let all = values.iter().filter(move |value| value.metric == metric);
        all.map(|value| value.value).collect::<Vec<_>>()
    };
    assert_eq!(of("rel+-c-macro"), [72.63, 68.45, 59.57, 57.45]);
    assert_eq!(of("rel+-c"), [71.08, 67.05, 57.82, 55.47]);
}

#[test]
fn every_table_of_pure_is_read() {
    let counts = [(1, 30), (3, 16), (4, 24), (5, 4), (6, 10), (7, 16)];
    for (table, count) in counts {
        let values = published(&format!("pure/table{table}"), &[]).unwrap();
        assert_eq!(values.len(), count, "table {table}");
        let split = if table < 4 {
            ["test", "5-fold"]
        } else {
            ["dev"; 2]
        };
        assert!(
            values
                .iter()
                .all(|value| split.contains(&value.split.as_str()))
        );
    }
    let values = published("pure/table3", &["scierc".to_owned()]).unwrap();
    let speeds = values.iter().filter(|value| value.metric == "speed");
    assert_eq!(speeds.clone().count(), 8);
    assert!(
        speeds
            .clone()
            .any(|value| value.same_corpus && value.value > 300.0)
    );
}

/// The keys and values that experiments after these tables have as axes.
#[test]
fn values_of_pure_find_their_cells() {
    let find = |table: u32, cell: &[(&str, &str)], corpus: &str, metric: &str| {
        let cell: Vec<(String, String)> = cell
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let values = published(&format!("pure/table{table}"), &[]).unwrap();
        let mut found = values.iter().filter(|value| {
            value.corpus == corpus
                && value.metric == metric
                && labels::fit(&value.system, &cell)
                && !value.encoder.starts_with("ALBERT")
        });
        let value = found.next().map(|value| value.value);
        assert!(found.next().is_none(), "more than one value for {cell:?}");
        value
    };
    let window = "pure.relation_window";
    let cross = [("pure.entity_window", "300"), (window, "100")];
    assert_eq!(find(1, &cross, "scierc", "rel+-c"), Some(36.8));
    let cell = [("pure.approximate", "true"), (window, "0")];
    assert_eq!(find(3, &cell, "ace05", "speed"), Some(384.7));
    let input = "pure.rel_input";
    let cell = [(input, "markers"), ("pure.entities", "predicted")];
    assert_eq!(find(4, &cell, "scierc", "rel-c"), Some(49.1));
    let cell = [("system.approach", "shared")];
    assert_eq!(find(5, &cell, "ace05", "ent-c"), Some(87.7));
    let cell = [("pure.train_entities", "kept"), (input, "markers_eloss")];
    assert_eq!(find(6, &cell, "ace05", "rel-c"), Some(63.0));
    let cell = [("pure.train_entities", "jackknife"), (input, "markers")];
    assert_eq!(find(6, &cell, "ace05", "rel-c"), None);
    let cell = [("system.approach", "joint"), ("corpus.share", "1.0")];
    assert_eq!(find(7, &cell, "ace05", "rel-c"), Some(61.0));
}

#[test]
fn every_table_of_iter_is_read() {
    let counts = [(2, 50), (3, 8), (4, 15), (6, 252), (7, 12)];
    let iter = Convention::from(Profile::Iter);
    let twice = Convention::new(Profile::Iter, Some(Symmetric::DoubleCount));
    for (table, count) in counts {
        let values = published(&format!("iter/table{table}"), &[]).unwrap();
        assert_eq!(values.len(), count, "table {table}");
        let corpora = ["ace05", "conll04", "ade", "scierc", "conll03", "genia"];
        assert!(values.iter().all(|value| {
            corpora.contains(&value.corpus.as_str())
                && [iter, twice].contains(&value.convention)
                && (value.split == "test" || value.metric == "speed")
        }));
    }
    let values = published("iter/table6", &["ace05".to_owned()]).unwrap();
    let find = |convention: Convention, metric: &str| {
        let found = values.iter().find(|value| {
            (value.system.as_str(), value.corpus.as_str()) == ("google/flan-t5-large", "ace05")
                && (value.metric.as_str(), value.convention) == (metric, convention)
        });
        let found = found.unwrap();
        assert_eq!(found.runs, Some(5));
        (found.value, found.sd.unwrap())
    };
    assert_eq!(find(twice, "rel+-c"), (71.1, 0.59));
    assert_eq!(find(twice, "rel-c.recall"), (72.5, 0.64));
    assert_eq!(find(iter, "rel+-c"), (70.5, 0.51));
    assert_eq!(find(iter, "ent-c"), find(twice, "ent-c"));
}

/// The keys and values that experiments after these tables have as axes.
#[test]
fn values_of_iter_find_their_cells() {
    let find = |table: u32, cell: &[(&str, &str)], corpus: &str, metric: &str| {
        let cell: Vec<(String, String)> = cell
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let values = published(&format!("iter/table{table}"), &[]).unwrap();
        let found = values.iter().filter(|value| {
            value.corpus == corpus && value.metric == metric && labels::fit(&value.system, &cell)
        });
        found.map(|value| value.value).collect::<Vec<f64>>()
    };
    let encoder = |name| ("encoder.name", name);
    let large = encoder("google/flan-t5-large");
    assert_eq!(
        find(2, &[encoder("bert-large-cased")], "ade", "ent-c"),
        [90.9]
    );
    // As it is, and with symmetric relations twice.
    assert_eq!(find(2, &[large], "scierc", "rel+-c"), [31.5, 32.1]);
    let level = |name| ("corpus.level", name);
    let cell = [large, level("document")];
    assert_eq!(find(3, &cell, "conll03", "speed"), [43.05]);
    assert_eq!(
        find(3, &[encoder("t5-large")], "conll04", "speed"),
        [605.398]
    );
    let cell = [encoder("albert-xxlarge-v2")];
    assert_eq!(find(4, &cell, "ace05", "speed"), [36.029]);
    assert_eq!(find(6, &cell, "ace05", "rel-c"), [72.5, 72.9]);
    let from = |name| ("iter.pretrain.corpus.name", name);
    assert_eq!(find(7, &[large, from("none")], "conll04", "rel+-c"), [75.1]);
    assert_eq!(find(7, &[large, from("conll03")], "ace05", "ent-c"), [91.3]);
    let cell = [encoder("microsoft/deberta-v3-large"), from("conll03")];
    assert!(find(7, &cell, "ace05", "ent-c").is_empty());
}
