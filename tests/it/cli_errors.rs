//! What users see when something is not in order, and the exit code that goes with it.

use crate::sandbox::{Outcome, Sandbox, TINY};

/// Everything that a user sees of a call.
fn shown(sandbox: &Sandbox, outcome: &Outcome) -> String {
    let mut text = format!("exit code: {}\n", outcome.code.unwrap());
    for (name, stream) in [("output", &outcome.stdout), ("errors", &outcome.stderr)] {
        if !stream.is_empty() {
            text.extend(["--- ", name, "\n", stream.as_str()]);
        }
    }
    sandbox.settled(&text)
}

fn assert_shown(name: &str, sandbox: &Sandbox, outcome: &Outcome) {
    let filters = vec![
        (r"(?m)^[0-9a-f]{8}  ", "[key]  "),
        (r"About [0-9.]+ (s|min|h)", "About [time]"),
    ];
    insta::with_settings!({ omit_expression => true, filters => filters }, {
        insta::assert_snapshot!(name, shown(sandbox, outcome));
    });
}

/// `plan` with the tiny experiment after one replacement in its text.
macro_rules! mistakes_in_the_file {
    ($($name:ident: $from:literal => $to:literal;)*) => {$(
        #[test]
        fn $name() {
            assert!(TINY.contains($from));
            let sandbox = Sandbox::new();
            sandbox.write("tiny.toml", &TINY.replace($from, $to));
            assert_shown(stringify!($name), &sandbox, &sandbox.sweep("plan tiny.toml"));
        }
    )*};
}

mistakes_in_the_file! {
    typo_in_a_key: "epochs " => "epoch ";
    typo_in_an_axis_key: "\"system.approach\" = [" => "\"system.aproach\" = [";
    typo_in_a_measure: "\"rel-c\"]" => "\"rel-c.precison\"]";
    axis_in_rows_and_across: "rows    =" => "across  = \"system.approach\"\nrows    =";
    baseline_that_stands_across: "rows    =" => "across  =";
    symmetric_relations_in_lists: "[axes]" => "[eval]\nsymmetric = \"double_count\"\n\n[axes]";
    chain_that_does_not_fit: "[\"a3\", \"a4\"]" => "[\"a3\", \"ner-ec\"]";
    typo_in_an_approach: "[\"a3\", \"a4\"]" => "[\"a3\", \"a4\", \"a9\"]";
    wrong_type: "epochs       = 6" => "epochs       = \"six\"";
    impossible_value: "epochs       = 6" => "epochs       = 0";
    syntax_error: "{ count = 2 }" => "{ count = 2";
}

#[test]
fn baseline_that_is_a_convention() {
    let sandbox = Sandbox::new();
    let axis = "\"eval.profile\" = [\"pure\", \"spert\"]\n\"system.approach\" =";
    let text = TINY.replace("\"system.approach\" = [", &format!("{axis} ["));
    let baseline = "baseline = { \"system.approach\" = \"a4\", \"eval.profile\" = \"pure\" }";
    let text = text.replace("baseline = { \"system.approach\" = \"a4\" }", baseline);
    sandbox.write("tiny.toml", &text);
    let outcome = sandbox.sweep("plan tiny.toml");
    assert_shown("baseline_that_is_a_convention", &sandbox, &outcome);
}

/// A call in the tiny experiment's folder, which has next to nothing else in it.
macro_rules! mistakes_on_the_command_line {
    ($($name:ident: $arguments:literal;)*) => {$(
        #[test]
        fn $name() {
            let sandbox = Sandbox::new();
            sandbox.write("data/README", "no corpus here");
            sandbox.write("models/README", "no model here");
            sandbox.write("a-file", "not a folder");
            let outcome = sandbox.sweep($arguments);
            assert_shown(stringify!($name), &sandbox, &outcome);
            assert!(!sandbox.path("results/steps").exists());
        }
    )*};
}

mistakes_on_the_command_line! {
    unknown_profile: "plan tiny.toml --profile dsek";
    set_of_an_unknown_key: "plan tiny.toml --set train.epoch=3";
    set_of_a_wrong_type: "plan tiny.toml --set train.epochs=three";
    set_without_a_value: "plan tiny.toml --set train.epochs";
    missing_corpus: "run tiny.toml --set corpus.name=scierc";
    missing_corpus_in_a_plan: "plan tiny.toml -j 2 --set corpus.name=scierc --set axes.seed=[0] --set axes.system.approach=[\"a4\"]";
    missing_model: "run tiny.toml --set encoder.name=minilm-l6";
    missing_corpus_and_model: "run tiny.toml --set corpus.name=ace05 --set encoder.name=minilm-l6";
    unknown_device: "run tiny.toml --set device=gpu";
    results_folder_that_is_a_file: "run tiny.toml --results a-file";
    results_folder_below_a_file: "run tiny.toml --results a-file/results";
    results_folder_that_cannot_be_written: "run tiny.toml --results /proc/results";
    missing_experiment: "run tyni.toml";
    folder_for_an_experiment: "run data";
    no_experiment: "run";
    unknown_verb: "rnu tiny.toml";
    no_jobs: "run tiny.toml --jobs 0";
    statistics_of_an_unknown_corpus: "data stats nothing";
    statistics_of_a_missing_corpus: "data stats conll04";
    not_a_key: "step 123";
    unknown_key: "step 0000000000000000000000000000000000000000000000000000000000000000";
}

#[cfg(not(feature = "cuda"))]
#[test]
fn device_that_the_build_lacks() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.sweep("run tiny.toml --set device=cuda:0");
    assert_shown("device_that_the_build_lacks", &sandbox, &outcome);
}

#[test]
fn no_verb() {
    let outcome = Sandbox::new().sweep("");
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("Usage: sweep <COMMAND>"),
        "{outcome:?}"
    );
}

#[test]
fn variables() {
    for (name, variable, value) in [
        ("variable_of_an_unknown_key", "SWEEP_TRAIN__EPOCH", "3"),
        ("variable_of_a_wrong_type", "SWEEP_TRAIN__EPOCHS", "three"),
    ] {
        let sandbox = Sandbox::new();
        let mut command = sandbox.command("plan tiny.toml");
        let output = command.env(variable, value).output().unwrap();
        assert_shown(name, &sandbox, &Outcome::of(&output));
    }
}

#[test]
fn pickled_weights() {
    let sandbox = Sandbox::new();
    sandbox.write("models/pickled/config.json", "{}");
    sandbox.write("models/pickled/pytorch_model.bin", "");
    let outcome = sandbox.sweep("run tiny.toml --set encoder.name=pickled");
    assert_shown("pickled_weights", &sandbox, &outcome);
}

#[test]
fn unreadable_lines_of_a_corpus() {
    let good = r#"{"doc_key": "one", "sentences": [["a", "b"]], "ner": [[[0, 0, "T"]]], "relations": [[]]}"#;
    for (name, bad) in [
        (
            "line_that_is_cut_off",
            r#"{"doc_key": "two", "sentences": [["a", "#,
        ),
        (
            "line_with_a_span_outside_of_its_sentence",
            r#"{"doc_key": "two", "sentences": [["a", "b"]], "ner": [[[0, 7, "T"]]], "relations": [[]]}"#,
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("mine/train.json", &format!("{good}\n{bad}\n"));
        sandbox.write("mine/dev.json", good);
        sandbox.write("mine/test.json", good);
        let outcome = sandbox.sweep("run tiny.toml --set corpus.name=mine --set corpus.path=mine");
        assert_shown(name, &sandbox, &outcome);
    }
}

#[cfg(unix)]
#[test]
fn read_only_results_folder() {
    use std::os::unix::fs::PermissionsExt;

    let sandbox = Sandbox::new();
    let results = sandbox.path("results");
    std::fs::create_dir(&results).unwrap();
    std::fs::set_permissions(&results, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(results.join("probe"), "").is_ok() {
        println!("skipped: permissions do not bind this user, who is probably root");
        return;
    }
    let outcome = sandbox.sweep("run tiny.toml");
    assert_shown("read_only_results_folder", &sandbox, &outcome);
}
