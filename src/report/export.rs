//! Everything that a report rests on as one long table, for other programs.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::cells::{self, Cell};
use super::error::ReportError;
use super::frame;
use super::input::{Input, ScoredRun};
use crate::score::{Counts, Metric};

/// Whether this build can write Parquet.
pub const HAS_PARQUET: bool = cfg!(feature = "parquet");

/// Columns of equal length, filled line by line.
#[derive(Default)]
struct Lines {
    texts: BTreeMap<&'static str, Vec<Option<String>>>,
    wholes: BTreeMap<&'static str, Vec<Option<u64>>>,
    numbers: BTreeMap<&'static str, Vec<Option<f64>>>,
    axes: Vec<Vec<String>>,
}

impl Lines {
    fn text(&mut self, name: &'static str, value: impl Into<Option<String>>) {
        self.texts.entry(name).or_default().push(value.into());
    }

    fn whole(&mut self, name: &'static str, value: impl Into<Option<u64>>) {
        self.wholes.entry(name).or_default().push(value.into());
    }

    fn number(&mut self, name: &'static str, value: impl Into<Option<f64>>) {
        self.numbers.entry(name).or_default().push(value.into());
    }

    /// What a line says of the experiment and of the cell, seed and fold.
    fn place(&mut self, input: &Input, values: &[(String, String)], seed: u64, fold: Option<u32>) {
        self.text("experiment", input.name.clone());
        self.text("profile", input.profile.clone());
        self.text("corpus", input.corpus_of(values).to_owned());
        self.text("encoder", input.encoder_of(values).to_owned());
        self.text("split", input.split_of(values).to_owned());
        self.text("scoring", input.convention_of(values).to_string());
        self.axes.resize(input.axes.len(), Vec::new());
        for (column, axis) in self.axes.iter_mut().zip(&input.axes) {
            column.push(cells::value(values, &axis.key).to_owned());
        }
        self.whole("seed", seed);
        self.whole("fold", fold.map(u64::from));
    }

    fn counts(&mut self, counts: Option<Counts>) {
        let percent = |share: fn(&Counts) -> f64| counts.as_ref().map(|one| 100.0 * share(one));
        self.number("precision", percent(|one| one.precision()));
        self.number("recall", percent(|one| one.recall()));
        self.number("f1", percent(|one| one.f1()));
        self.whole("correct", counts.map(|one| one.correct));
        self.whole("predicted", counts.map(|one| one.predicted));
        self.whole("gold", counts.map(|one| one.gold));
    }

    /// The columns by these names; those that no line has are left out.
    fn frame(self, input: &Input, names: &[&'static str]) -> Result<DataFrame, ReportError> {
        let Self {
            mut texts,
            mut wholes,
            mut numbers,
            axes,
        } = self;
        let mut columns = Vec::new();
        for name in names {
            if *name == "axes" {
                let axes = input.axes.iter().zip(&axes);
                columns.extend(
                    axes.map(|(axis, values)| Column::new(axis.key.as_str().into(), values)),
                );
            } else if let Some(values) = texts.remove(name) {
                columns.push(Column::new((*name).into(), values));
            } else if let Some(values) = wholes.remove(name) {
                columns.push(Column::new((*name).into(), values));
            } else if let Some(values) = numbers.remove(name) {
                columns.push(Column::new((*name).into(), values));
            }
        }
        Ok(DataFrame::new_infer_height(columns)?)
    }
}

/// One line per run and metric with its scores and counts, what its last training was chosen by and how long all of
/// them took; speed and size where they were measured; and one line for each run without scores, with the reason.
/// Scores are in percent, speeds in sentences a second, sizes in parameters.
pub fn long(input: &Input) -> Result<DataFrame, ReportError> {
    let mut lines = Lines::default();
    let cells = cells::collect(input);
    for (cell, run) in all(&cells) {
        for metric in frame::metrics(input) {
            let Some(counts) = cells::total(run, metric) else {
                continue;
            };
            lines.place(input, &cell.values, run.seed, run.fold);
            lines.text("metric", metric.name().to_owned());
            lines.counts(Some(counts));
            let trainings = || {
                run.trainings
                    .iter()
                    .filter_map(|at| input.trainings.get(*at))
            };
            let last = trainings().next_back();
            lines.text(
                "selected by",
                last.map(|one| one.metric.clone())
                    .filter(|one| !one.is_empty()),
            );
            lines.number("dev", last.and_then(|one| one.best));
            lines.whole(
                "best epoch",
                last.and_then(|one| one.best_epoch).map(u64::from),
            );
            let trained = (!run.trainings.is_empty())
                .then(|| trainings().map(|one| one.seconds).sum::<f64>());
            lines.number("training seconds", trained);
            let speed = run.speed.as_ref();
            lines.number("sentences/s", speed.map(|speed| speed.rate));
            lines.whole(
                "parameters",
                speed
                    .and_then(|speed| speed.parameters)
                    .map(|count| count as u64),
            );
            lines.text("status", "done".to_owned());
            lines.text("reason", None);
            lines.text("key", run.key.clone());
        }
    }
    for missing in input.missing_in_order() {
        lines.place(input, &missing.cell, missing.seed, missing.fold);
        lines.text("metric", None);
        lines.counts(None);
        lines.text("selected by", None);
        for name in ["dev", "training seconds", "sentences/s"] {
            lines.number(name, None);
        }
        lines.whole("best epoch", None);
        lines.whole("parameters", None);
        lines.text("status", "missing".to_owned());
        lines.text("reason", missing.reason.clone());
        lines.text("key", None);
    }
    let names = [
        "experiment",
        "profile",
        "corpus",
        "encoder",
        "split",
        "scoring",
        "axes",
        "seed",
        "fold",
        "metric",
        "precision",
        "recall",
        "f1",
        "correct",
        "predicted",
        "gold",
        "selected by",
        "dev",
        "best epoch",
        "training seconds",
        "sentences/s",
        "parameters",
        "status",
        "reason",
        "key",
    ];
    lines.frame(input, &names)
}

/// One line per run, document and metric with its counts.
pub fn long_by_document(input: &Input) -> Result<DataFrame, ReportError> {
    let mut lines = Lines::default();
    let cells = cells::collect(input);
    for (cell, run) in all(&cells) {
        for document in &run.counts {
            for (metric, counts) in &document.counts {
                let metric: &Metric = metric;
                lines.place(input, &cell.values, run.seed, run.fold);
                lines.text("document", document.document.clone());
                lines.text("metric", metric.name().to_owned());
                lines.whole("correct", counts.correct);
                lines.whole("predicted", counts.predicted);
                lines.whole("gold", counts.gold);
                lines.text("key", run.key.clone());
            }
        }
    }
    let names = [
        "experiment",
        "profile",
        "corpus",
        "encoder",
        "split",
        "scoring",
        "axes",
        "seed",
        "fold",
        "document",
        "metric",
        "correct",
        "predicted",
        "gold",
        "key",
    ];
    lines.frame(input, &names)
}

fn all<'c, 'i>(cells: &'c [Cell<'i>]) -> impl Iterator<Item = (&'c Cell<'i>, &'i ScoredRun)> {
    cells
        .iter()
        .flat_map(|cell| cell.runs.iter().map(move |run| (cell, *run)))
}

/// A frame as CSV, numbers with six decimals.
pub fn frame_as_csv(frame: &DataFrame) -> Result<Vec<u8>, ReportError> {
    frame::to_csv(frame)
}

/// A frame as a JSON array with an object for each line; what is not there is null.
pub fn frame_as_json(frame: &DataFrame) -> Result<Vec<u8>, ReportError> {
    let names: Vec<String> = frame
        .get_column_names()
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut lines = Vec::new();
    for row in 0..frame.height() {
        let mut line = serde_json::Map::new();
        for (name, column) in names.iter().zip(frame.columns()) {
            let value = match column.get(row)? {
                AnyValue::Null => serde_json::Value::Null,
                AnyValue::Float64(value) => serde_json::json!(value),
                AnyValue::UInt64(value) => serde_json::json!(value),
                value => serde_json::json!(value.str_value()),
            };
            line.insert(name.clone(), value);
        }
        lines.push(serde_json::Value::Object(line));
    }
    // Text, numbers and null always serialise.
    Ok(serde_json::to_vec_pretty(&lines).unwrap_or_default())
}

/// A frame as Parquet.
///
/// # Errors
/// In a build without the feature `parquet`, see [`HAS_PARQUET`].
#[cfg_attr(not(feature = "parquet"), expect(unused_variables))]
pub fn frame_as_parquet(frame: &mut DataFrame) -> Result<Vec<u8>, ReportError> {
    #[cfg(feature = "parquet")]
    {
        let mut bytes = Vec::new();
        polars_io::parquet::write::ParquetWriter::new(&mut bytes).finish(frame)?;
        Ok(bytes)
    }
    #[cfg(not(feature = "parquet"))]
    Err(ReportError::Format {
        file: "the table".to_owned(),
        problem: "this build has no Parquet".to_owned(),
    })
}
