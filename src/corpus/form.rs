//! The form in which a corpus comes: three splits, folds, or the archive that its owners publish.

use std::path::{Path, PathBuf};

use super::arrange::Parts;
use super::folder::{holds_splits, list_files, read_splits};
use super::folds::{divide, made_fold, own_fold};
use super::genia::{find_genia, read_genia};
use super::in_folds::InFolds;
use super::{CorpusConfig, CorpusError, demo};

/// Where documents come from, and how they are divided there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// The generated corpus.
    Demo,
    /// A folder with a file for each split.
    Splits(PathBuf),
    /// A folder with folds.
    Folds(InFolds),
    /// The GENIA term corpus, as an archive or an XML file.
    Genia(PathBuf),
}

impl Form {
    /// What a folder holds. One that holds nothing known is taken for one with splits, whose reading
    /// says what is missing.
    ///
    /// # Errors
    /// [`CorpusError::Read`] where the folder cannot be listed, [`CorpusError::Unreadable`] where it
    /// holds some of a row of folds.
    pub(super) fn of(folder: &Path) -> Result<Self, CorpusError> {
        let files = list_files(folder)?;
        if let Some(path) = find_genia(folder) {
            return Ok(Self::Genia(path));
        }
        if let Some(folds) = InFolds::files(folder, &files)? {
            return Ok(Self::Folds(folds));
        }
        if holds_splits(&files) {
            return Ok(Self::Splits(folder.into()));
        }
        let folds = InFolds::folders(folder)?;
        Ok(folds.map_or_else(|| Self::Splits(folder.into()), Self::Folds))
    }

    /// Whether a folder holds a corpus in one of these forms.
    pub(super) fn is_in(folder: &Path) -> bool {
        match Self::of(folder) {
            Ok(Self::Splits(folder)) => list_files(&folder).is_ok_and(|files| holds_splits(&files)),
            // What is broken is there all the same: reading it says what is wrong.
            Err(CorpusError::Unreadable { .. }) | Ok(_) => true,
            Err(_) => false,
        }
    }

    /// The number of folds that it comes in.
    pub(super) fn folds(&self) -> Option<u32> {
        match self {
            Self::Folds(folds) => Some(folds.count()),
            _ => None,
        }
    }

    /// Reads the splits, or the fold that `config` asks for; `name` is what messages call the corpus.
    ///
    /// # Errors
    /// What choosing the fold and the readers give.
    pub(super) fn read(&self, name: &str, config: &CorpusConfig) -> Result<Parts, CorpusError> {
        let whole = match self {
            Self::Folds(folds) => return folds.read(own_fold(name, folds.count(), config)?),
            Self::Demo => Parts::from(demo(&config.demo)),
            Self::Splits(folder) => read_splits(folder)?,
            Self::Genia(path) => read_genia(path)?,
        };
        match made_fold(name, config)? {
            None => Ok(whole),
            Some(which) => divide(name, whole, which),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_form_is_told_from_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        let form = || Form::of(folder.path()).unwrap();
        assert_eq!(form(), Form::Splits(folder.path().into()));
        assert!(!Form::is_in(folder.path()));
        for fold in 0..2 {
            put(&format!("{fold}/train.json"));
            put(&format!("{fold}/test.json"));
        }
        assert_eq!(form().folds(), Some(2));
        for split in ["train", "dev", "test"] {
            put(&format!("{split}.json"));
        }
        assert_eq!(form(), Form::Splits(folder.path().into()));
        assert!(Form::is_in(folder.path()));
        put("x_full.json");
        assert_eq!(form().folds(), None, "no file of a fold is there");
        put("x_split_0_test.json");
        put("x_split_1_test.json");
        put("x_split_2_test.json");
        assert_eq!(form().folds(), Some(3));
        put("GENIAcorpus3.02.tgz");
        assert!(matches!(form(), Form::Genia(_)));
    }
}
