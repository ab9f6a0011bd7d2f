//! Finding a pretrained model by name or path. Nothing is fetched here.

use std::path::{Path, PathBuf};

use super::hub::{HubName, HubSettings, snapshot};
use super::model_folder::ModelFolder;
use crate::encoder::config::EncoderConfig;
use crate::encoder::error::EncoderError;

/// The branch that is meant where none is named.
const MAIN: &str = "main";

/// Where a model is, complete or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPlace {
    /// The folder.
    pub path: PathBuf,
    /// The commit of a model of the hub, 40 hexadecimal digits.
    pub commit: Option<String>,
    /// The branch or tag that stood at that commit when the model was fetched.
    pub revision: Option<String>,
}

impl ModelPlace {
    /// A folder that no hub knows of.
    pub fn folder(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            commit: None,
            revision: None,
        }
    }
}

/// Finds the folder that `encoder` names: in the first of the `models` folders that has
/// one of that name, or for `owner/name` in the cache of the Hugging Face hub, which is
/// where the environment says. `encoder.path` takes precedence.
///
/// # Errors
/// When there is none, or it is not complete.
pub fn locate_model(
    encoder: &EncoderConfig,
    models: &[PathBuf],
) -> Result<ModelFolder, EncoderError> {
    locate_model_with(encoder, models, &HubSettings::from_environment())
}

/// The same with the cache that `settings` names.
///
/// # Errors
/// As for `locate_model`.
pub fn locate_model_with(
    encoder: &EncoderConfig,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<ModelFolder, EncoderError> {
    let place = find_model(encoder, models, settings)?;
    match ModelFolder::at(&place) {
        // What other programs fetch into the cache need not be the whole model.
        Err(EncoderError::Incomplete { .. }) if place.commit.is_some() => {
            let looked_in = place.path.display().to_string();
            Err(not_fetched(encoder, "only in part in", looked_in))
        }
        outcome => outcome,
    }
}

/// Where `locate_model_with` finds the model, before it looks whether that is complete.
///
/// # Errors
/// When there is no such folder.
pub fn find_model(
    encoder: &EncoderConfig,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<ModelPlace, EncoderError> {
    let mut tried: Vec<PathBuf> = match (&encoder.path, &encoder.revision) {
        (Some(path), _) => vec![path.clone()],
        // A folder says nothing of revisions, so one that is asked for is the cache's.
        (None, Some(_)) => Vec::new(),
        (None, None) => {
            let folders = models.iter();
            folders.map(|folder| folder.join(&encoder.name)).collect()
        }
    };
    if let Some(path) = tried.iter().find(|path| path.is_dir()) {
        return Ok(ModelPlace::folder(path));
    }
    let name = encoder.name.parse::<HubName>().ok();
    let Some(name) = name.filter(|_| encoder.path.is_none()) else {
        return Err(EncoderError::Missing {
            name: encoder.name.clone(),
            looked_in: joined(&tried),
        });
    };
    let revision = encoder.revision.as_deref().unwrap_or(MAIN);
    if let Some(held) = snapshot(settings, &name, revision) {
        return Ok(held.into_place());
    }
    tried.push(settings.cache.clone());
    Err(not_fetched(encoder, "not in", joined(&tried)))
}

fn not_fetched(encoder: &EncoderConfig, state: &'static str, looked_in: String) -> EncoderError {
    let (name, revision) = (&encoder.name, encoder.revision.as_deref());
    let chosen = revision.map_or_else(String::new, |chosen| format!(" --revision {chosen}"));
    EncoderError::NotFetched {
        name: name.clone(),
        state,
        revision: revision.unwrap_or(MAIN).to_owned(),
        looked_in,
        command: format!("sweep model get {name}{chosen}"),
    }
}

fn joined(folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|it| it.display().to_string()).collect();
    folders.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_folder::{WHOLE, write};
    use super::*;

    fn named(name: &str) -> EncoderConfig {
        EncoderConfig {
            name: name.to_owned(),
            ..EncoderConfig::default()
        }
    }

    #[test]
    fn a_missing_model_says_where_it_was_looked_for() {
        let text = locate_model(&named("no-such-model"), &["/nowhere".into()])
            .unwrap_err()
            .to_string();
        assert!(text.contains("/nowhere/no-such-model"), "{text}");
    }

    #[test]
    fn a_hub_name_is_a_folder_or_in_the_cache_or_to_be_fetched() {
        let home = tempfile::tempdir().unwrap();
        let settings = HubSettings::from_variables(home.path(), |_| None);
        let models = [home.path().join("models")];
        let find = |encoder: &EncoderConfig| locate_model_with(encoder, &models, &settings);
        let encoder = named("ada/small");
        let text = find(&encoder).unwrap_err().to_string();
        assert!(
            text.contains("`sweep model get ada/small` fetches it"),
            "{text}"
        );

        let commit = "1".repeat(40);
        let place = settings.cache.join("models--ada--small");
        let files = place.join("snapshots").join(&commit);
        write(&files, &WHOLE[..1]);
        write(&place.join("refs"), &[("v1", &commit)]);
        let pinned = EncoderConfig {
            revision: Some("v1".to_owned()),
            ..encoder.clone()
        };
        let text = find(&pinned).unwrap_err().to_string();
        assert!(text.contains("only in part in"), "{text}");
        assert!(text.contains("get ada/small --revision v1`"), "{text}");

        write(&files, &WHOLE);
        let found = find(&pinned).unwrap();
        assert_eq!(found.path, files);
        assert_eq!(found.commit.as_ref(), Some(&commit));
        assert_eq!(found.revision.as_deref(), Some("v1"));
        assert!(find(&encoder).is_err(), "the cache has no `main`");

        write(&models[0].join("ada/small"), &WHOLE);
        assert_eq!(find(&encoder).unwrap().commit, None);
        assert_eq!(find(&pinned).unwrap().commit, Some(commit));
    }
}
