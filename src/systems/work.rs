//! What a worker is handed for one step, and what it says while working.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::corpus::CorpusConfig;

/// Where to find things: kept beside the description and never hashed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// The corpus as configured.
    pub corpus: CorpusConfig,
    /// The folder in which corpora are looked up by name.
    pub data: PathBuf,
    /// The encoder's name.
    pub encoder: String,
    /// The pretrained encoder's folder.
    pub model: Option<PathBuf>,
    /// The word vectors' folder or file.
    pub vectors: Option<PathBuf>,
    /// The file of contextual features.
    pub features: Option<PathBuf>,
    /// The commit of an encoder of the hub.
    pub commit: Option<String>,
    /// The device.
    pub device: String,
    /// Whether cheap intermediate results are computed twice rather than kept.
    pub gradient_checkpointing: bool,
}

/// What an input is: the step whose result it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The kind of step.
    pub kind: String,
    /// All that decided its result, without what stands at its default.
    pub description: Value,
    /// How many inputs it read itself.
    pub inputs: usize,
}

/// One step to do.
#[derive(Debug)]
pub struct Work<'a> {
    /// The kind of step.
    pub kind: &'a str,
    /// All that decides the result, without what stands at its default.
    pub description: &'a Value,
    /// Where to find things.
    pub hints: &'a Hints,
    /// Folders of the inputs' results, in order.
    pub inputs: &'a [PathBuf],
    /// What the inputs are, in order.
    pub origins: &'a [Origin],
    /// Folder for the result.
    pub output: PathBuf,
}

/// What a step says while it is being done.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// A line for people.
    pub text: String,
    /// How much is done, from 0 to 1.
    pub fraction: f64,
    /// The same as data, for the step's events.
    pub event: Value,
}
