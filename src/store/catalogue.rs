//! Looking over all steps of the store.

use super::error::StoreError;
use super::files;
use super::folder::Store;
use super::record::Record;

impl Store {
    /// Every step that was ever declared here, by key. Files and folders that are no steps are passed over.
    pub fn steps(&self) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        for shelf in files::list(&self.steps_folder())? {
            for folder in files::list(&shelf)? {
                if let Ok(record) = self.description(&files::file_name(&folder)) {
                    records.push(record);
                }
            }
        }
        records.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(records)
    }

    /// Wall-clock seconds of the finished steps of a kind, for estimates; their outputs are not checked.
    pub fn durations(&self, kind: &str) -> Result<Vec<f64>, StoreError> {
        let mut seconds = Vec::new();
        for record in self
            .steps()?
            .into_iter()
            .filter(|record| record.kind == kind)
        {
            if let Some(Ok(done)) = self.done(&record.key).transpose() {
                seconds.push(done.seconds);
            }
        }
        Ok(seconds)
    }
}
