//! Outputs that were removed to save space while the rest of a result stays.
//!
//! `done.json` still proves what the step wrote; `collected.json` lists what of it is gone on purpose. Such a step counts
//! as done for a reader of what remains, and as not done for a step that would read what is gone, which therefore
//! lets it be done again.

use std::fs;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::files::{self, At};
use super::folder::{META, Store, pretty};
use super::lock::Lock;

pub(super) const COLLECTED: &str = "collected.json";

/// `collected.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Collected {
    /// Names of the outputs, relative to the folder of the step.
    pub(super) outputs: Vec<String>,
}

/// What was removed from a folder; nothing where the file is not there. A file that cannot be read says nothing, so
/// that what is missing counts as damage.
pub(super) fn read(folder: &std::path::Path) -> Result<Collected, StoreError> {
    let bytes = files::read_if_there(&folder.join(COLLECTED))?;
    let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(read.unwrap_or_default())
}

impl Store {
    /// The outputs of a finished step that were removed to save space.
    pub fn collected(&self, key: &str) -> Result<Vec<String>, StoreError> {
        Ok(read(&self.folder(key)?)?.outputs)
    }

    /// The outputs of a finished step that are still there, with their sizes in bytes.
    pub fn outputs(&self, key: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let (gone, folder) = (self.collected(key)?, self.folder(key)?);
        let Some(done) = self.done(key)? else {
            return Ok(Vec::new());
        };
        let outputs = done.outputs.into_iter();
        Ok(outputs
            // Where a removal was interrupted, some of what should be gone is still there.
            .filter(|(name, _)| {
                name != META && (!gone.contains(name) || folder.join(name).exists())
            })
            .map(|(name, output)| (name, output.bytes))
            .collect())
    }

    /// Removes outputs of a finished step; what the step is, and that it was done, stays. The note that they are gone is
    /// written before they go, so that an interruption leaves no damage.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while somebody works on the step, [`StoreError::Io`].
    pub fn collect(&self, key: &str, outputs: &[String]) -> Result<(), StoreError> {
        let folder = self.folder(key)?;
        let lock = Lock::acquire(&folder.join(super::folder::LOCK))?;
        let mut collected = read(&folder)?;
        collected.outputs.extend(outputs.iter().cloned());
        collected.outputs.sort();
        collected.outputs.dedup();
        files::replace_durably(&folder.join(COLLECTED), pretty(&collected).as_bytes())?;
        for name in outputs {
            files::remove(&folder.join(name))?;
        }
        drop(lock);
        Ok(())
    }

    /// Removes a step with all that was ever written for it, unless somebody works on it. The folder is put aside in one
    /// rename first, so that an interruption leaves the step whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Io`].
    pub fn remove(&self, key: &str) -> Result<(), StoreError> {
        let folder = self.folder(key)?;
        let lock = Lock::acquire(&folder.join(super::folder::LOCK))?;
        let aside = self.aside();
        files::create_folder(&aside)?;
        let trash = aside.join(format!("{key}.{}", std::process::id()));
        fs::rename(&folder, &trash).at("put aside", &folder)?;
        drop(lock);
        files::remove(&trash)?;
        // Gone if it was the last one.
        let _ = fs::remove_dir(&aside);
        Ok(())
    }

    /// Where removed steps lie for the moment that it takes to delete them.
    pub(super) fn aside(&self) -> std::path::PathBuf {
        self.root().join("removed")
    }
}
