//! `sweep status [FILE]`: what the store holds, or how far an experiment is. It only looks, so it can be called while a
//! run is at work.

use std::path::PathBuf;

use clap::Args;

use super::experiment::of_experiment;
use super::whole::of_store;
use crate::cli::arguments::PlaceArguments;
use crate::cli::exit::{Exit, Problem};
use crate::store::Store;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sweep status                                  what the store holds, who is at work, what failed
  sweep status experiments/quickstart.toml      the runs of an experiment, cell by cell")]
pub(crate) struct StatusArguments {
    /// An experiment's TOML file.
    pub(super) file: Option<PathBuf>,
    /// Profile of the experiment [default: demo].
    #[arg(long, short, env = "SWEEP_PROFILE", requires = "file")]
    pub(super) profile: Option<String>,
    /// Change a key, as for `sweep run`.
    #[arg(long, value_name = "KEY=VALUE", requires = "file")]
    pub(super) set: Vec<String>,
    #[command(flatten)]
    pub(super) places: PlaceArguments,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

pub(crate) fn status(arguments: &StatusArguments) -> Result<Exit, Problem> {
    let store = Store::at(&arguments.places.results);
    match &arguments.file {
        None => of_store(arguments, &store),
        Some(file) => of_experiment(arguments, &store, file),
    }
}
