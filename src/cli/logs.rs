//! `sweep logs RUN`: what happened to a step, or to all steps of a run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::store::{Record, Store};

use super::exit::{Exit, Problem};
use super::naming;
use super::output::say;

/// How often a running step is looked at.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sweep logs 04a5cbc0          the steps of the run that this step scores, inputs first
  sweep logs 1479b4b3 -f       a training while it runs
  sweep logs 1479b4b3 -n 20    its last 20 lines

`sweep plan FILE` and the report's table of runs show the keys.")]
pub(super) struct LogsArguments {
    /// Key of a step, or its first digits. Of a step that scores, all steps it rests on are shown.
    run: String,
    /// Only the step itself.
    #[arg(long)]
    alone: bool,
    /// Only the last lines of each step.
    #[arg(long, short = 'n', value_name = "LINES")]
    lines: Option<usize>,
    /// Go on while the step is running; Ctrl-C ends it.
    #[arg(long, short)]
    follow: bool,
    /// Folder of the store.
    #[arg(long, env = "SWEEP_RESULTS", default_value = "results")]
    results: PathBuf,
}

pub(super) fn logs(arguments: &LogsArguments) -> Result<Exit, Problem> {
    let store = Store::at(&arguments.results);
    let record = naming::step(&store, &arguments.run)?;
    let chain = if arguments.alone || record.kind != crate::systems::SCORE {
        vec![record.clone()]
    } else {
        chain(&store, &record)?
    };
    let mut shown = Shown::default();
    for (number, step) in chain.iter().enumerate() {
        if chain.len() > 1 {
            let gap = if number > 0 { "\n" } else { "" };
            say(&format!(
                "{gap}== {}  {} ({})",
                &step.key[..8],
                step.label,
                step.kind
            ));
        }
        let (events, log) = (events(&store, &step.key)?, log(&store, &step.key)?);
        shown = Shown {
            events: events.len(),
            log: log.len(),
        };
        let lines = [events, log].concat();
        let skipped = arguments
            .lines
            .map_or(0, |wanted| lines.len().saturating_sub(wanted));
        for line in &lines[skipped..] {
            say(line);
        }
        if lines.is_empty() {
            say("it was never begun");
        }
    }
    if arguments.follow {
        follow(&store, &record, shown)?;
    }
    Ok(Exit::Done)
}

/// How much of the followed step was printed: both go on by themselves.
#[derive(Default)]
struct Shown {
    events: usize,
    log: usize,
}

fn follow(store: &Store, record: &Record, mut shown: Shown) -> Result<(), Problem> {
    loop {
        let is_running = store
            .worker(&record.key)
            .map_err(Problem::set_up)?
            .is_some();
        let (events, log) = (events(store, &record.key)?, log(store, &record.key)?);
        let new = events.iter().skip(shown.events);
        for line in new.chain(log.iter().skip(shown.log)) {
            say(line);
        }
        shown = Shown {
            events: events.len(),
            log: log.len(),
        };
        if !is_running {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

/// The step and all it rests on, inputs first.
fn chain(store: &Store, record: &Record) -> Result<Vec<Record>, Problem> {
    let mut ordered = Vec::new();
    let mut seen = BTreeSet::new();
    visit(store, record, &mut seen, &mut ordered)?;
    Ok(ordered)
}

fn visit(
    store: &Store,
    record: &Record,
    seen: &mut BTreeSet<String>,
    ordered: &mut Vec<Record>,
) -> Result<(), Problem> {
    if !seen.insert(record.key.clone()) {
        return Ok(());
    }
    for input in &record.inputs {
        let input = store.description(input).map_err(Problem::set_up)?;
        visit(store, &input, seen, ordered)?;
    }
    ordered.push(record.clone());
    Ok(())
}

/// The events of a step as lines.
fn events(store: &Store, key: &str) -> Result<Vec<String>, Problem> {
    let events = store.events(key).map_err(Problem::set_up)?;
    let mut began = None;
    let mut lines = Vec::new();
    for event in &events {
        let time = event["time"].as_f64();
        if event["state"] == "started" {
            began = time;
        }
        let since = time
            .zip(began)
            .map_or(0.0, |(time, began)| (time - began).max(0.0));
        lines.push(format!("{since:>9.1} s  {}", told(event)));
    }
    Ok(lines)
}

/// What the worker of a step wrote, as lines.
fn log(store: &Store, key: &str) -> Result<Vec<String>, Problem> {
    let path = store.log_path(key).map_err(Problem::set_up)?;
    let bytes = std::fs::read(&path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(|line| format!("  {line}")).collect())
}

/// An event in words: states as they are, and of all others their fields.
fn told(event: &Value) -> String {
    match event["state"].as_str() {
        Some("failed") => {
            return format!("failed: {}", event["message"].as_str().unwrap_or_default());
        }
        Some(state) => return state.to_owned(),
        None => {}
    }
    let Value::Object(fields) = event else {
        return event.to_string();
    };
    let mut parts = Vec::new();
    for (name, value) in fields {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_f64() => {
                let number = number.as_f64().unwrap_or_default();
                let text = format!("{number:.4}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            other => other.to_string(),
        };
        match name.as_str() {
            "time" => {}
            "event" if value == "epoch" => {}
            "event" => parts.insert(0, text),
            _ => parts.push(format!("{} {text}", name.replace('_', " "))),
        }
    }
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_told_in_words() {
        let epoch = json!({"time": 1.0, "event": "epoch", "epoch": 3, "part": 1.0, "loss": 98.5, "metric": "Rel+-C", "dev": 0.25});
        assert_eq!(
            told(&epoch),
            "epoch 3  part 1  loss 98.5  metric Rel+-C  dev 0.25"
        );
        assert_eq!(told(&json!({"time": 1.0, "state": "started"})), "started");
        let failed = json!({"time": 1.0, "state": "failed", "message": "no space"});
        assert_eq!(told(&failed), "failed: no space");
    }
}
