//! Which corpus an experiment asks for.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrange::{Level, SelectOn, TrainOn, arrange};
use super::form::Form;
use super::overlaps::Overlap;
use super::{Corpus, CorpusError, DemoConfig, Source, locate};

/// The corpus of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorpusConfig {
    /// `demo`, which is generated, or the name of a corpus below the data folder.
    pub name: String,
    /// The folder to read instead of looking for the name; only its content counts towards a step's key.
    pub path: Option<PathBuf>,
    /// The knobs of the generated corpus; without effect on any other.
    pub demo: DemoConfig,
    /// Keeps only the first training documents, for learning curves and trials; dev and test stay whole.
    pub limit: Option<usize>,
    /// Trains on this share of the training documents (those that `limit` keeps), sampled so that a smaller share is part of a larger one.
    pub share: f64,
    /// Which documents a share takes; the seed of a run does not matter.
    pub share_seed: u64,
    /// Relation types without a direction, in place of those the corpus is known for.
    pub symmetric: Vec<String>,
    /// The fold that is read; `fold` in `[axes]` sets it for each run.
    pub fold: Option<u32>,
    /// How many folds to make of a corpus that comes in none: document i of train, dev and test, in this order, is test in fold i mod `folds`. It needs a fold.
    pub folds: Option<u32>,
    /// The share of the training documents that is the dev split where a fold, or the corpus, has none of its own; `share_seed` says which documents.
    pub held_out: f64,
    /// `train`, or `train_dev` to train on both while dev stays what selection looks at.
    pub train_on: TrainOn,
    /// `dev`, or `test` to make the test split the dev split too, so that nothing is held out; scores are then too good.
    pub select_on: SelectOn,
    /// Drops, in all splits, the sentences that have entities but no relation.
    pub drop_unrelated_sentences: bool,
    /// `keep_all`, or `keep_longer` to drop the shorter of entities that share words, in all splits.
    pub overlap: Overlap,
    /// `sentence`, or `document` to read all sentences of a document as one.
    pub level: Level,
}

impl Default for CorpusConfig {
    fn default() -> Self {
        Self {
            name: "demo".into(),
            path: None,
            demo: DemoConfig::default(),
            limit: None,
            share: 1.0,
            share_seed: 0,
            symmetric: Vec::new(),
            fold: None,
            folds: None,
            held_out: 0.1,
            train_on: TrainOn::Train,
            select_on: SelectOn::Dev,
            drop_unrelated_sentences: false,
            overlap: Overlap::KeepAll,
            level: Level::Sentence,
        }
    }
}

impl CorpusConfig {
    /// What readers are told the corpus is: its name, or that of its folder where only a
    /// path is given.
    pub fn shown(&self) -> String {
        let folder = self.path.as_ref().and_then(|path| path.file_name());
        match folder {
            Some(folder) if self.name == Self::default().name => {
                folder.to_string_lossy().into_owned()
            }
            _ => self.name.clone(),
        }
    }

    /// Whether the documents are made up here, so that their text is anybody's.
    pub fn is_generated(&self) -> bool {
        self.path.is_none() && self.name == Self::default().name
    }

    /// Every impossible value, as its dotted key below the corpus section and what is wrong with it.
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push((
                "name".to_owned(),
                "empty: expected `demo` or the name of a corpus".to_owned(),
            ));
        }
        if self.limit == Some(0) {
            problems.push((
                "limit".to_owned(),
                "0 leaves nothing to train on: expected at least 1".to_owned(),
            ));
        }
        if !(self.share > 0.0 && self.share <= 1.0) {
            problems.push((
                "share".to_owned(),
                format!(
                    "{} is no share of the training documents: expected more than 0 and at most 1",
                    self.share
                ),
            ));
        }
        problems.extend(self.fold_problems());
        problems.extend(
            self.demo
                .problems()
                .into_iter()
                .map(|(key, message)| (format!("demo.{key}"), message)),
        );
        problems
    }

    /// What is impossible about the keys that are about folds.
    fn fold_problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        match (self.folds, self.fold) {
            (Some(folds @ ..2), _) => problems.push((
                "folds".to_owned(),
                format!("{folds} leaves nothing to train on: expected at least 2"),
            )),
            (Some(folds), Some(fold)) if fold >= folds => problems.push((
                "fold".to_owned(),
                format!(
                    "{fold} is none of the folds 0 to {} that `corpus.folds` = {folds} makes",
                    folds - 1
                ),
            )),
            _ => {}
        }
        if !(self.held_out > 0.0 && self.held_out < 1.0) {
            problems.push((
                "held_out".to_owned(),
                format!(
                    "{} is no share of the training documents: expected more than 0 and less than 1; \
                     `select_on = \"test\"` holds nothing out",
                    self.held_out
                ),
            ));
        }
        problems
    }

    /// Where the corpus comes from.
    ///
    /// # Errors
    /// [`CorpusError::Missing`] where nothing is there.
    pub fn source(&self, data: &Path) -> Result<Source, CorpusError> {
        match &self.path {
            Some(path) => Source::at(&self.name, path),
            None => locate(data, &self.name),
        }
    }

    /// Reads or generates the corpus; `data` is the data folder.
    ///
    /// # Errors
    /// [`CorpusError::Configuration`] for the first of the [problems](Self::problems), and what locating
    /// and reading give.
    pub fn load(&self, data: &Path) -> Result<Corpus, CorpusError> {
        if let Some((key, message)) = self.problems().into_iter().next() {
            return Err(CorpusError::Configuration {
                key: format!("corpus.{key}"),
                message,
            });
        }
        let (name, form, mut known) = match self.source(data)? {
            Source::Demo => ("demo".to_owned(), Form::Demo, Vec::new()),
            Source::Folder {
                name,
                folder,
                symmetric,
            } => (name, Form::of(&folder)?, symmetric),
        };
        let mut parts = form.read(&name, self)?;
        known.append(&mut parts.symmetric);
        let symmetric = if self.symmetric.is_empty() {
            &known
        } else {
            &self.symmetric
        };
        let left_out = std::mem::take(&mut parts.left_out);
        let corpus = Corpus::new(name, arrange(parts, self)?, symmetric);
        Ok(Corpus { left_out, ..corpus })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::Split;

    #[test]
    fn the_default_is_the_demo_and_needs_no_data_folder() {
        let corpus = CorpusConfig::default().load(Path::new("/nowhere")).unwrap();
        assert_eq!((corpus.name.as_str(), corpus.train.len()), ("demo", 220));
        assert_eq!(corpus.labels.symmetric, ["ally-of", "rival-of"]);
    }

    #[test]
    fn a_limit_keeps_the_first_training_documents() {
        let whole = CorpusConfig::default().load(Path::new("data")).unwrap();
        let config = CorpusConfig {
            limit: Some(3),
            symmetric: vec!["makes".into()],
            ..CorpusConfig::default()
        };
        let few = config.load(Path::new("data")).unwrap();
        assert_eq!(few.train[..], whole.train[..3]);
        assert_eq!(few.split(Split::Test), whole.split(Split::Test));
        assert_eq!(few.labels.symmetric, ["makes"]);
    }

    #[test]
    fn a_share_is_taken_of_what_the_limit_keeps() {
        let whole = CorpusConfig::default().load(Path::new("data")).unwrap();
        let take = |share, share_seed| {
            let config = CorpusConfig {
                limit: Some(40),
                share,
                share_seed,
                ..CorpusConfig::default()
            };
            config.load(Path::new("data")).unwrap()
        };
        let (some, all) = (take(0.25, 0), take(1.0, 0));
        assert_eq!(all.train[..], whole.train[..40]);
        assert_eq!(some.train.len(), 10);
        assert!(some.train.iter().all(|kept| all.train.contains(kept)));
        assert_eq!(some.split(Split::Dev), whole.split(Split::Dev));
        assert_eq!(some.labels.symmetric, whole.labels.symmetric);
        assert_eq!(some.content_hash(), take(0.25, 0).content_hash());
        assert_ne!(some.content_hash(), all.content_hash());
        assert_ne!(some.content_hash(), take(0.25, 1).content_hash());
    }

    #[test]
    fn a_share_lies_above_0_and_at_most_at_1() {
        for (share, good) in [
            (0.0, false),
            (-0.5, false),
            (f64::NAN, false),
            (1.5, false),
            (1e-9, true),
        ] {
            let config = CorpusConfig {
                share,
                ..CorpusConfig::default()
            };
            assert_eq!(config.problems().is_empty(), good, "{share}");
        }
        let config = CorpusConfig {
            share: 10.0,
            ..CorpusConfig::default()
        };
        let error = config.load(Path::new("data")).unwrap_err();
        insta::assert_snapshot!(error, @"`corpus.share`: 10 is no share of the training documents: expected more than 0 and at most 1");
    }

    #[test]
    fn the_demo_is_divided_into_folds() {
        let folds = |fold| {
            let config = CorpusConfig {
                folds: Some(5),
                fold: Some(fold),
                ..CorpusConfig::default()
            };
            config.load(Path::new("data")).unwrap()
        };
        let sizes = |corpus: &Corpus| [&corpus.train, &corpus.dev, &corpus.test].map(Vec::len);
        // Of 350 documents a fifth is test, and a tenth of the rest is held out.
        assert_eq!(sizes(&folds(0)), [252, 28, 70]);
        assert_eq!(folds(0).labels.symmetric, ["ally-of", "rival-of"]);
        assert_ne!(folds(0).content_hash(), folds(1).content_hash());
    }

    #[test]
    fn a_document_can_be_one_sentence() {
        let config = CorpusConfig {
            level: Level::Document,
            ..CorpusConfig::default()
        };
        let joined = config.load(Path::new("data")).unwrap();
        let whole = CorpusConfig::default().load(Path::new("data")).unwrap();
        for split in Split::ALL {
            let (joined, whole) = (joined.split(split), whole.split(split));
            assert!(joined.iter().all(|one| one.sentences.len() == 1));
            let words = |document: &crate::corpus::Document| -> Vec<String> {
                let sentences = document.sentences.iter();
                sentences.flat_map(|one| one.tokens.clone()).collect()
            };
            assert!(joined.iter().map(words).eq(whole.iter().map(words)));
        }
        assert_eq!(joined.labels, whole.labels);
    }

    #[test]
    fn folds_and_what_is_held_out_are_checked() {
        let problems = |text: &str| -> Vec<String> {
            let config: CorpusConfig = serde_json::from_str(text).unwrap();
            let problems = config.problems().into_iter();
            problems
                .map(|(key, message)| format!("{key}: {message}"))
                .collect()
        };
        assert!(problems(r#"{"folds": 5, "held_out": 0.5}"#).is_empty());
        assert!(
            problems(r#"{"fold": 7, "select_on": "test", "train_on": "train_dev"}"#).is_empty()
        );
        insta::assert_debug_snapshot!(problems(r#"{"folds": 1, "held_out": 0.0}"#), @r#"
        [
            "folds: 1 leaves nothing to train on: expected at least 2",
            "held_out: 0 is no share of the training documents: expected more than 0 and less than 1; `select_on = \"test\"` holds nothing out",
        ]
        "#);
        insta::assert_debug_snapshot!(problems(r#"{"folds": 5, "fold": 5, "held_out": 1.0}"#), @r#"
        [
            "fold: 5 is none of the folds 0 to 4 that `corpus.folds` = 5 makes",
            "held_out: 1 is no share of the training documents: expected more than 0 and less than 1; `select_on = \"test\"` holds nothing out",
        ]
        "#);
    }

    #[test]
    fn problems_are_told_by_dotted_key() {
        let demo = DemoConfig {
            noise: -0.1,
            ..DemoConfig::default()
        };
        let config = CorpusConfig {
            limit: Some(0),
            demo,
            ..CorpusConfig::default()
        };
        let keys: Vec<String> = config.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["limit", "demo.noise"]);
        let error = config.load(Path::new("data")).unwrap_err().to_string();
        assert!(
            error.starts_with("`corpus.limit`: 0 leaves nothing"),
            "{error}"
        );
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(serde_json::from_str::<CorpusConfig>(r#"{"nam": "demo"}"#).is_err());
        assert!(serde_json::from_str::<CorpusConfig>(r#"{"demo": {"noize": 0}}"#).is_err());
        let config: CorpusConfig =
            serde_json::from_str(r#"{"demo": {"documents": {"train": 5}}}"#).unwrap();
        assert_eq!(
            (config.demo.documents.train, config.demo.documents.dev),
            (5, 50)
        );
    }
}
