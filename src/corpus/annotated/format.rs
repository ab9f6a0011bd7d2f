//! Which format a file has, by its content.

use std::path::Path;

use serde_json::Value;

use super::super::line::kind;
use crate::corpus::CorpusError;

/// The format of a file of annotated sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// DyGIE JSON lines: a document a line.
    Dygie,
    /// SpERT JSON: a list of sentences.
    Spert,
    /// SpERT's records one a line.
    SpertLines,
}

impl FileFormat {
    /// The format in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dygie => "DyGIE JSON lines",
            Self::Spert => "SpERT JSON",
            Self::SpertLines => "SpERT records, one a line",
        }
    }

    /// The format of a text that was read from `path`.
    ///
    /// # Errors
    /// [`CorpusError::Malformed`] where the text begins like none of them.
    pub(super) fn of(path: &Path, text: &str) -> Result<Self, CorpusError> {
        let filled = text.lines().enumerate();
        let mut filled = filled.filter(|(_, line)| !line.trim().is_empty());
        let (number, line) = filled.next().unwrap_or((0, ""));
        let wrong = |found: &str| CorpusError::Malformed {
            path: path.into(),
            line: number + 1,
            document: None,
            field: "file".into(),
            message: format!(
                "expected DyGIE JSON lines (an object with `doc_key` and `sentences` on every line) or SpERT JSON \
                 (a list of objects with `tokens`), found {found}"
            ),
        };
        let line = line.trim_start();
        if line.is_empty() {
            return Err(wrong("an empty file"));
        }
        if line.starts_with('[') {
            return Ok(Self::Spert);
        }
        match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(fields)) => {
                if fields.contains_key("sentences") || fields.contains_key("doc_key") {
                    Ok(Self::Dygie)
                } else if fields.contains_key("tokens") {
                    Ok(Self::SpertLines)
                } else {
                    Err(wrong("an object with neither `sentences` nor `tokens`"))
                }
            }
            Ok(other) => Err(wrong(kind(&other))),
            Err(_) if line.starts_with('{') => Err(wrong("a line that is no whole object")),
            Err(_) => Err(wrong("a line that is no JSON")),
        }
    }
}

impl std::fmt::Display for FileFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}
