//! How fast a trained system infers: a step that repeats the inference of other steps against the clock.
//!
//! A timed step reads the prediction steps that it times and whatever those read, prepares their inputs, and then
//! repeats what a system does between prepared inputs and decoded labels. Loading, tokenising and writing are
//! outside the clock. It runs alone and with all the cores of the machine. Which predictions are inside is a
//! matter of `speed.inside`: those that find relations between given entities, or all of a run.
//!
//! The machine is part of the step's description, so that no speed is ever taken over from another host or device.
//! This is the one exception to the rule that no step's key knows where it runs: a speed is a statement about a
//! machine.

mod config;
mod draft;
mod load;
mod machine;
mod pass;
mod single;
mod step;
#[cfg(test)]
mod tests;
mod timing;

use crate::score::Column;

/// The columns that ask for it in tables, plots and claims.
pub const COLUMNS: [&str; 2] = [Column::RATES[0], Column::SIZES[0]];

pub use config::{Inside, SpeedConfig};
pub(crate) use draft::{NO_EXTRACTION, NO_RELATIONS, Parts, draft};
pub use machine::Machine;
pub use pass::{Part, Pass};
pub(crate) use single::one_step;
pub(crate) use step::execute;
pub use step::{SPEED, SPEEDS, SpeedStep};
pub use timing::{Timed, read_timed};
