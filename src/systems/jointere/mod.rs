//! JointERE (Yan et al. 2022, "An Empirical Study of Pipeline vs. Joint approaches
//! to Entity and Relation Extraction"): entity and relation extraction divided into
//! modules that are trained apart, shared between approaches, and chained.

mod approach;
mod candidates;
mod config;
mod decode;
mod examples;
mod input;
mod loss;
mod mean_field;
mod model;
mod module;
mod plan;
mod predict;
mod saved;
mod span_pruner;
mod stage;
mod steps;
mod ternary;
mod timing;
mod training;

pub use approach::approach;
pub use config::{JointEreConfig, LossNorm, PrunerConfig, Rounding, SpanEnd};
pub use mean_field::{MeanFieldConfig, Schedule, Start};
pub use module::ModuleKind;
pub use plan::draft_run;
pub use predict::predict;
pub use steps::{PREDICT, PredictStep, TRAIN, TrainStep};
pub(crate) use timing::{prepare, timed_steps};
pub use training::{Inputs, train};
