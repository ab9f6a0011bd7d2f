//! What `run` and `plan` share: reading the experiment, and where things are.

use std::path::{Path, PathBuf};

use crate::plan::Places;
use crate::report::{CONVENTION_AXES, published};
use crate::score::{Column, Measure, Metric};
use crate::spec::{Cell, Experiment, Options, Vocabulary};
use crate::systems::Configuration;

use super::arguments::{ExperimentArguments, PlaceArguments};
use super::exit::Problem;

/// Reads the experiment with its profile and changes.
pub(super) fn load(arguments: &ExperimentArguments) -> Result<Experiment<Configuration>, Problem> {
    let options = Options {
        profile: arguments.profile.clone(),
        set: arguments.set.clone(),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name.into_string().ok()?;
                let chosen = name.starts_with("SWEEP_") && name.contains("__");
                chosen.then(|| (name, value.to_string_lossy().into_owned()))
            })
            .collect(),
    };
    let metrics = Metric::ALL.map(Metric::name);
    let measures = Measure::ALL.map(Measure::name);
    let vocabulary = Vocabulary {
        metrics: &metrics,
        averages: &Column::MACROS,
        measures: &measures,
        rates: &Column::RATES,
        sizes: &Column::SIZES,
    };
    let experiment = Experiment::load(&arguments.file, &options, &vocabulary)
        .map_err(|error| Problem::laid_out(error.render(super::output::colours())))?;
    // A table that is not known must not come up after hours of training.
    if let Some(mirror) = &experiment.mirrors {
        published(mirror, &[]).map_err(Problem::set_up)?;
    }
    for key in CONVENTION_AXES {
        let axis = experiment.axes.axes.iter().find(|axis| axis.key == key);
        if axis.is_some_and(|axis| axis.values.len() > 1)
            && experiment.statistics.baseline.contains_key(key)
        {
            return Err(Problem::set_up(format!(
                "{}: the baseline names `{key}`, but scores in which something else counts as right cannot be \
                 compared; leave it out of `statistics.baseline`, and every convention has a baseline of its own",
                arguments.file.display()
            )));
        }
    }
    require_types(&experiment)
        .map_err(|message| Problem::set_up(format!("{}: {message}", arguments.file.display())))?;
    if experiment.runs().is_empty() {
        return Err(Problem::nothing(format!(
            "{}: the axes leave no run",
            arguments.file.display()
        )));
    }
    Ok(experiment)
}

/// Averages over types need a scoring profile that keeps the counts of types, or their columns would stay empty.
fn require_types(experiment: &Experiment<Configuration>) -> Result<(), String> {
    let kept = |cell: &Cell<Configuration>| cell.configuration.eval.profile.keeps_types();
    if experiment.cells().iter().any(kept) {
        return Ok(());
    }
    let tables = experiment.tables.iter();
    let tables = tables.flat_map(|table| table.columns.iter().chain(&table.pairwise));
    let plots = experiment.plots.iter();
    let plots = plots.flat_map(|plot| plot.y.iter().chain([&plot.x]));
    let claims = experiment.claims.iter().map(|claim| &claim.metric);
    let mut names = tables.chain(plots).chain(claims);
    let averaged = |name: &&String| matches!(name.parse(), Ok(Column::Macro(..)));
    match names.find(averaged) {
        None => Ok(()),
        Some(name) => Err(format!(
            "`{name}` is an average over types, whose counts are kept under the scoring profile \
             \"crone\" alone: set `eval.profile` to it"
        )),
    }
}

/// The folders a plan may read.
pub(super) fn places(arguments: &PlaceArguments) -> Places {
    Places {
        data: arguments.data.clone(),
        models: models(arguments.models.as_deref()),
    }
}

/// The folders that hold models by name: the one that was chosen, or the usual ones.
pub(super) fn models(chosen: Option<&Path>) -> Vec<PathBuf> {
    match chosen {
        Some(folder) => vec![folder.to_owned()],
        None => std::iter::once(PathBuf::from("models"))
            .chain(cache().map(|folder| folder.join("sweep-models")))
            .collect(),
    }
}

/// The user's cache folder.
fn cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    named.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
}

/// How many steps to do side by side: one a core, but one alone where a GPU does them.
pub(super) fn jobs(
    arguments: &ExperimentArguments,
    experiment: &Experiment<Configuration>,
) -> usize {
    let on_gpu = |cell: &Cell<Configuration>| cell.configuration.device.contains("cuda");
    match arguments.jobs {
        Some(jobs) => usize::from(jobs).max(1),
        None if experiment.cells().iter().any(on_gpu) => 1,
        None => cores(),
    }
}

/// Number of cores that may be used.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
