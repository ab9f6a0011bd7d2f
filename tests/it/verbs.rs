//! The verbs that look at a store and tidy it: `status`, `logs`, `diff`, `export`, `gc`.

use std::fs;

use serde_json::Value;

use crate::sandbox::{Sandbox, wait_for};

/// A sandbox in which the tiny experiment was run.
fn ran() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.succeed("run tiny.toml -j 2");
    sandbox
}

/// Text without keys and places, which differ from call to call.
fn settled(sandbox: &Sandbox, text: &str) -> String {
    let text = sandbox.settled(text);
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<String> = line
            .split(' ')
            .map(|word| {
                let is_hex = word.len() >= 8 && word.chars().all(|sign| sign.is_ascii_hexdigit());
                if is_hex {
                    "[key]".to_owned()
                } else {
                    word.to_owned()
                }
            })
            .collect();
        out.push_str(words.join(" ").trim_end());
        out.push('\n');
    }
    out
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn status_tells_how_far_an_experiment_is() {
    let sandbox = Sandbox::new();
    let before = sandbox.succeed("status tiny.toml").stdout;
    assert!(
        before.starts_with("tiny, profile demo: 0 of 20 steps are done, about "),
        "{before}"
    );
    assert!(
        before.ends_with("sweep run tiny.toml goes on\n"),
        "{before}"
    );
    // Looking made nothing.
    assert!(!sandbox.path("results").exists());
    sandbox.succeed("run tiny.toml -j 2");
    let after = sandbox.succeed("status tiny.toml").stdout;
    insta::assert_snapshot!(settled(&sandbox, &after), @"
    tiny, profile demo: 20 of 20 steps are done

    runs of approach  done
    a3                   2
    a4                   2
    ");
    let shown = json(&sandbox.succeed("status tiny.toml --json").stdout);
    assert_eq!(shown["steps"]["done"], 20);
    assert_eq!(shown["seconds_left"], 0.0);
    assert_eq!(shown["cells"][1]["cell"], "a4");
}

#[test]
fn status_of_a_store_counts_by_kind_and_names_what_failed() {
    let sandbox = ran();
    let shown = json(&sandbox.succeed("status --json").stdout);
    assert_eq!(shown["runner"], Value::Null);
    assert_eq!(shown["kinds"]["jointere/train"]["steps"]["done"], 8);
    assert_eq!(shown["kinds"]["score"]["steps"]["done"], 4);
    // A training that failed, and a folder whose record nobody can read.
    let step = sandbox.step("Re seed 1");
    let folder = sandbox.store().folder(&step.key).unwrap();
    fs::remove_file(folder.join("done.json")).unwrap();
    sandbox
        .store()
        .record_failure(&step.key, "the loss is no number\nat epoch 3")
        .unwrap();
    let other = sandbox.step("Ner seed 0");
    fs::write(
        sandbox
            .store()
            .folder(&other.key)
            .unwrap()
            .join("step.json"),
        "{",
    )
    .unwrap();
    let text = sandbox.succeed("status").stdout;
    assert!(text.contains("nothing is running"), "{text}");
    assert!(
        text.contains("Re seed 1: the loss is no number\n"),
        "{text}"
    );
    assert!(
        text.contains(&format!("sweep logs {}", &step.key[..8])),
        "{text}"
    );
    let runs = sandbox.sweep("status tiny.toml").stdout;
    insta::assert_snapshot!(settled(&sandbox, runs.split("\nfailed").next().unwrap().split_once("\n\n").unwrap().1), @"
    runs of approach  done
    a3                   2
    a4                   2
    ");
}

#[test]
fn status_sees_a_run_at_work() {
    let sandbox = Sandbox::new();
    let mut run = sandbox
        .command("run tiny.toml -j 1 --set train.epochs=400")
        .spawn()
        .unwrap();
    wait_for("a training", || {
        let shown = json(&sandbox.succeed("status --json").stdout);
        (shown["running"]
            .as_array()
            .is_some_and(|all| !all.is_empty()))
        .then_some(())
    });
    let text = sandbox.succeed("status").stdout;
    assert!(text.contains("`sweep run` is at work: process "), "{text}");
    // A store at work is not tidied, and nothing was harmed by asking.
    let refused = sandbox.sweep("gc --delete");
    assert_eq!(refused.code, Some(96), "{refused:?}");
    assert!(
        refused.stderr.contains("runner.lock is held by"),
        "{refused:?}"
    );
    run.kill().unwrap();
    run.wait().unwrap();
}

#[test]
fn logs_show_the_steps_of_a_run_inputs_first() {
    let sandbox = ran();
    let scores = sandbox.store().steps().unwrap();
    let score = scores.iter().find(|step| step.kind == "score").unwrap();
    let text = sandbox
        .succeed(&format!("logs {}", &score.key[..16]))
        .stdout;
    let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("==")).collect();
    assert!(heads.len() >= 4, "{text}");
    assert!(
        heads.first().unwrap().ends_with("(jointere/train)"),
        "{text}"
    );
    assert!(heads.last().unwrap().ends_with("(score)"), "{text}");
    let training = sandbox.step("Re seed 0");
    let text = sandbox
        .succeed(&format!("logs {} -n 2", training.key))
        .stdout;
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("epoch 6  part 1  loss "), "{text}");
    assert!(text.ends_with("done\n"), "{text}");
    // What is over is followed to its end.
    let followed = sandbox
        .succeed(&format!("logs {} -n 1 -f", training.key))
        .stdout;
    assert!(followed.ends_with("done\n"), "{followed}");
}

#[test]
fn a_key_that_is_none_or_several_is_told() {
    let sandbox = ran();
    let unknown = sandbox.sweep("logs zz");
    assert_eq!(unknown.code, Some(96));
    insta::assert_snapshot!(settled(&sandbox, &unknown.stderr), @"error: the store results has no step whose key starts with `zz`; `sweep plan FILE` and the report show the keys");
    let keys: Vec<String> = sandbox
        .store()
        .steps()
        .unwrap()
        .into_iter()
        .map(|step| step.key)
        .collect();
    let shared = "0123456789abcdef".chars().find(|digit| {
        let digit = digit.to_string();
        keys.iter().filter(|key| key.starts_with(&digit)).count() > 1
    });
    let several = sandbox.sweep(&format!("diff {} {}", shared.unwrap(), keys[0]));
    assert_eq!(several.code, Some(96));
    assert!(
        several.stderr.contains("give more digits:\n  "),
        "{}",
        several.stderr
    );
}

#[test]
fn diff_tells_what_differs_in_steps() {
    let sandbox = ran();
    let (one, two) = (sandbox.step("Re seed 0"), sandbox.step("Re seed 1"));
    let text = sandbox
        .succeed(&format!("diff {} {}", one.key, two.key))
        .stdout;
    assert!(text.contains("configuration\n  seed: 0 → 1\n"), "{text}");
    assert!(text.contains("best score on dev"), "{text}");
    let shown = json(
        &sandbox
            .succeed(&format!("diff {} {} --json", one.key, one.key))
            .stdout,
    );
    assert_eq!(shown["configuration"], serde_json::json!([]));
    assert_eq!(shown["remarks"][0], "they are the same step");
    // Scores differ in what was predicted, which differs in what was trained.
    let scores: Vec<String> = sandbox
        .store()
        .steps()
        .unwrap()
        .into_iter()
        .filter(|step| step.kind == "score" && step.label.contains("a4"))
        .map(|step| step.key)
        .collect();
    if let [one, two] = scores.as_slice() {
        let text = sandbox.succeed(&format!("diff {one} {two}")).stdout;
        assert!(text.contains(" > seed: "), "{text}");
        assert!(text.contains("Rel-C F1"), "{text}");
    }
}

#[test]
fn diff_tells_what_differs_in_experiments() {
    let sandbox = ran();
    let other = crate::sandbox::TINY
        .replace("\"a3\", \"a4\"", "\"a4\", \"a8\"")
        .replace("epochs       = 6", "epochs       = 7");
    sandbox.write("other.toml", &other);
    let text = sandbox.succeed("diff tiny.toml other.toml").stdout;
    insta::assert_snapshot!(text, @r#"
    A  tiny, profile demo
    B  tiny, profile demo

    configuration
      axes.system.approach: ["a3","a4"] → ["a4","a8"]
      train.epochs: 6 → 7

    only A has the cell a3
    only B has the cell a8
    4 runs of B have no scores yet
    "#);
    let shown = json(&sandbox.succeed("diff tiny.toml tiny.toml --json").stdout);
    assert_eq!(shown["configuration"], serde_json::json!([]));
    assert_eq!(shown["results"].as_array().unwrap().len(), 2 * 6);
    assert!(
        shown["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["difference"] == 0.0)
    );
    let mixed = sandbox.sweep("diff tiny.toml 0123");
    assert_eq!(mixed.code, Some(96));
    assert!(
        mixed
            .stderr
            .contains("name two steps or two experiment files"),
        "{}",
        mixed.stderr
    );
    // What looks like a file is one.
    let slip = sandbox.sweep("diff tinny.toml tiny.toml");
    assert!(
        slip.code == Some(96) && slip.stderr.contains("tinny.toml"),
        "{}",
        slip.stderr
    );
}

#[test]
fn export_is_one_long_table() {
    let sandbox = ran();
    let text = sandbox.succeed("export tiny.toml").stdout;
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "experiment,profile,corpus,encoder,split,scoring,system.approach,seed,fold,metric,precision,recall,f1,correct,\
         predicted,gold,selected by,dev,best epoch,training seconds,sentences/s,parameters,status,reason,key"
    );
    assert_eq!(lines.clone().count(), 2 * 2 * 6);
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("tiny,demo,demo,scratch,test,pure,a3,0,,ent-i,"),
        "{text}"
    );
    let shown = json(&sandbox.succeed("export tiny.toml --format json").stdout);
    let first = &shown.as_array().unwrap()[0];
    assert_eq!(
        (&first["fold"], &first["status"]),
        (&Value::Null, &Value::from("done"))
    );
    let f1 = |one: &Value| one["f1"].as_f64().unwrap();
    let counts = |name: &str| first[name].as_f64().unwrap();
    let expected = 200.0 * counts("correct") / (counts("predicted") + counts("gold"));
    assert!((f1(first) - expected).abs() < 1e-9);
    // Documents add up to the runs.
    sandbox.succeed("export tiny.toml --documents -o documents.csv");
    let documents = fs::read_to_string(sandbox.path("documents.csv")).unwrap();
    assert_eq!(documents.lines().count(), 1 + 2 * 2 * 6 * 3);
    let sum: u64 = documents
        .lines()
        .filter(|line| line.contains(",a3,0,,") && line.contains(",ent-i,"))
        .map(|line| line.split(',').nth(11).unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(sum, first["correct"].as_u64().unwrap(), "{documents}");
}

#[test]
fn export_tells_which_runs_are_missing() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.sweep("export tiny.toml");
    assert_eq!(outcome.code, Some(5), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("4 of 4 runs have no scores yet; `sweep run tiny.toml` goes on")
    );
    assert_eq!(
        outcome
            .stdout
            .lines()
            .filter(|line| line.contains(",missing,not done yet,"))
            .count(),
        4
    );
    let unwritable = sandbox.sweep("export tiny.toml -o nowhere/scores.csv");
    assert_eq!(unwritable.code, Some(96));
    assert!(
        unwritable
            .stderr
            .contains("nowhere/scores.csv cannot be written"),
        "{unwritable:?}"
    );
    let parquet = sandbox.sweep("export tiny.toml --format parquet");
    assert_eq!(parquet.code, Some(96));
    assert!(
        parquet.stderr.contains("--features parquet") || parquet.stderr.contains("--output"),
        "{parquet:?}"
    );
}

#[test]
fn gc_touches_nothing_unless_told_to() {
    let sandbox = ran();
    let before = sandbox.files("results");
    let text = sandbox.succeed("gc").stdout;
    assert_eq!(text, "nothing to remove; 20 steps stay\n");
    let text = sandbox.succeed("gc tiny.toml").stdout;
    assert_eq!(text, "nothing to remove; 20 steps stay\n");
    // An experiment that needs less: the other approach's own steps are needed by none.
    sandbox.write(
        "less.toml",
        &crate::sandbox::TINY.replace("\"a3\", \"a4\"", "\"a4\""),
    );
    let text = sandbox.succeed("gc less.toml").stdout;
    assert!(
        text.starts_with("needed by none of the named experiments\n"),
        "{text}"
    );
    assert!(
        text.contains("Ri seed 0") && !text.contains("Re seed 0"),
        "{text}"
    );
    assert!(
        text.ends_with("Nothing was touched: --delete removes it\n"),
        "{text}"
    );
    assert_eq!(sandbox.files("results"), before);
    sandbox.succeed("gc less.toml --delete");
    let labels: Vec<String> = sandbox
        .store()
        .steps()
        .unwrap()
        .into_iter()
        .map(|step| step.label)
        .collect();
    assert!(
        labels.iter().any(|label| label == "Re seed 0"),
        "{labels:?}"
    );
    assert!(
        !labels.iter().any(|label| label == "Ri seed 0"),
        "{labels:?}"
    );
    assert!(!sandbox.path("results/removed").exists());
    // What is left still is whole, and what went is done again.
    let again = sandbox.succeed("run tiny.toml -j 2");
    assert!(
        again.stderr.contains("begin    Ri seed 0") && !again.stderr.contains("begin    Re seed 0"),
        "{}",
        again.stderr
    );
}

#[test]
fn gc_removes_what_interrupted_and_failed_steps_left() {
    let sandbox = ran();
    let step = sandbox.step("Re seed 1");
    let folder = sandbox.store().folder(&step.key).unwrap();
    fs::remove_file(folder.join("done.json")).unwrap();
    sandbox
        .store()
        .record_failure(&step.key, "no space")
        .unwrap();
    let text = sandbox.succeed("gc").stdout;
    assert!(
        text.starts_with("interrupted or failed\n  jointere/train  1"),
        "{text}"
    );
    sandbox.succeed("gc --delete");
    assert!(!folder.exists());
    // A folder that does not say what it is stays, and is named.
    let stray = sandbox.path("results/steps/ab/abc");
    fs::create_dir_all(&stray).unwrap();
    let text = sandbox.succeed("gc --delete").stdout;
    assert!(
        text.contains("does not say what step it is") && stray.exists(),
        "{text}"
    );
}

#[test]
fn without_weights_a_run_stays_done_and_trains_again_only_for_who_reads_them() {
    let sandbox = ran();
    let refused = sandbox.sweep("gc --models");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let text = sandbox.succeed("gc tiny.toml --models --delete").stdout;
    assert!(
        text.starts_with(
            "weights and states that nothing has to read any more\n  jointere/train  8"
        ),
        "{text}"
    );
    let step = sandbox.step("Re seed 0");
    let folder = sandbox.store().folder(&step.key).unwrap();
    assert!(!folder.join("model.safetensors").exists() && folder.join("config.json").exists());
    // All is done still.
    let plan = sandbox.succeed("plan tiny.toml").stdout;
    assert!(plan.contains("Nothing to do"), "{plan}");
    let text = sandbox.succeed("status tiny.toml").stdout;
    assert!(text.contains("20 of 20 steps are done"), "{text}");
    assert_eq!(
        sandbox.succeed("gc tiny.toml --models").stdout,
        "nothing to remove; 20 steps stay\n"
    );
    // Another split has to read the models.
    let plan = sandbox
        .succeed("plan tiny.toml --set eval.split=\"dev\"")
        .stdout;
    assert!(plan.contains("removed to save space, done again"), "{plan}");
    let again = sandbox.succeed("run tiny.toml -j 2 --set eval.split=\"dev\"");
    assert!(
        again.stderr.contains("begin    Re seed 0"),
        "{}",
        again.stderr
    );
    assert!(folder.join("model.safetensors").exists());
}

#[test]
fn gc_removes_nothing_while_it_cannot_tell_whose_results_are_whose() {
    let sandbox = ran();
    let less = crate::sandbox::TINY.replace("\"a3\", \"a4\"", "\"a4\"");
    sandbox.write(
        "less.toml",
        &format!("{less}\n[profile.real]\ncorpus.name = \"scierc\"\n"),
    );
    let before = sandbox.files("results");
    let refused = sandbox.sweep("gc less.toml --delete");
    assert_eq!(refused.code, Some(96), "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("warning: for 1 profile: corpus `scierc` not found"),
        "{refused:?}"
    );
    assert!(
        refused.stderr.contains("nothing was removed"),
        "{refused:?}"
    );
    assert_eq!(sandbox.files("results"), before);
    sandbox.succeed("gc less.toml --delete --force");
    assert!(sandbox.files("results").len() < before.len());
}
