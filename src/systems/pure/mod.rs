//! PURE (Zhong and Chen 2021, "A Frustratingly Easy Approach for Entity and Relation
//! Extraction"): a model that finds entities, and one with an encoder of its own that
//! reads every pair of them with markers around its arguments. Beside them stands the joint
//! model that they are compared with.

mod approach;
mod config;
mod context;
mod entities;
mod entity_head;
mod instances;
mod joint;
mod limits;
mod markers;
mod model;
mod order;
mod packing;
mod plan;
mod predict;
mod prepared;
mod reading;
mod relation_head;
mod relations;
mod saved;
mod steps;
mod text;
mod timing;
#[cfg(test)]
mod tiny;
mod training;

pub use approach::Approach;
pub use config::{
    Entities, PureConfig, RelBatching, RelInput, SharedConfig, SharedSchedule, TrainEntities,
};
pub use context::{Context, context};
pub(crate) use joint::SELECTION as JOINT_SELECTION;
pub use joint::{JOINT, JointBaselineConfig, JointStep, TrainedJoint, train as train_joint};
pub use plan::draft_run;
pub use predict::{documents, predict};
pub use steps::{Fold, PREDICT, PredictStep, TRAIN, Task, TrainStep};
pub(crate) use timing::{prepare, timed_steps};
pub(crate) use training::selection;
pub use training::{Trained, train};
