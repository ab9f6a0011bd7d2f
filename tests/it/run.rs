//! A toy experiment from end to end, undisturbed and disturbed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use sweep::plan::Step;
use sweep::store::{State, Store};

use crate::toy::{Report, Toy, signal, sleep, step, wait_until};

/// A diamond and a chain: `d` reads `b` and `c`, which read `a`; `f` reads `e`.
fn graph(milliseconds: u64) -> Vec<Step> {
    let a = sleep("a", milliseconds, &[]);
    let b = sleep("b", milliseconds, &[&a]);
    let c = sleep("c", milliseconds, &[&a]);
    let d = sleep("d", milliseconds, &[&b, &c]);
    let e = sleep("e", milliseconds, &[]);
    let f = sleep("f", milliseconds, &[&e]);
    vec![d, f, a, b, c, e]
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn is_running(toy: &Toy, label: &str) -> bool {
    let step = toy.steps.iter().find(|step| step.label == label).unwrap();
    toy.store()
        .folder(&step.key)
        .unwrap()
        .join("partial.txt")
        .exists()
}

/// The process number of the worker that holds the lock of a step.
fn worker_at(toy: &Toy, label: &str) -> u32 {
    let step = toy.steps.iter().find(|step| step.label == label).unwrap();
    let text = fs::read_to_string(toy.store().folder(&step.key).unwrap().join("lock")).unwrap();
    let owner: serde_json::Value = serde_json::from_str(&text).unwrap();
    owner["pid"].as_u64().unwrap() as u32
}

#[test]
fn results_do_not_depend_on_the_number_of_workers_and_are_made_once() {
    let (one, three) = (folder(), folder());
    let one = Toy::new(one.path(), graph(20), 1);
    let three = Toy::new(three.path(), graph(20), 3);
    for toy in [&one, &three] {
        let report = toy.run();
        assert_eq!(
            (report.count("done"), report.count("cached")),
            (6, 0),
            "{}",
            report.screen
        );
        let again = toy.run();
        assert_eq!((again.count("done"), again.count("cached")), (0, 6));
        assert!(toy.begun().values().all(|begun| *begun == 1));
    }
    assert_eq!(one.results(), three.results());
    assert_eq!(one.results()["d"], "d\nb\na\nc\na\n");
}

#[test]
fn what_runs_alone_has_the_machine_to_itself() {
    let folder = folder();
    let once = folder.path().join("crashed").display().to_string();
    let watching =
        |label: &str, inputs: &[&Step]| step(label, &json!({ "sleep": 40, "watch": true }), inputs);
    let a = watching("a", &[]);
    let timed = json!({ "sleep": 40, "watch": true, "alone": true });
    let t = step("t", &timed, &[&a]);
    let u = step("u", &timed, &[]);
    let crash = json!({ "alone": true, "end": "abort", "once": once });
    let flaky = step("flaky", &crash, &[]);
    let after = watching("after", &[&t]);
    let others = ["b", "c", "d"].map(|label| watching(label, &[]));
    let steps = [vec![t, u, flaky, after, a], others.to_vec()].concat();
    let toy = Toy::new(&folder.path().join("store"), steps, 3);
    let report = toy.run();
    assert_eq!(report.count("done"), 8, "{report:?}");
    assert!(
        toy.begun()
            .iter()
            .all(|(label, begun)| *begun == 1 + usize::from(label == "flaky"))
    );
    // Not one of the slots, but all of them.
    assert_eq!(toy.results()["t"], "t\na\nyes");
    assert_eq!(toy.results()["flaky"], "flaky\nyes");
}

#[test]
fn a_failure_stays_where_it_is_and_is_told_with_its_log() {
    let folder = folder();
    let bad = step("bad", &json!({ "end": "fail" }), &[]);
    let next = sleep("next", 0, &[&bad]);
    let last = sleep("last", 0, &[&next]);
    let good = sleep("good", 0, &[]);
    let mut toy = Toy::new(folder.path(), vec![bad.clone(), next, last, good], 2);
    let report = toy.run();
    assert_eq!(report.count("done"), 1);
    assert_eq!(
        report.outcome["blocked"],
        json!([["next", "bad"], ["last", "bad"]])
    );
    let failed = &report.outcome["failed"][0];
    assert_eq!(
        (&failed["label"], &failed["message"], &failed["attempts"]),
        (&json!("bad"), &json!("the toy broke"), &json!(1))
    );
    // The harness of this binary prints a line of its own, before or after.
    let tail = failed["tail"].as_array().unwrap();
    assert!(tail.contains(&json!("working at bad")), "{tail:?}");
    for line in [
        "failed   bad: the toy broke",
        "    | working at bad",
        "log.txt",
        "blocked  next: bad failed",
    ] {
        assert!(report.screen.contains(line), "{}", report.screen);
    }
    assert!(!report.screen.contains('\u{1b}'));
    // The next run tries again.
    let again = toy.run();
    assert_eq!((again.count("cached"), again.count("failed")), (1, 1));
    let state = toy.store().state(&bad.key).unwrap();
    assert_eq!(
        state,
        State::Failed {
            attempts: 2,
            message: "the toy broke".to_owned()
        }
    );

    toy.steps.push(sleep("later", 0, &[]));
    toy.jobs = 1;
    toy.fail_fast = true;
    let hasty = toy.run();
    assert_eq!((hasty.count("done"), hasty.count("failed")), (0, 1));
    assert_eq!(hasty.outcome["interrupted"], false);
}

#[test]
fn a_crash_costs_an_attempt_and_a_lasting_one_is_a_failure() {
    let folder = folder();
    let once = folder.path().join("crashed").display().to_string();
    let flaky = step("flaky", &json!({ "end": "abort", "once": once }), &[]);
    let wobbly = step("wobbly", &json!({ "end": "transient" }), &[]);
    let crash = step("crash", &json!({ "end": "panic" }), &[]);
    let toy = Toy::new(
        &folder.path().join("store"),
        vec![flaky.clone(), wobbly, crash, sleep("good", 0, &[])],
        1,
    );
    let report = toy.run();
    assert_eq!(report.count("done"), 2, "{report:?}");
    assert_eq!(
        toy.begun(),
        [("crash", 2), ("flaky", 2), ("good", 1), ("wobbly", 2)]
            .map(|(label, begun)| (label.to_owned(), begun))
            .into()
    );
    let failed = &report.outcome["failed"];
    assert_eq!(failed[0]["message"], "try again");
    assert_eq!(failed[1]["message"], "its worker exited with code 101");
    assert!(
        failed[1]["tail"].to_string().contains("the toy panicked"),
        "{failed}"
    );
    assert!(
        report
            .screen
            .contains("retry    flaky: its worker was killed by signal 6 (SIGABRT)"),
        "{}",
        report.screen
    );
}

#[test]
fn a_killed_worker_is_replaced() {
    let folder = folder();
    let toy = Toy::new(folder.path(), graph(300), 2);
    let dispatcher = toy.start();
    wait_until("a runs", || is_running(&toy, "a"));
    signal("-KILL", worker_at(&toy, "a"));
    let report = Report::of(&dispatcher.wait_with_output().unwrap());
    assert_eq!(report.count("done"), 6, "{}", report.screen);
    assert_eq!(toy.begun()["a"], 2);
    assert!(
        report.screen.contains("killed by signal 9 (SIGKILL)"),
        "{}",
        report.screen
    );
}

#[test]
fn a_killed_dispatcher_leaves_a_store_that_the_next_run_completes() {
    let (calm, rough) = (folder(), folder());
    let calm = Toy::new(calm.path(), graph(60), 2);
    calm.run();
    let rough = Toy::new(rough.path(), graph(60), 2);
    for delay in [20, 60, 90, 130, 170] {
        let mut dispatcher = rough.start();
        std::thread::sleep(Duration::from_millis(delay));
        dispatcher.kill().unwrap();
        dispatcher.wait().unwrap();
    }
    let report = rough.run();
    assert_eq!(
        report.count("done") + report.count("cached"),
        6,
        "{}",
        report.screen
    );
    assert_eq!(report.count("failed"), 0);
    assert_eq!(rough.results(), calm.results());
}

#[test]
fn workers_do_not_outlive_their_dispatcher() {
    let folder = folder();
    let toy = Toy::new(folder.path(), vec![sleep("a", 60_000, &[])], 1);
    let mut dispatcher = toy.start();
    wait_until("a runs", || is_running(&toy, "a"));
    let stat = format!("/proc/{}/stat", worker_at(&toy, "a"));
    dispatcher.kill().unwrap();
    dispatcher.wait().unwrap();
    wait_until("the worker is gone", || {
        fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "))
    });
    // Its lock is free at once.
    Store::open(&toy.root)
        .unwrap()
        .begin(&toy.steps[0].key)
        .unwrap();
}

#[test]
fn a_damaged_input_is_redone_before_it_is_read() {
    let folder = folder();
    let a = sleep("a", 0, &[]);
    let b = sleep("b", 0, &[&a]);
    let mut toy = Toy::new(folder.path(), vec![a.clone(), b], 2);
    toy.run();
    let large = toy.store().folder(&a.key).unwrap().join("large.bin");
    fs::write(&large, vec![8; 2 << 20]).unwrap();
    // Nobody reads it, so nobody looks.
    assert_eq!(toy.run().count("cached"), 2);
    toy.steps.push(sleep("c", 0, &[&a]));
    let report = toy.run();
    assert_eq!((report.count("done"), report.count("cached")), (2, 1));
    assert!(
        report
            .screen
            .contains("damaged  a: large.bin: its checksum"),
        "{}",
        report.screen
    );
    assert_eq!(fs::read(&large).unwrap()[0], 7);
}

#[test]
fn one_interrupt_drains() {
    let folder = folder();
    let toy = Toy::new(folder.path(), graph(300), 1);
    let dispatcher = toy.start();
    wait_until("a runs", || is_running(&toy, "a"));
    signal("-INT", dispatcher.id());
    let report = Report::of(&dispatcher.wait_with_output().unwrap());
    assert_eq!(report.outcome["interrupted"], true);
    assert_eq!(report.count("done"), 1, "{}", report.screen);
    assert!(
        report.screen.contains("interrupted: 1 running to finish"),
        "{}",
        report.screen
    );
    let rest = toy.run();
    assert_eq!((rest.count("done"), rest.count("cached")), (5, 1));
    assert!(toy.begun().values().all(|begun| *begun == 1));
}

#[test]
fn further_interrupts_or_a_termination_stop() {
    for name in ["-INT", "-TERM"] {
        let folder = folder();
        let long = sleep("a", 60_000, &[]);
        let toy = Toy::new(folder.path(), vec![long, sleep("b", 0, &[])], 1);
        let mut dispatcher = toy.start();
        wait_until("a runs", || is_running(&toy, "a"));
        let worker = worker_at(&toy, "a");
        let mut sent = 0;
        wait_until("the dispatcher stops", || {
            if sent == 0 || name == "-INT" {
                signal(name, dispatcher.id());
                sent += 1;
            }
            // Two signals of one kind that are pending together count as one.
            std::thread::sleep(Duration::from_millis(100));
            dispatcher.try_wait().unwrap().is_some()
        });
        assert!(sent > 1 || name == "-TERM");
        let report = Report::of(&dispatcher.wait_with_output().unwrap());
        assert_eq!(report.outcome["interrupted"], true);
        assert_eq!((report.count("done"), report.count("failed")), (0, 0));
        assert!(!Path::new(&format!("/proc/{worker}")).exists());
        let state = toy.store().state(&toy.steps[0].key).unwrap();
        assert_eq!(state, State::Unfinished);
    }
}

#[test]
fn a_second_run_on_one_store_is_turned_away() {
    let folder = folder();
    let toy = Toy::new(folder.path(), vec![sleep("a", 60_000, &[])], 1);
    let mut first = toy.start();
    wait_until("a runs", || is_running(&toy, "a"));
    let screen = toy.run().screen;
    let busy = format!(
        "another run is at work on this store: {}",
        folder.path().join("runner.lock").display()
    );
    assert!(screen.contains(&busy), "{screen}");
    let owner = format!("process {} on ", first.id());
    assert!(screen.contains(&owner), "{screen}");
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock of a dead run is no obstacle.
    Store::open(&toy.root).unwrap().lock_runner().unwrap();
}

#[test]
fn an_input_from_nowhere_is_an_error() {
    let folder = folder();
    let a = sleep("a", 0, &[]);
    let toy = Toy::new(folder.path(), vec![sleep("b", 0, &[&a])], 1);
    let report = toy.run();
    assert!(
        report
            .screen
            .contains("error: step `b` reads the result of step"),
        "{}",
        report.screen
    );
}
