//! How the two tasks are divided.

use std::str::FromStr;

/// The ways to divide entity and relation extraction that `system.approach` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approach {
    /// Two models with an encoder each, one after the other.
    Pipeline,
    /// One encoder for both (Zhong and Chen 2021, §5.2).
    Shared,
    /// The entity model alone, where relations are not asked about.
    Entities,
    /// One encoder and one loss, the baseline of the experiment with less training data
    /// (Zhong and Chen 2021, §5).
    Joint,
}

impl FromStr for Approach {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_lowercase().as_str() {
            "pipeline" => Ok(Self::Pipeline),
            "shared" => Ok(Self::Shared),
            "entities" => Ok(Self::Entities),
            "joint" => Ok(Self::Joint),
            _ => Err(format!(
                "`{name}` is no approach of PURE; its approaches are pipeline, shared, joint and \
                 entities"
            )),
        }
    }
}
