//! The joint baseline that PURE's experiment with less training data compares with
//! (Zhong and Chen 2021, §5; after Luan et al. 2019 and Wadden et al. 2019, without their
//! propagation of vectors): one encoder, whose span vectors are scored as entities, as
//! mentions that may take part in relations, and in pairs.

mod config;
mod decode;
mod heads;
mod kept;
mod loss;
mod model;
mod plan;
mod prior;
mod saved;
mod sentences;
mod steps;
mod training;

pub use config::JointBaselineConfig;
pub(crate) use decode::find_by;
pub(crate) use plan::draft_run;
pub(crate) use saved::{Saved, open};
pub use steps::{JOINT, JointStep};
pub(crate) use training::SELECTION;
pub use training::{TrainedJoint, train};
