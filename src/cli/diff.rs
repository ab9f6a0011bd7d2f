//! `sweep diff A B`: what differs in configuration, and what in result.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use crate::plan::{Difference, Timing, build, differences};
use crate::score::{Metric, read_counts, total};
use crate::spec::Experiment;
use crate::store::{Record, State, Store};
use crate::systems::{COUNTS, Configuration, SCORE};

use super::arguments::{ExperimentArguments, PlaceArguments};
use super::collect::{Depth, collect};
use super::exit::{Exit, Problem};
use super::experiment::{load, places};
use super::naming::{self, columns};
use super::output::say;

/// How a difference tells that a side says nothing of a key.
const DEFAULT: &str = "the default";
/// So many cells are named that only one side has.
const NAMED: usize = 4;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sweep diff 04a5cbc0 25fb3439                           two steps of the store
  sweep diff experiments/quickstart.toml mine.toml       two experiments
  sweep diff mine.toml mine.toml:desk                    two profiles of one

A is the old side and B the new one: differences are B minus A.")]
pub(super) struct DiffArguments {
    /// Key of a step or its first digits, or an experiment's file, with `:PROFILE` for another profile than demo.
    a: String,
    /// The same.
    b: String,
    #[command(flatten)]
    places: PlaceArguments,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A number of both sides.
#[derive(Debug, Serialize)]
struct Compared {
    what: String,
    /// Digits after the point that a reader needs.
    #[serde(skip)]
    digits: usize,
    a: Option<f64>,
    b: Option<f64>,
    difference: Option<f64>,
}

impl Compared {
    fn new(what: impl Into<String>, digits: usize, a: Option<f64>, b: Option<f64>) -> Self {
        let difference = a.zip(b).map(|(a, b)| b - a);
        Self {
            what: what.into(),
            digits,
            a,
            b,
            difference,
        }
    }
}

/// A number of one side: what it is, its digits, and the number.
type Number = (String, usize, f64);

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    a: String,
    b: String,
    /// Key, and what both sides have there.
    configuration: Vec<Difference>,
    results: Vec<Compared>,
    remarks: Vec<String>,
}

pub(super) fn diff(arguments: &DiffArguments) -> Result<Exit, Problem> {
    let store = Store::at(&arguments.places.results);
    let files = [&arguments.a, &arguments.b].map(|given| as_file(given));
    let report = match files {
        [Some(a), Some(b)] => of_experiments(arguments, &store, [a, b])?,
        [None, None] => {
            let a = naming::step(&store, &arguments.a)?;
            let b = naming::step(&store, &arguments.b)?;
            of_steps(&store, &a, &b)?
        }
        _ => {
            return Err(Problem::set_up(format!(
                "`{}` and `{}` cannot be held against each other: name two steps or two experiment files",
                arguments.a, arguments.b
            )));
        }
    };
    if arguments.json {
        say(&format!("{:#}", json!(report)));
    } else {
        say(&text(&report));
    }
    Ok(Exit::Done)
}

/// The file and the profile of a side that names an experiment. What looks like a file is one, so that a slip in its
/// name is not taken for a key.
fn as_file(given: &str) -> Option<(PathBuf, Option<String>)> {
    let (path, profile) = match given.rsplit_once(':') {
        Some((path, profile)) if !Path::new(given).exists() => (path, Some(profile.to_owned())),
        _ => (given, None),
    };
    let is_file = Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "toml")
        || Path::new(path).is_file();
    is_file.then(|| (PathBuf::from(path), profile))
}

fn of_steps(store: &Store, a: &Record, b: &Record) -> Result<Report, Problem> {
    let mut remarks = Vec::new();
    if a.key == b.key {
        remarks.push("they are the same step".to_owned());
    }
    if a.kind != b.kind {
        remarks.push(format!(
            "they are of different kinds: {} and {}",
            a.kind, b.kind
        ));
    }
    let mut configuration = Vec::new();
    describe(store, [a, b], "", &mut configuration)?;
    let [ours, theirs] = [numbers(store, a)?, numbers(store, b)?];
    let value = |numbers: &[Number], name: &str| {
        let found = numbers.iter().find(|(what, _, _)| what == name);
        found.map(|(_, _, value)| *value)
    };
    let mut results: Vec<Compared> = Vec::new();
    for (what, digits, _) in ours.iter().chain(&theirs) {
        if !results.iter().any(|known| known.what == *what) {
            let (ours, theirs) = (value(&ours, what), value(&theirs, what));
            results.push(Compared::new(what.as_str(), *digits, ours, theirs));
        }
    }
    for record in [a, b] {
        if !matches!(
            store.state(&record.key).map_err(Problem::set_up)?,
            State::Done(_)
        ) {
            remarks.push(format!("{} {} is not done", &record.key[..8], record.label));
        }
    }
    Ok(Report {
        version: 1,
        a: format!("{} {}", &a.key[..8], a.label),
        b: format!("{} {}", &b.key[..8], b.label),
        configuration,
        results,
        remarks,
    })
}

/// What differs in the descriptions of two steps and of what they rest on, input by input.
fn describe(
    store: &Store,
    [a, b]: [&Record; 2],
    path: &str,
    found: &mut Vec<Difference>,
) -> Result<(), Problem> {
    let under = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}{key}")
        }
    };
    if a.kind != b.kind {
        found.push((under("kind"), a.kind.clone(), b.kind.clone()));
    }
    for (key, old, new) in differences(&a.description, &b.description) {
        found.push((under(&key), old, new));
    }
    if a.inputs.len() != b.inputs.len() {
        found.push((
            under("inputs"),
            a.inputs.len().to_string(),
            b.inputs.len().to_string(),
        ));
    }
    for (old, new) in a
        .inputs
        .iter()
        .zip(&b.inputs)
        .filter(|(old, new)| old != new)
    {
        let old = store.description(old).map_err(Problem::set_up)?;
        let new = store.description(new).map_err(Problem::set_up)?;
        let path = format!("{path}{} > ", old.label);
        describe(store, [&old, &new], &path, found)?;
    }
    Ok(())
}

/// The numbers of a finished step: scores, what it was chosen by, what it took.
fn numbers(store: &Store, record: &Record) -> Result<Vec<Number>, Problem> {
    let mut numbers: Vec<Number> = Vec::new();
    let State::Done(done) = store.state(&record.key).map_err(Problem::set_up)? else {
        return Ok(numbers);
    };
    if record.kind == SCORE {
        let path = store.output(&record.key, COUNTS).map_err(Problem::set_up)?;
        let counts = read_counts(&path).map_err(Problem::set_up)?;
        let scored = counts.iter().flat_map(|document| document.counts.keys());
        let scored: BTreeSet<Metric> = scored.copied().collect();
        for metric in scored {
            let f1 = 100.0 * total(&counts, metric).f1();
            numbers.push((format!("{metric} F1"), 2, f1));
        }
    }
    let meta = store.meta(&record.key).map_err(Problem::set_up)?;
    let best = meta["best_dev"].as_f64().map(|share| 100.0 * share);
    let named = [
        ("best score on dev", 2, best),
        ("best epoch", 0, meta["best_epoch"].as_f64()),
        ("parameters", 0, meta["parameters"].as_f64()),
        ("seconds", 1, Some(done.seconds)),
    ];
    let known = named.into_iter();
    numbers
        .extend(known.filter_map(|(what, digits, value)| Some((what.to_owned(), digits, value?))));
    Ok(numbers)
}

fn of_experiments(
    arguments: &DiffArguments,
    store: &Store,
    files: [(PathBuf, Option<String>); 2],
) -> Result<Report, Problem> {
    let sides = files.map(|(file, profile)| side(arguments, store, file, profile));
    let [a, b] = sides;
    let (a, b) = (a?, b?);
    let mut remarks = Vec::new();
    let mut configuration = differences(&a.described, &b.described);
    for (_, old, new) in configuration
        .iter_mut()
        .filter(|(key, _, _)| key.starts_with("axes."))
    {
        for side in [old, new].into_iter().filter(|side| **side == DEFAULT) {
            "no axis".clone_into(side);
        }
    }
    if a.axes != b.axes {
        remarks.push("their axes differ, so no cells belong together".to_owned());
    }
    let counted = ["corpus.", "eval."];
    let is_counted = |key: &str| counted.iter().any(|section| key.starts_with(section));
    if configuration.iter().any(|(key, _, _)| is_counted(key)) {
        remarks.push(
            "they differ in the corpus or in what is scored, so the differences are not of the methods".to_owned(),
        );
    }
    let mut results = Vec::new();
    for (cell, ours) in a.means.iter().filter(|_| a.axes == b.axes) {
        let Some(theirs) = b.means.get(cell) else {
            continue;
        };
        for (metric, mean) in ours {
            if let Some(other) = theirs.get(metric) {
                results.push(Compared::new(
                    format!("{cell}  {metric}"),
                    2,
                    Some(*mean),
                    Some(*other),
                ));
            }
        }
    }
    for (side, other, name) in [(&a, &b, "A"), (&b, &a, "B")] {
        let alone: Vec<&str> = side
            .cells
            .iter()
            .filter(|cell| !other.cells.contains(cell))
            .map(String::as_str)
            .collect();
        if !alone.is_empty() {
            remarks.push(format!("only {name} has the {}", some(&alone)));
        }
        if side.missing > 0 {
            remarks.push(format!(
                "{} runs of {name} have no scores yet",
                side.missing
            ));
        }
    }
    if !results.is_empty() {
        remarks.push(
            "means over the runs that there are, F1 in percent; differences are not tested"
                .to_owned(),
        );
    }
    Ok(Report {
        version: 1,
        a: a.name,
        b: b.name,
        configuration,
        results,
        remarks,
    })
}

/// One experiment of two.
struct SideOf {
    name: String,
    described: Value,
    /// Keys of the axes.
    axes: Vec<String>,
    cells: Vec<String>,
    /// Mean F1 in percent by cell and metric.
    means: BTreeMap<String, BTreeMap<String, f64>>,
    missing: usize,
}

fn side(
    arguments: &DiffArguments,
    store: &Store,
    file: PathBuf,
    profile: Option<String>,
) -> Result<SideOf, Problem> {
    let experiment = load(&ExperimentArguments {
        file,
        profile,
        set: Vec::new(),
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
    let input = collect(&experiment, &plan, store, Depth::Scores)?;
    let name = |cell: &[(String, String)]| {
        let values: Vec<&str> = cell.iter().map(|(_, value)| value.as_str()).collect();
        if values.is_empty() {
            "all".to_owned()
        } else {
            values.join(" / ")
        }
    };
    let mut sums: BTreeMap<String, BTreeMap<String, (f64, usize)>> = BTreeMap::new();
    let mut cells = Vec::new();
    let of_runs = input.runs.iter().map(|run| &run.cell);
    for cell in of_runs.chain(input.missing.iter().map(|run| &run.cell)) {
        let cell = name(cell);
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    for run in &input.runs {
        let metrics = run
            .counts
            .iter()
            .flat_map(|document| document.counts.keys());
        let metrics: BTreeSet<Metric> = metrics.copied().collect();
        let own = sums.entry(name(&run.cell)).or_default();
        for metric in metrics {
            let sum = own.entry(metric.to_string()).or_default();
            sum.0 += 100.0 * total(&run.counts, metric).f1();
            sum.1 += 1;
        }
    }
    let mean = |(sum, count): (f64, usize)| sum / count as f64;
    let means = sums.into_iter().map(|(cell, own)| {
        let own = own.into_iter().map(|(metric, sum)| (metric, mean(sum)));
        (cell, own.collect())
    });
    Ok(SideOf {
        name: format!("{}, profile {}", experiment.name, experiment.profile),
        described: described(&experiment)?,
        axes: input.axes.iter().map(|axis| axis.key.clone()).collect(),
        cells,
        means: means.collect(),
        missing: input.missing.len(),
    })
}

/// The first of some cells, and how many there are.
fn some(cells: &[&str]) -> String {
    let named: Vec<&str> = cells.iter().copied().take(NAMED).collect();
    let more = cells.len() - named.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let noun = if cells.len() == 1 { "cell" } else { "cells" };
    format!("{noun} {}{more}", named.join(", "))
}

/// An experiment as one value: its configuration, axes and statistics.
fn described(experiment: &Experiment<Configuration>) -> Result<Value, Problem> {
    let failed = |error: serde_json::Error| {
        Problem::internal(format!("the configuration is no JSON: {error}"))
    };
    let mut value = serde_json::to_value(&experiment.configuration).map_err(failed)?;
    let axes: serde_json::Map<String, Value> = experiment
        .axes
        .axes
        .iter()
        .map(|axis| (axis.key.clone(), Value::Array(axis.values.clone())))
        .collect();
    value["axes"] = Value::Object(axes);
    value["statistics"] = serde_json::to_value(&experiment.statistics).map_err(failed)?;
    Ok(value)
}

fn text(report: &Report) -> String {
    let mut text = format!("A  {}\nB  {}\n", report.a, report.b);
    text.push_str("\nconfiguration\n");
    if report.configuration.is_empty() {
        text.push_str("  nothing differs\n");
    }
    for (key, old, new) in &report.configuration {
        let _ = writeln!(text, "  {key}: {old} → {new}");
    }
    if !report.results.is_empty() {
        let mut lines = vec![["result", "A", "B", "B − A"].map(str::to_owned).to_vec()];
        for one in &report.results {
            let digits = one.digits;
            let shown = |value: Option<f64>| {
                value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
            };
            let signed = one.difference.map_or("–".to_owned(), |value| {
                format!("{value:+.digits$}").replace('-', "−")
            });
            lines.push(vec![
                format!("  {}", one.what),
                shown(one.a),
                shown(one.b),
                signed,
            ]);
        }
        text.push('\n');
        text.push_str(&columns(&lines));
    }
    if !report.remarks.is_empty() {
        text.push('\n');
    }
    for remark in &report.remarks {
        let _ = writeln!(text, "{remark}");
    }
    text
}
