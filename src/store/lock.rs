//! A lock that names its owner and beats while it is held.
//!
//! It is a file made by linking a complete candidate to the lock's name, which is atomic on NFS too. On the
//! machine of the owner, a lock is stale as soon as the owner's process is gone, so that nobody has to wait
//! after a crash; seen from elsewhere, once its heartbeat has stopped for [`LIMIT`].
//!
//! Taking over a stale lock is a race between those who noticed. It is decided by a second lock, named after
//! the very text of the stale one: only its holder may replace the stale lock, and does so with one rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::error::StoreError;
use super::files::{self, At};
use super::owner::Owner;

/// Time between two heartbeats.
const BEAT: Duration = Duration::from_secs(5);
/// Silence after which a lock held on another machine is stale.
const LIMIT: Duration = Duration::from_mins(1);

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub struct Lock {
    heartbeat: Option<(Sender<()>, JoinHandle<()>)>,
    claim: Claim,
}

impl Lock {
    /// Takes the lock at `path`, whose folder must exist.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where somebody alive holds it.
    pub fn acquire(path: &Path) -> Result<Self, StoreError> {
        let claim = Claim::stake(path)?;
        tidy(path)?;
        let heartbeat = start_heartbeat(&claim)?;
        Ok(Self {
            heartbeat: Some(heartbeat),
            claim,
        })
    }

    /// Who holds the lock at `path` and is alive; nobody where there is no lock.
    pub fn holder(path: &Path) -> Result<Option<Owner>, StoreError> {
        let Some(holder) = Holder::read(path)? else {
            return Ok(None);
        };
        if holder.is_stale(SystemTime::now()) {
            return Ok(None);
        }
        Ok(Some(holder.owner.unwrap_or_else(Owner::unknown)))
    }

    /// Checks that nobody took the lock over in the meantime.
    ///
    /// # Errors
    /// [`StoreError::LockLost`] where somebody did, because this process had been stopped for long.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.claim.holds() {
            Ok(())
        } else {
            Err(StoreError::LockLost(self.claim.path.clone()))
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.heartbeat.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// The lock file itself, with the text that makes it ours.
#[derive(Debug)]
struct Claim {
    path: PathBuf,
    text: String,
}

impl Claim {
    fn stake(path: &Path) -> Result<Self, StoreError> {
        let owner = Owner::this_process();
        let candidate = beside(path, &owner.nonce, "new");
        let text = owner.text();
        fs::write(&candidate, &text).at("write", &candidate)?;
        let staked = Self::link_or_replace(&candidate, path, &text);
        let _ = fs::remove_file(&candidate);
        staked.map(|()| Self {
            path: path.to_owned(),
            text,
        })
    }

    fn link_or_replace(candidate: &Path, path: &Path, text: &str) -> Result<(), StoreError> {
        // The file system's own clock, which may differ from this machine's.
        let now = modified(candidate).at("inspect", candidate)?;
        loop {
            let linked = link(candidate, path, text);
            match linked {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).at("create the lock", path),
            }
            let Some(holder) = Holder::read(path)? else {
                continue;
            };
            if holder.text == text {
                // The link was made although the server's answer was lost.
                return Ok(());
            }
            if !holder.is_stale(now) {
                return Err(StoreError::Locked {
                    path: path.to_owned(),
                    owner: Box::new(holder.owner.unwrap_or_else(Owner::unknown)),
                });
            }
            let heirship = Self::stake(&beside(path, &holder.digest(), "heir"))?;
            let unchanged = Holder::read(path)?.is_some_and(|now| now.text == holder.text);
            if unchanged {
                fs::rename(candidate, path).at("take over the lock", path)?;
            }
            drop(heirship);
            if unchanged {
                return Ok(());
            }
        }
    }

    fn holds(&self) -> bool {
        matches!(Holder::read(&self.path), Ok(Some(holder)) if holder.text == self.text)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.holds() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a lock file says.
struct Holder {
    text: String,
    owner: Option<Owner>,
    beat: SystemTime,
}

impl Holder {
    fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = files::read_if_there(path)? else {
            return Ok(None);
        };
        let Ok(beat) = modified(path) else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let owner = serde_json::from_str(&text).ok();
        Ok(Some(Self { text, owner, beat }))
    }

    /// Whether the owner is gone, `now` by the clock of the file system.
    fn is_stale(&self, now: SystemTime) -> bool {
        self.owner.as_ref().and_then(Owner::is_alive).map_or_else(
            || now.duration_since(self.beat).is_ok_and(|age| age > LIMIT),
            |alive| !alive,
        )
    }

    fn digest(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex()[..16].to_owned()
    }
}

/// Gives the candidate the name of the lock, if that is free.
fn link(candidate: &Path, path: &Path, text: &str) -> io::Result<()> {
    match fs::hard_link(candidate, path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
            ) =>
        {
            // A file system without hard links. Here a reader may see the file before its text.
            let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
            file.write_all(text.as_bytes())
        }
        result => result,
    }
}

/// Touches the lock every few seconds. Writing, rather than setting a time, uses the file server's clock.
fn start_heartbeat(claim: &Claim) -> Result<(Sender<()>, JoinHandle<()>), StoreError> {
    let file: File = OpenOptions::new()
        .write(true)
        .open(&claim.path)
        .at("open", &claim.path)?;
    let end = claim.text.len().saturating_sub(1) as u64;
    let (stop, stopped) = channel::<()>();
    let thread = std::thread::Builder::new()
        .name("heartbeat".to_owned())
        .spawn(move || {
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                // The text ends in a line feed, so writing it again changes the time alone. A beat that
                // fails is made up for by the next one.
                let _ = file.write_all_at(b"\n", end);
            }
        })
        .at("start the heartbeat of", &claim.path)?;
    Ok((stop, thread))
}

/// Removes what processes that died while they were taking this lock left beside it.
fn tidy(path: &Path) -> Result<(), StoreError> {
    let prefix = format!("{}.", files::file_name(path));
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    for other in files::list(folder)? {
        if !files::file_name(&other).starts_with(&prefix) {
            continue;
        }
        let now = modified(path).at("inspect", path)?;
        if Holder::read(&other)?.is_some_and(|holder| holder.is_stale(now)) {
            files::remove(&other)?;
        }
    }
    Ok(())
}

fn beside(path: &Path, middle: &str, end: &str) -> PathBuf {
    let name = format!("{}.{middle}.{end}", files::file_name(path));
    path.with_file_name(name)
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Writes the lock of an owner that is not this process.
    fn plant(path: &Path, change: impl FnOnce(&mut Owner)) {
        let mut owner = Owner::this_process();
        change(&mut owner);
        fs::write(path, owner.text()).unwrap();
    }

    fn age(path: &Path, seconds: u64) {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        files::list(folder)
            .unwrap()
            .iter()
            .map(|path| files::file_name(path))
            .collect()
    }

    #[test]
    fn a_held_lock_names_its_owner_and_a_dropped_one_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = Lock::acquire(&path).unwrap();
        let error = Lock::acquire(&path).unwrap_err().to_string();
        assert!(
            error.contains(&format!("process {}", std::process::id())),
            "{error}"
        );
        lock.check().unwrap();
        drop(lock);
        assert!(names(folder.path()).is_empty());
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn the_lock_of_a_dead_process_is_taken_over_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        // The same process number, given to a process born at another time.
        plant(&path, |owner| owner.born = Some(1));
        plant(&folder.path().join("lock.left.new"), |owner| {
            owner.born = Some(2);
        });
        let lock = Lock::acquire(&path).unwrap();
        lock.check().unwrap();
        assert_eq!(names(folder.path()), ["lock"]);
    }

    #[test]
    fn the_lock_of_another_machine_goes_by_its_heartbeat() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        plant(&path, |owner| owner.place = "elsewhere".to_owned());
        age(&path, 50);
        assert!(matches!(
            Lock::acquire(&path),
            Err(StoreError::Locked { .. })
        ));
        age(&path, 70);
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn an_unreadable_lock_is_respected_until_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        fs::write(&path, "").unwrap();
        assert!(matches!(
            Lock::acquire(&path),
            Err(StoreError::Locked { .. })
        ));
        age(&path, 70);
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn an_heir_that_died_is_inherited_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        plant(&path, |owner| owner.born = Some(1));
        let victim = Holder::read(&path).unwrap().unwrap();
        plant(&beside(&path, &victim.digest(), "heir"), |owner| {
            owner.born = Some(2);
        });
        let _lock = Lock::acquire(&path).unwrap();
        assert_eq!(names(folder.path()), ["lock"]);
    }

    #[test]
    fn a_lock_that_was_taken_over_is_noticed_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = Lock::acquire(&path).unwrap();
        plant(&path, |_| {});
        assert!(matches!(lock.check(), Err(StoreError::LockLost(_))));
        drop(lock);
        assert!(path.exists());
    }

    #[test]
    fn of_many_that_find_a_stale_lock_one_gets_it() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("lock");
            plant(&path, |owner| owner.born = Some(1));
            let (barrier, inside) = (Barrier::new(6), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for _ in 0..6 {
                    scope.spawn(|| {
                        barrier.wait();
                        let lock = Lock::acquire(&path);
                        if lock.is_ok() {
                            inside.fetch_add(1, Ordering::SeqCst);
                        }
                        // Nobody lets go before everybody has tried.
                        barrier.wait();
                    });
                }
            });
            assert_eq!(inside.load(Ordering::SeqCst), 1);
        }
    }
}
