//! Verbs, flags and their environment variables.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use super::compare::CompareArguments;
use super::diff::DiffArguments;
use super::export::ExportArguments;
use super::gc::GcArguments;
use super::logs::LogsArguments;
use super::score::ScoreArguments;
use super::status::StatusArguments;

/// Trains the variants of an entity-and-relation extraction system that a TOML file
/// names, tests the differences, and writes the table a paper would print.
#[derive(Debug, Parser)]
#[command(name = "sweep", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Do what an experiment still needs, and write its report.
    Run(RunArguments),
    /// Show what an experiment needs, with the reason for every step.
    Plan(PlanArguments),
    /// Time the inference of an experiment's runs, after doing what they still need, and
    /// write its report.
    Bench(BenchArguments),
    /// Do single steps of a planned experiment, by key.
    Step(StepArguments),
    /// Look at corpora.
    Data(DataArguments),
    /// Look at pretrained encoders, and get them from the Hugging Face hub.
    Model(ModelArguments),
    /// Write the states that a model gives to text.
    Embed(EmbedArguments),
    /// Show what the store holds, or how far an experiment is.
    Status(StatusArguments),
    /// Show what happened to a step, or to all steps of a run.
    Logs(LogsArguments),
    /// Show what differs between two steps or two experiments, in configuration and in result.
    Diff(DiffArguments),
    /// Find what of the store nobody needs any more, and remove it if asked to.
    Gc(GcArguments),
    /// Write every number of an experiment as one long table.
    Export(ExportArguments),
    /// Score predictions in a file, whoever made them.
    Score(ScoreArguments),
    /// Compare two systems by files of their predictions, any number of them each.
    Compare(CompareArguments),
    /// Print the JSON schema of experiment files.
    Schema,
}

/// Which experiment, and with which changes.
#[derive(Debug, Args)]
pub(super) struct ExperimentArguments {
    /// The experiment's TOML file.
    pub(super) file: PathBuf,
    /// Profile of the experiment, one that the file has [default: demo].
    #[arg(long, short, env = "SWEEP_PROFILE")]
    pub(super) profile: Option<String>,
    /// Change a key, as in `--set train.epochs=3`; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    #[command(flatten)]
    pub(super) places: PlaceArguments,
    /// Steps done side by side [default: one a core, or one alone on a GPU].
    #[arg(long, short, env = "SWEEP_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
}

/// Where things are.
#[derive(Debug, Clone, Args)]
pub(super) struct PlaceArguments {
    /// Folder that holds corpora by name.
    #[arg(long, env = "SWEEP_DATA", default_value = "data")]
    pub(super) data: PathBuf,
    /// Folder that holds pretrained encoders by name [default: models, then the user's
    /// cache, sweep-models].
    #[arg(long, env = "SWEEP_MODELS")]
    pub(super) models: Option<PathBuf>,
    /// Folder of the store.
    #[arg(long, env = "SWEEP_RESULTS", default_value = "results")]
    pub(super) results: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) experiment: ExperimentArguments,
    /// Folder that reports are written to.
    #[arg(long, env = "SWEEP_REPORTS", default_value = "reports")]
    pub(super) reports: PathBuf,
    /// Show the plan and do nothing.
    #[arg(long, short = 'n')]
    pub(super) dry_run: bool,
    /// Stop at the first failed step.
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Write plain lines even to a terminal.
    #[arg(
        long,
        env = "SWEEP_NO_PROGRESS",
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub(super) no_progress: bool,
}

#[derive(Debug, Args)]
pub(super) struct BenchArguments {
    #[command(flatten)]
    pub(super) run: RunArguments,
    /// Measure anew, even where there is a measurement on this machine; what was measured
    /// before is kept, and the last measurement counts.
    #[arg(long)]
    pub(super) again: bool,
    /// Print the table as JSON, with a record of every run.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) experiment: ExperimentArguments,
}

#[derive(Debug, Args)]
pub(super) struct StepArguments {
    /// Keys of the steps, or their first digits as `sweep plan` shows them; `sweep run`
    /// must have put them into the store.
    #[arg(required_unless_present = "worker")]
    pub(super) keys: Vec<String>,
    /// Read keys from standard input and report on standard output, as `sweep run` asks
    /// its workers to.
    #[arg(long, conflicts_with = "keys")]
    pub(super) worker: bool,
    /// Folder of the store.
    #[arg(long, env = "SWEEP_RESULTS", default_value = "results")]
    pub(super) results: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct DataArguments {
    #[command(subcommand)]
    pub(super) verb: DataVerb,
    /// Folder that holds corpora by name.
    #[arg(long, env = "SWEEP_DATA", default_value = "data", global = true)]
    pub(super) data: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(super) enum DataVerb {
    /// Which corpora there are, and how to get those that are known and missing.
    List,
    /// Count what a corpus holds.
    Stats {
        /// Its name, or a folder.
        name: String,
        /// The fold to count, of a corpus that comes in folds.
        #[arg(long)]
        fold: Option<u32>,
    },
    /// Look for what may be wrong with a corpus.
    Check {
        /// Its name, or a folder.
        name: String,
        /// The fold to look at, of a corpus that comes in folds.
        #[arg(long)]
        fold: Option<u32>,
    },
}

#[derive(Debug, Args)]
pub(super) struct ModelArguments {
    #[command(subcommand)]
    pub(super) verb: ModelVerb,
    /// Folder that holds pretrained encoders by name [default: models, then the user's
    /// cache, sweep-models].
    #[arg(long, env = "SWEEP_MODELS", global = true)]
    pub(super) models: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ModelVerb {
    /// Fetch a model from the Hugging Face hub into its cache, or what is still lacking.
    Get {
        /// Its name on the hub.
        #[arg(value_name = "OWNER/NAME")]
        name: String,
        /// Branch, tag or commit.
        #[arg(long, default_value = "main")]
        revision: String,
    },
    /// Which models there are, and which can be used.
    List {
        /// Print JSON, with the files of every model.
        #[arg(long)]
        json: bool,
    },
    /// Show what a model's files say of it.
    Show(NamedModel),
    /// Look for what is wrong with a model.
    Check(NamedModel),
}

#[derive(Debug, Args)]
#[group(id = "input", required = true, multiple = false, args = ["text", "file"])]
pub(super) struct EmbedArguments {
    #[command(flatten)]
    pub(super) model: ModelOption,
    /// A sentence, its words split by white space; may be given several times.
    #[arg(long)]
    pub(super) text: Vec<String>,
    /// A file with a sentence a line, or `-` for standard input.
    #[arg(long)]
    pub(super) file: Option<PathBuf>,
    /// What has a row: every piece, or every word by its first or last piece or the mean
    /// of its pieces.
    #[arg(long, value_enum, default_value_t = Rows::Pieces)]
    pub(super) rows: Rows,
    /// File to write, .csv or .safetensors [default: CSV to standard output].
    #[arg(long, short)]
    pub(super) output: Option<PathBuf>,
    /// Stop after so many layers.
    #[arg(long, value_name = "LAYERS")]
    pub(super) keep_layers: Option<usize>,
    /// Where the model runs.
    #[arg(long, default_value = "cpu")]
    pub(super) device: String,
    /// Folder that holds pretrained encoders by name [default: models, then the user's
    /// cache, sweep-models].
    #[arg(long, env = "SWEEP_MODELS")]
    pub(super) models: Option<PathBuf>,
}

/// What has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Rows {
    /// Every piece.
    Pieces,
    /// Every word, by its first piece.
    First,
    /// Every word, by its last piece.
    Last,
    /// Every word, by the mean of its pieces.
    Mean,
}

/// Which model, as an option.
#[derive(Debug, Args)]
pub(super) struct ModelOption {
    /// The model: a name of a folder of models, `owner/name`, or a folder.
    #[arg(long = "model", value_name = "NAME")]
    pub(super) name: String,
    /// Branch, tag or commit of a model of the hub [default: main].
    #[arg(long)]
    pub(super) revision: Option<String>,
}

/// Which model.
#[derive(Debug, Args)]
pub(super) struct NamedModel {
    /// Its name: of a folder of models, or `owner/name`; or a folder.
    pub(super) name: String,
    /// Branch, tag or commit of a model of the hub [default: main].
    #[arg(long)]
    pub(super) revision: Option<String>,
}

/// The whole command line, for the tests of its documentation.
pub fn command() -> clap::Command {
    Arguments::command()
}
