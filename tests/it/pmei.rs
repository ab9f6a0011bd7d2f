//! PMEI from end to end.

use std::fs;

use crate::sandbox::Sandbox;

/// A tiny experiment: can the training documents be learned by heart?
const PMEI: &str = r#"name  = "pmei"
title = "PMEI, tiny"

[corpus.demo]
documents = { train = 4, dev = 3, test = 3 }
ambiguity = 0
nesting   = 0
noise     = 0
unseen    = 0

[system]
kind = "pmei"

[pmei]
hidden    = 16
dimension = 24
dropout   = 0
alpha     = 0.1
positions = 8

[encoder.scratch]
architecture  = "t5"
layers        = 1
hidden        = 32
heads         = 2
intermediate  = 32
minimum_count = 1

[eval]
profile = "pmei"
split   = "train"

[train]
epochs       = 60
batch        = 4
encoder_rate = 1e-2
head_rate    = 1e-2
schedule     = "constant"
weight_decay = 0
warmup       = 0

[axes]
"pmei.variant" = ["full", "mtl"]
seed = { count = 1 }

[[table]]
rows    = "pmei.variant"
columns = ["rel-c.precision", "rel-c.recall", "rel-c", "rel+-c"]
"#;

/// Every variant, and every other thing to read or to build on.
const ALL: &str = r#"list = [
  { "pmei.variant" = "full" },
  { "pmei.variant" = "mtl" },
  { "pmei.variant" = "mtl_sm", "pmei.test_latent" = "sample" },
  { "pmei.variant" = "no_sm", "pmei.gru" = "printed" },
  { "pmei.variant" = "no_interaction", "pmei.diagonal" = false },
  { "pmei.variant" = "no_gru", "vectors.name" = "tiny.txt" },
  { "pmei.variant" = "full", "pmei.base" = "encoder" },
]
"#;

/// F1 of the report's cells by a metric, in the order of the cells.
fn scores(sandbox: &Sandbox, metric: &str) -> Vec<f64> {
    let text = fs::read_to_string(sandbox.path("reports/pmei/scores.csv")).unwrap();
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
fn what_was_seen_is_learned() {
    let sandbox = Sandbox::new();
    sandbox.write("pmei.toml", PMEI);
    let first = sandbox.succeed("run pmei.toml -j 2");
    let said = "2 trainings for 2 asked, 6 steps in all\n";
    assert!(first.stderr.starts_with(said), "{}", first.stderr);
    let (partial, exact) = (scores(&sandbox, "rel-c"), scores(&sandbox, "rel+-c"));
    assert!(partial.iter().all(|f1| *f1 > 60.0), "{partial:?}");
    // What is exact is partial too.
    let both = exact.iter().zip(&partial);
    assert!(both.into_iter().all(|(exact, partial)| exact <= partial));
    let second = sandbox.succeed("run pmei.toml -j 2");
    assert_eq!(second.stdout, first.stdout);
    assert!(!second.stderr.contains("begin"), "{}", second.stderr);
}

#[test]
fn no_variant_depends_on_the_number_of_workers() {
    let text = PMEI
        .replace("epochs       = 60", "epochs       = 2")
        .replace("\"pmei.variant\" = [\"full\", \"mtl\"]\n", ALL);
    let sums = ["-j 1", "-j 3"].map(|workers| {
        let sandbox = Sandbox::new();
        sandbox.write("pmei.toml", &text);
        let planned = sandbox.sweep("plan pmei.toml");
        let told = planned.stdout + &planned.stderr;
        assert!(told.contains("`tiny.txt` are not there"), "{told}");
        sandbox.write("models/tiny.txt", "the 0.5 -0.5\nin 1 1\nleads -1 0.25\n");
        let ran = sandbox.succeed(&format!("run pmei.toml {workers}"));
        let said = "7 trainings for 7 asked, 21 steps in all\n";
        assert!(ran.stderr.starts_with(said), "{}", ran.stderr);
        sandbox.checksums()
    });
    assert!(!sums[0].is_empty());
    assert_eq!(sums[0], sums[1]);
}
