//! The flags of `sweep compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::score::CountArguments;
use crate::score::Column;
use crate::spec::Correction;

const EXAMPLES: &str = "\
Examples:
  sweep compare --gold test.json ours-*.json --vs theirs-*.json
      five files a side, one for each seed: what the methods differ in
  sweep compare --gold test.json ours.json --vs theirs.json --names ours,theirs
      one model each: what these two models differ in, and nothing about the methods
  sweep compare fold-*/ours.json --vs fold-*/theirs.json --paired --metrics rel+,rel+.recall
      file i of one side belongs to file i of the other; gold stands beside the predictions

What the lines mean: docs/score.md; the tests: docs/statistics.md";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct CompareArguments {
    /// Files of predictions of the first system, one for each time that it was trained.
    #[arg(required = true, value_name = "A")]
    pub(super) ours: Vec<PathBuf>,
    /// Files of predictions of the second system.
    #[arg(long = "vs", required = true, num_args = 1.., value_name = "B")]
    pub(super) theirs: Vec<PathBuf>,
    /// File of gold annotation, DyGIE JSON lines or SpERT JSON [default: what stands beside
    /// the predictions].
    #[arg(long, value_name = "FILE")]
    pub(super) gold: Option<PathBuf>,
    #[command(flatten)]
    pub(super) count: CountArguments,
    /// The metrics to compare, alone for their F1 or with a measure (rel+.recall), or
    /// averaged over types (rel+-macro) [default: ent-c,rel-c,rel+-c].
    #[arg(long, value_name = "METRICS", value_delimiter = ',')]
    pub(super) metrics: Vec<Column>,
    /// File i of one side belongs to file i of the other: they share what was random.
    #[arg(long)]
    pub(super) paired: bool,
    /// What to call the two.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) names: Vec<String>,
    /// The level of significance.
    #[arg(long, default_value = "0.05", value_parser = level)]
    pub(super) alpha: f64,
    /// How p-values are corrected over the metrics that are compared.
    #[arg(long, value_enum, default_value_t = Correct::Holm)]
    pub(super) correct: Correct,
    /// Random draws, where a test cannot enumerate all permutations.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) draws: u32,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// Corrections for several comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Correct {
    /// Holm's step-down procedure.
    Holm,
    /// Every p-value times the number of metrics.
    Bonferroni,
    /// Benjamini and Hochberg's step-up procedure, which bounds the share of false marks.
    BenjaminiHochberg,
    /// No correction.
    None,
}

impl From<Correct> for Correction {
    fn from(correct: Correct) -> Self {
        match correct {
            Correct::Holm => Self::Holm,
            Correct::Bonferroni => Self::Bonferroni,
            Correct::BenjaminiHochberg => Self::BenjaminiHochberg,
            Correct::None => Self::None,
        }
    }
}

/// Reads a level of significance.
fn level(text: &str) -> Result<f64, String> {
    let level: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if level > 0.0 && level < 1.0 {
        Ok(level)
    } else {
        Err("must lie between 0 and 1".to_owned())
    }
}
