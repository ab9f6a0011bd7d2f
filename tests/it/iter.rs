//! ITER from end to end.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A tiny experiment over thresholds of links.
const ITER: &str = r#"name  = "iter"
title = "ITER, tiny"

[corpus.demo]
documents = { train = 24, dev = 3, test = 3 }
ambiguity = 0
nesting   = 0
noise     = 0
unseen    = 0

[encoder.scratch]
architecture  = "t5"
layers        = 1
hidden        = 32
heads         = 2
intermediate  = 32
minimum_count = 1

[system]
kind = "iter"

[iter]
dropout = 0

[eval]
profile = "spert"

[train]
epochs       = 14
batch        = 8
encoder_rate = 1e-2
head_rate    = 1e-2

[axes]
"iter.threshold" = [0.1, 0.5, 0.9]
seed = { count = 1 }

[[plot]]
kind = "precision-recall"
x    = "iter.threshold"
y    = ["rel-c"]

[[table]]
caption = "Thresholds"
rows    = "iter.threshold"
columns = ["ent-c", "rel-c.precision", "rel-c.recall", "rel-c"]
"#;

fn sandbox(change: impl Fn(String) -> String) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("iter.toml", &change(ITER.to_owned()));
    sandbox
}

/// Rows of a report's scores whose metric is this one, as cell and one of its measures.
fn scores(sandbox: &Sandbox, metric: &str, measure: &str) -> Vec<(String, f64)> {
    let text = fs::read_to_string(sandbox.path("reports/iter/scores.csv")).unwrap();
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let names = lines.headers().unwrap().clone();
    let column = |name: &str| names.iter().position(|one| one == name).unwrap();
    let (of_metric, of_value) = (column("metric"), column(measure));
    let rows = lines.records().map(Result::unwrap);
    rows.filter(|row| &row[of_metric] == metric)
        .map(|row| (row[0].to_owned(), row[of_value].parse().unwrap()))
        .collect()
}

/// Lists of a prediction's sentences.
fn predicted(sandbox: &Sandbox, label: &str, name: &str) -> Vec<Vec<Value>> {
    let key = sandbox.step(label).key;
    let path = sandbox.store().output(&key, "predictions.jsonl").unwrap();
    let text = fs::read_to_string(path).unwrap();
    let documents = text.lines().map(|line| serde_json::from_str(line).unwrap());
    documents
        .flat_map(|document: Value| document[name].as_array().unwrap().clone())
        .map(|list| list.as_array().unwrap().clone())
        .collect()
}

#[test]
fn thresholds_score_the_same_predictions() {
    let sandbox = sandbox(|text| text);
    let first = sandbox.succeed("run iter.toml -j 2");
    // One training, one prediction, three scores.
    let said = "1 trainings for 3 asked, 5 steps in all\n";
    assert!(first.stderr.starts_with(said), "{}", first.stderr);
    let entities = scores(&sandbox, "ent-c", "f1");
    assert_eq!(entities.len(), 3);
    assert!(
        entities.iter().all(|(_, value)| *value > 40.0),
        "{entities:?}"
    );
    let same = |value: f64| (value - entities[0].1).abs() < 1e-9;
    assert!(entities.iter().all(|(_, value)| same(*value)));

    // A sentence's links run between all pairs of its spans, and over every relation.
    let label = "ITER seed 0 on test";
    let spans = predicted(&sandbox, label, "predicted_spans");
    let links = predicted(&sandbox, label, "predicted_links");
    let relations = predicted(&sandbox, label, "predicted_relations");
    assert_eq!((spans.len(), relations.len()), (links.len(), links.len()));
    let types: BTreeSet<&str> = links
        .iter()
        .flatten()
        .map(|link| link[4].as_str().unwrap())
        .collect();
    let mut likely = 0;
    for ((spans, links), relations) in spans.iter().zip(&links).zip(&relations) {
        assert_eq!(links.len(), spans.len() * spans.len() * types.len());
        let above = links.iter().filter(|link| link[5].as_f64().unwrap() > 0.5);
        assert_eq!(above.count(), relations.len());
        likely += relations.len();
    }
    assert!(likely > 0, "no relation was found");

    // A lower threshold finds as much or more.
    let recall: Vec<f64> = scores(&sandbox, "rel-c", "recall")
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    assert!(
        recall[0] >= recall[1] && recall[1] >= recall[2],
        "{recall:?}"
    );
    assert!(recall[0] > recall[2], "{recall:?}");
    assert!(sandbox.path("reports/iter/plots").is_dir());

    let second = sandbox.succeed("run iter.toml -j 2");
    assert_eq!(second.stdout, first.stdout);
    assert!(!second.stderr.contains("begin"), "{}", second.stderr);
}

#[test]
fn a_model_starts_from_another_corpus() {
    let pretrain = "[iter]\npretrain = { corpus = { demo = { seed = 2, documents = { train = 30, \
                    dev = 2, test = 1 } } }, train = { epochs = 6 } }\n";
    let sandbox = sandbox(|text| {
        text.replace("[iter]\n", pretrain)
            .replace("epochs       = 14", "epochs       = 2")
            .replace(
                "\"iter.threshold\" = [0.1, 0.5, 0.9]",
                "\"iter.pretrain.corpus.name\" = [\"none\", \"demo\"]",
            )
            .replace("\"iter.threshold\"", "\"iter.pretrain.corpus.name\"")
            .replace("[[plot]]\nkind = \"precision-recall\"\nx    = \"iter.pretrain.corpus.name\"\ny    = [\"rel-c\"]\n", "")
    });
    let first = sandbox.succeed("run iter.toml -j 2");
    let said = "3 trainings for 3 asked, 7 steps in all\n";
    assert!(first.stderr.starts_with(said), "{}", first.stderr);
    let entities = scores(&sandbox, "ent-c", "f1");
    let of = |name: &str| entities.iter().find(|(cell, _)| cell == name).unwrap().1;
    // Two epochs are far too few for one that has learned nothing before.
    assert!(of("demo") > of("none") + 10.0, "{entities:?}");
}

#[test]
fn gold_may_be_what_the_model_could_be_taught() {
    // With inputs of few pieces most sentences are passed over.
    let short = "[iter]\nmax_length = 13\n";
    let run = |source: &str| {
        let sandbox = sandbox(|text| {
            text.replace("[iter]\n", &format!("{short}gold_source = \"{source}\"\n"))
                .replace("[0.1, 0.5, 0.9]", "[0.5]")
                .replace("epochs       = 14", "epochs       = 1")
        });
        sandbox.succeed("run iter.toml");
        predicted(&sandbox, "ITER seed 0 on test", "ner")
            .iter()
            .map(Vec::len)
            .sum::<usize>()
    };
    let (raw, taught) = (run("raw"), run("tensors"));
    assert!(taught < raw, "{taught} of {raw}");
}
