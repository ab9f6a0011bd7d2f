//! ITER (Hennen et al. 2024, "ITER: Iterative Transformer-based Entity Recognition and
//! Relation Extraction"): one pass of an encoder, and three small heads over its states that
//! open brackets, close them, and link the spans between them.

mod brackets;
mod config;
mod context;
mod decode;
mod find;
mod gated;
mod heads;
mod input;
mod loss;
mod model;
#[cfg(test)]
mod oracle;
mod pairs;
mod plan;
mod predict;
mod saved;
mod steps;
mod timing;
mod training;
mod transfer;

pub use config::{
    GateActivation, GoldSource, IterConfig, LinkHeads, NestedLink, PretrainConfig, SpanRule,
};
pub use plan::draft_run;
pub use predict::predict;
pub use steps::{PREDICT, PredictStep, TRAIN, TrainStep};
pub(crate) use timing::{prepare, timed_steps};
pub(crate) use training::selection;
pub use training::{Trained, train};
