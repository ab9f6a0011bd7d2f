//! `events.jsonl`: what happened to a step, append-only, one JSON object a line.
//!
//! The store's own lines have a field `state` (`started`, `failed`, `done`); all others belong to whoever
//! executes the step.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::error::StoreError;
use super::files::{self, At};
use super::state::State;

pub(super) const NAME: &str = "events.jsonl";

/// Appends one event, with the time in seconds since 1970, in a single write.
pub(super) fn append(file: &mut File, path: &Path, event: &Value) -> Result<(), StoreError> {
    let mut line = json!({ "time": files::now() });
    match (&mut line, event) {
        (Value::Object(line), Value::Object(fields)) => {
            line.extend(
                fields
                    .iter()
                    .map(|(name, field)| (name.clone(), field.clone())),
            );
        }
        (line, other) => line["event"] = other.clone(),
    }
    file.write_all(format!("{line}\n").as_bytes())
        .and_then(|()| file.flush())
        .at("write", path)
}

/// All events that can be read. A line that a dying process left half written is passed over.
pub(super) fn read(folder: &Path) -> Result<Vec<Value>, StoreError> {
    let bytes = files::read_if_there(&folder.join(NAME))?.unwrap_or_default();
    Ok(bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect())
}

/// The state that the events of a step without a valid `done.json` speak of.
pub(super) fn state(events: &[Value]) -> State {
    let mut state = State::Absent;
    let mut failures = 0;
    for event in events {
        match event["state"].as_str() {
            Some("started") => state = State::Unfinished,
            Some("done") => {
                // The result was written once and has been removed since.
                failures = 0;
                state = State::Absent;
            }
            Some("failed") => {
                failures += 1;
                state = State::Failed {
                    attempts: failures,
                    message: event["message"].as_str().unwrap_or_default().to_owned(),
                };
            }
            _ => {}
        }
    }
    state
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn state_after(states: &[&str]) -> State {
        let events: Vec<_> = states
            .iter()
            .map(|state| json!({ "state": state, "message": "no" }))
            .collect();
        super::state(&events)
    }

    #[test]
    fn the_last_state_counts_and_failures_add_up() {
        let failed = |attempts| State::Failed {
            attempts,
            message: "no".to_owned(),
        };
        assert_eq!(state_after(&[]), State::Absent);
        assert_eq!(state_after(&["started"]), State::Unfinished);
        assert_eq!(state_after(&["started", "failed"]), failed(1));
        assert_eq!(
            state_after(&["started", "failed", "started", "failed"]),
            failed(2)
        );
        assert_eq!(
            state_after(&["started", "failed", "started"]),
            State::Unfinished
        );
        assert_eq!(
            state_after(&["failed", "done", "started", "failed"]),
            failed(1)
        );
    }

    #[test]
    fn garbage_between_events_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join(NAME),
            b"{\"state\":\"started\"}\n{\"sta\n\xff\n{\"state\":\"failed\",\"message\":\"m\"}\n",
        )
        .unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), 2);
    }
}
