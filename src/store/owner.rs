//! Who holds a lock, and whether that process still lives.

use std::fmt;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};

use serde::{Deserialize, Serialize};

use super::files;

/// The holder of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Name of the machine.
    pub host: String,
    /// Process number, meaningful inside `place`.
    pub pid: u32,
    /// Start of the process in clock ticks since the machine started, which tells it from a later process
    /// of the same number; `None` where the system does not say.
    pub born: Option<u64>,
    /// The machine since it last started, and the space of process numbers on it.
    pub place: String,
    /// Tells two locks of one process apart.
    pub nonce: String,
    /// When the lock was taken, in whole seconds since 1970.
    pub since: u64,
}

impl Owner {
    pub(super) fn this_process() -> Self {
        let pid = std::process::id();
        Self {
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            pid,
            born: process(pid).map(|(_, born)| born),
            place: place(),
            nonce: format!("{:016x}", RandomState::new().build_hasher().finish()),
            since: files::now() as u64,
        }
    }

    /// Stands for the owner of a lock file that cannot be read.
    pub(super) fn unknown() -> Self {
        Self {
            host: "an unknown host".to_owned(),
            pid: 0,
            born: None,
            place: String::new(),
            nonce: String::new(),
            since: 0,
        }
    }

    /// The text of a lock file.
    pub(super) fn text(&self) -> String {
        // Plain fields always serialise.
        let text = serde_json::to_string(self).unwrap_or_default();
        format!("{text}\n")
    }

    /// Whether the process lives; `None` where that cannot be told from here.
    pub(super) fn is_alive(&self) -> Option<bool> {
        let born = self.born.filter(|_| self.place == place())?;
        Some(
            process(self.pid)
                .is_some_and(|(state, now)| now == born && !matches!(state, 'Z' | 'X')),
        )
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} on {}", self.pid, self.host)
    }
}

/// State letter and start time of a process, from the file of Linux that says so.
fn process(pid: u32) -> Option<(char, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may hold blanks and parentheses of its own.
    let mut fields = text[text.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // Field 22 of the line, the 19th after the state.
    let born = fields.nth(18)?.parse().ok()?;
    Some((state, born))
}

fn place() -> String {
    let host = gethostname::gethostname();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!(
        "{} {} {}",
        host.to_string_lossy(),
        boot.trim(),
        space.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_others_do_not_pass_for_it() {
        let owner = Owner::this_process();
        assert_eq!(owner.is_alive(), Some(true));
        let later = Owner {
            born: owner.born.map(|born| born + 1),
            ..owner.clone()
        };
        assert_eq!(later.is_alive(), Some(false));
        let elsewhere = Owner {
            place: "elsewhere".to_owned(),
            ..owner.clone()
        };
        assert_eq!(elsewhere.is_alive(), None);
        let unknown = Owner {
            born: None,
            ..owner
        };
        assert_eq!(unknown.is_alive(), None);
    }
}
