//! Corpora that come in folds of their own: a file of all documents with one of every fold's test part, or a
//! folder for every fold.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::arrange::Parts;
use super::folder::{file_name, list_files, read_parts, split_file, symmetric_types};
use super::{CorpusError, Document, Split, read_documents};

/// A folder with folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InFolds {
    /// `NAME_full.json` and `NAME_split_K_test.json`: a fold trains on all documents but those of its test file.
    Files {
        /// The folder.
        folder: PathBuf,
        /// The file of all documents.
        full: PathBuf,
        /// The test files in the order of the folds.
        tests: Vec<PathBuf>,
    },
    /// The folders `0`, `1` and so on, each with train and test and perhaps dev.
    Folders {
        /// The folder that they are in.
        folder: PathBuf,
        /// They, in order.
        folds: Vec<PathBuf>,
    },
}

impl InFolds {
    /// The folds that the files of a folder make, where they are named so.
    ///
    /// # Errors
    /// [`CorpusError::Unreadable`] where a number is missing from the row.
    pub(super) fn files(folder: &Path, files: &[PathBuf]) -> Result<Option<Self>, CorpusError> {
        let full = files.iter().find_map(|file| {
            let name = file_name(file);
            Some((file.clone(), name.strip_suffix("_full.json")?.to_owned()))
        });
        let Some((full, name)) = full else {
            return Ok(None);
        };
        let prefix = format!("{name}_split_");
        let number = |file: &Path| -> Option<usize> {
            let name = file_name(file);
            name.strip_prefix(&prefix)?
                .strip_suffix("_test.json")?
                .parse()
                .ok()
        };
        let tests = numbered(folder, files, number)?;
        let of_files = |tests| Self::Files {
            folder: folder.into(),
            full,
            tests,
        };
        Ok(tests.map(of_files))
    }

    /// The folds that the folders in a folder make, where they are named so and have files to train and to test on.
    ///
    /// # Errors
    /// As for [`Self::files`].
    pub(super) fn folders(folder: &Path) -> Result<Option<Self>, CorpusError> {
        let files = list_files(folder)?;
        let number = |path: &Path| -> Option<usize> {
            let number = file_name(path).parse().ok()?;
            let inside = list_files(path).ok()?;
            let has = |split| split_file(path, &inside, split).is_ok();
            (has(Split::Train) && has(Split::Test)).then_some(number)
        };
        let folds = numbered(folder, &files, number)?;
        let of_folders = |folds| Self::Folders {
            folder: folder.into(),
            folds,
        };
        Ok(folds.map(of_folders))
    }

    /// The number of folds.
    pub(super) fn count(&self) -> u32 {
        let (Self::Files { tests: folds, .. } | Self::Folders { folds, .. }) = self;
        folds.len() as u32
    }

    /// Reads a fold; it must be one of them.
    ///
    /// # Errors
    /// [`CorpusError::Unreadable`] where the files do not fit together, and what the readers give.
    pub(super) fn read(&self, fold: u32) -> Result<Parts, CorpusError> {
        match self {
            Self::Files {
                folder,
                full,
                tests,
            } => {
                let test = fold_at(folder, tests, fold)?;
                let (train, test) = without(full, test)?;
                Ok(Parts {
                    train,
                    dev: None,
                    test,
                    symmetric: symmetric_types(&list_files(folder)?)?,
                    left_out: Vec::new(),
                })
            }
            Self::Folders { folder, folds } => {
                let fold = fold_at(folder, folds, fold)?;
                let files = list_files(fold)?;
                let dev = split_file(fold, &files, Split::Dev).ok();
                let mut parts = read_parts(fold, &files, dev)?;
                let symmetric = symmetric_types(&list_files(folder)?)?;
                parts.symmetric.splice(..0, symmetric);
                Ok(parts)
            }
        }
    }
}

fn fold_at<'a>(folder: &Path, folds: &'a [PathBuf], fold: u32) -> Result<&'a Path, CorpusError> {
    let found = folds.get(fold as usize);
    found.map(PathBuf::as_path).ok_or_else(|| {
        unreadable(
            folder,
            format!("there is no fold {fold} among {}", folds.len()),
        )
    })
}

/// The files that have a number, in the order of these; nothing where none has one.
fn numbered(
    folder: &Path,
    files: &[PathBuf],
    number: impl Fn(&Path) -> Option<usize>,
) -> Result<Option<Vec<PathBuf>>, CorpusError> {
    let found = files
        .iter()
        .filter_map(|file| Some((number(file)?, file.clone())));
    let found: BTreeMap<usize, PathBuf> = found.collect();
    let gap = found
        .keys()
        .enumerate()
        .find(|(place, number)| place != *number);
    if let Some((place, number)) = gap {
        let message = format!("fold {number} is there and fold {place} is not");
        return Err(unreadable(folder, message));
    }
    let found: Vec<PathBuf> = found.into_values().collect();
    Ok((!found.is_empty()).then_some(found))
}

/// The documents of `full` that are not in `test`, and those of `test`. Documents are told by their keys, so
/// that those must be the files' own and not places in them, which a different text betrays.
fn without(full: &Path, test: &Path) -> Result<(Vec<Document>, Vec<Document>), CorpusError> {
    let mut train = read_documents(full)?;
    let tested = read_documents(test)?;
    let mut all: HashMap<&str, &Document> = HashMap::new();
    for document in &train {
        if all.insert(&document.key, document).is_some() {
            let message = format!("two documents have the key `{}`", document.key);
            return Err(unreadable(full, message));
        }
    }
    let words = |document: &Document| -> Vec<Vec<String>> {
        document
            .sentences
            .iter()
            .map(|one| one.tokens.clone())
            .collect()
    };
    for document in &tested {
        let message = match all.get(document.key.as_str()) {
            Some(same) if words(same) == words(document) => continue,
            Some(_) => "has other words there; `orig_id` must name the same record in both files",
            None => "is not there",
        };
        let message = format!(
            "document `{}` is looked for in {}, and {message}",
            document.key,
            full.display()
        );
        return Err(unreadable(test, message));
    }
    let keys: std::collections::HashSet<&str> = tested.iter().map(|one| one.key.as_str()).collect();
    train.retain(|document| !keys.contains(document.key.as_str()));
    Ok((train, tested))
}

fn unreadable(path: &Path, message: impl Into<String>) -> CorpusError {
    CorpusError::Unreadable {
        path: path.into(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{Corpus, CorpusConfig, SelectOn};

    fn record(id: usize) -> String {
        format!(r#"{{"tokens": ["w{id}"], "entities": [], "relations": [], "orig_id": {id}}}"#)
    }

    fn records(ids: impl IntoIterator<Item = usize>) -> String {
        let records: Vec<String> = ids.into_iter().map(record).collect();
        format!("[{}]", records.join(","))
    }

    fn put(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn config(folder: &Path, fold: u32) -> CorpusConfig {
        CorpusConfig {
            name: "mine".into(),
            path: Some(folder.into()),
            fold: Some(fold),
            ..CorpusConfig::default()
        }
    }

    fn load(config: &CorpusConfig) -> Result<Corpus, String> {
        config.load(Path::new("/nowhere")).map_err(|error| {
            let folder = config.path.as_ref().unwrap().display().to_string();
            error.to_string().replace(&folder, "FOLDER")
        })
    }

    fn keys(documents: &[Document]) -> Vec<usize> {
        documents
            .iter()
            .map(|one| one.key.parse().unwrap())
            .collect()
    }

    /// Twelve records in three folds.
    fn in_files() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "mine_full.json", &records(0..12));
        for fold in 0..3 {
            let name = format!("mine_split_{fold}_test.json");
            put(
                folder.path(),
                &name,
                &records((0..12).filter(|id| id % 3 == fold)),
            );
        }
        folder
    }

    #[test]
    fn the_folds_of_files_divide_the_documents() {
        let folder = in_files();
        let mut tested = Vec::new();
        for fold in 0..3 {
            let corpus = load(&config(folder.path(), fold)).unwrap();
            assert_eq!(
                (corpus.train.len(), corpus.dev.len(), corpus.test.len()),
                (7, 1, 4)
            );
            let mut all = keys(&corpus.train);
            all.extend(keys(&corpus.dev));
            all.extend(keys(&corpus.test));
            all.sort_unstable();
            assert_eq!(all, (0..12).collect::<Vec<_>>());
            tested.extend(keys(&corpus.test));
            let on_test = CorpusConfig {
                select_on: SelectOn::Test,
                ..config(folder.path(), fold)
            };
            let corpus = load(&on_test).unwrap();
            assert_eq!((corpus.train.len(), &corpus.dev), (8, &corpus.test));
        }
        tested.sort_unstable();
        assert_eq!(tested, (0..12).collect::<Vec<_>>());
    }

    #[test]
    fn every_fold_has_a_hash_of_its_own() {
        let folder = in_files();
        let hash = |fold| load(&config(folder.path(), fold)).unwrap().content_hash();
        assert_ne!(hash(0), hash(1));
        assert_eq!(hash(2), hash(2));
    }

    #[test]
    fn files_that_do_not_fit_together_are_told() {
        let told = |change: &dyn Fn(&Path)| {
            let folder = in_files();
            change(folder.path());
            load(&config(folder.path(), 0)).unwrap_err()
        };
        let test = "mine_split_0_test.json";
        insta::assert_snapshot!(told(&|folder| put(folder, test, &records([3, 12]))), @"FOLDER/mine_split_0_test.json holds no readable corpus: document `12` is looked for in FOLDER/mine_full.json, and is not there");
        insta::assert_snapshot!(told(&|folder| put(folder, test, &records([3]).replace("w3", "w4"))), @"FOLDER/mine_split_0_test.json holds no readable corpus: document `3` is looked for in FOLDER/mine_full.json, and has other words there; `orig_id` must name the same record in both files");
        insta::assert_snapshot!(told(&|folder| put(folder, "mine_full.json", &records([0, 3, 6, 9, 3]))), @"FOLDER/mine_full.json holds no readable corpus: two documents have the key `3`");
        insta::assert_snapshot!(told(&|folder| std::fs::remove_file(folder.join("mine_split_1_test.json")).unwrap()), @"FOLDER holds no readable corpus: fold 2 is there and fold 1 is not");
        insta::assert_snapshot!(load(&config(in_files().path(), 3)).unwrap_err(), @"the corpus `mine` has the folds 0 to 2, and fold 3 is asked for");
    }

    #[test]
    fn folders_have_a_dev_split_or_lend_one() {
        let folder = tempfile::tempdir().unwrap();
        for fold in 0..2 {
            put(
                folder.path(),
                &format!("{fold}/train.json"),
                &records(0..10),
            );
            put(
                folder.path(),
                &format!("{fold}/test.json"),
                &records([20 + fold]),
            );
        }
        put(folder.path(), "1/dev.json", &records([30, 31]));
        put(folder.path(), "notes/train.json", "");
        let without = load(&config(folder.path(), 0)).unwrap();
        assert_eq!((without.train.len(), without.dev.len()), (9, 1));
        let with = load(&config(folder.path(), 1)).unwrap();
        assert_eq!((with.train.len(), keys(&with.dev)), (10, vec![30, 31]));
        assert_eq!(keys(&with.test), [21]);
    }
}
