//! A folder to run the binary in, cut off from the settings of whoever runs the tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use sweep::store::{Record, State, Store};
use tempfile::TempDir;

/// An experiment that takes about a second and still scores above zero, so that equal
/// tables say something. Its name and its file's name are `tiny`.
pub(crate) const TINY: &str = r#"name  = "tiny"
title = "A tiny experiment"

[corpus.demo]
documents = { train = 20, dev = 2, test = 3 }
ambiguity = 0
nesting   = 0
noise     = 0

[encoder.scratch]
layers        = 1
hidden        = 16
heads         = 2
intermediate  = 16
minimum_count = 1

[jointere]
max_span   = 3
width_dim  = 4
span_mlp   = 8
pair_mlp   = 16
prior_bias = true

[train]
epochs       = 6
batch        = 4
encoder_rate = 1e-2
head_rate    = 1e-2

[axes]
"system.approach" = ["a3", "a4"]
seed = { count = 2 }

[statistics]
baseline = { "system.approach" = "a4" }

[[table]]
caption = "Approaches by task"
rows    = "system.approach"
columns = ["ent-i", "ent-c", "rel-i", "rel-c"]
"#;

/// A temporary folder in which the binary runs.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// How a call of the binary ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; none after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// With the file `tiny.toml`.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Self { folder };
        sandbox.write("tiny.toml", TINY);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The binary, to be run in this folder. Arguments are separated by single spaces.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sweep"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_lowercase();
            // A proxy would stand between the tests and their own servers.
            let ours = ["sweep_", "hf_"]
                .iter()
                .any(|start| text.starts_with(start));
            if ours || text.ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments.split(' ').filter(|argument| !argument.is_empty()))
            .current_dir(self.folder.path())
            .env("HOME", self.path("home"))
            .env("XDG_CACHE_HOME", self.path("home/cache"))
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn sweep(&self, arguments: &str) -> Outcome {
        Outcome::of(&self.command(arguments).output().unwrap())
    }

    /// The same, where anything but success fails the test.
    pub(crate) fn succeed(&self, arguments: &str) -> Outcome {
        let outcome = self.sweep(arguments);
        assert_eq!(outcome.code, Some(0), "sweep {arguments}: {outcome:#?}");
        outcome
    }

    /// The text without what differs from one machine or call to the next.
    pub(crate) fn settled(&self, text: &str) -> String {
        let resolved = self.folder.path().canonicalize().unwrap();
        text.replace(&resolved.display().to_string(), "[sandbox]")
            .replace(&self.folder.path().display().to_string(), "[sandbox]")
    }

    /// Every file below a folder by its path relative to it.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        let mut found = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            let Ok(entries) = fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().display().to_string();
                    found.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        found
    }

    pub(crate) fn store(&self) -> Store {
        Store::at(&self.path("results"))
    }

    /// The step of this label.
    pub(crate) fn step(&self, label: &str) -> Record {
        let steps = self.store().steps().unwrap();
        steps
            .into_iter()
            .find(|step| step.label == label)
            .unwrap_or_else(|| panic!("no step is called {label}"))
    }

    /// How often each step was begun, by label.
    pub(crate) fn begun(&self) -> BTreeMap<String, usize> {
        let store = self.store();
        let steps = store.steps().unwrap();
        let begun = |step: &Record| {
            let events = store.events(&step.key).unwrap();
            let started = events.iter().filter(|event| event["state"] == "started");
            (step.label.clone(), started.count())
        };
        let counts: BTreeMap<_, _> = steps.iter().map(begun).collect();
        assert_eq!(counts.len(), steps.len(), "two steps have one label");
        counts
    }

    /// Names and checksums of all results by label, apart from the records of when and
    /// where they were made.
    pub(crate) fn checksums(&self) -> BTreeMap<String, Value> {
        let store = self.store();
        let mut sums = BTreeMap::new();
        for step in store.steps().unwrap() {
            if let State::Done(done) = store.verify(&step.key).unwrap() {
                let mut outputs = serde_json::to_value(done.outputs).unwrap();
                outputs.as_object_mut().unwrap().remove("meta.json");
                sums.insert(format!("{} {}", step.label, step.key), outputs);
            }
        }
        sums
    }
}

impl Outcome {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Waits for a call that was only started.
    pub(crate) fn after(child: Child) -> Self {
        Self::of(&child.wait_with_output().unwrap())
    }
}

/// Sends a signal with the command that does so.
pub(crate) fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(sent.unwrap().success(), "no process {process}");
}

/// The processes that a process has started and that have not ended.
pub(crate) fn children(process: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap() {
        let path = entry.unwrap().path();
        let Ok(stat) = fs::read_to_string(path.join("stat")) else {
            continue;
        };
        // `number (name) state parent …`; the name may hold anything.
        let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        if fields[0] != "Z" && fields[1] == process.to_string() {
            found.push(name_of(&path).parse().unwrap());
        }
    }
    found
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Asks again until there is an answer. Nobody waits this long unless something hangs.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "waited in vain for {what}"
        );
        thread::sleep(Duration::from_millis(2));
    }
}
