//! From an experiment to a graph of steps: equal steps are one, every step has a key,
//! and every step has a reason.
//!
//! The room also answers what a reader asks before anything runs: how much is there to
//! do, what is missing, how long will it take, and which p-values can come out at all.

mod again;
mod build;
mod claims;
mod correction;
mod difference;
mod estimate;
mod floor;
mod fold;
mod load;
mod places;
mod reason;
mod render;
mod resolve;
mod step;

pub use again::Timing;
pub use build::{Plan, PlannedRun, build};
pub use claims::claims;
pub use difference::{Difference, differences};
pub use floor::{Floor, floors};
pub use places::Places;
pub use reason::{Reason, reasons};
pub use render::render;
pub use resolve::Missing;
pub use step::Step;
