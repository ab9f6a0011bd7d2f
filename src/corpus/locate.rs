//! Finding a corpus by name.

use std::path::{Path, PathBuf};

use super::CorpusError;
use super::form::Form;

/// A corpus this project knows by name.
struct Known {
    name: &'static str,
    /// Folders below the data folder, the likelier first.
    folders: &'static [&'static str],
    symmetric: &'static [&'static str],
    how_to_get: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        name: "scierc",
        folders: &["scierc"],
        symmetric: &["COMPARE", "CONJUNCTION"],
        how_to_get: "its authors (Luan et al. 2018) publish the processed data on the project page of SciIE; put its \
                     train.json, dev.json and test.json there",
    },
    Known {
        name: "conll04",
        folders: &["conll04/spert", "conll04"],
        symmetric: &[],
        how_to_get: "the data download of SpERT (Eberts & Ulges 2020) holds it; put its train, dev and test JSON \
                     files and its types file there",
    },
    Known {
        name: "conll04_gupta",
        folders: &["conll04/gupta", "conll04_gupta"],
        symmetric: &[],
        how_to_get: "the split of Gupta et al. 2016 comes with the multi-head model of Bekoulis et al. 2018, as columns \
                     with heads; put its train.txt, dev.txt and test.txt there",
    },
    Known {
        name: "ace05",
        folders: &["ace05"],
        symmetric: &["PER-SOC"],
        how_to_get: "the Linguistic Data Consortium licenses it as LDC2006T06; put the train.json, dev.json and \
                     test.json that DyGIE's preprocessing makes of it there",
    },
    Known {
        name: "ace04",
        folders: &["ace04"],
        symmetric: &["PER-SOC"],
        how_to_get: "the Linguistic Data Consortium licenses it as LDC2005T09; put the train.json and test.json \
                     that DyGIE's preprocessing makes of its fold K, and dev.json if there is one, into a folder K \
                     there, from 0 to 4",
    },
    Known {
        name: "ade",
        folders: &["ade"],
        symmetric: &[],
        how_to_get: "the data download of SpERT (Eberts & Ulges 2020) holds it; put its ade_full.json, the \
                     ade_split_K_test.json of the folds 0 to 9 and its types file there",
    },
    Known {
        name: "genia",
        folders: &["genia"],
        symmetric: &[],
        how_to_get: "the GENIA project publishes it as its term corpus 3.02; put GENIAcorpus3.02.tgz, or the XML \
                     file in it, there",
    },
    Known {
        name: "conll03",
        folders: &["conll03"],
        symmetric: &[],
        how_to_get: "the annotation is published with the shared task CoNLL-2003 (Tjong Kim Sang & De Meulder), and \
                     NIST licenses the text, the Reuters Corpus RCV1; put the eng.train, eng.testa and eng.testb \
                     that are made of the two there",
    },
    Known {
        name: "webnlg",
        folders: &["webnlg/last_word", "webnlg"],
        symmetric: &[],
        how_to_get: "it is made of WebNLG (Gardent et al. 2017), CC BY-NC-SA 4.0, by CopyRE (Zeng et al. 2018), and CasRel \
                     (Wei et al. 2020) turns that into triples over last words; put the three files of triples \
                     there",
    },
    Known {
        name: "webnlg_full_span",
        folders: &["webnlg/full_span", "webnlg/offsets"],
        symmetric: &[],
        how_to_get: "it is another cut of WebNLG (Gardent et al. 2017), CC BY-NC-SA 4.0, with whole arguments, in \
                     circulation for joint extraction; put its three files, of triples or with offsets, there",
    },
    Known {
        name: "nyt",
        folders: &["nyt"],
        symmetric: &[],
        how_to_get: "the Linguistic Data Consortium licenses the text as LDC2008T19; CopyRE (Zeng et al. 2018) released \
                     the triples, which CasRel (Wei et al. 2020) converts; put its three files of triples there",
    },
    Known {
        name: "nyt10",
        folders: &["nyt10"],
        symmetric: &[],
        how_to_get: HRL,
    },
    Known {
        name: "nyt11",
        folders: &["nyt11"],
        symmetric: &[],
        how_to_get: HRL,
    },
];

/// Where the corpora come from that were released with HRL.
const HRL: &str = "the Linguistic Data Consortium licenses the text as LDC2008T19; the authors of HRL (Takanobu et al. \
                   2019) released it with triples; put their train.json and test.json there, of which the first is \
                   divided into train and dev";

/// Where a corpus comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The generated corpus.
    Demo,
    /// A folder with three splits, or with folds.
    Folder {
        /// The corpus's name.
        name: String,
        /// The folder.
        folder: PathBuf,
        /// The relation types the corpus is known to hold without a direction.
        symmetric: Vec<String>,
    },
}

impl Source {
    /// The corpus in this folder, known or not.
    ///
    /// # Errors
    /// [`CorpusError::Missing`] where there is no such folder.
    pub fn at(name: &str, path: &Path) -> Result<Self, CorpusError> {
        if !path.is_dir() {
            return Err(CorpusError::Unreadable {
                path: path.into(),
                message: "there is no such folder; `corpus.path` names the folder with the \
                          train, dev and test files"
                    .to_owned(),
            });
        }
        Ok(Self::Folder {
            name: name.into(),
            folder: path.into(),
            symmetric: symmetric(name),
        })
    }
}

/// The names that need no data folder of the user's making to be known, `demo` first.
pub fn known_names() -> Vec<&'static str> {
    std::iter::once("demo")
        .chain(KNOWN.iter().map(|known| known.name))
        .collect()
}

/// Finds a corpus by name: `demo`, a known corpus below `data`, or any folder `data/name` that holds
/// splits or folds.
///
/// # Errors
/// [`CorpusError::Missing`], which says where it looked and where the corpus's owners publish it.
pub fn locate(data: &Path, name: &str) -> Result<Source, CorpusError> {
    if name == "demo" {
        return Ok(Source::Demo);
    }
    let folders = known(name).map_or_else(|| vec![name], |known| known.folders.to_vec());
    let looked_in: Vec<PathBuf> = folders
        .into_iter()
        .map(|folder| data.join(folder))
        .collect();
    match looked_in.iter().find(|folder| Form::is_in(folder)) {
        Some(folder) => Source::at(name, folder),
        None => Err(missing(name, looked_in)),
    }
}

fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

fn symmetric(name: &str) -> Vec<String> {
    known(name).map_or_else(Vec::new, |known| {
        known
            .symmetric
            .iter()
            .map(|&label| label.to_owned())
            .collect()
    })
}

fn missing(name: &str, looked_in: Vec<PathBuf>) -> CorpusError {
    let how_to_get = known(name).map_or_else(
        || {
            let names = known_names().join(", ");
            format!("known names are {names}; any other needs a folder with train, dev and test files in DyGIE, SpERT, triple or column form")
        },
        |known| known.how_to_get.to_owned(),
    );
    CorpusError::Missing {
        name: name.into(),
        looked_in,
        how_to_get,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_missing_corpus_says_where_and_how() {
        let error = locate(Path::new("/no-data"), "ace05").unwrap_err();
        assert!(matches!(&error, CorpusError::Missing { name, .. } if name == "ace05"));
        let text = error.to_string();
        assert!(
            text.contains("/no-data/ace05") && text.contains("LDC2006T06"),
            "{text}"
        );
        let text = locate(Path::new("/no-data"), "conll04")
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("/no-data/conll04/spert, /no-data/conll04;"),
            "{text}"
        );
        let text = locate(Path::new("/no-data"), "mine")
            .unwrap_err()
            .to_string();
        assert!(text.contains("known names are demo, scierc"), "{text}");
    }

    #[test]
    fn any_folder_with_splits_is_found() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("mine");
        std::fs::create_dir(&folder).unwrap();
        assert!(locate(data.path(), "mine").is_err());
        for split in ["train", "dev", "test"] {
            std::fs::write(folder.join(format!("{split}.jsonl")), "").unwrap();
        }
        let found = locate(data.path(), "mine").unwrap();
        assert_eq!(
            found,
            Source::Folder {
                name: "mine".into(),
                folder,
                symmetric: vec![]
            }
        );
        assert_eq!(locate(data.path(), "demo").unwrap(), Source::Demo);
    }
}
