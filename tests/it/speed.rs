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

/// PURE in the sandbox, with these lines below the head and one seed.
fn pure(sandbox: &Sandbox, axis: &str, more: &str) {
    let (head, _) = TINY.split_once("[statistics]").unwrap();
    let text = head
        .replace(
            "[corpus.demo]",
            "[system]\nkind = \"pure\"\n\n[pure]\nentity_window = 0\nrelation_window = 0\nmax_span = 3\n\n[corpus.demo]",
        )
        .replace("\"system.approach\" = [\"a3\", \"a4\"]", axis)
        .replace("count = 2", "count = 1");
    sandbox.write("tiny.toml", &format!("{text}{more}"));
}

/// What `sweep bench … --json` prints.
fn bench(sandbox: &Sandbox, arguments: &str) -> Value {
    let outcome = sandbox.succeed(&format!("bench tiny.toml -j 2 --json {arguments}"));
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// Parameters of the trainings whose labels begin so, one for each.
fn parameters(sandbox: &Sandbox, label: &str) -> u64 {
    let steps = sandbox.store().steps().unwrap();
    let mut trained = steps
        .iter()
        .filter(|step| step.kind == "pure/train" || step.kind == "pure/joint")
        .filter(|step| step.label.starts_with(label));
    let step = trained.next().unwrap();
    assert!(trained.next().is_none(), "several trainings of {label}");
    let meta = sandbox.store().meta(&step.key).unwrap();
    meta["parameters"].as_u64().unwrap()
}

#[test]
fn extraction_is_timed_with_all_models_of_a_run() {
    let sandbox = Sandbox::new();
    let axis = "\"system.approach\" = [\"pipeline\", \"shared\", \"joint\", \"entities\"]";
    let more = "[statistics]\nbaseline = { \"system.approach\" = \"joint\" }\n\
                [[plot]]\nkind = \"scatter\"\nx = \"parameters\"\ny = [\"speed\", \"ent-c\"]\nlines = \"system.approach\"\n";
    pure(&sandbox, axis, more);
    let timed = bench(
        &sandbox,
        "--set speed.inside=extraction --set speed.batch=8",
    );
    let cells = timed["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 4);
    let entities = parameters(&sandbox, "entities W=0 seed");
    let relations = parameters(&sandbox, "relations typed_markers");
    let shared = parameters(&sandbox, "entities W=0 and relations");
    let joint = parameters(&sandbox, "joint baseline");
    let sizes = [entities + relations, shared, joint, entities];
    for (cell, size) in cells.iter().zip(sizes) {
        assert_eq!(cell["parameters"], size, "{cell}");
        assert_eq!(cell["inside"], "extraction");
        assert_eq!(
            (&cell["device"], &cell["batch"]),
            (&"cpu".into(), &8.into())
        );
        let rate = |cell: &Value| cell["sentences_per_second"].as_f64().unwrap();
        let ratio = cell["ratio"].as_f64().unwrap();
        assert!(rate(cell) > 0.0 && (ratio - rate(cell) / rate(&cells[2])).abs() < 1e-9);
    }
    let conditions = |cell: usize| cells[cell]["conditions"].as_str().unwrap();
    for cell in 0..3 {
        assert!(conditions(cell).starts_with("sentences/s of entity and relation extraction, "));
    }
    assert!(conditions(3).starts_with("sentences/s of entity extraction, decoding included, on "));
    let plot = fs::read_to_string(sandbox.path("reports/tiny/plots/plot-1.csv")).unwrap();
    for line in [
        "shared,x,parameters,1,",
        "shared,y,speed,1,",
        "joint,y,ent-c,1,",
    ] {
        assert!(plot.contains(line), "{line}\n{plot}");
    }
    assert!(sandbox.path("reports/tiny/plots/plot-1.png").exists());
    // An extraction is another measurement than that of the relations alone, of which two approaches have none.
    let timed = bench(&sandbox, "--set speed.batch=8");
    let cells = timed["cells"].as_array().unwrap();
    let parameters: Vec<_> = cells
        .iter()
        .map(|cell| cell["parameters"].as_u64().unwrap())
        .collect();
    assert_eq!(parameters, [relations, shared]);
    assert_eq!(timed["untimed"].as_array().unwrap().len(), 2);
}

#[test]
fn a_bench_measures_what_no_table_shows_and_keeps_what_it_measured() {
    let sandbox = Sandbox::new();
    let text = TINY.replace("count = 2", "count = 1");
    sandbox.write("tiny.toml", &text);
    let plan = sandbox.succeed("bench tiny.toml -n").stdout;
    assert_eq!(reasons(&plan).len(), 2, "{plan}");
    assert!(!sandbox.path("results").exists());

    let first = sandbox.succeed("bench tiny.toml -j 2");
    let said = first
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for words in [
        "A tiny experiment Speed on the test split; one run each; ratio to approach = a4.",
        "approach sentences/s ratio M parameters inside device batch",
        "Speed: sentences/s of relation inference, decoding included, on ",
        "reports/tiny/index.html",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let scores =
        |sandbox: &Sandbox| fs::read_to_string(sandbox.path("reports/tiny/scores.csv")).unwrap();
    let first_scores = scores(&sandbox);
    assert_eq!(
        first_scores.matches(",parameters,").count(),
        2,
        "{first_scores}"
    );
    let results = sandbox.files("results");
    // Once measured, nothing is measured; and a run of the same experiment shows no speeds.
    let second = sandbox.succeed("bench tiny.toml -j 2");
    assert_eq!(second.stdout, first.stdout);
    assert!(sandbox.files("results") == results);
    sandbox.succeed("run tiny.toml -j 2");
    assert!(!scores(&sandbox).contains(",speed,"));

    let plan = sandbox.succeed("bench tiny.toml --again --dry-run").stdout;
    assert!(plan.contains(", measurement 2"), "{plan}");
    sandbox.succeed("bench tiny.toml -j 2 --again");
    let begun = sandbox.begun();
    for approach in ["a3", "a4"] {
        let label = format!("speed of {approach} seed 0 on test");
        assert_eq!(begun[&label], 1);
        assert_eq!(begun[&format!("{label}, measurement 2")], 1);
        // The last measurement counts, and the first one is there.
        let old = format!(",{}", sandbox.step(&label).key);
        let new = format!(",{}", sandbox.step(&format!("{label}, measurement 2")).key);
        assert!(first_scores.contains(&old) && !scores(&sandbox).contains(&old));
        assert!(scores(&sandbox).contains(&new));
        assert_ne!(timed(&sandbox, &label)["seconds"], Value::Null);
    }
    assert!(begun.values().all(|begun| *begun == 1));
    let listed = sandbox.succeed("bench tiny.toml --json").stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let key = sandbox
        .step("speed of a4 seed 0 on test, measurement 2")
        .key;
    assert_eq!(listed["runs"][1]["key"], key);
    assert_eq!(listed["report"], "reports/tiny/index.html");
}

#[test]
fn nothing_is_trained_for_runs_that_cannot_be_timed() {
    let sandbox = Sandbox::new();
    let refused = |approaches: &str| {
        let text = TINY.replace("[\"a3\", \"a4\"]", approaches);
        let (text, _) = text.split_once("[statistics]").unwrap();
        sandbox.write("tiny.toml", text);
        let outcome = sandbox.sweep("bench tiny.toml");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(96), ""));
        outcome.stderr
    };
    insta::assert_snapshot!(refused("[\"ei\"]"), @"error: none of the 2 runs of tiny can be timed: it has no step that finds relations between given entities; `--set speed.inside=extraction` times all that a run extracts");
    assert!(!sandbox.path("results/steps").exists());
    sandbox.succeed("bench tiny.toml -n --set speed.inside=extraction");
    let mut gold = TINY.replace("[\"a3\", \"a4\"]", "[\"ri-rc\"]");
    gold = gold.split_once("[statistics]").unwrap().0.to_owned();
    sandbox.write("tiny.toml", &gold);
    let outcome = sandbox.sweep("bench tiny.toml --set speed.inside=extraction");
    assert_eq!(outcome.code, Some(96));
    insta::assert_snapshot!(outcome.stderr, @"error: none of the 2 runs of tiny can be timed: its entities are given by the annotation, so that nothing extracts them from sentences; `--set speed.inside=relations` times the relations alone");
}
