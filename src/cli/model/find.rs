//! The model that a name or a path on the command line means.

use std::path::{Path, PathBuf};

use crate::encoder::{EncoderConfig, HubName, HubSettings, ModelPlace, find_model};

use super::super::arguments::NamedModel;
use super::super::exit::Problem;

/// Finds the model, whether it is complete or not.
pub(super) fn find(
    named: &NamedModel,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<ModelPlace, Problem> {
    let (name, path) = (&named.name, Path::new(&named.name));
    if named.revision.is_some() {
        let refused = |error| Problem::set_up(format!("{error}; only those have revisions"));
        name.parse::<HubName>().map_err(refused)?;
    }
    let by_name = models.iter().any(|folder| folder.join(name).is_dir());
    let is_path = path.is_absolute() || path.starts_with(".") || path.starts_with("..");
    let is_path = is_path || (path.is_dir() && !by_name && named.revision.is_none());
    let encoder = EncoderConfig {
        name: name.clone(),
        revision: named.revision.clone(),
        path: is_path.then(|| path.to_owned()),
        ..EncoderConfig::default()
    };
    find_model(&encoder, models, settings).map_err(Problem::set_up)
}
