//! Gathering what a report shows from the store.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::corpus::{SelectOn, Split};
use crate::plan::Plan;
use crate::report::{Axis, Input, published};
use crate::spec::{Experiment, as_text};
use crate::store::Store;
use crate::systems::Configuration;

use super::collect_errors;
use super::collect_runs::{self, Runs};
use super::collect_work::Behind;
use super::exit::Problem;

/// Sentences shown of each cell on a generated corpus.
const EXAMPLES: usize = 3;

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Scores, speeds and trainings.
    Scores,
    /// Also the predictions, for what is wrong in them.
    Whole,
}

/// Everything the report of `experiment` shows: the scores that are there, and the
/// reason for each that is not.
pub(super) fn collect(
    experiment: &Experiment<Configuration>,
    plan: &Plan,
    store: &Store,
    depth: Depth,
) -> Result<Input, Problem> {
    let Runs {
        scored: mut runs,
        missing,
        untimed,
    } = collect_runs::collect(experiment, plan, store)?;
    let behind = Behind::new(plan, store);
    let scores: Vec<&str> = runs.iter().map(|run| run.key.as_str()).collect();
    let gathered = behind.gather(&scores)?;
    for run in &mut runs {
        let chain = behind.chain(&[&run.key]);
        let trainings = chain
            .iter()
            .filter_map(|step| gathered.places.get(&step.key));
        run.trainings = trainings.copied().collect();
    }
    let (examples, without_examples) = examples(experiment);
    let errors = match depth {
        Depth::Scores => Vec::new(),
        Depth::Whole => collect_errors::collect(&runs, &behind, store, examples)?,
    };
    let configuration = &experiment.configuration;
    let mut cells = experiment.cells().iter();
    let reads_encoder = cells.any(|cell| cell.configuration.reads_encoder());
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
            values: axis.values.iter().map(as_text).collect(),
        })
        .collect();
    let mut statistics = experiment.statistics.clone();
    for value in statistics.baseline.values_mut() {
        *value = Value::String(as_text(value));
    }
    Ok(Input {
        name: experiment.name.clone(),
        title: experiment.title.clone(),
        profile: experiment.profile.clone(),
        corpus: configuration.corpus.shown(),
        encoder: if reads_encoder {
            configuration.encoder.name.clone()
        } else {
            String::new()
        },
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
    let mut cells = experiment.cells().iter();
    let is_generated = cells.all(|cell| cell.configuration.corpus.is_generated());
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
        Some((key.to_owned(), as_text(value)))
    };
    Ok(axes.filter_map(|axis| default(&axis.key)).collect())
}

/// What decided the numbers and where they were made: what is stored, and nothing of this moment, since equal results
/// give equal reports.
fn provenance(plan: &Plan, machines: &[(String, usize)]) -> Vec<(String, String)> {
    let mut lines = vec![("sweep".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    for (what, name) in [
        ("corpus", &["corpus", "name"][..]),
        ("encoder", &["encoder"]),
        ("vectors", &["vectors"]),
        ("features", &["features"]),
    ] {
        let mut seen = BTreeSet::new();
        // What a step does not read is absent from its description, or nothing there.
        let reading = plan.steps.iter();
        for step in reading.filter(|step| step.description[what].is_object()) {
            let hint = name.iter().fold(&step.hints, |hints, key| &hints[*key]);
            let mut label = hint.as_str().unwrap_or_default();
            if ["vectors", "features"].contains(&what) {
                // Of a path the last part, since the others tell of a machine.
                label = label.rsplit('/').next().unwrap_or_default();
            }
            let hash = step.description[what]["hash"].as_str();
            let hash = match (hash, what) {
                (Some(hash), _) => hash,
                (None, "encoder") => "trained from scratch",
                (None, _) => continue,
            };
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
