//! The step that scores predictions.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::configuration::ScoringProfile;
use super::error::SystemError;
use crate::corpus::read_predictions;
use crate::score::{Profile, score, write_counts};

/// Kind of the step.
pub const SCORE: &str = "score";
/// Its version.
pub(crate) const VERSION: u32 = 1;
/// File of a prediction step.
pub(crate) const PREDICTIONS: &str = "predictions.jsonl";
/// File of a score step.
pub const COUNTS: &str = "counts.csv";

/// Score predictions (the only input) under a scoring profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreStep {
    /// The scoring profile's name.
    pub profile: String,
}

/// Reads predictions with their gold documents, and writes counts per document.
pub(crate) fn execute(
    step: &ScoreStep,
    predictions: &Path,
    output: &Path,
) -> Result<(), SystemError> {
    if step.profile != ScoringProfile::Pure.name() {
        return Err(SystemError::Unknown(format!(
            "no scoring profile is called `{}`",
            step.profile
        )));
    }
    let (gold, predicted) = read_predictions(&predictions.join(PREDICTIONS))?;
    let counts = score(Profile::Pure, &gold, &predicted)?;
    let path = output.join(COUNTS);
    let failed = |reason: String| SystemError::File {
        path: path.clone(),
        reason,
    };
    let file = std::fs::File::create(&path).map_err(|error| failed(error.to_string()))?;
    write_counts(std::io::BufWriter::new(file), &counts).map_err(|error| failed(error.to_string()))
}
