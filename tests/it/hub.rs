//! Models of the Hugging Face hub: fetched from a server that plays it, found in the
//! cache, and looked at with `sweep model`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sweep::encoder::{EncoderConfig, HubSettings, fetch_model, locate_model_with, word_vocabulary};

use crate::hub_server::{COMMIT, Hub, MODEL, Mood, sha256};
use crate::sandbox::{Outcome, Sandbox, wait_for};

/// The repository's smallest BERT, as files of the hub.
struct Files {
    config: Vec<u8>,
    weights: Vec<u8>,
    tokenizer: Vec<u8>,
}

impl Files {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/encoders/bert");
        let config = fs::read_to_string(folder.join("config.json")).unwrap();
        let other = tempfile::tempdir().unwrap();
        let words = ["one", "two"].map(str::to_owned);
        let pieces = word_vocabulary(std::iter::once(&words[..]), 1).unwrap();
        let tokenizer = other.path().join("tokenizer.json");
        pieces.save(&tokenizer).unwrap();
        Self {
            config: config
                .replace("\"pad_token_id\": 3", "\"pad_token_id\": 0")
                .into_bytes(),
            weights: fs::read(folder.join("model.safetensors")).unwrap(),
            tokenizer: fs::read(tokenizer).unwrap(),
        }
    }

    fn listed(&self) -> [(&str, &[u8]); 4] {
        [
            ("README.md", b"not needed"),
            ("config.json", &self.config),
            ("model.safetensors", &self.weights),
            ("tokenizer.json", &self.tokenizer),
        ]
    }
}

/// `sweep` with the cache in the sandbox, asking this hub.
fn command(sandbox: &Sandbox, hub: &Hub, arguments: &str) -> Command {
    let mut command = sandbox.command(arguments);
    command
        .env("HF_HOME", sandbox.path("hf"))
        .env("HF_ENDPOINT", hub.endpoint());
    command
}

fn sweep(sandbox: &Sandbox, hub: &Hub, arguments: &str) -> Outcome {
    Outcome::of(&command(sandbox, hub, arguments).output().unwrap())
}

fn get(sandbox: &Sandbox, hub: &Hub) -> Outcome {
    sweep(sandbox, hub, &format!("model get {MODEL}"))
}

/// The model's folder in the cache.
fn cached(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("hf/hub/models--ada--small")
}

fn assert_whole(sandbox: &Sandbox, files: &Files) {
    let snapshot = cached(sandbox).join("snapshots").join(COMMIT);
    for (name, bytes) in &files.listed()[1..] {
        assert!(fs::read(snapshot.join(name)).unwrap() == *bytes, "{name}");
    }
    assert!(!snapshot.join("README.md").exists());
    let blob = cached(sandbox).join("blobs").join(sha256(&files.weights));
    assert!(blob.is_file() && !blob.with_extension("part").exists());
}

/// Everything that a user sees of a call, without what differs between calls.
fn assert_shown(name: &str, sandbox: &Sandbox, hub: &Hub, outcome: &Outcome) {
    let text = format!(
        "exit code: {}\n--- output\n{}--- errors\n{}",
        outcome.code.unwrap(),
        outcome.stdout,
        outcome.stderr
    );
    let text = sandbox
        .settled(&text)
        .replace(hub.endpoint(), "[hub]")
        .replace(&hub.large(), "[store of large files]");
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_model_is_fetched_found_listed_shown_and_checked() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    let before = "run tiny.toml --set encoder.name=ada/small";
    assert_shown(
        "model_to_be_fetched",
        &sandbox,
        &hub,
        &sweep(&sandbox, &hub, before),
    );
    assert!(hub.requests().is_empty(), "running asks no hub");

    assert_shown("get", &sandbox, &hub, &get(&sandbox, &hub));
    assert_whole(&sandbox, &files);
    hub.requests();
    assert_shown("get_again", &sandbox, &hub, &get(&sandbox, &hub));
    let asked = hub.requests();
    assert!(
        asked.iter().all(|it| it.path.starts_with("/api/")),
        "{asked:?}"
    );

    for verb in ["list", "show ada/small", "check ada/small"] {
        let outcome = sweep(&sandbox, &hub, &format!("model {verb}"));
        let name = verb.split(' ').next().unwrap();
        assert_shown(name, &sandbox, &hub, &outcome);
    }
    assert!(hub.requests().is_empty(), "only `get` asks the hub");
    let listed = sweep(&sandbox, &hub, "model list --json").stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["name"], MODEL);
    assert_eq!(listed[0]["commit"], COMMIT);
}

#[test]
fn the_library_finds_what_was_fetched_by_branch_and_by_commit() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    assert_eq!(get(&sandbox, &hub).code, Some(0));
    let settings = HubSettings {
        cache: sandbox.path("hf/hub"),
        endpoint: hub.endpoint().to_owned(),
        token: None,
        offline: true,
    };
    let mut encoder = EncoderConfig {
        name: MODEL.to_owned(),
        ..EncoderConfig::default()
    };
    let by_branch = locate_model_with(&encoder, &[], &settings).unwrap();
    assert_eq!(by_branch.revision.as_deref(), Some("main"));
    encoder.revision = Some(COMMIT.to_owned());
    let by_commit = locate_model_with(&encoder, &[], &settings).unwrap();
    assert_eq!(by_commit.revision, None);
    assert_eq!(by_commit.commit, by_branch.commit);
    assert_eq!(
        by_commit.content_hash().unwrap(),
        by_branch.content_hash().unwrap()
    );
    let name = MODEL.parse().unwrap();
    let again = fetch_model(&settings, &name, "main", &mut |_| unreachable!()).unwrap();
    assert_eq!((again.folder, again.fetched), (by_branch, 0));
}

#[test]
fn a_commit_that_is_there_is_not_asked_for_again() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    let pinned = format!("model get {MODEL} --revision {COMMIT}");
    let in_place = |arguments: &str| {
        let mut command = command(&sandbox, &hub, arguments);
        let output = command
            .env("HF_HUB_CACHE", sandbox.path("elsewhere"))
            .output();
        Outcome::of(&output.unwrap())
    };
    assert_eq!(in_place(&pinned).code, Some(0));
    let model = sandbox.path("elsewhere/models--ada--small");
    assert!(
        model
            .join("snapshots")
            .join(COMMIT)
            .join("config.json")
            .is_file()
    );
    assert!(!model.join("refs").exists() && !sandbox.path("hf").exists());
    hub.requests();
    let again = in_place(&pinned);
    assert!(again.stderr.contains("nothing was fetched"), "{again:?}");
    assert!(hub.requests().is_empty());
}

#[test]
fn a_token_is_for_the_hub_alone() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    hub.set(Mood {
        token: Some("hf_secret"),
        ..Mood::default()
    });
    assert_shown("no_token", &sandbox, &hub, &get(&sandbox, &hub));
    let with = |token: &str| {
        let mut command = command(&sandbox, &hub, &format!("model get {MODEL}"));
        Outcome::of(&command.env("HF_TOKEN", token).output().unwrap())
    };
    assert_shown("wrong_token", &sandbox, &hub, &with("hf_other"));
    hub.requests();
    assert_eq!(with("hf_secret").code, Some(0));
    assert_whole(&sandbox, &files);
    for request in hub.requests() {
        assert_eq!(
            request.authorization.is_none(),
            request.large,
            "{request:?}"
        );
    }
}

#[test]
fn what_the_hub_does_not_have() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    for (name, arguments) in [
        ("no_such_model", "model get ada/smal"),
        ("no_such_revision", "model get ada/small --revision v2"),
        ("no_name_of_the_hub", "model get minilm-l6"),
        ("no_revision_at_all", "model get ada/small --revision ../x"),
        ("revision_of_a_folder", "model show minilm-l6 --revision v2"),
        (
            "revision_of_scratch",
            "plan tiny.toml --set encoder.revision=v2",
        ),
        ("show_of_a_missing_model", "model show ada/small"),
        ("check_of_a_missing_model", "model check minilm-l6"),
    ] {
        assert_shown(name, &sandbox, &hub, &sweep(&sandbox, &hub, arguments));
    }
    assert!(!sandbox.path("hf").exists());
}

#[test]
fn what_cannot_be_used_is_not_fetched() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let [_, config, weights, tokenizer] = files.listed();
    for (name, listed) in [
        (
            "pickled",
            vec![config, tokenizer, ("pytorch_model.bin", b"pickle")],
        ),
        (
            "slow_tokenizer",
            vec![config, weights, ("vocab.txt", b"one")],
        ),
    ] {
        let hub = Hub::with(&listed);
        assert_shown(name, &sandbox, &hub, &get(&sandbox, &hub));
        assert_eq!(hub.requests().len(), 1, "the listing says enough");
    }
}

#[test]
fn a_wrong_checksum_leaves_nothing_behind() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    hub.set(Mood {
        corrupt: true,
        ..Mood::default()
    });
    let outcome = get(&sandbox, &hub);
    assert_shown("wrong_checksum", &sandbox, &hub, &outcome);
    let blob = cached(&sandbox).join("blobs").join(sha256(&files.weights));
    assert!(!blob.exists() && !blob.with_extension("part").exists());
    assert!(!cached(&sandbox).join("refs/main").exists());
    hub.set(Mood::default());
    assert_eq!(get(&sandbox, &hub).code, Some(0));
    assert_whole(&sandbox, &files);
}

/// How large files were asked for.
fn ranges(hub: &Hub) -> Vec<Option<String>> {
    let requests = hub.requests().into_iter().filter(|request| request.large);
    requests.map(|request| request.range).collect()
}

#[test]
fn a_process_that_was_killed_is_gone_on_from() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    hub.set(Mood {
        stall_after: Some(10_000),
        ..Mood::default()
    });
    let mut child = command(&sandbox, &hub, &format!("model get {MODEL}"))
        .spawn()
        .unwrap();
    let blob = cached(&sandbox).join("blobs").join(sha256(&files.weights));
    let part = blob.with_extension("part");
    wait_for("ten thousand bytes", || {
        let length = part.metadata().ok()?.len();
        (length == 10_000).then_some(())
    });
    let second = get(&sandbox, &hub);
    assert_eq!(second.code, Some(96), "{second:?}");
    assert!(second.stderr.contains("another process"), "{second:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!cached(&sandbox).join("refs/main").exists());

    hub.set(Mood::default());
    hub.requests();
    let outcome = get(&sandbox, &hub);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(ranges(&hub), [Some("bytes=10000-".to_owned())]);
    assert_whole(&sandbox, &files);
}

#[test]
fn a_broken_connection_is_taken_up_again() {
    for ignore_ranges in [false, true] {
        let (sandbox, files) = (Sandbox::new(), Files::new());
        let hub = Hub::with(&files.listed());
        hub.set(Mood {
            break_after: Some(20_000),
            ignore_ranges,
            ..Mood::default()
        });
        let outcome = get(&sandbox, &hub);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(ranges(&hub), [None, Some("bytes=20000-".to_owned())]);
        assert_whole(&sandbox, &files);
    }
}

#[test]
fn a_part_that_is_spoilt_is_fetched_anew() {
    for length in [5_000, 37_088, 50_000] {
        let (sandbox, files) = (Sandbox::new(), Files::new());
        let hub = Hub::with(&files.listed());
        let blob = cached(&sandbox).join("blobs").join(sha256(&files.weights));
        fs::create_dir_all(blob.parent().unwrap()).unwrap();
        fs::write(blob.with_extension("part"), vec![7; length]).unwrap();
        let outcome = get(&sandbox, &hub);
        assert_eq!(outcome.code, Some(0), "{length}: {outcome:?}");
        assert_whole(&sandbox, &files);
    }
}

#[test]
fn offline_asks_nobody() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    let offline = || {
        let mut command = command(&sandbox, &hub, &format!("model get {MODEL}"));
        Outcome::of(&command.env("HF_HUB_OFFLINE", "1").output().unwrap())
    };
    assert_shown("offline", &sandbox, &hub, &offline());
    assert!(hub.requests().is_empty());
    assert_eq!(get(&sandbox, &hub).code, Some(0));
    hub.requests();
    let outcome = offline();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome.stderr.contains("nothing was fetched"),
        "{outcome:?}"
    );
    assert!(hub.requests().is_empty());
}

#[test]
fn a_hub_that_is_not_there() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("model get ada/small");
    command
        .env("HF_HOME", sandbox.path("hf"))
        // Nothing listens at the port that is reserved for that.
        .env("HF_ENDPOINT", "http://127.0.0.1:9");
    let outcome = Outcome::of(&command.output().unwrap());
    assert_eq!(outcome.code, Some(96), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("http://127.0.0.1:9 cannot be reached"),
        "{outcome:?}"
    );
}

#[test]
fn weights_in_several_files_are_fetched_by_their_index() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let [_, config, (_, weights), tokenizer] = files.listed();
    let index = br#"{"weight_map": {"embeddings.word_embeddings.weight": "part-1.safetensors"}}"#;
    let complete = [
        config,
        tokenizer,
        ("model.safetensors.index.json", &index[..]),
        ("part-1.safetensors", weights),
        ("part-2.safetensors", b"not named by the index"),
    ];
    let hub = Hub::with(&complete);
    assert_shown("get_shards", &sandbox, &hub, &get(&sandbox, &hub));
    let lacking = Hub::with(&complete[..3]);
    let sandbox = Sandbox::new();
    assert_shown(
        "missing_shard",
        &sandbox,
        &lacking,
        &get(&sandbox, &lacking),
    );
}

#[test]
fn a_model_that_was_changed_fails_its_check() {
    let (sandbox, files) = (Sandbox::new(), Files::new());
    let hub = Hub::with(&files.listed());
    assert_eq!(get(&sandbox, &hub).code, Some(0));
    let blob = cached(&sandbox).join("blobs").join(sha256(&files.weights));
    let mut weights = files.weights.clone();
    *weights.last_mut().unwrap() ^= 1;
    fs::write(blob, weights).unwrap();
    let outcome = sweep(&sandbox, &hub, "model check ada/small");
    assert_shown("changed_weights", &sandbox, &hub, &outcome);
}
