//! The training loop that every system shares: optimiser groups, warm-up and decay,
//! clipping by the global norm, the order of batches, selection on the dev split.
//!
//! The room knows modules and losses, not tasks: a system hands it a model, a loss
//! for a list of examples, and a score for selection.

mod adamw;
mod batches;
mod changes;
mod clip;
mod fit;
mod momentum;
mod optimiser;
mod recipe;
mod schedule;

pub use batches::{epoch_batches, shuffled, sorted_batches};
pub use changes::RecipeChanges;
pub use fit::{Epoch, Fitted, fit};
pub use recipe::{Initial, Keep, Method, Recipe, Schedule};
