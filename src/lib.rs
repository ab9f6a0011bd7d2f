//! `sweep` trains the variants of an entity-and-relation extraction system, tests
//! the differences between them, and writes the table a paper would print.
//!
//! Each module is a room; docs/architecture.md says which may know which.

pub mod cli;
pub mod corpus;
pub mod encoder;
pub mod plan;
pub mod report;
pub mod run;
pub mod score;
pub mod spec;
pub mod stats;
pub mod store;
pub mod systems;
pub mod train;
