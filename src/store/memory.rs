//! The most memory that a step took: a worker does many steps, so the mark is set back before each.
//!
//! Only Linux tells; elsewhere nothing is recorded.

use std::fs;

/// Lets the mark fall to what is in use now. Without the permission to do so the mark is that of the whole process,
/// and rather too high.
pub(super) fn set_back() {
    // The kernel's interface: writing 5 sets the peak of the resident set back.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of the resident set since then, in bytes.
pub(super) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
