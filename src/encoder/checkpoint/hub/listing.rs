//! What the hub says of a model: its commit, and its files with their checksums.

use std::time::Duration;

use hf_hub::api::sync::{Api, ApiBuilder, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use serde::Deserialize;

use super::cache::commit;
use super::digest::Digest;
use super::name::HubName;
use super::settings::HubSettings;

/// How long the hub may take for an answer, which is one page.
const PATIENCE: Duration = Duration::from_mins(1);

/// A model at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    /// The commit, 40 hexadecimal digits.
    pub(super) commit: String,
    /// Its files.
    pub(super) files: Vec<RemoteFile>,
}

/// A file of the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RemoteFile {
    /// Its path within the model.
    pub(super) name: String,
    /// Bytes, and the checksum; none where the hub says neither.
    pub(super) content: Option<(u64, Digest)>,
}

/// The answer to `/api/models/<name>/revision/<revision>?blobs=true`.
#[derive(Deserialize)]
struct Answer {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    blob_id: Option<String>,
    lfs: Option<LargeFile>,
}

/// A file beside git, whose blob is only a pointer to it.
#[derive(Deserialize)]
struct LargeFile {
    size: u64,
    sha256: String,
}

/// The model on the hub at a revision.
pub(super) fn remote(
    settings: &HubSettings,
    name: &HubName,
    revision: &str,
) -> Result<ApiRepo, String> {
    // Built from a given cache, since the builder's own default panics without a home.
    let api: Api = ApiBuilder::from_cache(Cache::new(settings.cache.clone()))
        .with_endpoint(settings.endpoint.clone())
        .with_token(settings.token.clone())
        .with_progress(false)
        .build()
        .map_err(|error| error.to_string())?;
    Ok(api.repo(Repo::with_revision(
        name.to_string(),
        RepoType::Model,
        revision.to_owned(),
    )))
}

/// Asks the hub for the files of a model.
///
/// # Errors
/// When the hub cannot be reached or does not give the model; the text says which, and
/// what to do.
pub(super) fn listing(
    settings: &HubSettings,
    name: &HubName,
    revision: &str,
) -> Result<Listing, String> {
    let endpoint = &settings.endpoint;
    let mut response = remote(settings, name, revision)?
        .info_request()
        .query("blobs", "true")
        .config()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .call()
        .map_err(|error| format!("{endpoint} cannot be reached: {error}"))?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(refusal(settings, revision, status));
    }
    let odd = |what: &str| format!("{endpoint} gave an answer that is not the hub's: {what}");
    let text = response
        .body_mut()
        .read_to_string()
        .map_err(|error| odd(&error.to_string()))?;
    let answer: Answer = serde_json::from_str(&text).map_err(|error| odd(&error.to_string()))?;
    Ok(Listing {
        commit: commit(&answer.sha).ok_or_else(|| odd("`sha` is not a commit"))?,
        files: answer.siblings.into_iter().map(RemoteFile::from).collect(),
    })
}

impl From<Sibling> for RemoteFile {
    fn from(sibling: Sibling) -> Self {
        let (size, digits) = match sibling.lfs {
            Some(large) => (Some(large.size), Some(large.sha256)),
            None => (sibling.size, sibling.blob_id),
        };
        let digest = digits.and_then(|digits| Digest::parse(&digits));
        Self {
            name: sibling.rfilename,
            content: size.zip(digest),
        }
    }
}

/// Why the hub does not give what was asked for, from the status of its answer.
pub(super) fn refusal(settings: &HubSettings, revision: &str, status: u16) -> String {
    let endpoint = &settings.endpoint;
    match (status, &settings.token) {
        (401, None) => format!(
            "{endpoint} has no public model of that name; check the name, and for a model that is \
             not public set HF_TOKEN"
        ),
        (401 | 403, _) => format!(
            "{endpoint} does not give it to the holder of this token; check HF_TOKEN, and accept \
             the model's terms on its page if it has some"
        ),
        (404, _) => format!("{endpoint} has no model of that name with a revision `{revision}`"),
        (429, _) => format!("{endpoint} is asked too often; try again later, or set HF_TOKEN"),
        _ => format!("{endpoint} answered with status {status}; try again later"),
    }
}
