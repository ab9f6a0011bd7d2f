//! The speed of inference from the experiment's file to its report.

use std::fs;

use serde_json::Value;
use sweep::store::{Record, key};

use crate::sandbox::{Sandbox, TINY};

/// The tiny experiment with the speed among its columns, and a claim about it.
fn experiment() -> String {
    let claim = "\n[[claim]]\ntext = \"One module is faster than two\"\nmetric = \"speed\"\n\
                 left = \"a4\"\nrelation = \">\"\nright = \"a3\"\n";
    TINY.replace("\"rel-i\", \"rel-c\"]", "\"rel-c\", \"speed\"]") + claim
}

/// What a timed step wrote.
fn timed(sandbox: &Sandbox, label: &str) -> Value {
    let key = sandbox.step(label).key;
    let path = sandbox.store().output(&key, "speed.json").unwrap();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Sentences a second, after a look at what they are computed from.
fn rate(sandbox: &Sandbox, label: &str) -> f64 {
    let timed = timed(sandbox, label);
    let sentences = sentences(sandbox);
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(timed["sentences"], sentences);
    assert_eq!(timed["machine"]["threads"], cores);
    assert_eq!(timed["machine"]["device"], "cpu");
    let seconds = timed["seconds"].as_array().unwrap().iter();
    let mut seconds: Vec<f64> = seconds.map(|one| one.as_f64().unwrap()).collect();
    seconds.sort_by(f64::total_cmp);
    assert_eq!(seconds.len(), 3);
    let rate = timed["sentences_per_second"].as_f64().unwrap();
    let expected = sentences as f64 / seconds[1];
    assert!((rate - expected).abs() < 1e-6 * rate, "{timed}");
    rate
}

/// Sentences of the test split, by a prediction on it.
fn sentences(sandbox: &Sandbox) -> usize {
    let steps = sandbox.store().steps().unwrap();
    let mut on_test = steps.iter().filter(|step| step.label.ends_with(" on test"));
    let predicted = on_test.find(|step| step.kind.ends_with("/predict"));
    let path = sandbox
        .store()
        .output(&predicted.unwrap().key, "predictions.jsonl");
    let text = fs::read_to_string(path.unwrap()).unwrap();
    let documents = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    documents
        .map(|document| document["sentences"].as_array().unwrap().len())
        .sum()
}

/// The lines of a plan that end in the reason of a timed step.
fn reasons(plan: &str) -> Vec<&str> {
    let lines = plan.lines().filter(|line| line.contains("  speed of "));
    lines
        .filter_map(|line| line.rsplit("test").next())
        .collect()
}

#[test]
fn speeds_are_measured_once_and_shown() {
    let sandbox = Sandbox::new();
    sandbox.write("tiny.toml", &experiment());
    let plan = sandbox.succeed("plan tiny.toml -j 2").stdout;
    assert_eq!(reasons(&plan).len(), 4, "{plan}");
    assert!(
        reasons(&plan)
            .iter()
            .all(|reason| reason.trim() == "new because an input is"),
        "{plan}"
    );
    let first = sandbox.succeed("run tiny.toml -j 2");
    assert!(
        first
            .stderr
            .starts_with("8 trainings for 10 asked, 24 steps in all\n"),
        "{}",
        first.stderr
    );
    let said = first.stdout.split_whitespace().collect::<Vec<_>>();
    let said = said.join(" ");
    for words in [
        "sentences/s",
        "Speed: sentences/s of relation inference",
        "batch 32, f32",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    // Nothing was begun after the first timed step but others.
    let begun = first
        .stderr
        .lines()
        .filter(|line| line.starts_with("begin"));
    let mut begun = begun.skip_while(|line| !line.contains("speed of "));
    assert!(
        begun.all(|line| line.contains("speed of ")),
        "{}",
        first.stderr
    );

    let scores = fs::read_to_string(sandbox.path("reports/tiny/scores.csv")).unwrap();
    for approach in ["a3", "a4"] {
        for seed in [0, 1] {
            let rate = rate(
                &sandbox,
                &format!("speed of {approach} seed {seed} on test"),
            );
            let line = format!("{approach},{seed},,speed,,,,{rate:.6},");
            assert!(scores.contains(&line), "{line}\n{scores}");
        }
    }
    // The modules that decide about relations, each with its training and what it is given.
    let inputs = |label: &str| sandbox.step(label).inputs.len();
    assert_eq!(inputs("speed of a4 seed 0 on test"), 3);
    assert_eq!(inputs("speed of a3 seed 0 on test"), 6);

    let (results, reports) = (sandbox.files("results"), sandbox.files("reports"));
    let second = sandbox.succeed("run tiny.toml -j 1");
    assert_eq!(second.stdout, first.stdout);
    assert!(sandbox.files("results") == results && sandbox.files("reports") == reports);
    let plan = sandbox.succeed("plan tiny.toml").stdout;
    assert!(
        reasons(&plan)
            .iter()
            .all(|reason| reason.trim() == "cached"),
        "{plan}"
    );
    let plan = sandbox.succeed("plan tiny.toml --set speed.batch=8").stdout;
    let reason = "new because `protocol.batch` 32 → 8";
    assert!(
        reasons(&plan).iter().all(|one| one.trim() == reason),
        "{plan}"
    );
    // Who shows no speeds has none measured.
    sandbox.write("other.toml", TINY);
    assert!(reasons(&sandbox.succeed("plan other.toml").stdout).is_empty());
}

#[test]
fn a_speed_is_not_measured_for_another_machine() {
    let sandbox = Sandbox::new();
    let text = experiment()
        .replace("count = 2", "count = 1")
        .replace("[\"a3\", \"a4\"]", "[\"a4\", \"ei\"]");
    let (text, _) = text.split_once("[[claim]]").unwrap();
    sandbox.write("tiny.toml", text);
    let said = sandbox.succeed("run tiny.toml -j 2").stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let untimed = "1 of 2 scored runs has no speed: ei, seed 0 (it has no step that finds relations between given entities).";
    assert!(said.contains(untimed), "{said}");

    let here = sandbox.step("speed of a4 seed 0 on test");
    let mut description = here.description.clone();
    description["machine"]["host"] = "elsewhere".into();
    let there = Record {
        key: key("speed", 1, &description, &here.inputs),
        description,
        ..here.clone()
    };
    assert_ne!(here.key, there.key);
    sandbox.store().declare(&there).unwrap();
    let outcome = sandbox.sweep(&format!("step {}", there.key));
    assert_eq!(outcome.code, Some(100), "{outcome:?}");
    let words = "the speed was to be measured on elsewhere (cpu, ";
    assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
}

#[test]
fn pure_is_timed_given_its_entities() {
    let sandbox = Sandbox::new();
    let (head, _) = TINY.split_once("[statistics]").unwrap();
    let text = head
        .replace(
            "[corpus.demo]",
            "[system]\nkind = \"pure\"\n\n[corpus.demo]",
        )
        .replace(
            "\"system.approach\" = [\"a3\", \"a4\"]",
            "\"pure.approximate\" = [false, true]",
        )
        .replace("count = 2", "count = 1");
    let table = "[[table]]\ncolumns = [\"rel-c\", \"speed\"]\n";
    sandbox.write("tiny.toml", &format!("{text}{table}"));
    sandbox.succeed("run tiny.toml -j 2");
    let steps = sandbox.store().steps().unwrap();
    let speeds: Vec<&Record> = steps.iter().filter(|step| step.kind == "speed").collect();
    assert_eq!(speeds.len(), 2);
    for step in speeds {
        // The relation model's predictions, that model, and the entities that it is given.
        assert_eq!(step.inputs.len(), 3);
    }
    let scores = fs::read_to_string(sandbox.path("reports/tiny/scores.csv")).unwrap();
    let timed = scores.lines().filter(|line| line.contains(",speed,"));
    let rate = |line: &str| line.split(',').nth(7).unwrap().parse::<f64>().unwrap();
    assert!(timed.clone().count() == 2 && timed.map(rate).all(|rate| rate > 0.0));
    let table = fs::read_to_string(sandbox.path("reports/tiny/tables/1.md")).unwrap();
    let note = "Speed: sentences/s of relation inference, decoding included, on ";
    assert!(table.contains(note), "{table}");
}
