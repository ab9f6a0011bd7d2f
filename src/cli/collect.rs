//! Gathering what a report shows from the store.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::corpus::{SelectOn, Split};
use crate::plan::Plan;
use crate::report::{Axis, Input, MissingRun, ScoredRun, Speed, published};
use crate::score::read_counts;
use crate::spec::Experiment;
use crate::store::{State, Store};
use crate::systems::speed::read_timed;
use crate::systems::{COUNTS, Configuration};

use super::collect_errors;
use super::collect_work::Behind;
use super::exit::Problem;

/// Sentences shown of each cell on a generated corpus.
const EXAMPLES: usize = 3;

/// Everything the report of `experiment` shows: the scores that are there, and the
/// reason for each that is not.
pub(super) fn collect(
    experiment: &Experiment<Configuration>,
    plan: &Plan,
    store: &Store,
) -> Result<Input, Problem> {
    let mut runs = Vec::new();
    let (mut missing, mut untimed) = (Vec::new(), Vec::new());
    for run in &plan.runs {
        let cell: Vec<(String, String)> = experiment.cells()[run.cell]
            .values
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect();
        let (seed, fold) = (run.seed, run.fold);
        let state = store.verify(&run.score).map_err(Problem::set_up)?;
        if matches!(state, State::Done(_)) {
            let path = store.output(&run.score, COUNTS).map_err(Problem::set_up)?;
            let speed = match &run.speed {
                None => None,
                Some(Ok(key)) => Some(speed(plan, store, key)?),
                Some(Err(reason)) => Some(Err((*reason).to_owned())),
            };
            if let Some(Err(reason)) = &speed {
                untimed.push(MissingRun {
                    cell: cell.clone(),
                    seed,
                    fold,
                    reason: reason.clone(),
                });
            }
            runs.push(ScoredRun {
                cell,
                seed,
                fold,
                key: run.score.clone(),
                counts: read_counts(&path).map_err(Problem::set_up)?,
                speed: speed.and_then(Result::ok),
                trainings: Vec::new(),
            });
        } else {
            let reason = match &run.missing {
                Some(reason) => reason.clone(),
                None => why(plan, store, &run.score),
            };
            missing.push(MissingRun {
                cell,
                seed,
                fold,
                reason,
            });
        }
    }
    let behind = Behind::new(plan, store);
    let scores: Vec<&str> = runs
        .iter()
        .map(|run: &ScoredRun| run.key.as_str())
        .collect();
    let gathered = behind.gather(&scores)?;
    for run in &mut runs {
        let chain = behind.chain(&[&run.key]);
        let trainings = chain
            .iter()
            .filter_map(|step| gathered.places.get(&step.key));
        run.trainings = trainings.copied().collect();
    }
    let (examples, without_examples) = examples(experiment);
    let errors = collect_errors::collect(&runs, &behind, store, examples)?;
    let configuration = &experiment.configuration;
    let corpora: BTreeSet<String> = experiment
        .cells()
        .iter()
        .map(|cell| cell.configuration.corpus.shown())
        .collect();
    let corpora: Vec<String> = corpora.into_iter().collect();
    let published = match &experiment.mirrors {
        Some(mirror) => published(mirror, &corpora).map_err(Problem::set_up)?,
        None => Vec::new(),
    };
    let axes = experiment
        .axes
        .axes
        .iter()
        .map(|axis| Axis {
            key: axis.key.clone(),
            values: axis.values.iter().map(text).collect(),
        })
        .collect();
    let mut statistics = experiment.statistics.clone();
    for value in statistics.baseline.values_mut() {
        *value = Value::String(text(value));
    }
    Ok(Input {
        name: experiment.name.clone(),
        title: experiment.title.clone(),
        profile: experiment.profile.clone(),
        corpus: configuration.corpus.shown(),
        encoder: configuration.encoder.name.clone(),
        split: Split::from(configuration.eval.split).name().to_owned(),
        select_on: match configuration.corpus.select_on {
            SelectOn::Dev => "dev".to_owned(),
            SelectOn::Test => "test".to_owned(),
        },
        scoring_profile: configuration.eval.profile,
        symmetric: configuration.eval.symmetric,
        axes,
        tables: experiment.tables.clone(),
        plots: experiment.plots.clone(),
        claims: experiment.claims.clone(),
        statistics,
        runs,
        missing,
        untimed,
        defaults: defaults(experiment)?,
        published,
        trainings: gathered.trainings,
        work: gathered.work,
        errors,
        without_examples,
        provenance: provenance(plan, &gathered.machines),
    })
}

/// How many sentences with errors are shown of each cell, and why none are.
fn examples(experiment: &Experiment<Configuration>) -> (usize, Option<String>) {
    if let Some(examples) = experiment.report.examples {
        return (examples as usize, None);
    }
    let cells = experiment.cells().iter();
    let is_generated = cells
        .map(|cell| cell.configuration.corpus.is_generated())
        .all(|generated| generated);
    if is_generated {
        return (EXAMPLES, None);
    }
    let reason = "Sentences are not shown, since the text of a corpus may not be passed on with a report. \
                  With `--set report.examples=5` they are written into it.";
    (0, Some(reason.to_owned()))
}

/// What the keys of the axes are where no axis sets them.
fn defaults(experiment: &Experiment<Configuration>) -> Result<Vec<(String, String)>, Problem> {
    let configuration = serde_json::to_value(&experiment.configuration)
        .map_err(|error| Problem::set_up(format!("the configuration is no JSON: {error}")))?;
    let axes = experiment.axes.axes.iter();
    let default = |key: &str| {
        let value = key
            .split('.')
            .try_fold(&configuration, |value, part| value.get(part))?;
        Some((key.to_owned(), text(value)))
    };
    Ok(axes.filter_map(|axis| default(&axis.key)).collect())
}

/// What a timed step measured, or why it has not.
fn speed(plan: &Plan, store: &Store, key: &str) -> Result<Result<Speed, String>, Problem> {
    let state = store.verify(key).map_err(Problem::set_up)?;
    if !matches!(state, State::Done(_)) {
        return Ok(Err(why(plan, store, key)));
    }
    let folder = store.folder(key).map_err(Problem::set_up)?;
    let timed = read_timed(&folder).map_err(Problem::set_up)?;
    Ok(Ok(Speed {
        rate: timed.sentences_per_second,
        parameters: timed.parameters,
        key: key.to_owned(),
        inside: timed.protocol.inside.name().to_owned(),
        device: timed.machine.device.clone(),
        batch: timed.protocol.batch,
        conditions: timed.conditions(),
        disturbed: timed.is_disturbed(),
    }))
}

/// Why a run has no scores: the first of its steps that failed, or that it was not done.
fn why(plan: &Plan, store: &Store, score: &str) -> String {
    let mut open = vec![score];
    while let Some(key) = open.pop() {
        let step = plan.steps.iter().find(|step| step.key == key);
        if let Ok(State::Failed { message, .. }) = store.state(key) {
            let label = step.map_or(key, |step| step.label.as_str());
            let message = message.lines().next().unwrap_or_default();
            return format!("{label} failed: {message}");
        }
        open.extend(
            step.iter()
                .flat_map(|step| step.inputs.iter().map(String::as_str)),
        );
    }
    "not done yet".to_owned()
}

/// What decided the numbers and where they were made: what is stored, and nothing of this moment, since equal results
/// give equal reports.
fn provenance(plan: &Plan, machines: &[(String, usize)]) -> Vec<(String, String)> {
    let mut lines = vec![("sweep".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    for (what, name) in [
        ("corpus", &["corpus", "name"][..]),
        ("encoder", &["encoder"]),
    ] {
        let mut seen = BTreeSet::new();
        for step in plan.steps.iter().filter(|step| step.training) {
            let hint = name.iter().fold(&step.hints, |hints, key| &hints[*key]);
            let label = hint.as_str().unwrap_or_default();
            let hash = step.description[what]["hash"].as_str();
            let hash = hash.unwrap_or("trained from scratch");
            if seen.insert((label, hash)) {
                lines.push((what.to_owned(), format!("{label} ({hash})")));
            }
        }
    }
    let machines = machines.iter();
    lines.extend(machines.map(|(machine, steps)| {
        let steps = if *steps == 1 {
            "1 step".to_owned()
        } else {
            format!("{steps} steps")
        };
        ("made on".to_owned(), format!("{machine} ({steps})"))
    }));
    lines
}

/// An axis value as people read it: strings plain, everything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
