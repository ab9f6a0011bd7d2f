//! The extraction systems: how each reads a sentence, its heads and losses, how it
//! decodes, and which steps a run of it needs.
//!
//! A system joins the plan through one function, configuration in and drafts out, and
//! the workers through one more, description in and result out. Two more let its speed
//! be measured: which of its predictions decide relations, and a prediction prepared to
//! be repeated. Adding a system is a folder here and its lines in `registry`.

mod configuration;
pub mod crone;
pub mod draft;
mod error;
mod features;
pub mod identity;
pub mod iter;
pub mod jointere;
mod opened;
#[cfg(test)]
#[path = "../../tests/it/oracle.rs"]
#[allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]
mod oracle_files;
pub mod pmei;
pub mod pure;
mod registry;
mod scoring;
mod spans;
pub mod speed;
mod start;
mod trained;
mod work;

pub use configuration::{Configuration, Evaluation, SystemConfig, SystemKind};
pub use error::SystemError;
pub use features::FEATURES;
pub use registry::{Reads, draft_run, draft_speed, execute};
pub use scoring::{COUNTS, SCORE, ScoreStep, Scored, read_scored};
pub use work::{Hints, Origin, Report, Work};
