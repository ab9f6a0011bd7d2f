//! The store by itself.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sweep::store::{Record, State, Store, StoreError, key};

fn record(name: &str) -> Record {
    let description = json!({ "name": name, "rate": 0.1 });
    Record {
        key: key("toy", 1, &description, &[]),
        kind: "toy".to_owned(),
        label: name.to_owned(),
        description,
        inputs: Vec::new(),
        hints: json!({ "path": "/somewhere" }),
    }
}

/// A store with one finished step with a small and a large output.
fn finished() -> (tempfile::TempDir, Store, Record) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let record = record("a");
    store.declare(&record).unwrap();
    let writer = store.begin(&record.key).unwrap();
    fs::write(writer.output("small.txt").unwrap(), "small").unwrap();
    fs::write(writer.output("model/large.bin").unwrap(), vec![0; 2 << 20]).unwrap();
    writer.event(&json!({ "epoch": 1 })).unwrap();
    writer
        .finish(json!({ "device": "cpu", "seconds": "not mine to say" }))
        .unwrap();
    (folder, store, record)
}

fn path(store: &Store, record: &Record, name: &str) -> PathBuf {
    store.folder(&record.key).unwrap().join(name)
}

#[test]
fn a_step_goes_from_absent_to_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let record = record("a");
    let state = || store.state(&record.key).unwrap();
    assert!(matches!(
        store.begin(&record.key),
        Err(StoreError::Unknown(_))
    ));
    assert_eq!(state(), State::Absent);
    store.declare(&record).unwrap();
    store.declare(&record).unwrap();
    assert_eq!(state(), State::Absent);
    assert_eq!(store.description(&record.key).unwrap(), record);

    let writer = store.begin(&record.key).unwrap();
    assert_eq!(state(), State::Unfinished);
    assert!(matches!(
        store.begin(&record.key),
        Err(StoreError::Locked { .. })
    ));
    writer.fail("no luck").unwrap();
    assert_eq!(
        state(),
        State::Failed {
            attempts: 1,
            message: "no luck".to_owned()
        }
    );

    let writer = store.begin(&record.key).unwrap();
    fs::write(
        writer.output("left.txt").unwrap(),
        "of an attempt that was cut short",
    )
    .unwrap();
    drop(writer);
    assert_eq!(state(), State::Unfinished);

    let writer = store.begin(&record.key).unwrap();
    assert!(!writer.dir().join("left.txt").exists());
    fs::write(writer.output("right.txt").unwrap(), "r").unwrap();
    writer.log("a line").unwrap();
    let done = writer.finish(json!({ "device": "cpu" })).unwrap();
    assert_eq!(state(), State::Done(done.clone()));
    assert_eq!(
        done.outputs.keys().collect::<Vec<_>>(),
        ["meta.json", "right.txt"]
    );
    assert!(matches!(
        store.begin(&record.key),
        Err(StoreError::Finished(_))
    ));

    let states: Vec<_> = store
        .events(&record.key)
        .unwrap()
        .iter()
        .map(|event| event["state"].clone())
        .collect();
    assert_eq!(states, ["started", "failed", "started", "started", "done"]);
    assert_eq!(store.log_tail(&record.key, 5).unwrap(), ["a line"]);
    let mut names: Vec<_> = fs::read_dir(store.folder(&record.key).unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "done.json",
            "events.jsonl",
            "log.txt",
            "meta.json",
            "right.txt",
            "step.json"
        ]
    );
}

#[test]
fn meta_says_how_long_it_took_and_durations_collect_it() {
    let (_folder, store, record) = finished();
    let meta = store.meta(&record.key).unwrap();
    assert_eq!(meta["device"], "cpu");
    assert_eq!(
        store.durations("toy").unwrap(),
        [meta["seconds"].as_f64().unwrap()]
    );
    assert!(store.durations("other").unwrap().is_empty());
}

#[test]
fn damage_is_found_and_redone() {
    let (_folder, store, record) = finished();
    let damaged = |state: State| match state {
        State::Damaged { file, .. } => file,
        other => panic!("{other:?}"),
    };
    fs::write(path(&store, &record, "small.txt"), "smell").unwrap();
    assert_eq!(damaged(store.state(&record.key).unwrap()), "small.txt");
    assert!(matches!(
        store.output(&record.key, "small.txt"),
        Err(StoreError::Damaged { .. })
    ));
    fs::write(path(&store, &record, "small.txt"), "small").unwrap();
    assert!(matches!(store.state(&record.key).unwrap(), State::Done(_)));

    // Same size: only a full check can tell.
    let mut bytes = vec![0; 2 << 20];
    bytes[1 << 20] = 1;
    fs::write(path(&store, &record, "model/large.bin"), &bytes).unwrap();
    assert!(matches!(store.state(&record.key).unwrap(), State::Done(_)));
    assert_eq!(
        damaged(store.verify(&record.key).unwrap()),
        "model/large.bin"
    );
    bytes.pop();
    fs::write(path(&store, &record, "model/large.bin"), &bytes).unwrap();
    assert_eq!(
        damaged(store.state(&record.key).unwrap()),
        "model/large.bin"
    );

    let writer = store.begin(&record.key).unwrap();
    assert!(!writer.dir().join("done.json").exists());
    assert!(!writer.dir().join("model").exists());
    writer.finish(json!({})).unwrap();
    assert!(matches!(store.verify(&record.key).unwrap(), State::Done(_)));
}

#[test]
fn a_proof_that_is_cut_short_or_of_another_step_is_damage() {
    let (_folder, store, record) = finished();
    let proof = path(&store, &record, "done.json");
    let text = fs::read_to_string(&proof).unwrap();
    for wrong in [&text[..40], &text.replace(&record.key, &"0".repeat(64))] {
        fs::write(&proof, wrong).unwrap();
        assert!(
            matches!(store.state(&record.key).unwrap(), State::Damaged { file, .. } if file == "done.json")
        );
    }
}

#[test]
fn events_are_only_ever_appended() {
    let (_folder, store, record) = finished();
    let events = path(&store, &record, "events.jsonl");
    // A line that a dying process left half written.
    let before = fs::read_to_string(&events).unwrap() + "{\"epo";
    fs::write(&events, &before).unwrap();
    fs::remove_file(path(&store, &record, "done.json")).unwrap();
    assert_eq!(store.state(&record.key).unwrap(), State::Absent);
    store.begin(&record.key).unwrap().finish(json!({})).unwrap();
    let after = fs::read_to_string(&events).unwrap();
    assert!(after.starts_with(&format!("{before}\n")));
    assert_eq!(store.events(&record.key).unwrap().len(), 5);
}

#[test]
fn garbage_in_the_store_is_passed_over() {
    let (folder, store, record) = finished();
    let steps = folder.path().join("steps");
    fs::write(steps.join("notes.txt"), "").unwrap();
    fs::create_dir_all(steps.join("ab/not-a-key")).unwrap();
    let broken = "ab".repeat(32);
    fs::create_dir_all(steps.join("ab").join(&broken)).unwrap();
    fs::write(steps.join("ab").join(&broken).join("step.json"), "{").unwrap();
    assert_eq!(store.steps().unwrap(), [record]);
    assert_eq!(store.state(&broken).unwrap(), State::Absent);
    let error = store.description(&broken).unwrap_err().to_string();
    assert!(error.contains("step.json is malformed"), "{error}");
}

#[test]
fn names_and_keys_cannot_lead_out_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.declare(&record("a")).unwrap();
    let writer = store.begin(&record("a").key).unwrap();
    for name in [
        "",
        "../x",
        "/x",
        "./x",
        "done.json",
        "lock",
        "lock.x",
        "events.jsonl",
    ] {
        assert!(
            matches!(writer.output(name), Err(StoreError::OutputName(_))),
            "{name}"
        );
    }
    assert!(matches!(
        store.state("../../etc"),
        Err(StoreError::InvalidKey(_))
    ));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for place in [file.clone(), file.join("below")] {
        let error = Store::open(&place).unwrap_err();
        assert!(matches!(error, StoreError::NotAFolder(_)), "{error}");
        assert!(error.to_string().contains("file"), "{error}");
    }
    // A file system that takes no files from anybody, the superuser included.
    let closed = Path::new("/sys/kernel");
    if closed.exists() {
        let error = Store::open(closed).unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
        assert!(
            error
                .to_string()
                .starts_with("the results folder /sys/kernel cannot be written"),
            "{error}"
        );
    }
}

#[test]
fn reading_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(&folder.path().join("none"));
    assert_eq!(store.state(&record("a").key).unwrap(), State::Absent);
    assert!(store.steps().unwrap().is_empty());
    assert!(!folder.path().join("none").exists());
}
