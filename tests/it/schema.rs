//! The committed JSON schema is the binary's, and every committed experiment fits it.
//!
//! The few keywords that the schema uses are checked here: the crates that know all of
//! JSON Schema ask for features of crates below burn, which tests would then have to
//! build a second time.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::sandbox::{Sandbox, TINY};

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn committed() -> Value {
    let text = fs::read_to_string(project().join("sweep.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn experiments() -> Vec<PathBuf> {
    let entries = fs::read_dir(project().join("experiments")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect()
}

/// What of a TOML text does not fit the committed schema.
fn misfits(text: &str) -> Vec<String> {
    let value: Value = toml::from_str(text).unwrap();
    let root = committed();
    let mut misfits = Vec::new();
    check(&root, &value, "", &root, &mut misfits);
    misfits
}

fn check(schema: &Value, value: &Value, at: &str, root: &Value, misfits: &mut Vec<String>) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                check(root.pointer(pointer).unwrap(), value, at, root, misfits);
            }
            "allOf" => {
                for part in wanted.as_array().unwrap() {
                    check(part, value, at, root, misfits);
                }
            }
            "type" => {
                let named = wanted
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![wanted.clone()]);
                if !named.iter().any(|name| is_a(value, name.as_str().unwrap())) {
                    misfits.push(format!("{at}: {value} is not of type {wanted}"));
                }
            }
            "enum" => {
                if !wanted.as_array().unwrap().contains(value) {
                    misfits.push(format!("{at}: {value} is none of {wanted}"));
                }
            }
            "minimum" => {
                if value
                    .as_f64()
                    .is_some_and(|number| number < wanted.as_f64().unwrap())
                {
                    misfits.push(format!("{at}: {value} is below {wanted}"));
                }
            }
            "pattern" => {
                assert_eq!(wanted, "^[a-z0-9_-]+$", "this pattern is not known here");
                let plain = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_' | '-');
                if value
                    .as_str()
                    .is_some_and(|text| text.is_empty() || !text.chars().all(plain))
                {
                    misfits.push(format!("{at}: {value} does not look like {wanted}"));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(wanted, item, &format!("{at}[{index}]"), root, misfits);
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        misfits.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            // Fields have a function of their own, and the rest is for people and editors.
            "properties"
            | "additionalProperties"
            | "definitions"
            | "$schema"
            | "title"
            | "description"
            | "default"
            | "format" => {}
            other => panic!("`{other}` is not known here: add it, or it is not checked"),
        }
    }
    if let Some(fields) = value.as_object() {
        check_fields(schema, fields, at, root, misfits);
    }
}

fn check_fields(
    schema: &Value,
    fields: &Map<String, Value>,
    at: &str,
    root: &Value,
    misfits: &mut Vec<String>,
) {
    for (name, field) in fields {
        let at = format!("{at}/{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => misfits.push(format!("{at}: unknown")),
            (Value::Null, Value::Null | Value::Bool(true)) => {}
            (Value::Null, others) => check(others, field, &at, root, misfits),
            (property, _) => check(property, field, &at, root, misfits),
        }
    }
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("`{other}` is no type"),
    }
}

#[test]
fn the_committed_schema_is_that_of_the_binary() {
    let printed = Sandbox::new().succeed("schema").stdout;
    let file = fs::read_to_string(project().join("sweep.schema.json")).unwrap();
    assert!(
        printed == file,
        "sweep.schema.json is out of date: run `cargo run -- schema > sweep.schema.json`"
    );
}

#[test]
fn every_committed_experiment_fits_the_schema() {
    let experiments = experiments();
    assert!(!experiments.is_empty());
    for path in experiments {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(misfits(&text), [""; 0], "{}", path.display());
    }
}

#[test]
fn claims_fit_in_every_form() {
    let claims = r#"
[[claim]]
text = "Short, against several"
metric = "rel-c"
left = "a4"
relation = ">"
right = ["a3", { "system.approach" = "a3" }]
[[claim]]
text = "Differences"
metric = "rel-c"
left = { system.approach = "a4", minus = "a3" }
relation = "<"
right = { "system.approach" = "a3", minus = { "system.approach" = "a4" } }
corpus = "scierc"
"#;
    assert_eq!(misfits(&format!("{TINY}{claims}")), [""; 0]);
}

#[test]
fn speeds_and_their_plots_fit() {
    let more = r#"
[speed]
inside = "extraction"
batch = 8
[[plot]]
kind = "scatter"
x = "parameters"
y = ["speed"]
lines = "system.approach"
"#;
    let text = format!("{TINY}{more}");
    assert_eq!(misfits(&text), [""; 0]);
    let misfit = "/speed/inside: \"everything\" is none of [\"relations\",\"extraction\"]";
    assert_eq!(misfits(&text.replace("extraction", "everything")), [misfit]);
    let misfit = "/plot[0]/kind: \"scater\" is none of \
                  [\"line\",\"precision-recall\",\"scatter\",\"learning-curve\",\"p-values\",\"critical-difference\"]";
    assert_eq!(misfits(&text.replace("scatter", "scater")), [misfit]);
}

#[test]
fn corrections_and_plots_of_tests_fit() {
    let more = r#"
[[plot]]
kind = "p-values"
y = ["rel+-c"]
[[plot]]
kind = "critical-difference"
lines = "system.approach"
"#;
    let statistics = "[statistics]\ncorrect = \"benjamini-hochberg\"\nfamily = \"table\"";
    let tiny = TINY.replace("[statistics]", statistics);
    let text = format!("{tiny}{more}");
    assert_eq!(misfits(&text), [""; 0]);
    let misfit = "/statistics/family: \"page\" is none of [\"column\",\"table\"]";
    assert_eq!(misfits(&text.replace("\"table\"", "\"page\"")), [misfit]);
}

#[test]
fn mistakes_do_not_fit() {
    assert_eq!(misfits(TINY), [""; 0]);
    for (from, to, misfit) in [
        ("epochs  ", "epoch  ", "/train/epoch: unknown"),
        (
            "= 6",
            "= \"six\"",
            "/train/epochs: \"six\" is not of type \"integer\"",
        ),
        ("= 6", "= -6", "/train/epochs: -6 is below 0"),
        (
            "\"tiny\"",
            "\"Tiny!\"",
            "/name: \"Tiny!\" does not look like \"^[a-z0-9_-]+$\"",
        ),
        ("count = 2", "cuont = 2", "/axes/seed/cuont: unknown"),
        (
            "[\"a3\", \"a4\"]",
            "\"a3\"",
            "/axes/system.approach: \"a3\" is not of type \"array\"",
        ),
        ("title ", "titel ", "/titel: unknown"),
        (
            "[train]",
            "[profile.desk.train]\nepocs = 3\n[train]",
            "/profile/desk/train/epocs: unknown",
        ),
        (
            "[train]",
            "[eval]\nsplit = \"tset\"\n[train]",
            "/eval/split: \"tset\" is none of [\"train\",\"dev\",\"test\"]",
        ),
        (
            "[train]",
            "[[claim]]\nrelation = \"=\"\n[train]",
            "/claim[0]/relation: \"=\" is none of [\">\",\"<\"]",
        ),
    ] {
        let changed = TINY.replace(from, to);
        assert_ne!(changed, TINY);
        assert_eq!(misfits(&changed), [misfit]);
    }
    assert_eq!(
        misfits("title = \"no name\""),
        [": \"name\" is missing"],
        "required keys"
    );
}

#[test]
#[should_panic(expected = "`const` is not known here")]
fn a_new_keyword_of_the_schema_is_noticed() {
    let schema = json!({ "const": 1 });
    check(&schema, &json!(1), "", &schema, &mut Vec::new());
}

#[test]
fn every_profile_of_every_committed_experiment_can_be_planned() {
    for path in experiments() {
        let text = fs::read_to_string(&path).unwrap();
        let file: Value = toml::from_str(&text).unwrap();
        let mut profiles = vec!["demo".to_owned()];
        let named = file["profile"].as_object();
        profiles.extend(named.into_iter().flat_map(Map::keys).cloned());
        for profile in profiles {
            let sandbox = Sandbox::new();
            let plan = sandbox.sweep(&format!("plan {} --profile {profile}", path.display()));
            // Corpora and models that are not there are told, and no obstacle.
            assert!(matches!(plan.code, Some(0 | 5)), "{profile}: {plan:#?}");
            assert!(
                plan.stdout.contains(" trainings for "),
                "{profile}: {plan:#?}"
            );
        }
    }
}
