//! Which corpora there are: the answer of `sweep data list`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::CorpusError;
use super::form::Form;
use super::locate::{Source, known_names, locate};

/// One corpus that is there, or is known and could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The name to ask for it by.
    pub name: String,
    /// Where it is; nothing for the generated corpus and for a missing one.
    pub folder: Option<PathBuf>,
    /// How many folds it comes in, where it does.
    pub folds: Option<u32>,
    /// For a missing corpus, where it was looked for and how to get it.
    pub missing: Option<String>,
}

/// The known corpora, found or not, and every other folder of the data folder that holds
/// splits or folds.
pub fn list(data: &Path) -> Vec<Listed> {
    let mut listed: Vec<Listed> = known_names()
        .into_iter()
        .map(|name| look(data, name))
        .collect();
    let mut others: Vec<String> = std::fs::read_dir(data)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| {
            listed.iter().all(|known| known.name != *name) && Form::is_in(&data.join(name))
        })
        .collect();
    others.sort();
    listed.extend(others.iter().map(|name| look(data, name)));
    listed
}

fn look(data: &Path, name: &str) -> Listed {
    let (folder, missing) = match locate(data, name) {
        Ok(Source::Demo) => (None, None),
        Ok(Source::Folder { folder, .. }) => (Some(folder), None),
        Err(error) => (None, Some(without_name(&error))),
    };
    Listed {
        name: name.into(),
        folds: folder
            .as_deref()
            .and_then(|folder| Form::of(folder).ok()?.folds()),
        folder,
        missing,
    }
}

/// The error without the name that the list shows beside it.
fn without_name(error: &CorpusError) -> String {
    let text = error.to_string();
    text.split_once(" not found: ")
        .map_or(text.clone(), |(_, rest)| rest.to_owned())
}

/// The list as lines of name and place.
pub fn render_list(listed: &[Listed]) -> String {
    let width = listed
        .iter()
        .map(|corpus| corpus.name.len())
        .max()
        .unwrap_or(0);
    let line = |corpus: &Listed| {
        let place = match (&corpus.folder, &corpus.missing) {
            (Some(folder), _) => {
                let folds = corpus.folds.map(|folds| format!(" ({folds} folds)"));
                format!("{}{}", folder.display(), folds.unwrap_or_default())
            }
            (None, Some(missing)) => format!("missing: {missing}"),
            (None, None) => "built in, generated".to_owned(),
        };
        format!("{:<width$}  {place}\n", corpus.name)
    };
    listed.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn known_corpora_come_first_and_other_folders_after() {
        let data = tempfile::tempdir().unwrap();
        for name in ["mine", "scierc", "empty"] {
            std::fs::create_dir(data.path().join(name)).unwrap();
        }
        for (name, split) in ["mine", "scierc"]
            .iter()
            .flat_map(|name| ["train", "dev", "test"].map(|s| (name, s)))
        {
            std::fs::write(data.path().join(name).join(format!("{split}.json")), "").unwrap();
        }
        for fold in ["0", "1"] {
            let fold = data.path().join("ace04").join(fold);
            std::fs::create_dir_all(&fold).unwrap();
            for split in ["train", "test"] {
                std::fs::write(fold.join(format!("{split}.json")), "").unwrap();
            }
        }
        let listed = list(data.path());
        let names: Vec<&str> = listed.iter().map(|corpus| corpus.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "demo",
                "scierc",
                "conll04",
                "conll04_gupta",
                "ace05",
                "ace04",
                "ade",
                "genia",
                "conll03",
                "webnlg",
                "webnlg_full_span",
                "nyt",
                "nyt10",
                "nyt11",
                "mine"
            ]
        );
        assert!(listed[1].folder.is_some() && listed[2].missing.is_some());
        let text = render_list(&listed);
        assert!(
            text.starts_with("demo              built in, generated\n"),
            "{text}"
        );
        assert!(
            text.contains("ace04             ") && text.contains("/ace04 (2 folds)\n"),
            "{text}"
        );
        assert!(
            text.contains("ace05             missing: looked in ") && text.contains("LDC2006T06"),
            "{text}"
        );
    }
}
