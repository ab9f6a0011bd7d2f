//! `sweep data list | stats NAME | check NAME`.

use std::path::Path;

use crate::corpus::{Corpus, CorpusConfig, check, list, render_list, statistics};

use super::arguments::{DataArguments, DataVerb};
use super::exit::{Exit, Problem};
use super::output::say;

pub(super) fn data(arguments: &DataArguments) -> Result<Exit, Problem> {
    match &arguments.verb {
        DataVerb::List => say(&render_list(&list(&arguments.data))),
        DataVerb::Stats { name } => {
            say(&statistics(&open(name, &arguments.data)?).to_string());
        }
        DataVerb::Check { name } => say(&check(&open(name, &arguments.data)?).to_string()),
    }
    Ok(Exit::Done)
}

/// The corpus of that name, or in that folder.
fn open(name: &str, data: &Path) -> Result<Corpus, Problem> {
    let path = Path::new(name);
    let is_path = path.components().count() > 1 || (path.is_dir() && !data.join(name).is_dir());
    let config = CorpusConfig {
        name: path.file_name().map_or_else(
            || name.to_owned(),
            |last| last.to_string_lossy().into_owned(),
        ),
        path: is_path.then(|| path.to_owned()),
        ..CorpusConfig::default()
    };
    config.load(data).map_err(Problem::set_up)
}
