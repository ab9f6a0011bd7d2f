//! Scores and comparisons of predictions that other programs made, and what is said where files do not fit.

use serde_json::Value;

use crate::sandbox::{Outcome, Sandbox};

/// Gold with predictions beside it, as PURE writes them.
const OURS: &str = r#"{"doc_key": "sea", "sentences": [["Mara", "and", "Tor", "paint", "boats"], ["No", "boat", "came"]], "ner": [[[0, 0, "PER"], [2, 2, "PER"], [4, 4, "BOAT"]], [[6, 6, "BOAT"]]], "relations": [[[0, 0, 4, 4, "PAINTS"], [2, 2, 0, 0, "WITH"]], []], "predicted_ner": [[[0, 0, "PER", 9.1, 0.98], [2, 2, "PER"], [4, 4, "BOAT"]], []], "predicted_relations": [[[0, 0, 4, 4, "PAINTS"], [0, 0, 2, 2, "WITH"]], []]}
{"doc_key": "lake", "sentences": [["Tor", "rows", "a", "boat"]], "ner": [[[0, 0, "PER"], [3, 3, "BOAT"]]], "relations": [[]], "predicted_ner": [[[0, 0, "PER"], [3, 3, "BOAT"]]], "predicted_relations": [[[0, 0, 3, 3, "PAINTS"]]]}
"#;

/// The gold of the same sentences as SpERT's dataset has it.
const GOLD: &str = r#"[{"tokens": ["Mara", "and", "Tor", "paint", "boats"], "entities": [{"type": "PER", "start": 0, "end": 1}, {"type": "PER", "start": 2, "end": 3}, {"type": "BOAT", "start": 4, "end": 5}], "relations": [{"type": "PAINTS", "head": 0, "tail": 2}, {"type": "WITH", "head": 1, "tail": 0}], "orig_id": 11},
{"tokens": ["No", "boat", "came"], "entities": [{"type": "BOAT", "start": 1, "end": 2}], "relations": [], "orig_id": 12},
{"tokens": ["Tor", "rows", "a", "boat"], "entities": [{"type": "PER", "start": 0, "end": 1}, {"type": "BOAT", "start": 3, "end": 4}], "relations": [], "orig_id": 13}]"#;

/// What SpERT predicts for them.
const SPERT: &str = r#"[{"tokens": ["Mara", "and", "Tor", "paint", "boats"], "entities": [{"type": "PER", "start": 0, "end": 1}, {"type": "BOAT", "start": 4, "end": 5}], "relations": [{"type": "PAINTS", "head": 0, "tail": 1}]},
{"tokens": ["No", "boat", "came"], "entities": [], "relations": []},
{"tokens": ["Tor", "rows", "a", "boat"], "entities": [{"type": "BOAT", "start": 3, "end": 4}], "relations": []}]"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("ours.json", OURS);
    sandbox.write("gold.json", GOLD);
    sandbox.write("spert.json", SPERT);
    sandbox
}

fn shown(sandbox: &Sandbox, outcome: &Outcome) -> String {
    let mut text = format!("exit code: {}\n", outcome.code.unwrap());
    for (name, stream) in [("output", &outcome.stdout), ("errors", &outcome.stderr)] {
        if !stream.is_empty() {
            text.extend(["--- ", name, "\n", stream.as_str()]);
        }
    }
    sandbox.settled(&text)
}

/// Calls with what they print.
fn called(sandbox: &Sandbox, calls: &[&str]) -> String {
    let each = calls.iter().map(|call| {
        let outcome = sandbox.sweep(call);
        format!("$ sweep {call}\n{}", shown(sandbox, &outcome))
    });
    each.collect::<Vec<_>>().join("\n")
}

macro_rules! assert_called {
    ($name:literal, $sandbox:expr, $calls:expr) => {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!($name, called($sandbox, $calls));
        });
    };
}

#[test]
fn predictions_are_scored_in_every_format() {
    let sandbox = sandbox();
    let calls = [
        "score --pred ours.json",
        "score --pred ours.json --profile spert --symmetric-types WITH --by-type",
        "score --gold gold.json --pred spert.json --profile crone",
        "score --gold ours.json --pred spert.json --metrics ent-i,rel+",
        "score --gold gold.json --pred ours.json --profile pmei --documents counts.csv",
    ];
    assert_called!("scores", &sandbox, &calls);
    let counts = std::fs::read_to_string(sandbox.path("counts.csv")).unwrap();
    insta::assert_snapshot!(counts.lines().take(8).collect::<Vec<_>>().join("\n"), @r"
    document,metric,correct,predicted,gold
    11,ent-i,3,3,3
    11,ent-c,3,3,3
    11,rel-i,1,2,2
    11,rel-c,1,2,2
    11,rel+-i,1,2,2
    11,rel+-c,1,2,2
    12,ent-i,0,0,1
    ");
}

#[test]
fn entities_alone_are_scored_and_relations_are_not_made_up() {
    let sandbox = sandbox();
    let lines = OURS.lines().map(|line| {
        format!(
            "{}}}\n",
            line.split(", \"predicted_relations\"").next().unwrap()
        )
    });
    sandbox.write("entities.json", &lines.collect::<String>());
    let calls = [
        "score --pred entities.json",
        "score --pred entities.json --metrics rel",
        "compare --gold gold.json entities.json --vs spert.json",
    ];
    assert_called!("entities_alone", &sandbox, &calls);
}

#[test]
fn scores_are_printed_as_json() {
    let sandbox = sandbox();
    let text = sandbox
        .succeed("score --gold gold.json --pred ours.json --profile crone --json")
        .stdout;
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("score_json", text);
    });
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["version"], 1);
    let text = sandbox
        .succeed("compare --gold gold.json ours.json --vs spert.json --names ours,theirs --json")
        .stdout;
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("compare_json", text);
    });
    let read: Value = serde_json::from_str(&text).unwrap();
    assert!(read["caution"].as_str().unwrap().contains("methods"));
}

#[test]
fn systems_are_compared() {
    let sandbox = sandbox();
    sandbox.write(
        "more.json",
        &OURS.replace(
            "[2, 2, \"PER\"], [4, 4, \"BOAT\"]], []], \"predicted_r",
            "[4, 4, \"BOAT\"]], []], \"predicted_r",
        ),
    );
    sandbox.write("copy.json", OURS);
    let calls = [
        "compare --gold gold.json ours.json --vs spert.json",
        "compare --gold gold.json ours.json copy.json --vs more.json spert.json --metrics rel+ --draws 500",
        "compare --gold gold.json ours.json more.json --vs spert.json --metrics ent,ent.recall,ent-macro --correct none",
    ];
    assert_called!("comparisons", &sandbox, &calls);
}

#[test]
fn what_does_not_fit_is_refused() {
    let sandbox = sandbox();
    sandbox.write("words.json", &SPERT.replace("\"rows\"", "\"sails\""));
    sandbox.write("short.json", &SPERT.replace(",\n{\"tokens\": [\"Tor\", \"rows\", \"a\", \"boat\"], \"entities\": [{\"type\": \"BOAT\", \"start\": 3, \"end\": 4}], \"relations\": []}", ""));
    sandbox.write(
        "types.json",
        &SPERT.replace("\"BOAT\", \"start\": 3", "\"Boat\", \"start\": 3"),
    );
    sandbox.write(
        "span.json",
        &SPERT.replace("\"start\": 3, \"end\": 4", "\"start\": 3, \"end\": 5"),
    );
    sandbox.write("one.json", OURS.lines().next().unwrap());
    sandbox.write("twice.json", &OURS.replace("\"lake\"", "\"sea\""));
    sandbox.write("other.json", &OURS.replace("\"lake\"", "\"pond\""));
    sandbox.write(
        "annotated.json",
        &OURS.replacen("[3, 3, \"BOAT\"]", "[2, 3, \"BOAT\"]", 1),
    );
    sandbox.write("gold-only.json", &OURS.replace("predicted_", "p_"));
    sandbox.write("found-only.json", &OURS.replace("\"ner\"", "\"n\""));
    sandbox.write("empty.json", "[]");
    sandbox.write("table.csv", "tokens,type\n");
    let calls = [
        "score --gold gold.json --pred words.json",
        "score --gold gold.json --pred short.json",
        "score --gold gold.json --pred types.json",
        "score --gold gold.json --pred span.json",
        "score --gold ours.json --pred one.json",
        "score --pred twice.json",
        "score --gold ours.json --pred other.json",
        "score --pred spert.json",
        "score --gold gold.json --pred gold.json",
        "score --pred gold-only.json",
        "score --pred found-only.json",
        "score --gold empty.json --pred spert.json",
        "score --gold gold.json --pred table.csv",
        "score --pred missing.json",
        "score --pred ours.json --symmetric double_count",
        "score --pred ours.json --symmetric-types WITH",
        "score --pred ours.json --profile spert --symmetric-types WHIT",
        "score --pred ours.json --profile sper",
        "score --pred ours.json --documents no/such/folder.csv",
        "compare ours.json --vs other.json",
        "compare ours.json --vs annotated.json",
        "compare ours.json --vs one.json",
        "compare ours.json --vs ours.json",
        "compare ours.json spert.json --vs other.json --paired --gold gold.json",
        "compare ours.json --vs other.json --metrics rel+-i-macro",
        "compare ours.json --vs other.json --metrics speed --gold gold.json",
        "compare ours.json --vs other.json --names both",
        "compare ours.json --vs other.json --alpha 5",
        "compare ours.json other.json",
    ];
    assert_called!("refusals", &sandbox, &calls);
    let other = "score --gold gold.json --pred types.json --other-types";
    assert!(sandbox.succeed(other).stdout.contains("Ent-C"));
}

/// The gold of the files is another's; only what is derived from them may be shown.
#[test]
fn scores_agree_with_the_oracle_from_end_to_end() {
    for folder in crate::oracle::folders("metrics") {
        let expected = crate::oracle::read(&folder.join("expected.json"));
        let sandbox = Sandbox::new();
        for name in ["docs_clean", "docs_duplicates"] {
            let path = folder.join(format!("{name}.jsonl"));
            let call = format!("score --json --other-types --pred {}", path.display());
            let read: Value = serde_json::from_str(&sandbox.succeed(&call).stdout).unwrap();
            let metrics = read["metrics"].as_array().unwrap();
            assert_eq!(metrics.len(), 3);
            for (metric, wanted) in metrics.iter().zip(["Ent", "Rel", "Rel+"]) {
                let wanted = &expected[name]["pure"][wanted];
                for key in ["correct", "predicted", "gold"] {
                    assert_eq!(metric[key], wanted[key], "{name} {}", metric["metric"]);
                }
            }
        }
    }
}
