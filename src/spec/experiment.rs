//! An experiment: one file, read, checked and expanded.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::spec::assemble::{assemble, profiles_of};
use crate::spec::axes::Axes;
use crate::spec::claim::Claim;
use crate::spec::configuration::{Configuration, Vocabulary};
use crate::spec::environment::parse_variable;
use crate::spec::error::SpecError;
use crate::spec::fault::{Fault, extend_distinct};
use crate::spec::files::Files;
use crate::spec::parts::{DEFAULT_PROFILE, unknown_profile};
use crate::spec::plot::Plot;
use crate::spec::report::ReportOptions;
use crate::spec::set::{leaves, parse_set};
use crate::spec::source::Sources;
use crate::spec::statistics::Statistics;
use crate::spec::table::Table;

/// An experiment as one of its profiles describes it.
#[derive(Debug, Clone)]
pub struct Experiment<C> {
    /// The name, which is also that of its report: small letters, digits, `_` and `-`.
    pub name: String,
    /// The title; without one, the name.
    pub title: String,
    /// The published table or figure whose values are shown beside ours: `jointere/table2`.
    pub mirrors: Option<String>,
    /// The profile in effect.
    pub profile: String,
    /// All profiles of the file, the default first.
    pub profiles: Vec<String>,
    /// The configuration below the axes.
    pub configuration: C,
    /// What varies.
    pub axes: Axes,
    /// How differences are tested.
    pub statistics: Statistics,
    /// What the report shows beyond tables and plots.
    pub report: ReportOptions,
    /// The tables of the report, in order.
    pub tables: Vec<Table>,
    /// The plots of the report beside those of the tables, in order.
    pub plots: Vec<Plot>,
    /// The claims that the report tests, in order.
    pub claims: Vec<Claim>,
    pub(crate) cells: Vec<Cell<C>>,
}

/// One combination of axis values, without seed and fold.
#[derive(Debug, Clone)]
pub struct Cell<C> {
    /// The dotted keys that the axes set, with this cell's values, in the order of the axes.
    pub values: Vec<(String, Value)>,
    /// The whole configuration.
    pub configuration: C,
}

/// A cell with its seed and fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Run {
    /// The index of the cell in [`Experiment::cells`].
    pub cell: usize,
    /// The seed.
    pub seed: u64,
    /// The fold, if the experiment has folds.
    pub fold: Option<u32>,
}

/// What is chosen outside the file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The profile; `demo` if none.
    pub profile: Option<String>,
    /// The arguments of `--set`, in order; later ones win.
    pub set: Vec<String>,
    /// Environment variables; those that are not configuration are passed over.
    pub environment: Vec<(String, String)>,
}

impl<C: Configuration> Experiment<C> {
    /// Reads an experiment file with all its layers.
    ///
    /// # Errors
    /// Everything that is wrong with the file (in any of its profiles), the options or the environment.
    pub fn load(
        path: &Path,
        options: &Options,
        vocabulary: &Vocabulary<'_>,
    ) -> Result<Self, SpecError> {
        let text = fs::read_to_string(path).map_err(|error| {
            let fault = Fault::maybe_at(None, format!("cannot read `{}`: {error}", path.display()));
            SpecError::new(
                &path.display().to_string(),
                vec![fault],
                &Sources::default(),
            )
        })?;
        Self::parse(path, &text, options, vocabulary)
    }

    /// Reads an experiment from a text. `name` is what messages call it; included files lie beside it.
    ///
    /// # Errors
    /// As for [`Experiment::load`].
    pub fn parse(
        name: &Path,
        text: &str,
        options: &Options,
        vocabulary: &Vocabulary<'_>,
    ) -> Result<Self, SpecError> {
        let mut files = Files::default();
        files.add(name, text);
        let shown = name.display().to_string();
        // What cannot be read cannot be checked: keys would seem to be missing that are only misspelt.
        if !files.faults.is_empty() {
            return Err(SpecError::new(&shown, files.faults, &files.sources));
        }
        let mut faults = Vec::new();
        let overrides = Self::overrides(options, &mut files.sources, &mut faults);
        let profile = options.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        let profiles = profiles_of(&files.tables);
        let mut experiment = None;
        if profiles.iter().any(|known| known == profile) {
            let mut found = Vec::new();
            experiment = assemble(&files.tables, profile, &overrides, vocabulary, &mut found);
            extend_distinct(&mut faults, found);
        } else {
            faults.push(unknown_profile(profile, &profiles));
        }
        // A mistake in another profile would only come to light when that one is run, maybe on another machine.
        for other in profiles.iter().filter(|other| *other != profile) {
            let mut more = Vec::new();
            assemble::<C>(&files.tables, other, &[], vocabulary, &mut more);
            let note = |fault: Fault| {
                let help = fault
                    .help
                    .clone()
                    .map_or(String::new(), |help| format!("; {help}"));
                fault.help(format!("in the profile `{other}`{help}"))
            };
            extend_distinct(&mut faults, more.into_iter().map(note).collect());
        }
        match experiment {
            Some(experiment) if faults.is_empty() => Ok(experiment),
            _ => Err(SpecError::new(&shown, faults, &files.sources)),
        }
    }

    /// The cells, in the order of the axes: the first axis is the slowest.
    pub fn cells(&self) -> &[Cell<C>] {
        &self.cells
    }

    /// Whether a table, a plot or a claim shows the column of this name.
    pub fn shows(&self, column: &str) -> bool {
        let columns = self.tables.iter().flat_map(|table| &table.columns);
        let metrics = self.claims.iter().map(|claim| &claim.metric);
        let plots = self.plots.iter();
        let plots = plots.flat_map(|plot| plot.y.iter().chain([&plot.x]));
        columns
            .chain(metrics)
            .chain(plots)
            .any(|name| name == column)
    }

    /// The runs: for every cell each seed, and for every seed each fold.
    pub fn runs(&self) -> Vec<Run> {
        let folds: Vec<Option<u32>> = match self.axes.folds.as_slice() {
            [] => vec![None],
            folds => folds.iter().copied().map(Some).collect(),
        };
        let seeds = &self.axes.seeds;
        let pairs =
            (0..self.cells.len()).flat_map(|cell| seeds.iter().map(move |&seed| (cell, seed)));
        pairs
            .flat_map(|(cell, seed)| folds.iter().map(move |&fold| Run { cell, seed, fold }))
            .collect()
    }

    fn overrides(
        options: &Options,
        sources: &mut Sources,
        faults: &mut Vec<Fault>,
    ) -> Vec<crate::spec::set::Override> {
        let known = serde_json::to_value(C::default()).unwrap_or_default();
        let mut variables = options.environment.clone();
        variables.sort();
        let mut overrides = Vec::new();
        for variable in &variables {
            overrides.extend(parse_variable(variable, &known, sources, faults));
        }
        for argument in &options.set {
            overrides.extend(parse_set(argument, sources, faults));
        }
        overrides.into_iter().flat_map(leaves).collect()
    }
}
