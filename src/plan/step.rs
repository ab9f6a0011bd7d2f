//! The unit of work.

use serde_json::Value;

/// A step: what it is, what it reads, and what it should cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// 64 hexadecimal digits.
    pub key: String,
    /// The kind, such as `jointere/train`.
    pub kind: String,
    /// What people read, such as `Re seed 3`.
    pub label: String,
    /// Keys of the steps whose results it reads.
    pub inputs: Vec<String>,
    /// All that decides the result, without what stands at its default.
    pub description: Value,
    /// Where to find things; never hashed.
    pub hints: Value,
    /// Whether it trains a model.
    pub training: bool,
    /// Whether it has to run with nothing beside it and with the whole machine to itself, since it looks at the
    /// clock; never hashed.
    pub alone: bool,
    /// Seconds it should take on one worker.
    pub seconds: f64,
}
