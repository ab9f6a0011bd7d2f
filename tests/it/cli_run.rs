//! The main job from end to end, undisturbed and disturbed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Child;

use sweep::store::State;

use crate::sandbox::{Outcome, Sandbox, children, signal, wait_for};

/// Steps of the tiny experiment.
const STEPS: usize = 20;

/// A sandbox in which the tiny experiment was run.
fn undisturbed(arguments: &str) -> (Sandbox, Outcome) {
    let sandbox = Sandbox::new();
    let outcome = sandbox.succeed(&format!("run tiny.toml {arguments}"));
    (sandbox, outcome)
}

fn reports(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    sandbox.files("reports")
}

/// Whether all steps are done.
fn is_complete(sandbox: &Sandbox) -> bool {
    sandbox.checksums().len() == STEPS
}

/// Starts the tiny experiment, and halts the dispatcher when some steps are done and
/// others are not.
fn halted_in_the_middle(sandbox: &Sandbox) -> Child {
    let dispatcher = sandbox.command("run tiny.toml -j 2").spawn().unwrap();
    wait_for("the first results", || {
        (sandbox.checksums().len() > 1).then_some(())
    });
    signal("-STOP", dispatcher.id());
    assert!(
        !is_complete(sandbox),
        "the run was over before it was halted"
    );
    dispatcher
}

/// The same results, and the same reports byte for byte, but for the page, which tells how long it took.
fn assert_alike(one: &Sandbox, two: &Sandbox) {
    assert_eq!(differing(&one.checksums(), &two.checksums()), [""; 0]);
    let files = |sandbox: &Sandbox| {
        let mut files = reports(sandbox);
        assert!(files.remove("tiny/index.html").is_some());
        files
    };
    assert_eq!(differing(&files(one), &files(two)), [""; 0]);
}

/// Names that only one of the two has, or that stand for something else in it.
fn differing<T: PartialEq>(one: &BTreeMap<String, T>, two: &BTreeMap<String, T>) -> Vec<String> {
    let names: BTreeSet<_> = one.keys().chain(two.keys()).collect();
    let differs = |name: &&String| one.get(*name) != two.get(*name);
    names.into_iter().filter(differs).cloned().collect()
}

/// The same reports and the same results as those of an undisturbed run.
fn assert_like_undisturbed(sandbox: &Sandbox) {
    assert_alike(sandbox, &undisturbed("-j 2").0);
}

#[test]
fn an_experiment_from_end_to_end() {
    let (sandbox, first) = undisturbed("-j 2");
    let files = reports(&sandbox);
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "tiny/index.html",
            "tiny/plots/1.png",
            "tiny/plots/1.svg",
            "tiny/scores.csv",
            "tiny/stats.json",
            "tiny/tables/1.csv",
            "tiny/tables/1.md",
            "tiny/tables/1.tex",
        ]
    );
    assert!(files.values().all(|bytes| !bytes.is_empty()));
    assert!(first.stdout.contains("Approaches by task"), "{first:?}");
    assert!(
        first.stdout.ends_with("reports/tiny/index.html\n"),
        "{first:?}"
    );
    assert!(
        first
            .stderr
            .starts_with("8 trainings for 10 asked, 20 steps in all\n")
    );
    assert!(!first.stderr.contains('\u{1b}') && !first.stdout.contains('\u{1b}'));

    // Two approaches, two seeds and six metrics; and something was learnt.
    let scores = String::from_utf8(files["tiny/scores.csv"].clone()).unwrap();
    assert_eq!(scores.lines().count(), 1 + 2 * 2 * 6, "{scores}");
    for approach in ["a3", "a4"] {
        let line = scores
            .lines()
            .find(|line| line.starts_with(&format!("{approach},1,,ent-i,")))
            .unwrap();
        let f1: f64 = line.split(',').nth(6).unwrap().parse().unwrap();
        assert!(f1 > 10.0, "{line}");
    }

    // Every training is done once, although both approaches ask for Ner.
    let begun = sandbox.begun();
    assert_eq!(begun.len(), STEPS);
    assert!(begun.values().all(|begun| *begun == 1), "{begun:?}");
    let trainings = ["Ner", "Ri", "Rc", "Re"]
        .iter()
        .flat_map(|module| [0, 1].map(|seed| format!("{module} seed {seed}")));
    for training in trainings {
        assert!(begun.contains_key(&training), "{begun:?}");
    }

    let results = sandbox.files("results");
    let second = sandbox.succeed("run tiny.toml -j 2");
    assert_eq!(second.stdout, first.stdout);
    assert!(!second.stderr.contains("begin"), "{}", second.stderr);
    assert_eq!(differing(&sandbox.files("results"), &results), [""; 0]);
    assert_eq!(differing(&reports(&sandbox), &files), [""; 0]);
    fs::remove_dir_all(sandbox.path("reports")).unwrap();
    sandbox.succeed("run tiny.toml -j 2");
    assert_eq!(differing(&reports(&sandbox), &files), [""; 0]);
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let (one, said_by_one) = undisturbed("-j 1");
    let (two, said_by_two) = undisturbed("-j 2");
    assert!(is_complete(&one));
    let models = |sandbox: &Sandbox| {
        let mut files = sandbox.files("results");
        files.retain(|name, _| name.ends_with("/model.safetensors"));
        files
    };
    assert_eq!(models(&one).len(), 8);
    assert_eq!(differing(&models(&one), &models(&two)), [""; 0]);
    assert_alike(&one, &two);
    assert_eq!(said_by_one.stdout, said_by_two.stdout);
}

#[test]
fn a_killed_dispatcher_costs_only_what_was_running() {
    let sandbox = Sandbox::new();
    let mut dispatcher = halted_in_the_middle(&sandbox);
    dispatcher.kill().unwrap();
    dispatcher.wait().unwrap();
    sandbox.succeed("run tiny.toml -j 2");
    let begun = sandbox.begun();
    let twice = begun.values().filter(|begun| **begun == 2).count();
    assert!(
        twice <= 2 && begun.values().all(|begun| *begun <= 2),
        "{begun:?}"
    );
    assert_like_undisturbed(&sandbox);
}

#[test]
fn a_killed_worker_is_replaced_and_its_step_redone() {
    let sandbox = Sandbox::new();
    let dispatcher = sandbox.command("run tiny.toml -j 1").spawn().unwrap();
    // A worker that is halted cannot finish its step before it is killed.
    let step = wait_for("a worker at a step", || {
        let worker = *children(dispatcher.id()).first()?;
        signal("-STOP", worker);
        let steps = sandbox.store().steps().unwrap().into_iter();
        let mut begun = steps.filter(|step| {
            let state = sandbox.store().state(&step.key).unwrap();
            let lock = sandbox.store().folder(&step.key).unwrap().join("lock");
            state == State::Unfinished && lock.exists()
        });
        let step = begun.next();
        signal(if step.is_some() { "-KILL" } else { "-CONT" }, worker);
        step
    });
    let outcome = Outcome::after(dispatcher);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let retry = format!("retry    {}: its worker was killed by signal 9", step.label);
    assert!(outcome.stderr.contains(&retry), "{}", outcome.stderr);
    assert_eq!(sandbox.begun()[&step.label], 2);
    assert_like_undisturbed(&sandbox);
}

#[test]
fn one_interrupt_finishes_what_runs_and_the_next_call_goes_on() {
    let sandbox = Sandbox::new();
    let dispatcher = halted_in_the_middle(&sandbox);
    signal("-INT", dispatcher.id());
    signal("-CONT", dispatcher.id());
    let outcome = Outcome::after(dispatcher);
    assert_eq!(outcome.code, Some(130), "{outcome:#?}");
    assert!(
        outcome.stderr.contains("interrupt again to stop at once"),
        "{}",
        outcome.stderr
    );
    let store = sandbox.store();
    for step in store.steps().unwrap() {
        let state = store.state(&step.key).unwrap();
        assert!(
            matches!(state, State::Done(_) | State::Absent),
            "{}: {state:?}",
            step.label
        );
    }
    assert!(!is_complete(&sandbox));
    sandbox.succeed("run tiny.toml -j 2");
    assert!(sandbox.begun().values().all(|begun| *begun == 1));
    assert_like_undisturbed(&sandbox);
}

#[test]
fn damage_is_found_and_mended() {
    let (sandbox, first) = undisturbed("-j 2");
    let (files, sums) = (reports(&sandbox), sandbox.checksums());
    let step = sandbox.step("Ner-Re seed 1 on test");
    let path = sandbox
        .store()
        .folder(&step.key)
        .unwrap()
        .join("predictions.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    bytes[10] ^= 1;
    fs::write(&path, bytes).unwrap();

    let plan = sandbox.succeed("plan tiny.toml").stdout;
    let line = format!(
        "{}  Ner-Re seed 1 on test     damaged (predictions.jsonl: its checksum is not that of what was written), done again",
        &step.key[..8]
    );
    assert!(plan.contains(&line), "{plan}");
    let second = sandbox.succeed("run tiny.toml -j 2");
    let damage = "damaged  Ner-Re seed 1 on test: predictions.jsonl: its checksum is not that of what was written; redoing it";
    assert!(second.stderr.contains(damage), "{}", second.stderr);
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(differing(&sandbox.checksums(), &sums), [""; 0]);
    assert_eq!(differing(&reports(&sandbox), &files), [""; 0]);
    for (label, begun) in sandbox.begun() {
        assert_eq!(begun, if label == step.label { 2 } else { 1 }, "{label}");
    }
}

#[test]
fn single_steps_can_be_done_by_key() {
    let (sandbox, _) = undisturbed("-j 2");
    let sums = sandbox.checksums();
    let training = sandbox.step("Ri seed 0");
    let prediction = sandbox.step("Ner-Ri seed 0 on test");
    for step in [&training, &prediction] {
        let folder = sandbox.store().folder(&step.key).unwrap();
        fs::remove_file(folder.join("done.json")).unwrap();
    }
    let early = sandbox.sweep(&format!("step {}", prediction.key));
    assert_eq!(early.code, Some(100));
    let reason = format!("its input {} is not done", training.key);
    assert!(early.stderr.contains(&reason), "{}", early.stderr);

    let both = sandbox.succeed(&format!("step {} {}", training.key, prediction.key));
    for step in [&training, &prediction] {
        let done = format!("{} done in ", step.key);
        assert!(both.stderr.contains(&done), "{}", both.stderr);
    }
    assert!(both.stderr.contains("epoch 6/6  loss "), "{}", both.stderr);
    assert_eq!(differing(&sandbox.checksums(), &sums), [""; 0]);
    let again = sandbox.succeed(&format!("step {}", training.key));
    assert_eq!(again.stderr, format!("{} is done\n", training.key));
}
