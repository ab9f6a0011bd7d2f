//! The modules and approaches of JointERE from end to end.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::sandbox::{Sandbox, TINY};

/// The tiny experiment with one seed and these approaches.
fn experiment(name: &str, approaches: &str) -> String {
    let widths = "[mfvi]\nwidth = 4\n\n[pruner]\nbiaffine = 2\nmlp = 4\n\n[train]";
    let text = TINY
        .replace("\"tiny\"", &format!("\"{name}\""))
        .replace("[\"a3\", \"a4\"]", approaches)
        .replace("count = 2", "count = 1")
        .replace("[train]", widths);
    let (head, tail) = text.split_once("[statistics]").unwrap();
    let (_, table) = tail.split_once("[[table]]").unwrap();
    format!("{head}[[table]]{table}")
}

/// F1 by approach and metric, as it is written.
fn scores(sandbox: &Sandbox, name: &str) -> BTreeMap<(String, String), String> {
    let text = fs::read_to_string(sandbox.path(&format!("reports/{name}/scores.csv"))).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let cell = (fields[0].to_owned(), fields[3].to_owned());
            (cell, fields[6].to_owned())
        })
        .collect()
}

/// What a prediction step wrote, document by document.
fn predictions(sandbox: &Sandbox, label: &str) -> Vec<Value> {
    let key = sandbox.step(label).key;
    let path = sandbox.store().output(&key, "predictions.jsonl").unwrap();
    let text = fs::read_to_string(path).unwrap();
    let documents = text.lines().map(|line| serde_json::from_str(line).unwrap());
    documents.collect()
}

/// The lists under `name`, one for each sentence.
fn each<'a>(documents: &'a [Value], name: &str) -> Vec<&'a Vec<Value>> {
    documents
        .iter()
        .flat_map(|document| document[name].as_array().unwrap())
        .map(|list| list.as_array().unwrap())
        .collect()
}

#[test]
fn every_approach_runs_from_end_to_end() {
    let sandbox = Sandbox::new();
    let all = r#"["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]"#;
    sandbox.write("eight.toml", &experiment("eight", all));
    let outcome = sandbox.succeed("run eight.toml -j 2");
    assert!(
        outcome
            .stderr
            .starts_with("11 trainings for 22 asked, 37 steps in all\n"),
        "{}",
        outcome.stderr
    );
    let scores = scores(&sandbox, "eight");
    let score = |approach: &str, metric: &str| &scores[&(approach.to_owned(), metric.to_owned())];
    // Equal modules are one module, so what they decide is the same in every approach.
    for approach in ["a2", "a5", "a6"] {
        assert_eq!(score("a1", "ent-i"), score(approach, "ent-i"));
    }
    assert_eq!(score("a1", "ent-c"), score("a2", "ent-c"));
    assert_eq!(score("a3", "ent-c"), score("a4", "ent-c"));
    for approach in ["a4", "a5", "a6", "a7"] {
        let f1: f64 = score(approach, "ent-i").parse().unwrap();
        assert!(f1 > 10.0, "{approach}: {scores:?}");
    }

    // The pruner keeps the number of spans that the length of the sentence allows.
    let documents = predictions(&sandbox, "Pruner seed 0 on test");
    let kept = each(&documents, "predicted_spans");
    for (words, kept) in each(&documents, "sentences").iter().zip(&kept) {
        let wanted = words.len().div_ceil(2).clamp(3, 18);
        let all: usize = (1..=3)
            .map(|width| (words.len() + 1).saturating_sub(width))
            .sum();
        assert_eq!(kept.len(), wanted.min(all), "{words:?}");
    }
    // The module behind it decides about these spans, and relates entities alone.
    let documents = predictions(&sandbox, "Pruner-NerRi seed 0 on test");
    let spans = each(&documents, "predicted_spans");
    let pairs = each(&documents, "predicted_pairs");
    assert!(pairs.iter().any(|pairs| !pairs.is_empty()));
    for ((kept, spans), pairs) in kept.iter().zip(&spans).zip(&pairs) {
        assert!(spans.iter().all(|span| kept.contains(span)));
        for pair in *pairs {
            let ends = pair.as_array().unwrap();
            for end in [&ends[0..2], &ends[2..4]] {
                assert!(spans.contains(&Value::from(end.to_vec())), "{pair}");
            }
        }
    }

    // Another experiment trains only what this one has not.
    let others = r#"["ei-ecre", "ei-nerre", "nerre", "nerre*", "re"]"#;
    sandbox.write("others.toml", &experiment("others", others));
    let outcome = sandbox.succeed("run others.toml -j 2");
    let trained: Vec<&str> = outcome
        .stderr
        .lines()
        .filter(|line| line.starts_with("begin") && line.ends_with("seed 0"))
        .collect();
    let mut names: Vec<&str> = trained
        .iter()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Ei-NerRe", "NerRe*"], "{}", outcome.stderr);
    let more = self::scores(&sandbox, "others");
    let more = |approach: &str, metric: &str| &more[&(approach.to_owned(), metric.to_owned())];
    for metric in ["ent-c", "rel-c"] {
        assert_eq!(more("ei-ecre", metric), score("a6", metric));
        assert_eq!(more("nerre", metric), score("a8", metric));
    }
    // Gold entities are right by definition.
    for metric in ["ent-i", "ent-c"] {
        assert!(more("re", metric).starts_with("100.0"), "{metric}");
    }
}

#[test]
fn joint_modules_do_not_depend_on_the_number_of_workers() {
    let weights = |jobs: &str| {
        let sandbox = Sandbox::new();
        let text = experiment("joint", r#"["a6", "a7", "a8"]"#);
        sandbox.write("joint.toml", &text);
        sandbox.succeed(&format!("run joint.toml -j {jobs}"));
        let mut files = sandbox.files("results");
        let kept = ["/model.safetensors", "/predictions.jsonl"];
        files.retain(|name, _| kept.iter().any(|kept| name.ends_with(kept)));
        files
    };
    let (one, two) = (weights("1"), weights("2"));
    // Ei, EcRe, the pruner, NerRi, Rc and NerRe, and what all of them extract from test, the
    // pruner from train and dev too.
    assert_eq!(one.len(), 6 + 6 + 2);
    for (name, bytes) in &one {
        assert!(
            two[name] == *bytes,
            "{name} depends on the number of workers"
        );
    }
}

#[test]
fn missed_entities_are_injected_where_the_switch_says_so() {
    let sandbox = Sandbox::new();
    let text = experiment("joint", r#"["a8"]"#).replace("biaffine = 2", "biaffine = 2\nmost = 3");
    sandbox.write("joint.toml", &text);
    sandbox.succeed("run joint.toml -j 2");
    let without = sandbox.step("NerRe seed 0").key;
    let outcome = sandbox.succeed("run joint.toml -j 2 --set pruner.inject_gold=true");
    // The pruner itself has no use for the switch.
    assert!(
        !outcome.stderr.contains("begin    Pruner seed 0\n"),
        "{}",
        outcome.stderr
    );
    let loss = |key: &str| {
        sandbox.store().events(key).unwrap()[1]["loss"]
            .as_f64()
            .unwrap()
    };
    let steps = sandbox.store().steps().unwrap();
    let injected = steps
        .iter()
        .find(|step| step.label == "NerRe seed 0" && step.key != without);
    let injected = injected.unwrap();
    // More candidates cost more.
    assert!(loss(&injected.key) > loss(&without));
}
