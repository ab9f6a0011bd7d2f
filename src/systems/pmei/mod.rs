//! PMEI (Sun et al. 2021, "Progressive Multi-task Learning with Controlled Information Flow
//! for Joint Entity and Relation Extraction"): words are tagged and word pairs related twice,
//! and what the early predictions pass on to the final ones is drawn and has its price.

mod classifiers;
mod config;
mod core;
mod find;
mod gaussian;
mod input;
mod latent;
mod model;
#[cfg(test)]
mod oracle;
mod plan;
mod predict;
mod saved;
mod steps;
mod table;
mod target;
mod timing;
mod training;

pub use config::{Base, ChooseBy, PmeiConfig, TestLatent, Variant, WithoutVector};
pub use plan::draft_run;
pub use predict::predict;
pub use steps::{PREDICT, PredictStep, TRAIN, TrainStep};
pub(crate) use timing::{prepare, timed_steps};
pub(crate) use training::selection;
pub use training::{Trained, train};
