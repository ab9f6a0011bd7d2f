//! `sweep export FILE`: every number of an experiment as one long table.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::plan::{Timing, build};
use crate::report::{self, Input};
use crate::store::Store;

use super::arguments::ExperimentArguments;
use super::collect::{Depth, collect};
use super::exit::{Exit, Problem};
use super::experiment::{load, places};
use super::output::{complain, say};

/// What to export, and as what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sweep export experiments/quickstart.toml > scores.csv
  sweep export experiments/quickstart.toml --format json | jq '.[] | select(.metric == \"rel+-c\") | .f1'
  sweep export experiments/quickstart.toml --documents -o counts.csv")]
pub(super) struct ExportArguments {
    #[command(flatten)]
    experiment: ExperimentArguments,
    /// Format of the table.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// One line per run, document and metric instead of one per run and metric.
    #[arg(long)]
    documents: bool,
    /// File to write [default: standard output]; parquet needs one.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

/// Formats of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values with a head.
    Csv,
    /// An array with an object for each line.
    Json,
    /// Apache Parquet, where the program was built with it.
    Parquet,
}

pub(super) fn export(arguments: &ExportArguments) -> Result<Exit, Problem> {
    if arguments.format == Format::Parquet {
        if !report::HAS_PARQUET {
            return Err(Problem::set_up(
                "this build cannot write Parquet; build with `cargo build --release --features parquet`, or use \
                 `--format csv`",
            ));
        }
        if arguments.output.is_none() {
            return Err(Problem::set_up(
                "Parquet is no text for a terminal; name a file with `--output`",
            ));
        }
    }
    let experiment = load(&arguments.experiment)?;
    let store = Store::at(&arguments.experiment.places.results);
    let places = places(&arguments.experiment.places);
    let plan = build(&experiment, &places, &store, Timing::Always).map_err(Problem::set_up)?;
    let input = collect(&experiment, &plan, &store, Depth::Scores)?;
    let bytes = table(&input, arguments)?;
    match &arguments.output {
        None => say(&String::from_utf8_lossy(&bytes)),
        Some(path) => {
            let written = std::fs::File::create(path).and_then(|mut file| file.write_all(&bytes));
            written.map_err(|error| {
                Problem::set_up(format!("{} cannot be written: {error}", path.display()))
            })?;
        }
    }
    if input.missing.is_empty() {
        return Ok(Exit::Done);
    }
    complain(&format!(
        "{} of {} runs have no scores yet; `sweep run {}` goes on",
        input.missing.len(),
        input.missing.len() + input.runs.len(),
        arguments.experiment.file.display()
    ));
    Ok(Exit::Partial)
}

fn table(input: &Input, arguments: &ExportArguments) -> Result<Vec<u8>, Problem> {
    let mut frame = if arguments.documents {
        report::long_by_document(input)
    } else {
        report::long(input)
    }
    .map_err(Problem::internal)?;
    match arguments.format {
        Format::Csv => report::frame_as_csv(&frame),
        Format::Json => report::frame_as_json(&frame),
        Format::Parquet => report::frame_as_parquet(&mut frame),
    }
    .map_err(Problem::internal)
}
