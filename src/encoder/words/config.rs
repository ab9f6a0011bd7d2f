//! The `[vectors]` section: which pretrained word vectors a system reads.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encoder::error::EncoderError;

/// What an axis calls it where there are no vectors.
const NONE: &str = "none";

/// Which pretrained word vectors are read, by the systems that have a use for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VectorsConfig {
    /// `none`, or the name of a folder (`vectors.safetensors` and `vocab.txt`) or of a text
    /// file below the models folders.
    pub name: String,
    /// A folder or text file anywhere; takes the place of looking the name up.
    pub path: Option<PathBuf>,
}

impl Default for VectorsConfig {
    fn default() -> Self {
        Self {
            name: NONE.to_owned(),
            path: None,
        }
    }
}

impl VectorsConfig {
    /// Whether there are any.
    pub fn is_asked(&self) -> bool {
        self.path.is_some() || self.name != NONE
    }

    /// What readers are told the vectors are.
    pub fn shown(&self) -> String {
        let file = self.path.as_deref().and_then(Path::file_name);
        match file {
            Some(file) if self.name == NONE => file.to_string_lossy().into_owned(),
            _ => self.name.clone(),
        }
    }

    /// Finds the folder or file, in the first of the `models` folders that has it.
    ///
    /// # Errors
    /// When nothing is there.
    pub fn locate(&self, models: &[PathBuf]) -> Result<PathBuf, EncoderError> {
        let tried: Vec<PathBuf> = match &self.path {
            Some(path) => vec![path.clone()],
            None => models.iter().map(|one| one.join(&self.name)).collect(),
        };
        let found = tried.iter().find(|path| path.exists());
        found.cloned().ok_or_else(|| EncoderError::NoVectors {
            name: self.shown(),
            looked_in: tried
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// Values that cannot work, as (key within `vectors`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        if self.name.trim().is_empty() && self.path.is_none() {
            return vec![(
                "name".to_owned(),
                "must be `none` or the name of word vectors".to_owned(),
            )];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn vectors_are_found_by_name_or_path() {
        let folder = tempfile::tempdir().unwrap();
        let models = [folder.path().join("none"), folder.path().to_owned()];
        let named = VectorsConfig {
            name: "glove".to_owned(),
            path: None,
        };
        let text = named.locate(&models).unwrap_err().to_string();
        assert!(text.contains("`glove` are not there"), "{text}");
        let file = folder.path().join("glove");
        std::fs::write(&file, "a 1\n").unwrap();
        assert_eq!(named.locate(&models).unwrap(), file);
        let path = VectorsConfig {
            path: Some(file.clone()),
            ..VectorsConfig::default()
        };
        assert_eq!(path.locate(&[]).unwrap(), file);
        assert_eq!(path.shown(), "glove");
        assert!(path.is_asked() && named.is_asked());
        assert!(!VectorsConfig::default().is_asked());
        let empty = VectorsConfig {
            name: " ".to_owned(),
            path: None,
        };
        assert_eq!(empty.problems()[0].0, "name");
    }
}
