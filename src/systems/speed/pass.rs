//! What a system hands over to be timed.

use std::path::PathBuf;

use serde_json::Value;

use crate::systems::error::SystemError;

/// A prediction step whose inference is timed, as its system described it.
#[derive(Debug)]
pub struct Part<'a> {
    /// The kind of the prediction step.
    pub kind: &'a str,
    /// Its description, without what stands at its default.
    pub description: &'a Value,
    /// Folders of the inputs' results, in order: the model's training comes first.
    pub inputs: &'a [PathBuf],
    /// Sentences, or inputs made of them, a batch.
    pub batch: usize,
}

/// Inference that is ready to go: the model is loaded, sentences are tokenised, and what earlier steps extracted
/// is read.
pub struct Pass {
    /// What is special about what one pass does, in words that follow a comma; empty where it is all of it: batches
    /// of prepared inputs, the forward pass, and decoding to labels.
    pub remark: &'static str,
    /// Parameters of the model that is applied.
    pub parameters: usize,
    /// Whether it decides about relations, alone or together with entities.
    pub relations: bool,
    /// Does it once for the whole split. It must not return before its labels are on the host, since devices
    /// compute on while their results are not asked for.
    pub run: Box<dyn FnMut() -> Result<(), SystemError>>,
}
