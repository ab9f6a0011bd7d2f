//! Writing the result of one step.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::error::StoreError;
use super::files::{self, At};
use super::folder::{DONE, LOCK, LOG, META, STEP, Store, pretty};
use super::lock::Lock;
use super::memory;
use super::state::{Done, Output, State};
use super::{Record, events};

/// Files that outlive an attempt.
const LASTING: [&str; 3] = [STEP, events::NAME, LOG];

/// The right to write the result of one step. Dropped without [`Writer::finish`] or [`Writer::fail`], it
/// leaves an unfinished step behind.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    record: Record,
    began: Instant,
    started: f64,
    events: RefCell<File>,
    log: RefCell<File>,
    lock: Lock,
}

impl Writer {
    pub(super) fn begin(store: &Store, key: &str) -> Result<Self, StoreError> {
        let record = store.description(key)?;
        let folder = store.folder(key)?;
        let lock = Lock::acquire(&folder.join(LOCK))?;
        if matches!(store.verify(key)?, State::Done(_)) {
            return Err(StoreError::Finished(key.to_owned()));
        }
        // The proof goes before what it proves.
        files::remove(&folder.join(DONE))?;
        for path in files::list(&folder)? {
            let name = files::file_name(&path);
            if !LASTING.contains(&name.as_str()) && !is_lock(&name) {
                files::remove(&path)?;
            }
        }
        let writer = Self {
            events: RefCell::new(files::open_to_append(&folder.join(events::NAME))?),
            log: RefCell::new(files::open_to_append(&folder.join(LOG))?),
            folder,
            record,
            began: Instant::now(),
            started: files::now(),
            lock,
        };
        writer.event(&json!({ "state": "started" }))?;
        memory::set_back();
        Ok(writer)
    }

    /// The key of the step.
    pub fn key(&self) -> &str {
        &self.record.key
    }

    /// What the step is.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The folder of the step; every file in it becomes an output.
    pub fn dir(&self) -> &Path {
        &self.folder
    }

    /// The path at which to write an output; its folder exists.
    ///
    /// # Errors
    /// [`StoreError::OutputName`] where `name` leads out of the folder or is a name of the store's own.
    pub fn output(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = Path::new(name);
        let plain = !name.is_empty()
            && path
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
        if !plain || is_reserved(name) || name == META {
            return Err(StoreError::OutputName(name.to_owned()));
        }
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            files::create_folder(folder)?;
        }
        Ok(path)
    }

    /// Appends one event (an object) with the time to `events.jsonl`.
    pub fn event(&self, event: &Value) -> Result<(), StoreError> {
        let path = self.folder.join(events::NAME);
        events::append(&mut self.events.borrow_mut(), &path, event)
    }

    /// Appends a line to `log.txt`.
    pub fn log(&self, line: &str) -> Result<(), StoreError> {
        self.log
            .borrow_mut()
            .write_all(format!("{line}\n").as_bytes())
            .at("write", &self.folder.join(LOG))
    }

    /// Declares the step done. `meta` (an object) is kept in `meta.json` together with host, process,
    /// start and seconds. Every output is durable before `done.json` appears.
    ///
    /// # Errors
    /// [`StoreError::LockLost`] where another process redoes the step meanwhile, [`StoreError::Io`].
    pub fn finish(self, meta: Value) -> Result<Done, StoreError> {
        let seconds = self.began.elapsed().as_secs_f64();
        let mut whole = json!({
            "kind": self.record.kind,
            "started": self.started,
            "seconds": seconds,
            "host": gethostname::gethostname().to_string_lossy(),
            "pid": std::process::id(),
            "sweep": env!("CARGO_PKG_VERSION"),
            "peak_memory": memory::peak(),
        });
        match (&mut whole, meta) {
            (Value::Object(whole), Value::Object(fields)) => {
                for (name, field) in fields {
                    whole.entry(name).or_insert(field);
                }
            }
            (_, Value::Null) => {}
            (whole, other) => whole["meta"] = other,
        }
        files::replace(&self.folder.join(META), pretty(&whole).as_bytes())?;
        let outputs = self.seal_outputs()?;

        self.lock.check()?;
        let done = Done {
            key: self.key().to_owned(),
            seconds,
            outputs,
        };
        files::replace_durably(&self.folder.join(DONE), pretty(&done).as_bytes())?;
        self.event(&json!({ "state": "done", "seconds": seconds }))?;
        Ok(done)
    }

    /// Notes that the attempt failed, and why.
    pub fn fail(self, message: &str) -> Result<(), StoreError> {
        self.event(&json!({ "state": "failed", "message": message }))
    }

    /// Makes every output durable, and describes it. A step folder that a loss of power takes whole is no
    /// harm, so the folders above it are left to the system.
    fn seal_outputs(&self) -> Result<BTreeMap<String, Output>, StoreError> {
        let mut outputs = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for (name, path) in files::walk(&self.folder)? {
            if is_reserved(&name) {
                continue;
            }
            files::sync(&path)?;
            let (blake3, bytes) = files::checksum(&path)?;
            outputs.insert(name, Output { blake3, bytes });
            folders.extend(path.parent().map(Path::to_owned));
        }
        for folder in folders.iter().filter(|folder| **folder != self.folder) {
            files::sync(folder)?;
        }
        Ok(outputs)
    }
}

fn is_lock(name: &str) -> bool {
    name.strip_prefix(LOCK)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a file is the store's own and no output. `meta.json` is an output, which nobody else may write.
fn is_reserved(name: &str) -> bool {
    LASTING.contains(&name) || is_lock(name) || name == DONE || is_temporary(name)
}

/// Whether the file is on its way to be one of the store's own.
fn is_temporary(name: &str) -> bool {
    [STEP, META, DONE].iter().any(|own| {
        name.strip_prefix(own)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}
