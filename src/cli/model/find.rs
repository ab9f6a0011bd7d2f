//! The model that a name or a path on the command line means.

use std::path::{Path, PathBuf};

use crate::encoder::{EncoderConfig, HubName, HubSettings, ModelPlace, find_model};

use super::super::exit::Problem;

/// Finds the model, whether it is complete or not.
pub(in crate::cli) fn find(
    name: &str,
    revision: Option<&str>,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<ModelPlace, Problem> {
    if name.trim().is_empty() {
        return Err(Problem::set_up(
            "the model's name is empty; `sweep model list` shows those that are there",
        ));
    }
    let path = Path::new(name);
    if revision.is_some() {
        let refused = |error| Problem::set_up(format!("{error}; only those have revisions"));
        name.parse::<HubName>().map_err(refused)?;
    }
    let by_name = models.iter().any(|folder| folder.join(name).is_dir());
    let is_path = path.is_absolute() || path.starts_with(".") || path.starts_with("..");
    let is_path = is_path || (path.is_dir() && !by_name && revision.is_none());
    let encoder = EncoderConfig {
        name: name.to_owned(),
        revision: revision.map(str::to_owned),
        path: is_path.then(|| path.to_owned()),
        ..EncoderConfig::default()
    };
    find_model(&encoder, models, settings).map_err(Problem::set_up)
}
