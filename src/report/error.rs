//! What can go wrong while writing a report.

use std::path::PathBuf;

use thiserror::Error;

/// Why a report could not be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file or folder of the report could not be written.
    #[error("cannot write {path}: {source}; choose another folder with --reports or SWEEP_REPORTS")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `mirrors` names a table whose values the program does not have.
    #[error("mirrors = {mirror:?} is not a published table known here; known are {known}")]
    UnknownMirror {
        /// The name asked for.
        mirror: String,
        /// The names there are, with commas.
        known: String,
    },
    /// A published table has a line that cannot be read.
    #[error("published table {mirror:?}, line {line}: {problem}")]
    PublishedLine {
        /// Name of the table.
        mirror: String,
        /// Line in its file, counted from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A table names an axis that the experiment does not have.
    #[error(
        "table {table}: {list} = {key:?} is not an axis of this experiment; its axes are {known}"
    )]
    UnknownAxis {
        /// Number of the table, counted from 1.
        table: usize,
        /// Where the axis is named: `rows` or `across`.
        list: &'static str,
        /// The key there.
        key: String,
        /// The axes there are, with commas.
        known: String,
    },
    /// A table names a column that is not a metric.
    #[error("table {table}: column {column:?} is not a metric; metrics are {known}")]
    UnknownColumn {
        /// Number of the table, counted from 1.
        table: usize,
        /// The name in `columns`.
        column: String,
        /// The metrics there are, with commas.
        known: String,
    },
    /// The long table of scores could not be built or grouped.
    #[error("cannot arrange the scores: {0}")]
    Frame(#[from] polars::prelude::PolarsError),
    /// The scores of a cell have no mean.
    #[error("cannot average the scores: {0}")]
    Average(#[from] crate::stats::StatsError),
    /// A test could not be made on the counts given.
    #[error("table {table}, {metric}, {cell}: {problem}")]
    Test {
        /// Number of the table, counted from 1.
        table: usize,
        /// Metric name.
        metric: String,
        /// The cell compared or described.
        cell: String,
        /// What the statistics said.
        problem: String,
    },
    /// The plot could not be drawn.
    #[error("cannot draw plot {plot}: {problem}")]
    Plot {
        /// Number of the plot, counted from 1.
        plot: usize,
        /// What the drawing library said.
        problem: String,
    },
    /// The page could not be filled in.
    #[error("cannot fill in the report page: {0}")]
    Page(#[from] minijinja::Error),
    /// A file of values could not be formatted.
    #[error("cannot format {file}: {problem}")]
    Format {
        /// The file in the report folder.
        file: String,
        /// What the formatter said.
        problem: String,
    },
}
