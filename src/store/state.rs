//! How far a step is, and `done.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::collected;
use super::error::StoreError;
use super::files;

/// Outputs below this size, in bytes, are checked in full whenever a step is looked at.
const SMALL: u64 = 1 << 20;

/// How far a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The result is there and, as far as it was checked, whole.
    Done(Done),
    /// Begun, and neither finished nor failed: interrupted, or running now.
    Unfinished,
    /// Never begun.
    Absent,
    /// Finished once, but a file no longer is what was written; the step has to be redone.
    Damaged {
        /// The file, relative to the folder of the step.
        file: String,
        /// What does not hold.
        reason: String,
    },
    /// The last attempt failed.
    Failed {
        /// Failed attempts since the step last succeeded.
        attempts: u32,
        /// What the last one said.
        message: String,
    },
}

/// `done.json`: the proof that a step is finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The step.
    pub key: String,
    /// Wall-clock seconds that the step took.
    pub seconds: f64,
    /// Every output, and `meta.json`, by name relative to the folder of the step.
    pub outputs: BTreeMap<String, Output>,
}

/// What an output must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Checksum in hexadecimal.
    pub blake3: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl Output {
    /// Why the file at `path` is not this output; `None` where it is. Checks the size first, and the
    /// checksum where the file is small or `thorough` is asked for.
    pub(super) fn fault(&self, path: &Path, thorough: bool) -> Result<Option<String>, StoreError> {
        let bytes = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            _ => return Ok(Some("it is missing".to_owned())),
        };
        if bytes != self.bytes {
            return Ok(Some(format!(
                "it has {bytes} bytes where {} were written",
                self.bytes
            )));
        }
        if (thorough || bytes < SMALL) && files::checksum(path)?.0 != self.blake3 {
            return Ok(Some(
                "its checksum is not that of what was written".to_owned(),
            ));
        }
        Ok(None)
    }
}

/// The state that `done.json` speaks of, or `None` where there is no such file.
pub(super) fn finished(
    folder: &Path,
    key: &str,
    thorough: bool,
) -> Result<Option<State>, StoreError> {
    const NAME: &str = "done.json";
    let damaged = |file: &str, reason: String| {
        Ok(Some(State::Damaged {
            file: file.to_owned(),
            reason,
        }))
    };
    let Some(bytes) = files::read_if_there(&folder.join(NAME))? else {
        return Ok(None);
    };
    let done: Done = match serde_json::from_slice(&bytes) {
        Ok(done) => done,
        Err(error) => return damaged(NAME, error.to_string()),
    };
    if done.key != key {
        return damaged(NAME, format!("it belongs to step {}", done.key));
    }
    let collected = collected::read(folder)?.outputs;
    for (name, output) in &done.outputs {
        if collected.contains(name) {
            // Whoever looks in full is about to read it.
            if thorough {
                return damaged(name, "it was removed to save space".to_owned());
            }
            continue;
        }
        if let Some(reason) = output.fault(&folder.join(name), thorough)? {
            return damaged(name, reason);
        }
    }
    Ok(Some(State::Done(done)))
}
