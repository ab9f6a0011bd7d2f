//! Records in JSON, in a list or one a line, as several formats have them.
//!
//! Apart from the formats so that each says only what a record means, and every fault is told with its line.

use std::path::Path;

use serde_json::{Deserializer, Value};

use super::CorpusError;
use super::line::kind;

/// What is wrong: the field below the record, and a message.
pub(super) type Fault = (String, String);

/// A record, and where it stands.
pub(super) struct Record {
    /// What it holds.
    pub(super) value: Value,
    /// Its place in the file, from 0.
    pub(super) place: usize,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// Whether it is in a list. Such files may hold all records on one line, so that a field begins with the place.
    listed: bool,
}

impl Record {
    /// An error about the record that is called `key`.
    pub(super) fn error(&self, path: &Path, key: &str, (field, message): Fault) -> CorpusError {
        let field = if self.listed {
            format!("[{}].{field}", self.place)
        } else {
            field
        };
        malformed(path, self.line, Some(key), field, message)
    }
}

/// The first record of a text, whichever way it holds them; null where it has none.
pub(super) fn first_record(text: &str) -> Value {
    let text = text.trim_start();
    let records = text.strip_prefix('[').unwrap_or(text);
    let mut records = Deserializer::from_str(records).into_iter();
    records.next().and_then(Result::ok).unwrap_or_default()
}

/// The records of a list.
///
/// # Errors
/// [`CorpusError::Malformed`] where the text is no list.
pub(super) fn records_in_list(path: &Path, text: &str) -> Result<Vec<Record>, CorpusError> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let field = format!("column {}", error.column());
        let message = format!("not a JSON value: {error}");
        malformed(path, error.line(), None, field, message)
    })?;
    let Value::Array(values) = value else {
        let message = format!("expected a list of records, found {}", kind(&value));
        return Err(malformed(path, 1, None, "file".into(), message));
    };
    let mut lines = record_lines(text);
    lines.resize(values.len(), 1);
    let record = |(place, (value, line))| Record {
        value,
        place,
        line,
        listed: true,
    };
    Ok(values
        .into_iter()
        .zip(lines)
        .enumerate()
        .map(record)
        .collect())
}

/// Records one a line.
///
/// # Errors
/// [`CorpusError::Malformed`] at the first line that is no JSON.
pub(super) fn records_by_line(path: &Path, text: &str) -> Result<Vec<Record>, CorpusError> {
    let filled = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let record = |(place, (index, line)): (usize, (usize, &str))| {
        let value = serde_json::from_str(line).map_err(|error| {
            let message = format!("not a JSON value: {error}");
            malformed(path, index + 1, None, "line".into(), message)
        })?;
        Ok(Record {
            value,
            place,
            line: index + 1,
            listed: false,
        })
    };
    filled.enumerate().map(record).collect()
}

fn malformed(
    path: &Path,
    line: usize,
    document: Option<&str>,
    field: String,
    message: String,
) -> CorpusError {
    CorpusError::Malformed {
        path: path.into(),
        line,
        document: document.map(str::to_owned),
        field,
        message,
    }
}

/// The line on which each record of the outer list starts, from 1.
fn record_lines(text: &str) -> Vec<usize> {
    let (mut depth, mut line, mut quoted, mut escaped) = (0_usize, 1, false, false);
    let mut starts = Vec::new();
    for letter in text.chars() {
        match letter {
            '\n' => line += 1,
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' => {
                if depth == 1 {
                    starts.push(line);
                }
                depth += 1;
            }
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    starts
}

/// A list in a record.
pub(super) fn list<'a>(record: &'a Value, field: &str) -> Result<&'a Vec<Value>, Fault> {
    match record.get(field) {
        Some(Value::Array(items)) => Ok(items),
        Some(other) => Err((
            field.into(),
            format!("expected a list, found {}", kind(other)),
        )),
        None => Err((field.into(), "missing".into())),
    }
}

/// The words in `tokens`.
pub(super) fn tokens(record: &Value) -> Result<Vec<String>, Fault> {
    let word = |(place, word): (usize, &Value)| {
        let found = || {
            let message = format!("expected a word, found {}", kind(word));
            (format!("tokens[{place}]"), message)
        };
        word.as_str().map(str::to_owned).ok_or_else(found)
    };
    list(record, "tokens")?
        .iter()
        .enumerate()
        .map(word)
        .collect()
}
