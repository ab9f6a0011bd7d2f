//! `sweep data list | stats NAME | check NAME`.

use std::path::Path;

use crate::corpus::{Corpus, CorpusConfig, CorpusError, check, list, render_list, statistics};

use super::arguments::{DataArguments, DataVerb};
use super::exit::{Exit, Problem};
use super::output::say;

pub(super) fn data(arguments: &DataArguments) -> Result<Exit, Problem> {
    match &arguments.verb {
        DataVerb::List => say(&render_list(&list(&arguments.data))),
        DataVerb::Stats { name, fold } => {
            say(&statistics(&open(name, *fold, &arguments.data)?).to_string());
        }
        DataVerb::Check { name, fold } => {
            say(&check(&open(name, *fold, &arguments.data)?).to_string());
        }
    }
    Ok(Exit::Done)
}

/// The corpus of that name, or in that folder, or a fold of it.
fn open(name: &str, fold: Option<u32>, data: &Path) -> Result<Corpus, Problem> {
    let path = Path::new(name);
    let is_path = path.components().count() > 1 || (path.is_dir() && !data.join(name).is_dir());
    let config = CorpusConfig {
        name: path.file_name().map_or_else(
            || name.to_owned(),
            |last| last.to_string_lossy().into_owned(),
        ),
        path: is_path.then(|| path.to_owned()),
        fold,
        ..CorpusConfig::default()
    };
    config.load(data).map_err(|error| match error {
        CorpusError::FoldNeeded { name, folds } => Problem::set_up(format!(
            "the corpus `{name}` comes in {folds} folds: name one with --fold, from 0 to {}",
            folds.saturating_sub(1)
        )),
        CorpusError::NoFolds { name } => Problem::set_up(format!(
            "the corpus `{name}` has no folds: leave out --fold"
        )),
        error => Problem::set_up(error),
    })
}
