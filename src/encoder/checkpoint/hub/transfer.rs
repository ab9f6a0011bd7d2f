//! Fetching one file: resumable, verified, and seen by nobody before it is whole.
//!
//! `hf-hub` has a download of its own. It puts a file into the cache without looking at
//! its checksum, appends the whole file to the part it has where a server ignores the
//! range, and cannot go on from a part that is already whole; hence this one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::Agent;
use ureq::config::RedirectAuthHeaders;

use super::digest::Digest;
use super::listing::refusal;
use super::settings::HubSettings;

/// Tries of one file without a byte of progress between them.
const TRIES: u32 = 4;
/// How long a server may say nothing.
const PATIENCE: Duration = Duration::from_mins(1);
/// The pause before the second try; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(250);

/// One file to fetch.
pub(super) struct Transfer<'a> {
    /// Where the hub has it.
    pub(super) address: &'a str,
    /// Its place in the cache's `blobs/`.
    pub(super) blob: PathBuf,
    /// Bytes of the whole.
    pub(super) size: u64,
    /// Checksum of the whole.
    pub(super) digest: &'a Digest,
}

/// Why a try came to nothing.
enum Trouble {
    /// Trying again may help.
    Passing(String),
    /// It would not.
    Lasting(String),
}

impl Trouble {
    fn disk(path: &Path, error: &std::io::Error) -> Self {
        Self::Lasting(format!("{} cannot be written: {error}", path.display()))
    }
}

/// The client that fetches files; a token is sent to the hub alone, not to where it may
/// redirect.
pub(super) fn client() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .redirect_auth_headers(RedirectAuthHeaders::SameHost)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .build()
        .into()
}

impl Transfer<'_> {
    /// Fetches the file into its place, going on from what an earlier try has left.
    /// `told` is called with the bytes that are there.
    ///
    /// # Errors
    /// When the hub does not give the file, or gives another than it promised, or the
    /// file cannot be written. What was fetched stays for the next call, unless its
    /// checksum is wrong.
    pub(super) fn fetch(
        &self,
        agent: &Agent,
        settings: &HubSettings,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), String> {
        let part = self.blob.with_extension("part");
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&part)
            .map_err(|error| format!("{} cannot be written: {error}", part.display()))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(format!("another process is fetching {}", part.display()));
            }
            // Some file systems have no locks; two that fetch the same file there spoil
            // the part, which its checksum shows.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // Whoever had the lock before may have finished.
        if self
            .blob
            .metadata()
            .is_ok_and(|held| held.len() == self.size)
        {
            let _ = std::fs::remove_file(&part);
            return Ok(());
        }
        let resumed = length(&file) > 0;
        let mut result = self.complete(agent, settings, &mut file, told);
        if result.is_ok() && !self.is_right(&part)? {
            let restart = file.set_len(0);
            result = match restart {
                // What was there before may be what is wrong, so it gets one fresh start.
                Ok(()) if resumed => self.complete(agent, settings, &mut file, told),
                _ => Ok(()),
            };
            if result.is_ok() && !self.is_right(&part)? {
                let _ = std::fs::remove_file(&part);
                return Err(format!(
                    "what {} gives does not have the checksum that it promises ({}); it was thrown \
                     away, try again later",
                    self.address,
                    self.digest.as_str()
                ));
            }
        }
        result?;
        file.sync_all()
            .and_then(|()| std::fs::rename(&part, &self.blob))
            .map_err(|error| format!("{} cannot be written: {error}", self.blob.display()))
    }

    fn is_right(&self, part: &Path) -> Result<bool, String> {
        let found = self.digest.of_same_kind(part);
        found
            .map(|found| found == *self.digest)
            .map_err(|error| format!("{} cannot be read: {error}", part.display()))
    }

    /// Tries until the part has all bytes, or nothing moves any more.
    fn complete(
        &self,
        agent: &Agent,
        settings: &HubSettings,
        file: &mut File,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), String> {
        let mut tries = 0;
        let mut furthest = length(file);
        loop {
            let held = length(file);
            told(held.min(self.size));
            if held == self.size {
                return Ok(());
            }
            match self.attempt(agent, settings, file, told) {
                Ok(()) => {}
                Err(Trouble::Lasting(reason)) => return Err(reason),
                Err(Trouble::Passing(reason)) => {
                    let progress = length(file) > furthest;
                    furthest = furthest.max(length(file));
                    tries = if progress { 1 } else { tries + 1 };
                    if tries >= TRIES {
                        return Err(format!(
                            "{reason}; what was fetched is kept, and the same command goes on from \
                             there"
                        ));
                    }
                    std::thread::sleep(PAUSE * 2_u32.pow(tries - 1));
                }
            }
        }
    }

    /// One request, from where the part ends.
    fn attempt(
        &self,
        agent: &Agent,
        settings: &HubSettings,
        file: &mut File,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), Trouble> {
        let part = self.blob.with_extension("part");
        let failed = |error: &std::io::Error| Trouble::disk(&part, error);
        if length(file) > self.size {
            file.set_len(0).map_err(|error| failed(&error))?;
        }
        let start = length(file);
        // A compressed answer would have other ranges.
        let mut request = agent
            .get(self.address)
            .header("Accept-Encoding", "identity");
        if start > 0 {
            request = request.header("Range", format!("bytes={start}-"));
        }
        if let Some(token) = &settings.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let lost = |error: String| Trouble::Passing(format!("{}: {error}", self.address));
        let response = request.call().map_err(|error| lost(error.to_string()))?;
        let status = response.status().as_u16();
        let range = response.headers().get("Content-Range");
        let range = range.and_then(|range| range.to_str().ok());
        let continues = format!("bytes {start}-");
        match status {
            206 if range.is_some_and(|range| range.starts_with(&continues)) => {}
            // The whole file, or another range than was asked for: from the start.
            200 => file.set_len(0).map_err(|error| failed(&error))?,
            206 | 416 => {
                file.set_len(0).map_err(|error| failed(&error))?;
                return Err(lost("the server gave another range".to_owned()));
            }
            429 | 500.. => return Err(Trouble::Passing(refusal(settings, "", status))),
            404 => return Err(Trouble::Lasting(format!("{} is not there", self.address))),
            _ => return Err(Trouble::Lasting(refusal(settings, "", status))),
        }
        let mut done = length(file);
        let mut body = response.into_body().into_reader().take(self.size - done);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = body
                .read(&mut buffer)
                .map_err(|error| lost(format!("the connection broke: {error}")))?;
            if read == 0 {
                break;
            }
            file.write_all(&buffer[..read])
                .map_err(|error| failed(&error))?;
            done += read as u64;
            told(done);
        }
        if done < self.size {
            return Err(lost("the answer ended too early".to_owned()));
        }
        Ok(())
    }
}

/// Bytes of a file that is open for appending.
fn length(mut file: &File) -> u64 {
    file.seek(std::io::SeekFrom::End(0)).unwrap_or(0)
}
