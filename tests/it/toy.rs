//! A toy experiment whose dispatcher and workers are this very test binary: it calls itself with the name
//! of the test `toy::process` and a role in the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sweep::plan::Step;
use sweep::run::{Lines, Options, Outcome, Progress, Retry, Slot, StepFailure, WorkerCommand};
use sweep::store::{Record, Store, Writer, key};

const ROLE: &str = "TOY_ROLE";

/// What a toy process has to know, handed over as JSON in the environment.
#[derive(Clone)]
pub(crate) struct Toy {
    pub(crate) root: PathBuf,
    pub(crate) steps: Vec<Step>,
    pub(crate) jobs: usize,
    pub(crate) fail_fast: bool,
}

/// A step that does what `action` says and writes `result.txt`, which holds the results of its inputs too.
pub(crate) fn step(label: &str, action: &Value, inputs: &[&Step]) -> Step {
    let inputs: Vec<_> = inputs.iter().map(|input| input.key.clone()).collect();
    let description = json!({ "label": label, "action": action });
    Step {
        key: key("toy", 1, &description, &inputs),
        kind: "toy".to_owned(),
        label: label.to_owned(),
        inputs,
        description,
        hints: Value::Null,
        training: true,
        alone: action["alone"] == true,
        seconds: 0.1,
    }
}

pub(crate) fn sleep(label: &str, milliseconds: u64, inputs: &[&Step]) -> Step {
    step(label, &json!({ "sleep": milliseconds }), inputs)
}

impl Toy {
    pub(crate) fn new(root: &Path, steps: Vec<Step>, jobs: usize) -> Self {
        Self {
            root: root.to_owned(),
            steps,
            jobs,
            fail_fast: false,
        }
    }

    /// The dispatcher as a process of its own.
    pub(crate) fn start(&self) -> Child {
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|step| json!({ "action": step.description["action"], "label": step.label, "inputs": step.inputs }))
            .collect();
        let setting = json!({ "root": self.root, "steps": steps, "jobs": self.jobs, "fail_fast": self.fail_fast });
        Command::new(std::env::current_exe().unwrap())
            .args(arguments())
            .env_remove("RUST_BACKTRACE")
            .env(ROLE, "dispatcher")
            .env("TOY", setting.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs to the end.
    pub(crate) fn run(&self) -> Report {
        Report::of(&self.start().wait_with_output().unwrap())
    }

    pub(crate) fn store(&self) -> Store {
        Store::at(&self.root)
    }

    /// The outputs of all steps by label.
    pub(crate) fn results(&self) -> BTreeMap<String, String> {
        let read = |step: &Step| {
            let path = self.store().output(&step.key, "result.txt").unwrap();
            (step.label.clone(), fs::read_to_string(path).unwrap())
        };
        self.steps.iter().map(read).collect()
    }

    /// How often each step was begun, by label.
    pub(crate) fn begun(&self) -> BTreeMap<String, usize> {
        let count = |step: &Step| {
            let events = self.store().events(&step.key).unwrap();
            let begun = events
                .iter()
                .filter(|event| event["state"] == "started")
                .count();
            (step.label.clone(), begun)
        };
        self.steps.iter().map(count).collect()
    }
}

/// What a dispatcher printed.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) outcome: Value,
    pub(crate) screen: String,
}

impl Report {
    pub(crate) fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout);
        let outcome = text.lines().find_map(|line| line.strip_prefix("outcome "));
        Self {
            outcome: outcome.map_or(Value::Null, |line| serde_json::from_str(line).unwrap()),
            screen: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn count(&self, what: &str) -> usize {
        self.outcome[what]
            .as_array()
            .unwrap_or_else(|| panic!("{self:?}"))
            .len()
    }
}

/// Waits for something to come true, at most ten seconds.
pub(crate) fn wait_until(what: &str, mut true_yet: impl FnMut() -> bool) {
    let began = Instant::now();
    while !true_yet() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "waited in vain until {what}"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal with the command that does so.
pub(crate) fn signal(name: &str, process: u32) {
    Command::new("kill")
        .args([name, &process.to_string()])
        .status()
        .unwrap();
}

fn arguments() -> Vec<OsString> {
    // Quiet, so that the test harness does not begin a line that the program then ends.
    ["--exact", "toy::process", "--nocapture", "--quiet"]
        .map(OsString::from)
        .to_vec()
}

#[test]
fn process() {
    match std::env::var(ROLE).as_deref() {
        Ok("dispatcher") => dispatch(),
        Ok("worker") => {
            let store = Store::open(Path::new(&std::env::var("TOY_ROOT").unwrap())).unwrap();
            sweep::run::serve(&store, &mut |writer, progress| {
                execute(&store, writer, progress)
            })
            .unwrap();
        }
        _ => {}
    }
}

fn dispatch() {
    let setting: Value = serde_json::from_str(&std::env::var("TOY").unwrap()).unwrap();
    let root = PathBuf::from(setting["root"].as_str().unwrap());
    let steps: Vec<_> = setting["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(rebuild)
        .collect();
    let options = Options {
        slots: vec![Slot::default(); setting["jobs"].as_u64().unwrap() as usize],
        whole: Slot {
            environment: vec![("TOY_WHOLE".into(), "yes".into())],
        },
        worker: WorkerCommand {
            program: std::env::current_exe().unwrap(),
            arguments: arguments(),
            environment: vec![
                (ROLE.into(), "worker".into()),
                ("TOY_ROOT".into(), root.clone().into()),
            ],
        },
        retry: Retry {
            attempts: 2,
            backoff: Duration::from_millis(10),
        },
        fail_fast: setting["fail_fast"].as_bool().unwrap(),
    };
    let result = Store::open(&root)
        .map_err(sweep::run::RunError::from)
        .and_then(|store| {
            sweep::run::run(&store, &steps, &options, &mut Lines::new(std::io::stderr()))
        });
    match result {
        Ok(outcome) => println!("outcome {}", described(&outcome)),
        Err(error) => eprintln!("error: {error}"),
    }
}

fn rebuild(value: &Value) -> Step {
    let mut step = step(value["label"].as_str().unwrap(), &value["action"], &[]);
    let inputs = value["inputs"].as_array().unwrap();
    step.inputs = inputs
        .iter()
        .map(|input| input.as_str().unwrap().to_owned())
        .collect();
    step.key = key("toy", 1, &step.description, &step.inputs);
    step
}

fn described(outcome: &Outcome) -> Value {
    let failed: Vec<_> = outcome
        .failed
        .iter()
        .map(|failure| {
            json!({ "label": failure.label, "message": failure.message, "attempts": failure.attempts, "tail": failure.tail })
        })
        .collect();
    let blocked: Vec<_> = outcome
        .blocked
        .iter()
        .map(|blocked| json!([blocked.label, blocked.by]))
        .collect();
    json!({
        "done": outcome.done,
        "cached": outcome.cached,
        "failed": failed,
        "blocked": blocked,
        "interrupted": outcome.interrupted,
    })
}

/// Fails where a step that has to run alone does not. Only steps that watch are looked at, since one that crashed
/// leaves its partial output behind.
fn watch(store: &Store, own: &Record) -> Result<(), StepFailure> {
    let is_alone = |record: &Record| record.description["action"]["alone"] == true;
    for other in store.steps()? {
        if other.description["action"]["watch"] != true {
            continue;
        }
        let runs = store.folder(&other.key)?.join("partial.txt").exists();
        if other.key != own.key && runs && (is_alone(own) || is_alone(&other)) {
            let message = format!("{} ran beside {}", own.label, other.label);
            return Err(StepFailure::new(message));
        }
    }
    Ok(())
}

fn execute(
    store: &Store,
    writer: &Writer,
    progress: &mut dyn FnMut(Progress),
) -> Result<Value, StepFailure> {
    let record = writer.record();
    let action = &record.description["action"];
    let mut text = format!("{}\n", record.label);
    for input in &record.inputs {
        text += &fs::read_to_string(store.output(input, "result.txt")?).unwrap();
    }
    if action["alone"] == true {
        text += &std::env::var("TOY_WHOLE").unwrap_or_default();
    }
    eprintln!("working at {}", record.label);
    // A partial output, which an interrupted attempt leaves behind.
    fs::write(writer.output("partial.txt")?, "half").unwrap();
    for tenth in 0..10 {
        if action["watch"] == true {
            watch(store, record)?;
        }
        let text = format!("part {tenth}");
        progress(Progress {
            text,
            fraction: Some(f64::from(tenth) / 10.0),
        });
        thread::sleep(Duration::from_millis(action["sleep"].as_u64().unwrap_or(0)) / 10);
    }
    if let Some(path) = action["once"].as_str() {
        if Path::new(path).exists() {
            fs::remove_file(writer.output("partial.txt")?).unwrap();
            fs::write(writer.output("result.txt")?, text).unwrap();
            return Ok(json!({}));
        }
        fs::write(path, "").unwrap();
    }
    match action["end"].as_str() {
        Some("fail") => return Err(StepFailure::new("the toy broke")),
        Some("panic") => panic!("the toy panicked"),
        Some("abort") => std::process::abort(),
        Some("transient") => {
            return Err(StepFailure {
                message: "try again".to_owned(),
                transient: true,
            });
        }
        _ => {}
    }
    fs::remove_file(writer.output("partial.txt")?).unwrap();
    fs::write(writer.output("result.txt")?, text).unwrap();
    fs::write(writer.output("large.bin")?, vec![7_u8; 2 << 20]).unwrap();
    Ok(json!({ "device": "toy" }))
}
