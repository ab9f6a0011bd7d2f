//! What a report is made from: plain data that the caller collects from the store.

use super::analysis::CellErrors;
use super::cells;
use super::training::{Training, Work};
use crate::score::{Convention, DocumentCounts, Profile, Symmetric};
use crate::spec::{Claim, Plot, Statistics, Table};

/// Everything a report shows. Two equal inputs give the same bytes, whatever the order of the runs.
#[derive(Debug, Clone)]
pub struct Input {
    /// Name of the experiment, also the name of its report folder.
    pub name: String,
    /// What the experiment asks, as a title.
    pub title: String,
    /// Profile of the experiment: `demo`, `desk`, `paper`.
    pub profile: String,
    /// Corpus of every cell, unless `corpus.name` is an axis.
    pub corpus: String,
    /// Encoder of every cell, unless `encoder.name` is an axis.
    pub encoder: String,
    /// Split that every cell is scored on, unless `eval.split` is an axis.
    pub split: String,
    /// Split on which the best epoch of every cell is chosen, unless `corpus.select_on` is an axis: `dev` or `test`.
    pub select_on: String,
    /// Scoring profile of every cell, unless `eval.profile` is an axis.
    pub scoring_profile: Profile,
    /// How every cell counts relations without a direction, unless `eval.symmetric` is an axis; as its profile
    /// does it where none is given.
    pub symmetric: Option<Symmetric>,
    /// Axes in the order written; seed and fold are not among them.
    pub axes: Vec<Axis>,
    /// The tables to write, numbered from 1.
    pub tables: Vec<Table>,
    /// The plots to draw beside those of the tables, numbered from 1.
    pub plots: Vec<Plot>,
    /// The claims to test, numbered from 1.
    pub claims: Vec<Claim>,
    /// The baseline, the tests and their correction.
    pub statistics: Statistics,
    /// Every scored run.
    pub runs: Vec<ScoredRun>,
    /// Every run asked for that has no scores.
    pub missing: Vec<MissingRun>,
    /// Every scored run without a speed, where speeds are asked for.
    pub untimed: Vec<MissingRun>,
    /// Axis keys with the values that they have where no axis sets them; a plot may mark them.
    pub defaults: Vec<(String, String)>,
    /// Values that papers printed for the table this experiment mirrors.
    pub published: Vec<PublishedValue>,
    /// The trainings behind the runs, each once.
    pub trainings: Vec<Training>,
    /// What all steps behind the runs took, by kind.
    pub work: Vec<Work>,
    /// The errors of each cell.
    pub errors: Vec<CellErrors>,
    /// Why there are no examples of errors, where they were left out.
    pub without_examples: Option<String>,
    /// Names and values printed at the foot of the page. What happens to be true while the report is written does not
    /// belong here: reports of equal results are compared byte for byte.
    pub provenance: Vec<(String, String)>,
}

impl Input {
    /// The missing runs in an order that does not depend on the caller.
    pub(crate) fn missing_in_order(&self) -> Vec<&MissingRun> {
        in_order(&self.missing)
    }

    /// The scored runs without a speed, in such an order.
    pub(crate) fn untimed_in_order(&self) -> Vec<&MissingRun> {
        in_order(&self.untimed)
    }

    /// Whether any run has a speed.
    pub(crate) fn has_speeds(&self) -> bool {
        self.runs.iter().any(|run| run.speed.is_some())
    }

    /// Whether the parameters of any run were counted.
    pub(crate) fn has_parameters(&self) -> bool {
        let mut speeds = self.runs.iter().filter_map(|run| run.speed.as_ref());
        speeds.any(|speed| speed.parameters.is_some())
    }

    /// The corpus of a cell.
    pub(crate) fn corpus_of<'a>(&'a self, values: &'a [(String, String)]) -> &'a str {
        own(values, "corpus.name", &self.corpus)
    }

    /// The encoder of a cell.
    pub(crate) fn encoder_of<'a>(&'a self, values: &'a [(String, String)]) -> &'a str {
        own(values, "encoder.name", &self.encoder)
    }

    /// Whether the best epoch of a cell is chosen by the scores that are reported.
    pub(crate) fn is_selected_on_test(&self, values: &[(String, String)]) -> bool {
        own(values, "corpus.select_on", &self.select_on) == "test"
            && self.split_of(values) == "test"
    }

    /// The split that a cell is scored on.
    pub(crate) fn split_of<'a>(&'a self, values: &'a [(String, String)]) -> &'a str {
        own(values, "eval.split", &self.split)
    }
}

fn in_order(runs: &[MissingRun]) -> Vec<&MissingRun> {
    let mut runs: Vec<_> = runs.iter().collect();
    runs.sort_by(|a, b| (&a.cell, a.fold, a.seed).cmp(&(&b.cell, b.fold, b.seed)));
    runs
}

fn own<'a>(values: &'a [(String, String)], key: &str, common: &'a str) -> &'a str {
    match cells::value(values, key) {
        "" => common,
        own => own,
    }
}

/// One axis of the experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Dotted configuration key.
    pub key: String,
    /// Its values in the order written, as text.
    pub values: Vec<String>,
}

/// One run with its counts per test document.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredRun {
    /// Axis keys and values.
    pub cell: Vec<(String, String)>,
    /// Seed of the run.
    pub seed: u64,
    /// Cross-validation fold, where the experiment has folds.
    pub fold: Option<u32>,
    /// Key of the scoring step.
    pub key: String,
    /// Counts per document of the split that was scored.
    pub counts: Vec<DocumentCounts>,
    /// How fast its inference is, where that was measured.
    pub speed: Option<Speed>,
    /// Its trainings among those of the report, in the order of its pipeline.
    pub trainings: Vec<usize>,
}

/// How fast the inference of one run is.
#[derive(Debug, Clone, PartialEq)]
pub struct Speed {
    /// Sentences a second.
    pub rate: f64,
    /// Parameters of all models inside the clock, where they were counted.
    pub parameters: Option<usize>,
    /// Key of the step that timed it.
    pub key: String,
    /// What was inside the clock, by its name in specifications.
    pub inside: String,
    /// The device, by its name in specifications.
    pub device: String,
    /// Sentences, or inputs made of them, a batch.
    pub batch: usize,
    /// What was timed and on what, in words; equal for runs that were timed alike. No host: reports are
    /// compared byte for byte.
    pub conditions: String,
    /// Whether other programs took a good part of the processor meanwhile.
    pub disturbed: bool,
}

/// One run without scores, or without a speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRun {
    /// Axis keys and values.
    pub cell: Vec<(String, String)>,
    /// Seed of the run.
    pub seed: u64,
    /// Cross-validation fold, where the experiment has folds.
    pub fold: Option<u32>,
    /// Why there are none, for a reader.
    pub reason: String,
}

/// One value that a paper printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedValue {
    /// Paper and table, such as `JointERE, Table 2`.
    pub table: String,
    /// The system as labels joined by ` + `, each an axis value or `key=value`; the value stands beside the cells
    /// that have them all, in any case of letters.
    pub system: String,
    /// Corpus key, such as `ace05`.
    pub corpus: String,
    /// Encoder as the paper names it; empty where its table names none.
    pub encoder: String,
    /// Split that the value is about, such as `test`; empty where its table names none.
    pub split: String,
    /// Name of the metric and its measure, such as `ent-i` for its F1, or `ent-i.recall`; or `speed`.
    pub metric: String,
    /// The value in percent; a speed in sentences a second, parameters in millions.
    pub value: f64,
    /// Standard deviation in the same unit, where printed.
    pub sd: Option<f64>,
    /// Number of runs behind the value, where printed.
    pub runs: Option<u32>,
    /// What the paper counted as right.
    pub convention: Convention,
    /// Whether the experiment scores the same corpus, so that a difference means something.
    pub same_corpus: bool,
}
