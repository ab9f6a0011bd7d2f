//! The joint baseline of PURE from end to end.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::sandbox::{Sandbox, TINY};

/// The tiny experiment with the joint baseline, one seed and more to learn from.
fn experiment() -> String {
    let system = "[system]\nkind = \"pure\"\napproach = \"joint\"\n\n\
                  [pure]\nentity_window = 0\nmax_span = 3\nwidth_dim = 4\nmlp = 16\n\
                  prior_bias = true\nentity_shuffle = true\n\n[train]";
    let text = TINY
        .replace("\"tiny\"", "\"joint\"")
        .replace("[train]", system)
        .replace(
            "\"system.approach\" = [\"a3\", \"a4\"]",
            "\"joint_baseline.ner_weight\" = [1.0, 0.2]",
        )
        .replace("count = 2", "count = 1")
        .replace(
            "rows    = \"system.approach\"",
            "rows    = \"joint_baseline.ner_weight\"",
        )
        .replace("epochs       = 6", "epochs       = 12");
    let (head, tail) = text.split_once("[statistics]").unwrap();
    let (_, table) = tail.split_once("[[table]]").unwrap();
    format!("{head}[[table]]{table}")
}

/// The lists under `name`, one for each sentence of the prediction.
fn each(sandbox: &Sandbox, label: &str, name: &str) -> Vec<Vec<Value>> {
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
fn the_joint_baseline_runs_from_end_to_end() {
    let sandbox = Sandbox::new();
    sandbox.write("joint.toml", &experiment());
    let first = sandbox.succeed("run joint.toml -j 2");
    let said = "2 trainings for 2 asked, 6 steps in all\n";
    assert!(first.stderr.starts_with(said), "{}", first.stderr);
    let scores = fs::read_to_string(sandbox.path("reports/joint/scores.csv")).unwrap();
    // Relations of so small a corpus are hardly learned; entities are, if anything is.
    for (metric, least) in [("ent-c", 20.0), ("rel-c", 0.0)] {
        let rows = scores
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>());
        let found = rows
            .filter(|fields| fields[3] == metric && fields[0].parse() == Ok(1.0_f64))
            .map(|fields| fields[6].parse().unwrap());
        let found: Vec<f64> = found.collect();
        assert!(found.len() == 1 && found[0] >= least, "{metric}: {scores}");
    }

    // Only so many spans of a sentence are kept to be related.
    let predicted = "joint baseline seed 0 on test";
    let sentences = each(&sandbox, predicted, "sentences");
    let pairs = each(&sandbox, predicted, "predicted_pairs");
    assert_eq!(sentences.len(), pairs.len());
    for (words, pairs) in sentences.iter().zip(&pairs) {
        let ends = pairs.iter().map(|pair| pair.as_array().unwrap());
        let related: BTreeSet<String> = ends
            .flat_map(|ends| [&ends[0..2], &ends[2..4]])
            .map(|span| Value::from(span.to_vec()).to_string())
            .collect();
        assert!(
            related.len() <= (2 * words.len()).div_ceil(5),
            "{words:?} {pairs:?}"
        );
    }

    let second = sandbox.succeed("run joint.toml -j 2");
    assert_eq!(second.stdout, first.stdout);
    assert!(!second.stderr.contains("begin"), "{}", second.stderr);
}
