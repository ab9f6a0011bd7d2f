//! What the cache holds, in the layout of Hugging Face's libraries:
//! `models--owner--name/snapshots/<commit>/` has the files of a commit as links into
//! `blobs/`, and `refs/<revision>` has the commit that a branch or tag stood at.

use std::path::{Path, PathBuf};

use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use super::digest::Digest;
use super::name::HubName;
use super::settings::HubSettings;
use crate::encoder::checkpoint::locate::ModelPlace;

/// The files of one commit of a model, complete or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// The model.
    pub(crate) name: HubName,
    /// The branch or tag that led here; none for a commit that nothing names.
    pub(crate) revision: Option<String>,
    /// The commit, 40 hexadecimal digits.
    pub(crate) commit: String,
    /// The folder of its files.
    pub(crate) path: PathBuf,
}

impl Snapshot {
    /// The place, without the name.
    pub(crate) fn into_place(self) -> ModelPlace {
        ModelPlace {
            path: self.path,
            commit: Some(self.commit),
            revision: self.revision,
        }
    }
}

/// The commit in a text that should hold one.
pub(super) fn commit(text: &str) -> Option<String> {
    match Digest::parse(text.trim()) {
        Some(Digest::Git(digits)) => Some(digits),
        _ => None,
    }
}

/// The model's place in the cache at a revision.
pub(super) fn place(settings: &HubSettings, name: &HubName, revision: &str) -> CacheRepo {
    let cache = Cache::new(settings.cache.clone());
    cache.repo(Repo::with_revision(
        name.to_string(),
        RepoType::Model,
        revision.to_owned(),
    ))
}

/// The model's own folder in the cache.
pub(super) fn folder(settings: &HubSettings, name: &HubName) -> PathBuf {
    let repo = Repo::model(name.to_string());
    settings.cache.join(repo.folder_name())
}

/// Whether a revision can be the name of a branch, a tag or a commit; one that cannot
/// might lead out of the cache.
pub(super) fn is_revision(revision: &str) -> bool {
    let odd = |character: char| {
        character.is_whitespace() || character.is_control() || "?#%\\:~^".contains(character)
    };
    !revision.is_empty()
        && !revision.contains(odd)
        && revision
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.'))
}

/// The snapshot that the cache has of a model at a branch, tag or commit.
pub(crate) fn snapshot(settings: &HubSettings, name: &HubName, revision: &str) -> Option<Snapshot> {
    if !is_revision(revision) {
        return None;
    }
    let written = folder(settings, name).join("refs").join(revision);
    let (commit, named) = match std::fs::read_to_string(written) {
        Ok(text) => (commit(&text)?, true),
        Err(_) => (commit(revision)?, false),
    };
    let path = place(settings, name, revision).pointer_path(&commit);
    path.is_dir().then(|| Snapshot {
        name: name.clone(),
        revision: named.then(|| revision.to_owned()),
        commit,
        path,
    })
}

/// Everything that the cache holds, by name: a snapshot for each branch and tag, and
/// those that nothing names.
pub(crate) fn snapshots(settings: &HubSettings) -> Vec<Snapshot> {
    let mut found = Vec::new();
    for entry in names_in(&settings.cache) {
        let Some(name) = HubName::of_folder(&entry) else {
            continue;
        };
        let folder = folder(settings, &name);
        let mut revisions = Vec::new();
        collect_revisions(&folder.join("refs"), "", &mut revisions);
        let mut of_model: Vec<Snapshot> = revisions
            .iter()
            .filter_map(|revision| snapshot(settings, &name, revision))
            .collect();
        for commit in names_in(&folder.join("snapshots")) {
            if of_model.iter().all(|known| known.commit != commit) {
                of_model.extend(snapshot(settings, &name, &commit));
            }
        }
        found.extend(of_model);
    }
    found
}

/// Revisions have the form of paths: `refs/pr/1` is one.
fn collect_revisions(folder: &Path, above: &str, revisions: &mut Vec<String>) {
    for name in names_in(folder) {
        let (path, revision) = (folder.join(&name), format!("{above}{name}"));
        if path.is_dir() {
            collect_revisions(&path, &format!("{revision}/"), revisions);
        } else {
            revisions.push(revision);
        }
    }
}

/// Names of a folder's entries in order; none where there is no folder.
fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";

    fn settings(cache: &Path) -> HubSettings {
        HubSettings {
            cache: cache.to_owned(),
            ..HubSettings::from_variables(Path::new("/nowhere"), |_| None)
        }
    }

    #[test]
    fn snapshots_are_found_by_branch_tag_and_commit() {
        let cache = tempfile::tempdir().unwrap();
        let model = cache.path().join("models--ada--small");
        for commit in [ONE, TWO] {
            std::fs::create_dir_all(model.join("snapshots").join(commit)).unwrap();
        }
        std::fs::create_dir_all(model.join("refs/refs/pr")).unwrap();
        std::fs::write(model.join("refs/main"), format!("{ONE}\n")).unwrap();
        std::fs::write(model.join("refs/refs/pr/1"), ONE).unwrap();
        std::fs::write(model.join("refs/broken"), "../../..").unwrap();
        let settings = settings(cache.path());
        let name: HubName = "ada/small".parse().unwrap();
        let commit = |revision: &str| snapshot(&settings, &name, revision).map(|it| it.commit);
        assert_eq!(commit("main").as_deref(), Some(ONE));
        assert_eq!(commit("refs/pr/1").as_deref(), Some(ONE));
        assert_eq!(commit(TWO).as_deref(), Some(TWO));
        for revision in ["v1", "broken", "../refs/main", "", &"3".repeat(40)] {
            assert_eq!(commit(revision), None, "{revision}");
        }
        let all: Vec<_> = snapshots(&settings)
            .into_iter()
            .map(|it| (it.revision, it.commit))
            .collect();
        let named = |revision: &str| Some(revision.to_owned());
        assert_eq!(
            all,
            [
                (named("main"), ONE.to_owned()),
                (named("refs/pr/1"), ONE.to_owned()),
                (None, TWO.to_owned())
            ]
        );
    }
}
