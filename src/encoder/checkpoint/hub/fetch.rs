//! Getting a model into the cache: `sweep model get`.

use std::path::{Path, PathBuf};

use hf_hub::api::sync::ApiRepo;
use ureq::Agent;

use super::cache::{Snapshot, folder, is_revision, place, snapshot};
use super::choice::choose;
use super::listing::{Listing, RemoteFile, listing, remote};
use super::name::HubName;
use super::settings::HubSettings;
use super::transfer::{Transfer, client};
use crate::encoder::checkpoint::model_folder::ModelFolder;
use crate::encoder::checkpoint::shards::shards;
use crate::encoder::error::EncoderError;

/// A model that is in the cache now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its folder, with the commit.
    pub folder: ModelFolder,
    /// Names and bytes of its files.
    pub files: Vec<(String, u64)>,
    /// Bytes that were fetched by this call; none when all was there.
    pub fetched: u64,
}

/// How far the file being fetched has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchProgress<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Bytes that are there.
    pub done: u64,
    /// Bytes of the whole.
    pub size: u64,
}

/// Fetches what the cache lacks of a model's files: `config.json`, the tokenizer and the
/// weights in the safetensors format. Every file is verified by its checksum before it
/// gets its name, and the revision is written down last, so that a model which is found
/// is whole. What an interrupted call has left is gone on from.
///
/// # Errors
/// When the hub cannot be reached or does not have the model, the model is refused
/// (pickled weights, no fast tokenizer), a checksum is wrong, or nothing may be fetched.
pub fn fetch(
    settings: &HubSettings,
    name: &HubName,
    revision: &str,
    told: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Fetched, EncoderError> {
    let failed = |reason: String| EncoderError::Hub {
        name: name.to_string(),
        reason,
    };
    if !is_revision(revision) {
        return Err(failed(format!(
            "`{revision}` cannot be a branch, a tag or a commit"
        )));
    }
    let held = || snapshot(settings, name, revision).map(Snapshot::into_place);
    match held().and_then(|place| ModelFolder::at(&place).ok()) {
        // A commit never changes, and offline there is no way to see whether a branch has.
        Some(folder) if settings.offline || folder.revision.is_none() => {
            return whole(folder, 0);
        }
        None if settings.offline => {
            return Err(failed(
                "it is not in the cache, and HF_HUB_OFFLINE says to fetch nothing; unset it to fetch \
                 the model"
                    .to_owned(),
            ));
        }
        _ => {}
    }
    let listing = listing(settings, name, revision).map_err(failed)?;
    let job = Job {
        settings,
        name,
        listing: &listing,
        remote: remote(settings, name, &listing.commit).map_err(failed)?,
        agent: client(),
        snapshot: place(settings, name, revision).pointer_path(&listing.commit),
    };
    let fetched = job.all(told).map_err(failed)?;
    if revision != listing.commit {
        place(settings, name, revision)
            .create_ref(&listing.commit)
            .map_err(|error| failed(format!("its revision cannot be written down: {error}")))?;
    }
    match held() {
        Some(place) => whole(ModelFolder::at(&place)?, fetched),
        None => Err(failed(format!(
            "it is not in {} after all",
            settings.cache.display()
        ))),
    }
}

/// The outcome for a folder that is complete.
fn whole(folder: ModelFolder, fetched: u64) -> Result<Fetched, EncoderError> {
    let files = folder.files()?;
    Ok(Fetched {
        folder,
        files,
        fetched,
    })
}

/// What the files of one call have in common.
struct Job<'a> {
    settings: &'a HubSettings,
    name: &'a HubName,
    listing: &'a Listing,
    /// The model at the commit, not at the branch, which may move meanwhile.
    remote: ApiRepo,
    agent: Agent,
    snapshot: PathBuf,
}

impl Job<'_> {
    /// Fetches every file that is needed; gives the bytes that came over the network.
    fn all(&self, told: &mut dyn FnMut(FetchProgress<'_>)) -> Result<u64, String> {
        let mut fetched = 0;
        for file in choose(self.name, self.listing)? {
            fetched += self.one(file, told)?;
            if !file.name.ends_with(".index.json") {
                continue;
            }
            let named =
                shards(&self.snapshot.join(&file.name)).map_err(|error| error.to_string())?;
            for shard in named {
                let listed = self.listing.files.iter().find(|file| file.name == shard);
                let missing =
                    || format!("{} names {shard}, which the hub does not have", file.name);
                fetched += self.one(listed.ok_or_else(missing)?, told)?;
            }
        }
        Ok(fetched)
    }

    /// Fetches a file unless it is there.
    fn one(
        &self,
        file: &RemoteFile,
        told: &mut dyn FnMut(FetchProgress<'_>),
    ) -> Result<u64, String> {
        let (size, digest) = file.content.as_ref().ok_or_else(|| {
            format!(
                "{} gives no checksum for {}, so it cannot be verified; use another HF_ENDPOINT",
                self.settings.endpoint, file.name
            )
        })?;
        let has_size = |path: &Path| path.metadata().is_ok_and(|found| found.len() == *size);
        let link = self.snapshot.join(&file.name);
        if has_size(&link) {
            return Ok(0);
        }
        let blobs = folder(self.settings, self.name).join("blobs");
        let failed = |path: &Path, error: &std::io::Error| {
            format!("{} cannot be written: {error}", path.display())
        };
        for folder in [&blobs, &self.snapshot] {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        let blob = blobs.join(digest.as_str());
        let mut fetched = 0;
        if !has_size(&blob) {
            let mut before = None;
            let mut after = 0;
            let transfer = Transfer {
                address: &self.remote.url(&file.name),
                blob: blob.clone(),
                size: *size,
                digest,
            };
            transfer.fetch(&self.agent, self.settings, &mut |done| {
                before.get_or_insert(done);
                after = done;
                told(FetchProgress {
                    file: &file.name,
                    done,
                    size: *size,
                });
            })?;
            fetched = after.saturating_sub(before.unwrap_or(0));
        }
        // A link that is there leads nowhere, or to something that was cut off.
        if link.symlink_metadata().is_ok() {
            std::fs::remove_file(&link).map_err(|error| failed(&link, &error))?;
        }
        place_file(digest, &blob, &link).map_err(|error| failed(&link, &error))?;
        Ok(fetched)
    }
}

/// Gives a blob its name in a snapshot by a relative link, so that the cache can move.
#[cfg(unix)]
fn place_file(digest: &super::digest::Digest, _blob: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(Path::new("../../blobs").join(digest.as_str()), link)
}

/// The same by a copy, where links need rights that few have.
#[cfg(not(unix))]
fn place_file(_digest: &super::digest::Digest, blob: &Path, link: &Path) -> std::io::Result<()> {
    std::fs::copy(blob, link).map(drop)
}
