//! JointERE (Yan et al. 2022, "An Empirical Study of Pipeline vs. Joint approaches
//! to Entity and Relation Extraction"): entity and relation extraction divided into
//! modules that are trained apart, shared between approaches, and chained.

mod approach;
mod candidates;
mod config;
mod decode;
mod examples;
mod loss;
mod model;
mod module;
mod plan;
mod predict;
mod saved;
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        unused_imports,
        reason = "the module that trains it comes apart"
    )
)]
mod span_pruner;
mod stage;
mod steps;
mod top_k;
mod training;

pub use approach::{APPROACHES, approach};
pub use config::{JointEreConfig, LossNorm, PrunerConfig, Rounding, SpanEnd};
pub use module::ModuleKind;
pub use plan::draft_run;
pub use predict::predict;
pub use steps::{PREDICT, PredictStep, TRAIN, TrainStep};
pub use training::{Inputs, train};
