//! The report: what an experiment found, in the formats a reader needs.
//!
//! A report is made from plain data ([`Input`]), so that it can be written again at any time and on any
//! machine: equal input gives equal bytes. It holds the tables (Markdown, CSV, LaTeX), a plot of each, all
//! scores, all tests, and one page that needs nothing else. What a mark claims is said under the
//! table, and so is what could not be marked.

mod analysis;
mod baseline;
mod bench;
mod bench_text;
mod beside;
mod canvas;
mod cells;
mod claim_measure;
mod claims;
mod claims_formats;
mod claims_json;
mod claims_text;
mod compare;
mod conventions;
mod correction;
mod critical;
mod critical_plot;
mod critical_text;
mod curve_labels;
mod curve_plot;
mod curve_text;
mod curve_window;
mod curves;
mod equal_f1;
mod error;
mod export;
mod fields;
mod figure;
mod file;
mod frame;
mod grid;
mod heat;
mod heat_plot;
mod heat_text;
mod influence;
mod input;
mod intervals;
mod labels;
mod latex;
mod layout;
mod learning;
mod learning_plot;
mod learning_text;
mod legend;
mod line_axis;
mod line_legend;
mod line_plot;
mod markdown;
mod marker;
mod matched;
mod note;
mod page;
mod pairwise;
mod pairwise_csv;
mod pairwise_legend;
mod plot;
mod published;
mod scatter;
mod scatter_labels;
mod scatter_plot;
mod scatter_scale;
mod scatter_text;
mod series;
mod series_text;
mod speed_legend;
mod stability_legend;
mod stats_details;
mod stats_json;
mod table_csv;
mod terminal;
mod text;
mod tied;
mod training;
mod unit;
mod write;

#[cfg(test)]
mod claims_tests;
#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_across;
#[cfg(test)]
mod tests_averages;
#[cfg(test)]
mod tests_bench;
#[cfg(test)]
mod tests_bold;
#[cfg(test)]
mod tests_conventions;
#[cfg(test)]
mod tests_corrections;
#[cfg(test)]
mod tests_critical;
#[cfg(test)]
mod tests_curves;
#[cfg(test)]
mod tests_folds;
#[cfg(test)]
mod tests_heat;
#[cfg(test)]
mod tests_learning;
#[cfg(test)]
mod tests_lines;
#[cfg(test)]
mod tests_page;
#[cfg(test)]
mod tests_pairwise;
#[cfg(test)]
mod tests_published;
#[cfg(test)]
mod tests_scatter;
#[cfg(test)]
mod tests_speed;

pub use analysis::CellErrors;
pub use bench::bench_values;
pub use bench_text::bench_text;
pub(crate) use compare::seed_of;
pub use conventions::CONVENTION_AXES;
pub(crate) use correction::{author, corrected, reachable};
pub use error::ReportError;
pub use export::{
    HAS_PARQUET, frame_as_csv, frame_as_json, frame_as_parquet, long, long_by_document,
};
pub use input::{Axis, Input, MissingRun, PublishedValue, ScoredRun, Speed};
pub use published::{mirrors, published};
pub use terminal::terminal;
pub(crate) use text::{counted, percent, probability, signed, wrapped};
pub use training::{TrainedEpoch, Training, Work};
pub use write::{Written, write};
