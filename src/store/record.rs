//! `step.json`: what a step is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A step as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// 64 hexadecimal digits, made by [`super::key`].
    pub key: String,
    /// The kind of step, for example `jointere/train`.
    pub kind: String,
    /// What the screen shows for it.
    pub label: String,
    /// What it does, without fields at their default.
    pub description: Value,
    /// Keys of the steps whose results it reads.
    pub inputs: Vec<String>,
    /// Where things lie on this machine; never part of the key.
    pub hints: Value,
}
