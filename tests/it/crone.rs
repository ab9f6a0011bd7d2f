//! Crone from end to end.

use std::collections::HashMap;
use std::fs;

use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::sandbox::Sandbox;

/// A tiny experiment over thresholds of links, with word vectors and without.
const CRONE: &str = r#"name  = "crone"
title = "Crone, tiny"

[corpus.demo]
documents = { train = 40, dev = 3, test = 3 }
ambiguity = 0
nesting   = 0
noise     = 0
unseen    = 0

[system]
kind = "crone"

[crone]
hidden        = 24
re_layers     = 1
ner_width     = 16
re_width      = 16
dropout       = 0
re_dropout    = 0
minimum_count = 1
re_reduction  = "sum_per_sentence"

[eval]
profile = "crone"

[train]
epochs       = 14
batch        = 4
head_rate    = 8e-3
weight_decay = 0

[axes]
"vectors.name"    = ["none", "tiny.txt"]
"crone.threshold" = [0.1, 0.9]
seed = { count = 1 }

[[table]]
rows    = ["vectors.name", "crone.threshold"]
columns = ["ent-c", "ent-c-macro", "rel+-c", "rel+-c-macro"]
"#;

/// F1 of the report's cells by a metric, in the order of the cells.
fn scores(sandbox: &Sandbox, metric: &str) -> Vec<f64> {
    let text = fs::read_to_string(sandbox.path("reports/crone/scores.csv")).unwrap();
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let names = lines.headers().unwrap().clone();
    let column = |name: &str| names.iter().position(|one| one == name).unwrap();
    let (of_metric, of_value) = (column("metric"), column("f1"));
    let rows = lines.records().map(Result::unwrap);
    rows.filter(|row| &row[of_metric] == metric)
        .map(|row| row[of_value].parse().unwrap())
        .collect()
}

#[test]
fn crone_learns_both_tasks() {
    let sandbox = Sandbox::new();
    sandbox.write("crone.toml", CRONE);
    let planned = sandbox.sweep("plan crone.toml");
    let told = planned.stdout + &planned.stderr;
    assert!(told.contains("`tiny.txt` are not there"), "{told}");
    // Vectors of some of the words; the others have rows of their own.
    sandbox.write("models/tiny.txt", "the 0.5 -0.5\nin 1 1\n");
    let first = sandbox.succeed("run crone.toml -j 2");
    // Two trainings, two predictions, four scores.
    let said = "2 trainings for 4 asked, 8 steps in all\n";
    assert!(first.stderr.starts_with(said), "{}", first.stderr);
    assert!(first.stderr.contains("Crone 1/1/1 seed 0 without context"));
    let entities = scores(&sandbox, "ent-c");
    assert!(entities.iter().all(|f1| *f1 > 40.0), "{entities:?}");
    let relations = scores(&sandbox, "rel+-c");
    assert!(relations.iter().any(|f1| *f1 > 20.0), "{relations:?}");
    // The page says what was read, and of no encoder where none was.
    let page = fs::read_to_string(sandbox.path("reports/crone/index.html")).unwrap();
    assert!(page.contains("tiny.txt ("), "the vectors are not named");
    assert!(!page.contains("trained from scratch"));
    let second = sandbox.succeed("run crone.toml -j 2");
    assert_eq!(second.stdout, first.stdout);
    assert!(!second.stderr.contains("begin"), "{}", second.stderr);
}

#[test]
fn features_of_another_corpus_are_told_before_anything_is_trained() {
    let sandbox = Sandbox::new();
    let section = "[crone]\ncontext = \"file\"\nfeatures = \"elmo.safetensors\"";
    sandbox.write("crone.toml", &CRONE.replace("[crone]", section));
    let notes = [
        ("format", "sweep-features"),
        ("version", "1"),
        ("layers", "1"),
        ("width", "1"),
    ];
    let notes = notes.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let bytes = 1f32.to_le_bytes();
    let word = TensorView::new(Dtype::F32, vec![1, 1], &bytes).unwrap();
    let file = serialize([("elsewhere", word)], Some(HashMap::from(notes))).unwrap();
    fs::write(sandbox.path("elmo.safetensors"), file).unwrap();
    let planned = sandbox.sweep("plan crone.toml");
    let told = planned.stdout + &planned.stderr;
    assert!(told.contains("missing for 2 runs"), "{told}");
    assert!(told.contains("has no features of document"), "{told}");
}
