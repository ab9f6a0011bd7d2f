//! A folder with three splits, in whichever of the two formats.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::spert::read_symmetric_types;
use super::{Corpus, CorpusError, Document, Split, read_dygie, read_spert};

/// Reads the splits of a folder. The format of each file is told from its content: a JSON list is SpERT's,
/// anything else DyGIE's. Symmetric relation types are those given and those that a `types.json` names.
///
/// # Errors
/// [`CorpusError::Unreadable`] where a split has no file, and what the readers give.
pub fn read_folder(name: &str, folder: &Path, symmetric: &[String]) -> Result<Corpus, CorpusError> {
    let files = list(folder)?;
    let mut splits = Vec::with_capacity(3);
    for split in Split::ALL {
        let file = find(&files, split).map_err(|message| CorpusError::Unreadable {
            path: folder.into(),
            message,
        })?;
        splits.push(read_documents(file)?);
    }
    let mut symmetric = symmetric.to_vec();
    if let Some(types) = files
        .iter()
        .find(|file| file_name(file).ends_with("types.json"))
    {
        symmetric.extend(read_symmetric_types(types)?);
    }
    let splits: [Vec<Document>; 3] = splits.try_into().unwrap_or_default();
    Ok(Corpus::new(name, splits, &symmetric))
}

/// Reads the documents of one file in whichever format.
///
/// # Errors
/// What the readers give.
pub fn read_documents(path: &Path) -> Result<Vec<Document>, CorpusError> {
    let failed = |source| CorpusError::Read {
        path: path.into(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    for byte in std::io::BufReader::new(file).bytes() {
        let byte = byte.map_err(failed)?;
        if !byte.is_ascii_whitespace() {
            return if byte == b'[' {
                read_spert(path)
            } else {
                read_dygie(path)
            };
        }
    }
    Ok(Vec::new())
}

/// Whether the folder has a file for each split.
pub(super) fn holds_splits(folder: &Path) -> bool {
    list(folder).is_ok_and(|files| {
        Split::ALL
            .into_iter()
            .all(|split| find(&files, split).is_ok())
    })
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
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

/// The file of a split: `train.json` or `train.jsonl` if there, else the only JSON file whose name holds the
/// split's as a word and no other split's, so that "train_dev" is neither train nor dev.
fn find(files: &[PathBuf], split: Split) -> Result<&Path, String> {
    let plain = [format!("{split}.json"), format!("{split}.jsonl")];
    if let Some(file) = files.iter().find(|file| plain.contains(&file_name(file))) {
        return Ok(file);
    }
    let fits = |file: &&PathBuf| {
        let json = file
            .extension()
            .is_some_and(|ending| ending == "json" || ending == "jsonl");
        json && splits_named(&file_name(file)) == [split]
    };
    let found: Vec<&PathBuf> = files.iter().filter(fits).collect();
    match found[..] {
        [file] => Ok(file),
        [] => Err(format!("expected a file such as {split}.json")),
        _ => {
            let names: Vec<String> = found.iter().map(|file| file_name(file)).collect();
            Err(format!(
                "{} could each be the {split} split; rename one to {split}.json",
                names.join(", ")
            ))
        }
    }
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

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::{DemoConfig, DemoDocuments, Span, demo, write_dygie};

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

    #[test]
    fn a_written_corpus_is_read_back_with_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = small();
        write(&corpus, folder.path());
        let read = read_folder("demo", folder.path(), &corpus.labels.symmetric).unwrap();
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
        let corpus = read_folder("x", folder.path(), &[]).unwrap();
        assert_eq!(corpus.labels.relation_types, ["r", "q"]);
        assert_eq!(corpus.labels.symmetric, ["r"]);
        assert_eq!(
            corpus.train[0].sentences[0].entities[1].span,
            Span::new(1, 1)
        );
    }

    #[test]
    fn a_split_without_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(&small(), folder.path());
        std::fs::remove_file(folder.path().join("dev.json")).unwrap();
        let error = read_folder("x", folder.path(), &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("holds no readable corpus: expected a file such as dev.json"),
            "{error}"
        );
    }
}
