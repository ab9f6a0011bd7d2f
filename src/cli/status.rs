//! `sweep status [FILE]`: what the store holds, or how far an experiment is. It only looks, so it can be called while a
//! run is at work.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::plan::{Plan, Timing, build};
use crate::spec::as_text;
use crate::store::{State, Store};

use super::arguments::{ExperimentArguments, PlaceArguments};
use super::exit::{Exit, Problem};
use super::experiment::{load, places};
use super::naming::{bytes, columns};
use super::output::say;

/// Failures that are named; JSON has all.
const NAMED: usize = 8;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sweep status                                  what the store holds, who is at work, what failed
  sweep status experiments/quickstart.toml      the runs of an experiment, cell by cell")]
pub(super) struct StatusArguments {
    /// An experiment's TOML file.
    file: Option<PathBuf>,
    /// Profile of the experiment [default: demo].
    #[arg(long, short, env = "SWEEP_PROFILE", requires = "file")]
    profile: Option<String>,
    /// Change a key, as for `sweep run`.
    #[arg(long, value_name = "KEY=VALUE", requires = "file")]
    set: Vec<String>,
    #[command(flatten)]
    places: PlaceArguments,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// How many there are of each state.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Tally {
    done: usize,
    running: usize,
    failed: usize,
    unfinished: usize,
    to_do: usize,
}

#[derive(Debug, Serialize)]
struct Running {
    label: String,
    key: String,
    host: String,
    pid: u32,
}

#[derive(Debug, Serialize)]
struct Failure {
    label: String,
    key: String,
    attempts: u32,
    message: String,
}

/// Where one step stands.
enum Standing {
    Done,
    Running(Running),
    Failed(Failure),
    Unfinished,
    ToDo,
}

impl Standing {
    /// How much it tells of a run that is not scored yet.
    fn rank(&self) -> u8 {
        match self {
            Self::Done | Self::ToDo => 0,
            Self::Unfinished => 1,
            Self::Running(_) => 2,
            Self::Failed(_) => 3,
        }
    }
}

impl Tally {
    fn count(&mut self, standing: &Standing) {
        *match standing {
            Standing::Done => &mut self.done,
            Standing::Running(_) => &mut self.running,
            Standing::Failed(_) => &mut self.failed,
            Standing::Unfinished => &mut self.unfinished,
            Standing::ToDo => &mut self.to_do,
        } += 1;
    }

    fn all(self) -> [usize; 5] {
        [
            self.done,
            self.running,
            self.failed,
            self.unfinished,
            self.to_do,
        ]
    }
}

const STATES: [&str; 5] = ["done", "running", "failed", "interrupted", "to do"];

/// A table of tallies with the states that any of them has, and a last column where there is one.
fn table(head: &str, lines: &[(String, Tally, Option<String>)], last: Option<&str>) -> String {
    let states: Vec<usize> = (0..STATES.len())
        .filter(|state| lines.iter().any(|(_, tally, _)| tally.all()[*state] > 0))
        .collect();
    let mut text = vec![vec![head.to_owned()]];
    text[0].extend(states.iter().map(|state| STATES[*state].to_owned()));
    text[0].extend(last.map(str::to_owned));
    for (name, tally, last) in lines {
        let mut line = vec![name.clone()];
        line.extend(states.iter().map(|state| match tally.all()[*state] {
            0 => "–".to_owned(),
            count => count.to_string(),
        }));
        line.extend(last.clone());
        text.push(line);
    }
    columns(&text)
}

fn standing(store: &Store, key: &str, label: &str) -> Result<Standing, Problem> {
    if let Some(owner) = store.worker(key).map_err(Problem::set_up)? {
        return Ok(Standing::Running(Running {
            label: label.to_owned(),
            key: key.to_owned(),
            host: owner.host,
            pid: owner.pid,
        }));
    }
    Ok(match store.state(key).map_err(Problem::set_up)? {
        State::Done(_) => Standing::Done,
        State::Absent => Standing::ToDo,
        State::Unfinished => Standing::Unfinished,
        State::Damaged { file, reason } => Standing::Failed(Failure {
            label: label.to_owned(),
            key: key.to_owned(),
            attempts: 0,
            message: format!("damaged: {file}: {reason}; it will be done again"),
        }),
        State::Failed { attempts, message } => Standing::Failed(Failure {
            label: label.to_owned(),
            key: key.to_owned(),
            attempts,
            message,
        }),
    })
}

pub(super) fn status(arguments: &StatusArguments) -> Result<Exit, Problem> {
    let store = Store::at(&arguments.places.results);
    match &arguments.file {
        None => of_store(arguments, &store),
        Some(file) => of_experiment(arguments, &store, file),
    }
}

fn of_store(arguments: &StatusArguments, store: &Store) -> Result<Exit, Problem> {
    let mut kinds: BTreeMap<String, (Tally, u64)> = BTreeMap::new();
    let (mut running, mut failed) = (Vec::new(), Vec::new());
    for record in store.steps().map_err(Problem::set_up)? {
        let standing = standing(store, &record.key, &record.label)?;
        let (tally, size) = kinds.entry(record.kind.clone()).or_default();
        tally.count(&standing);
        *size += store.size(&record.key).map_err(Problem::set_up)?;
        match standing {
            Standing::Running(one) => running.push(one),
            Standing::Failed(one) => failed.push(one),
            _ => {}
        }
    }
    let runner = store.runner().map_err(Problem::set_up)?;
    if arguments.json {
        let kinds: BTreeMap<&String, serde_json::Value> = kinds
            .iter()
            .map(|(kind, (tally, size))| {
                (kind, serde_json::json!({ "steps": tally, "bytes": size }))
            })
            .collect();
        let shown = serde_json::json!({
            "version": 1,
            "results": store.root(),
            "runner": runner,
            "kinds": kinds,
            "running": running,
            "failed": failed,
        });
        say(&format!("{shown:#}"));
        return Ok(Exit::Done);
    }
    let steps: usize = kinds.values().map(|(tally, _)| total(*tally)).sum();
    let size: u64 = kinds.values().map(|(_, size)| size).sum();
    let mut text = format!(
        "{}: {}, {}\n",
        store.root().display(),
        counted(steps, "step"),
        bytes(size)
    );
    text.push_str(&match &runner {
        Some(owner) => format!("`sweep run` is at work: {owner}\n"),
        None => "nothing is running\n".to_owned(),
    });
    if steps > 0 {
        let kinds = kinds.iter();
        let lines: Vec<_> = kinds
            .map(|(kind, (tally, size))| (kind.clone(), *tally, Some(bytes(*size))))
            .collect();
        text.push('\n');
        text.push_str(&table("kind", &lines, Some("size")));
    }
    text.push_str(&details(&running, &failed));
    say(&text);
    Ok(Exit::Done)
}

fn of_experiment(
    arguments: &StatusArguments,
    store: &Store,
    file: &std::path::Path,
) -> Result<Exit, Problem> {
    let experiment = load(&ExperimentArguments {
        file: file.to_owned(),
        profile: arguments.profile.clone(),
        set: arguments.set.clone(),
        places: arguments.places.clone(),
        jobs: None,
    })?;
    let plan = build(
        &experiment,
        &places(&arguments.places),
        store,
        Timing::AsShown,
    );
    let plan = plan.map_err(Problem::set_up)?;
    let mut steps: BTreeMap<&str, Standing> = BTreeMap::new();
    let mut all = Tally::default();
    for step in &plan.steps {
        let standing = standing(store, &step.key, &step.label)?;
        all.count(&standing);
        steps.insert(&step.key, standing);
    }
    let mut cells: Vec<(String, Tally)> = Vec::new();
    for run in &plan.runs {
        let values = &experiment.cells()[run.cell].values;
        let values: Vec<String> = values.iter().map(|(_, value)| as_text(value)).collect();
        let name = if values.is_empty() {
            experiment.name.clone()
        } else {
            values.join(" / ")
        };
        if cells.last().is_none_or(|(last, _)| *last != name) {
            cells.push((name, Tally::default()));
        }
        if let Some((_, tally)) = cells.last_mut() {
            tally.count(of_run(&plan, &steps, &run.score));
        }
    }
    let seconds: f64 = plan
        .steps
        .iter()
        .filter(|step| !matches!(steps.get(step.key.as_str()), Some(Standing::Done)))
        .map(|step| step.seconds)
        .sum();
    let (mut running, mut failed) = (Vec::new(), Vec::new());
    for standing in steps.into_values() {
        match standing {
            Standing::Running(one) => running.push(one),
            Standing::Failed(one) => failed.push(one),
            _ => {}
        }
    }
    if arguments.json {
        let cells: Vec<serde_json::Value> = cells
            .iter()
            .map(|(cell, runs)| serde_json::json!({ "cell": cell, "runs": runs }))
            .collect();
        let missing: Vec<&str> = plan.missing.iter().map(|one| one.reason.as_str()).collect();
        let shown = serde_json::json!({
            "version": 1,
            "experiment": experiment.name,
            "profile": experiment.profile,
            "steps": all,
            "seconds_left": seconds,
            "cells": cells,
            "running": running,
            "failed": failed,
            "missing": missing,
        });
        say(&format!("{shown:#}"));
        return Ok(ending(&plan));
    }
    let mut text = format!(
        "{}, profile {}: {} of {} steps are done",
        experiment.name,
        experiment.profile,
        all.done,
        plan.steps.len()
    );
    if all.done < plan.steps.len() {
        text.push_str(&format!(
            ", about {} of work left on one worker",
            left(seconds)
        ));
    }
    text.push_str("\n\n");
    let axes = experiment.axes.axes.iter();
    let keys: Vec<&str> = axes
        .map(|axis| axis.key.rsplit('.').next().unwrap_or(&axis.key))
        .collect();
    let lines: Vec<_> = cells
        .into_iter()
        .map(|(cell, tally)| (cell, tally, None))
        .collect();
    let head = if keys.is_empty() {
        "runs".to_owned()
    } else {
        format!("runs of {}", keys.join(" / "))
    };
    text.push_str(&table(&head, &lines, None));
    text.push_str(&details(&running, &failed));
    for missing in &plan.missing {
        text.push_str(&format!(
            "\nmissing for {}: {}\n",
            counted(missing.runs, "run"),
            missing.reason
        ));
    }
    if all.done < plan.steps.len() && running.is_empty() {
        let profile = match experiment.profile.as_str() {
            "demo" => String::new(),
            profile => format!(" --profile {profile}"),
        };
        text.push_str(&format!(
            "\nsweep run {}{profile} goes on\n",
            file.display()
        ));
    }
    say(&text);
    Ok(ending(&plan))
}

fn ending(plan: &Plan) -> Exit {
    if plan.missing.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    }
}

/// A run is done when it is scored; otherwise it is where the most telling of its steps is.
fn of_run<'s>(plan: &Plan, steps: &'s BTreeMap<&str, Standing>, score: &str) -> &'s Standing {
    let mut open = vec![score];
    let mut found = &Standing::ToDo;
    while let Some(key) = open.pop() {
        if let Some(own) = steps.get(key) {
            if key == score && matches!(own, Standing::Done) {
                return own;
            }
            if own.rank() > found.rank() {
                found = own;
            }
        }
        let step = plan.steps.iter().find(|step| step.key == key);
        open.extend(
            step.iter()
                .flat_map(|step| step.inputs.iter().map(String::as_str)),
        );
    }
    found
}

fn details(running: &[Running], failed: &[Failure]) -> String {
    let mut text = String::new();
    if !running.is_empty() {
        text.push_str("\nrunning\n");
        for one in running {
            text.push_str(&format!(
                "  {}  {}  process {} on {}\n",
                &one.key[..8],
                one.label,
                one.pid,
                one.host
            ));
        }
    }
    if !failed.is_empty() {
        text.push_str("\nfailed\n");
        for one in failed.iter().take(NAMED) {
            let message = one.message.lines().next().unwrap_or_default();
            let times = if one.attempts > 1 {
                format!(" ({}×)", one.attempts)
            } else {
                String::new()
            };
            text.push_str(&format!(
                "  {}  {}{times}: {message}\n",
                &one.key[..8],
                one.label
            ));
        }
        if failed.len() > NAMED {
            text.push_str(&format!("  and {} more\n", failed.len() - NAMED));
        }
        text.push_str(&format!(
            "sweep logs {} shows the log of the first\n",
            &failed[0].key[..8]
        ));
    }
    text
}

fn total(tally: Tally) -> usize {
    tally.all().iter().sum()
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

fn left(seconds: f64) -> String {
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}
