//! How far an experiment is.

use std::collections::BTreeMap;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.
use std::path::Path;

use serde_json::{Value, json};

use super::standing::{Failure, Running, Standing, Tally, details, standing, table};
use super::verb::StatusArguments;
use crate::cli::arguments::ExperimentArguments;
use crate::cli::exit::{Exit, Problem};
use crate::cli::experiment::{load, places};
use crate::cli::naming::counted;
use crate::cli::output::say;
use crate::plan::{Plan, Timing, build};
use crate::spec::{Experiment, as_text};
use crate::store::Store;
use crate::systems::Configuration;

/// How far an experiment is.
struct Progress {
    steps: Tally,
    cells: Vec<(String, Tally)>,
    /// Work left, in seconds on one worker.
    seconds: f64,
    running: Vec<Running>,
    failed: Vec<Failure>,
}

/// The runs of an experiment cell by cell, who is at work, and what failed.
pub(super) fn of_experiment(
    arguments: &StatusArguments,
    store: &Store,
    file: &Path,
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
    let progress = progress(&experiment, &plan, store)?;
    say(&if arguments.json {
        format!("{:#}", json(&experiment, &plan, &progress))
    } else {
        text(&experiment, &plan, &progress, file)
    });
    Ok(if plan.missing.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    })
}

fn progress(
    experiment: &Experiment<Configuration>,
    plan: &Plan,
    store: &Store,
) -> Result<Progress, Problem> {
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
            tally.count(of_run(plan, &steps, &run.score));
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
    Ok(Progress {
        steps: all,
        cells,
        seconds,
        running,
        failed,
    })
}

fn json(experiment: &Experiment<Configuration>, plan: &Plan, progress: &Progress) -> Value {
    let cells: Vec<Value> = progress
        .cells
        .iter()
        .map(|(cell, runs)| json!({ "cell": cell, "runs": runs }))
        .collect();
    let missing: Vec<&str> = plan.missing.iter().map(|one| one.reason.as_str()).collect();
    json!({
        "version": 1,
        "experiment": experiment.name,
        "profile": experiment.profile,
        "steps": progress.steps,
        "seconds_left": progress.seconds,
        "cells": cells,
        "running": progress.running,
        "failed": progress.failed,
        "missing": missing,
    })
}

fn text(
    experiment: &Experiment<Configuration>,
    plan: &Plan,
    progress: &Progress,
    file: &Path,
) -> String {
    let is_done = progress.steps.done == plan.steps.len();
    let mut text = format!(
        "{}, profile {}: {} of {} steps are done",
        experiment.name,
        experiment.profile,
        progress.steps.done,
        plan.steps.len()
    );
    if !is_done {
        let _ = write!(
            text,
            ", about {} of work left on one worker",
            left(progress.seconds)
        );
    }
    text.push_str("\n\n");
    let axes = experiment.axes.axes.iter();
    let keys: Vec<&str> = axes
        .map(|axis| axis.key.rsplit('.').next().unwrap_or(&axis.key))
        .collect();
    let lines: Vec<_> = progress
        .cells
        .iter()
        .map(|(cell, tally)| (cell.clone(), *tally, None))
        .collect();
    let head = if keys.is_empty() {
        "runs".to_owned()
    } else {
        format!("runs of {}", keys.join(" / "))
    };
    text.push_str(&table(&head, &lines, None));
    text.push_str(&details(&progress.running, &progress.failed));
    for missing in &plan.missing {
        let _ = writeln!(
            text,
            "\nmissing for {}: {}",
            counted(missing.runs, "run"),
            missing.reason
        );
    }
    if !is_done && progress.running.is_empty() {
        let profile = match experiment.profile.as_str() {
            "demo" => String::new(),
            profile => format!(" --profile {profile}"),
        };
        let _ = writeln!(text, "\nsweep run {}{profile} goes on", file.display());
    }
    text
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

fn left(seconds: f64) -> String {
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}
