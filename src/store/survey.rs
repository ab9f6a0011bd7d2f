//! What there is in a store, and who is at work in it, for people who look.

use super::error::StoreError;
use super::files;
use super::folder::{LOCK, Store};
use super::lock::Lock;
use super::owner::Owner;

impl Store {
    /// The `sweep run` that works on this store, if one does.
    pub fn runner(&self) -> Result<Option<Owner>, StoreError> {
        Lock::holder(&self.root().join("runner.lock"))
    }

    /// The worker that is at a step, if one is.
    pub fn worker(&self, key: &str) -> Result<Option<Owner>, StoreError> {
        Lock::holder(&self.folder(key)?.join(LOCK))
    }

    /// Bytes of all files of a step.
    pub fn size(&self, key: &str) -> Result<u64, StoreError> {
        Self::bytes(&self.folder(key)?)
    }

    /// Bytes of steps that were being removed when the program was stopped.
    pub fn leftover(&self) -> Result<u64, StoreError> {
        Self::bytes(&self.aside())
    }

    /// Removes those.
    pub fn remove_leftover(&self) -> Result<(), StoreError> {
        files::remove(&self.aside())
    }

    fn bytes(folder: &std::path::Path) -> Result<u64, StoreError> {
        let files = files::walk(folder)?;
        // A file that goes away meanwhile has no size.
        let sizes = files
            .iter()
            .filter_map(|(_, path)| std::fs::symlink_metadata(path).ok());
        Ok(sizes.map(|metadata| metadata.len()).sum())
    }

    /// Folders among the steps that do not say what they are, with their sizes.
    pub fn strays(&self) -> Result<Vec<(std::path::PathBuf, u64)>, StoreError> {
        let mut strays = Vec::new();
        for shelf in files::list(&self.steps_folder())? {
            for folder in files::list(&shelf)? {
                if self.description(&files::file_name(&folder)).is_err() {
                    let size = Self::bytes(&folder)?;
                    strays.push((folder, size));
                }
            }
        }
        Ok(strays)
    }
}
