//! Carrying out a plan: one dispatcher that owns all state and speaks to the screen, and worker processes,
//! one a slot, that each execute the steps they are told.
//!
//! Workers are processes so that a crash, a lack of memory or a broken device costs one attempt at one step.
//! All that lasts is in the store; dispatcher and workers can be killed at any moment, and the next run goes
//! on from what is finished.

mod dispatcher;
mod error;
mod estimate;
mod options;
mod outcome;
mod process;
mod protocol;
mod reporter;
mod schedule;
mod seat;
mod signals;
mod survey;
mod worker;

pub use dispatcher::run;
pub use error::RunError;
pub use options::{Options, Retry, Slot, WorkerCommand};
pub use outcome::{Blocked, Failure, Outcome};
pub use protocol::Progress;
pub use reporter::{Bars, Event, Lines, Quiet, Reporter, Status, for_terminal};
pub use worker::{Execute, StepFailure, attempt, serve};
