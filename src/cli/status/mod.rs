//! `sweep status`: it only looks, so it can be called while a run is at work.

mod experiment;
mod standing;
mod verb;
mod whole;

pub(super) use verb::{StatusArguments, status};
