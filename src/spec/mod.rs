//! The language in which experiments are written.
//!
//! This room reads a TOML file and everything laid under and over it, tells exactly what is wrong with it, and
//! turns its axes into cells. It does not know what a corpus, an encoder or a system is: their settings are the
//! sections of a [`Configuration`] that the caller brings.

mod assemble;
mod axes;
mod cells;
mod claim;
mod claim_cases;
mod claim_sides;
mod configuration;
mod environment;
mod error;
mod expand;
mod experiment;
mod explain;
mod factor;
mod fault;
mod files;
mod layers;
mod numbers;
mod overrides;
mod parts;
mod plot;
mod report;
mod schema;
mod set;
mod source;
mod statistics;
mod suggest;
mod syntax;
mod table;
mod tree;

#[cfg(test)]
mod tests;

pub use axes::{Axes, Axis};
pub(crate) use claim::as_text;
pub use claim::{Claim, Relation, Side};
pub use claim_cases::{Case, Sides, Term, Unmatched};
pub use configuration::{Configuration, Problem, Vocabulary};
pub use error::SpecError;
pub use experiment::{Cell, Experiment, Options, Run};
pub use plot::{Plot, PlotKind};
pub use report::ReportOptions;
pub use schema::schema;
pub use statistics::{Correction, Family, SeedTest, Statistics};
pub(crate) use suggest::nearest;
pub use table::Table;
