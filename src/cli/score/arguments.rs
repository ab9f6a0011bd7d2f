//! The flags of `sweep score`, and those that say what counts as right.

use std::path::PathBuf;

use clap::Args;

use crate::score::{Metric, Profile, Symmetric};

const EXAMPLES: &str = "\
Examples:
  sweep score --pred predictions.json
      DyGIE JSON lines with gold and predictions beside each other, as PURE writes them
  sweep score --gold test.json --pred predictions.json --profile spert --by-type
      SpERT's predictions against its dataset, every type for itself
  sweep score --gold scierc/test.json --pred spert.json --profile spert \\
      --symmetric-types COMPARE,CONJUNCTION --json
      gold in one format and predictions in the other

Formats and conventions: docs/score.md";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ScoreArguments {
    /// File of gold annotation, DyGIE JSON lines or SpERT JSON [default: what stands beside
    /// the predictions].
    #[arg(long, value_name = "FILE")]
    pub(super) gold: Option<PathBuf>,
    /// File of predictions, in either format.
    #[arg(long, value_name = "FILE")]
    pub(super) pred: PathBuf,
    #[command(flatten)]
    pub(super) count: CountArguments,
    /// The metrics to show [default: ent-c,rel-c,rel+-c].
    #[arg(long, value_name = "METRICS", value_delimiter = ',')]
    pub(super) metrics: Vec<Metric>,
    /// Show every type for itself, and the average over types.
    #[arg(long)]
    pub(super) by_type: bool,
    /// Write the counts of every document to this file, as CSV.
    #[arg(long, value_name = "FILE")]
    pub(super) documents: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// What counts as right.
#[derive(Debug, Args)]
pub(in crate::cli) struct CountArguments {
    /// What counts as right: pure, iter, spert, crone or pmei.
    #[arg(long, default_value = "pure")]
    pub(super) profile: Profile,
    /// How relations without a direction are counted: directed, undirected_once, double_count
    /// or double_count_one_decision [default: as the profile does it].
    #[arg(long, value_name = "WAY")]
    pub(super) symmetric: Option<Symmetric>,
    /// The relation types without a direction.
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub(super) symmetric_types: Vec<String>,
    /// Count predictions of types that gold never has as wrong, instead of refusing them.
    #[arg(long)]
    pub(super) other_types: bool,
}
