//! The store as a folder: where things are, and what is known about one step.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::StoreError;
use super::events;
use super::files::{self, At};
use super::lock::Lock;
use super::record::Record;
use super::state::{self, Done, State};
use super::writer::Writer;

pub(super) const STEP: &str = "step.json";
pub(super) const META: &str = "meta.json";
pub(super) const DONE: &str = "done.json";
pub(super) const LOG: &str = "log.txt";
pub(super) const LOCK: &str = "lock";

/// Results by content key.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens the store at `root` for reading and writing; makes the folder where there is none.
    ///
    /// # Errors
    /// [`StoreError::NotAFolder`] and [`StoreError::ReadOnly`] where nothing can be kept there.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let refused = |reason: io::Error| match reason.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                StoreError::NotAFolder(root.to_owned())
            }
            _ => StoreError::ReadOnly {
                path: root.to_owned(),
                reason,
            },
        };
        fs::create_dir_all(root).map_err(refused)?;
        let probe = root.join(format!(".probe.{}", std::process::id()));
        File::create(&probe).map_err(refused)?;
        files::remove(&probe)?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The store at `root` for reading alone: touches nothing, and is empty where there is no folder.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The root of the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps a second `sweep run` from working on this store at the same time.
    ///
    /// # Errors
    /// [`StoreError::Locked`], naming the owner, while another one lives.
    pub fn lock_runner(&self) -> Result<Lock, StoreError> {
        Lock::acquire(&self.root.join("runner.lock"))
    }

    /// The folder of a step, which need not exist.
    ///
    /// # Errors
    /// [`StoreError::InvalidKey`].
    pub fn folder(&self, key: &str) -> Result<PathBuf, StoreError> {
        let valid = key.len() == 64
            && key
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !valid {
            return Err(StoreError::InvalidKey(key.to_owned()));
        }
        Ok(self.steps_folder().join(&key[..2]).join(key))
    }

    pub(super) fn steps_folder(&self) -> PathBuf {
        self.root.join("steps")
    }

    /// How far a step is. Sizes of all outputs are checked, and the contents of those below 1 MiB.
    pub fn state(&self, key: &str) -> Result<State, StoreError> {
        self.look(key, false)
    }

    /// The same, checking the contents of all outputs.
    pub fn verify(&self, key: &str) -> Result<State, StoreError> {
        self.look(key, true)
    }

    fn look(&self, key: &str, thorough: bool) -> Result<State, StoreError> {
        let folder = self.folder(key)?;
        match state::finished(&folder, key, thorough)? {
            Some(state) => Ok(state),
            None => Ok(events::state(&events::read(&folder)?)),
        }
    }

    /// Writes `step.json`, so that a worker can find out what the step is. Says the same thing twice
    /// without harm.
    pub fn declare(&self, record: &Record) -> Result<(), StoreError> {
        let folder = self.folder(&record.key)?;
        if matches!(self.description(&record.key), Ok(known) if known == *record) {
            return Ok(());
        }
        files::create_folder(&folder)?;
        // Should the machine lose power now, the next declaration writes it again.
        files::replace(&folder.join(STEP), pretty(record).as_bytes())
    }

    /// What a step is.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where it was never declared, [`StoreError::Malformed`].
    pub fn description(&self, key: &str) -> Result<Record, StoreError> {
        let path = self.folder(key)?.join(STEP);
        let bytes =
            files::read_if_there(&path)?.ok_or_else(|| StoreError::Unknown(key.to_owned()))?;
        let record: Record = parse(&path, &bytes)?;
        if record.key != key {
            let reason = format!("it describes step {}", record.key);
            return Err(StoreError::Malformed { path, reason });
        }
        Ok(record)
    }

    /// Takes the lock of a declared step and clears what an earlier attempt left, except its events and log.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while somebody works on it, [`StoreError::Finished`] where somebody has.
    pub fn begin(&self, key: &str) -> Result<Writer, StoreError> {
        Writer::begin(self, key)
    }

    /// The path of an output of a finished step, after checking its contents.
    ///
    /// # Errors
    /// [`StoreError::NoOutput`] where the step is not finished or has none of this name,
    /// [`StoreError::Damaged`].
    pub fn output(&self, key: &str, name: &str) -> Result<PathBuf, StoreError> {
        let missing = || StoreError::NoOutput {
            key: key.to_owned(),
            name: name.to_owned(),
        };
        let done = self.done(key)?.ok_or_else(missing)?;
        let output = done.outputs.get(name).ok_or_else(missing)?;
        let path = self.folder(key)?.join(name);
        match output.fault(&path, true)? {
            Some(reason) => Err(StoreError::Damaged { path, reason }),
            None => Ok(path),
        }
    }

    /// `done.json`, as it is.
    pub(super) fn done(&self, key: &str) -> Result<Option<Done>, StoreError> {
        let path = self.folder(key)?.join(DONE);
        let bytes = files::read_if_there(&path)?;
        bytes.map(|bytes| parse(&path, &bytes)).transpose()
    }

    /// What was recorded beside the result of a finished step (`meta.json`).
    pub fn meta(&self, key: &str) -> Result<Value, StoreError> {
        let path = self.output(key, META)?;
        let bytes = fs::read(&path).at("read", &path)?;
        parse(&path, &bytes)
    }

    /// Everything that happened to a step, oldest first.
    pub fn events(&self, key: &str) -> Result<Vec<Value>, StoreError> {
        events::read(&self.folder(key)?)
    }

    /// Notes that an attempt failed, for a step whose worker can no longer say so itself.
    pub fn record_failure(&self, key: &str, message: &str) -> Result<(), StoreError> {
        let path = self.folder(key)?.join(events::NAME);
        let mut file = files::open_to_append(&path)?;
        events::append(
            &mut file,
            &path,
            &json!({ "state": "failed", "message": message }),
        )
    }

    /// Where the log of a step is.
    pub fn log_path(&self, key: &str) -> Result<PathBuf, StoreError> {
        Ok(self.folder(key)?.join(LOG))
    }

    /// Appends a line to the log of a step.
    pub fn append_log(&self, key: &str, line: &str) -> Result<(), StoreError> {
        let path = self.log_path(key)?;
        let mut file = files::open_to_append(&path)?;
        file.write_all(format!("{line}\n").as_bytes())
            .at("write", &path)
    }

    /// The last lines of the log of a step, at most `lines`.
    pub fn log_tail(&self, key: &str, lines: usize) -> Result<Vec<String>, StoreError> {
        const REACH: u64 = 64 * 1024;
        let path = self.log_path(key)?;
        let Ok(mut file) = File::open(&path) else {
            return Ok(Vec::new());
        };
        let length = file.metadata().at("inspect", &path)?.len();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(length.saturating_sub(REACH)))
            .and_then(|_| file.read_to_end(&mut bytes))
            .at("read", &path)?;
        let text = String::from_utf8_lossy(&bytes);
        let all: Vec<_> = text.lines().map(str::to_owned).collect();
        Ok(all[all.len().saturating_sub(lines)..].to_vec())
    }
}

/// JSON for people: indented, with a line feed at the end.
pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    // The store's own structures hold text keys and finite numbers, which always serialise.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    format!("{text}\n")
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Malformed {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}
