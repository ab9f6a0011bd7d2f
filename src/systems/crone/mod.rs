//! Crone (Crone 2020, "Deeper Task-Specificity Improves Joint Entity and Relation
//! Extraction"): recurrent layers that both tasks share, layers of either task alone above
//! them, a chain of tags for entities, and scores of pairs of their last words for relations.

mod config;
mod context;
mod data;
mod find;
mod flat;
mod loss;
mod model;
#[cfg(test)]
mod oracle;
mod pairs;
mod plan;
mod predict;
mod saved;
mod scorer;
mod steps;
mod tags;
mod timing;
mod training;
mod vocabulary;

pub use config::{Context, Cosine, CroneConfig, FeedForward, RelationReduction};
pub use context::{FeaturesIdentity, find_features};
pub use plan::draft_run;
pub use predict::predict;
pub use steps::{PREDICT, PredictStep, TRAIN, TrainStep};
pub(crate) use timing::{prepare, timed_steps};
pub(crate) use training::SELECTION;
pub use training::{Read, Trained, train};
