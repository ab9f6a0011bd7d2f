//! A folder with a file for each split.

use std::path::{Path, PathBuf};

use super::arrange::Parts;
use super::documents::{layout, read_file};
use super::spert::read_symmetric_types;
use super::triples::Layout;
use super::{CorpusError, Document, Split};

/// Reads the splits of a folder. Dev is none where it may be missing: what was released with HRL has no such file.
///
/// # Errors
/// [`CorpusError::Unreadable`] where a split has no file, and what the readers give.
pub(super) fn read_splits(folder: &Path) -> Result<Parts, CorpusError> {
    let files = list_files(folder)?;
    let dev = if is_without_dev(&files) {
        None
    } else {
        Some(split_file(folder, &files, Split::Dev)?)
    };
    read_parts(folder, &files, dev)
}

/// Reads the train and the test split among the files of a folder, and `dev` where there is one.
///
/// # Errors
/// As for [`read_splits`].
pub(super) fn read_parts(
    folder: &Path,
    files: &[PathBuf],
    dev: Option<&Path>,
) -> Result<Parts, CorpusError> {
    let mut left_out = Vec::new();
    let mut read = |split, path| -> Result<Vec<Document>, CorpusError> {
        let file = read_file(path)?;
        left_out.extend(file.left_out.into_iter().map(|key| (split, key)));
        Ok(file.documents)
    };
    Ok(Parts {
        train: read(Split::Train, split_file(folder, files, Split::Train)?)?,
        dev: dev.map(|dev| read(Split::Dev, dev)).transpose()?,
        test: read(Split::Test, split_file(folder, files, Split::Test)?)?,
        symmetric: symmetric_types(files)?,
        left_out,
    })
}

/// Whether each split has a file among these that must have one.
pub(super) fn holds_splits(files: &[PathBuf]) -> bool {
    let has = |split| find(files, split).is_ok();
    has(Split::Train) && has(Split::Test) && (has(Split::Dev) || is_without_dev(files))
}

/// Whether no file is the dev split's, and none need be, by the layout of what is trained on.
fn is_without_dev(files: &[PathBuf]) -> bool {
    let is_dev = |file: &PathBuf| splits_named(&file_name(file)).contains(&Split::Dev);
    !files.iter().any(is_dev)
        && find(files, Split::Train).is_ok_and(|file| layout(file) == Some(Layout::Mentions))
}

/// The file of a split.
///
/// # Errors
/// [`CorpusError::Unreadable`] where there is none, or more than one.
pub(super) fn split_file<'a>(
    folder: &Path,
    files: &'a [PathBuf],
    split: Split,
) -> Result<&'a Path, CorpusError> {
    find(files, split).map_err(|message| CorpusError::Unreadable {
        path: folder.into(),
        message,
    })
}

/// The relation types that a file named `types.json`, or ending so, says have no direction.
pub(super) fn symmetric_types(files: &[PathBuf]) -> Result<Vec<String>, CorpusError> {
    let types = files
        .iter()
        .find(|file| file_name(file).ends_with("types.json"));
    types.map_or_else(|| Ok(Vec::new()), |types| read_symmetric_types(types))
}

/// All that lies in a folder, sorted by name.
pub(super) fn list_files(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let failed = |source| CorpusError::Read {
        path: folder.into(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        files.push(entry.map_err(failed)?.path());
    }
    files.sort();
    Ok(files)
}

/// The file of a split. One of its usual names comes first, then the only file whose name holds the split's as
/// a word and no other split's, so that "train_dev" is neither train nor dev; JSON comes before columns.
fn find(files: &[PathBuf], split: Split) -> Result<&Path, String> {
    let column_name = match split {
        Split::Train => "eng.train",
        Split::Dev => "eng.testa",
        Split::Test => "eng.testb",
    };
    let plain = [".json", ".jsonl", ".txt", ".conll"].map(|ending| format!("{split}{ending}"));
    let usual = plain.iter().map(String::as_str).chain([column_name]);
    for name in usual {
        if let Some(file) = files.iter().find(|file| file_name(file) == name) {
            return Ok(file);
        }
    }
    for endings in [["json", "jsonl"], ["txt", "conll"]] {
        let fits = |file: &&PathBuf| {
            let ending = file.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| endings.contains(&ending))
                && splits_named(&file_name(file)) == [split]
        };
        let found: Vec<&PathBuf> = files.iter().filter(fits).collect();
        match found[..] {
            [file] => return Ok(file),
            [] => {}
            _ => {
                let names: Vec<String> = found.iter().map(|file| file_name(file)).collect();
                return Err(format!(
                    "{} could each be the {split} split; rename one to {split}.{}",
                    names.join(", "),
                    endings[0]
                ));
            }
        }
    }
    Err(format!("expected a file such as {split}.json"))
}

/// The splits whose names are words of a file's name.
fn splits_named(file: &str) -> Vec<Split> {
    let words: Vec<&str> = file
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .collect();
    let named = |split: &Split| {
        let names: &[&str] = match split {
            Split::Train => &["train", "training"],
            Split::Dev => &["dev", "development", "val", "valid", "validation"],
            Split::Test => &["test", "testing"],
        };
        words.iter().any(|word| names.contains(word))
    };
    Split::ALL.into_iter().filter(named).collect()
}

/// The name of a file in lower case.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{Corpus, CorpusConfig, DemoConfig, DemoDocuments, Span, demo, write_dygie};

    fn small() -> Corpus {
        demo(&DemoConfig {
            documents: DemoDocuments {
                train: 4,
                dev: 2,
                test: 2,
            },
            ..DemoConfig::default()
        })
    }

    fn write(corpus: &Corpus, folder: &Path) {
        for split in Split::ALL {
            let file = std::fs::File::create(folder.join(format!("{split}.json"))).unwrap();
            write_dygie(file, corpus.split(split)).unwrap();
        }
    }

    fn read(name: &str, folder: &Path, symmetric: &[String]) -> Result<Corpus, CorpusError> {
        let config = CorpusConfig {
            name: name.into(),
            path: Some(folder.into()),
            symmetric: symmetric.to_vec(),
            ..CorpusConfig::default()
        };
        config.load(Path::new("/nowhere"))
    }

    #[test]
    fn a_written_corpus_is_read_back_with_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = small();
        write(&corpus, folder.path());
        let read = read("demo", folder.path(), &corpus.labels.symmetric).unwrap();
        assert_eq!(read, corpus);
        assert_eq!(read.content_hash(), corpus.content_hash());
    }

    #[test]
    fn the_format_is_told_from_content_and_files_by_word() {
        let folder = tempfile::tempdir().unwrap();
        let record = |label: &str| {
            format!(
                r#"[{{"tokens": ["a", "b"], "entities": [{{"type": "T", "start": 0, "end": 1}}, {{"type": "T", "start": 1, "end": 2}}],
                "relations": [{{"type": "{label}", "head": 0, "tail": 1}}]}}]"#
            )
        };
        for (name, label) in [
            ("x_train.json", "r"),
            ("x_val.json", "q"),
            ("x_test.json", "r"),
            ("x_train_dev.json", "z"),
        ] {
            std::fs::write(folder.path().join(name), record(label)).unwrap();
        }
        let types = r#"{"entities": {}, "relations": {"r": {"symmetric": true}, "q": {"symmetric": false}}}"#;
        std::fs::write(folder.path().join("x_types.json"), types).unwrap();
        let corpus = read("x", folder.path(), &[]).unwrap();
        assert_eq!(corpus.labels.relation_types, ["r", "q"]);
        assert_eq!(corpus.labels.symmetric, ["r"]);
        assert_eq!(
            corpus.train[0].sentences[0].entities[1].span,
            Span::new(1, 1)
        );
    }

    #[test]
    fn column_files_have_their_own_names() {
        let files = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(PathBuf::from).collect() };
        let found = |names: &[&str], split| {
            let files = files(names);
            find(&files, split).map(|file| file.display().to_string())
        };
        let shared_task = ["eng.testa", "eng.testb", "eng.train"];
        assert!(holds_splits(&files(&shared_task)));
        assert_eq!(found(&shared_task, Split::Dev).unwrap(), "eng.testa");
        let both = ["x_test.json", "x_test.txt", "y_test.txt", "valid.txt"];
        assert_eq!(found(&both, Split::Test).unwrap(), "x_test.json");
        assert_eq!(found(&both, Split::Dev).unwrap(), "valid.txt");
        let error = found(&both[1..], Split::Test).unwrap_err();
        assert_eq!(
            error,
            "x_test.txt, y_test.txt could each be the test split; rename one to test.txt"
        );
    }

    #[test]
    fn a_split_without_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(&small(), folder.path());
        std::fs::remove_file(folder.path().join("dev.json")).unwrap();
        let error = read("x", folder.path(), &[]).unwrap_err().to_string();
        assert!(
            error.ends_with("holds no readable corpus: expected a file such as dev.json"),
            "{error}"
        );
    }
}
