//! The long table of scores, one line per run and metric, and its summary per cell.
//!
//! Both are data frames, so that other exports can grow from them. Scores are in percent, speeds in sentences a
//! second, sizes in millions of parameters.

use std::collections::BTreeMap;
use std::str::FromStr;

use polars::prelude::*;

use super::cells::{self, Cell};
use super::error::ReportError;
use super::input::{Input, ScoredRun};
use crate::score::{Column as Scores, Measure, Metric};
use crate::stats::Summary;

/// Mean, spread and number of the observations of one cell and column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Mean in percent, in sentences a second, or in millions of parameters.
    pub(crate) mean: f64,
    /// Sample standard deviation in the same unit; none for one observation.
    pub(crate) sd: Option<f64>,
    /// Number of observations.
    pub(crate) n: usize,
}

/// The spread of every cell and column that has scores, by axis values.
pub(crate) type Spreads = BTreeMap<(Vec<String>, Scores), Spread>;

/// The column of speeds, in sentences a second.
const RATE: &str = "sentences/s";
/// The column of sizes, in millions.
const SIZE: &str = "M parameters";

/// The metrics that any run was scored for.
pub(crate) fn metrics(input: &Input) -> Vec<Metric> {
    let documents = input.runs.iter().flat_map(|run| &run.counts);
    let found: std::collections::BTreeSet<Metric> = documents
        .flat_map(|document| document.counts.keys().copied())
        .collect();
    found.into_iter().collect()
}

/// One line per run and metric, and where types were kept one for the average over them: axis values, seed, fold, metric, precision, recall, f1, key. Where runs were timed,
/// one more line for each, with its rate in a column of its own; and where the parameters of what was timed were
/// counted, another.
pub(crate) fn long(input: &Input, cells: &[Cell<'_>]) -> Result<DataFrame, ReportError> {
    let mut axes: Vec<Vec<&str>> = vec![Vec::new(); input.axes.len()];
    let (mut seeds, mut folds, mut names, mut keys) = (vec![], vec![], vec![], vec![]);
    let (mut precisions, mut recalls, mut scores) = (vec![], vec![], vec![]);
    let (mut rates, mut sizes) = (Vec::new(), Vec::new());
    for cell in cells {
        for run in &cell.runs {
            let counted = metrics(input).into_iter().flat_map(|metric| {
                let whole = Scores::Counted(metric, Measure::F1);
                [whole, Scores::Macro(metric, Measure::F1)]
            });
            let counted = counted.filter_map(|column| Some((column, Some(measures(run, column)?))));
            let timed = [Scores::Speed, Scores::Parameters]
                .into_iter()
                .filter(|column| cells::score(run, *column).is_some())
                .map(|column| (column, None));
            for (shown, scored) in counted.chain(timed) {
                for (column, (_, value)) in axes.iter_mut().zip(&cell.values) {
                    column.push(value);
                }
                seeds.push(run.seed);
                folds.push(run.fold);
                names.push(shown.name());
                precisions.push(scored.map(|[precision, _, _]| precision));
                recalls.push(scored.map(|[_, recall, _]| recall));
                scores.push(scored.map(|[_, _, f1]| f1));
                for (values, column) in [
                    (&mut rates, Scores::Speed),
                    (&mut sizes, Scores::Parameters),
                ] {
                    let own = (shown == column).then(|| cells::score(run, column));
                    values.push(own.flatten());
                }
                let timed = run.speed.as_ref().filter(|_| scored.is_none());
                keys.push(timed.map_or(run.key.as_str(), |speed| &speed.key));
            }
        }
    }
    let mut columns: Vec<Column> = input
        .axes
        .iter()
        .zip(&axes)
        .map(|(axis, values)| Column::new(axis.key.as_str().into(), values))
        .collect();
    columns.extend([
        Column::new("seed".into(), seeds),
        Column::new("fold".into(), folds),
        Column::new("metric".into(), names),
        Column::new("precision".into(), precisions),
        Column::new("recall".into(), recalls),
        Column::new("f1".into(), scores),
    ]);
    if input.has_speeds() {
        columns.push(Column::new(RATE.into(), rates));
    }
    if input.has_parameters() {
        columns.push(Column::new(SIZE.into(), sizes));
    }
    columns.push(Column::new("key".into(), keys));
    Ok(DataFrame::new_infer_height(columns)?)
}

/// Precision, recall and F1 of a column in percent; none where it was not scored.
fn measures(run: &ScoredRun, column: Scores) -> Option<[f64; 3]> {
    let of = |measure| cells::score(run, column.with(measure));
    let [precision, recall, f1] = Measure::ALL.map(of);
    Some([precision?, recall?, f1?])
}

/// Groups the long table by cell and metric or speed, for each measure. Seeds inside a fold are averaged first, because
/// folds are the observations of a cross-validation.
pub(crate) fn spreads(input: &Input, long: &DataFrame) -> Result<Spreads, ReportError> {
    let keys: Vec<&str> = input
        .axes
        .iter()
        .map(|axis| axis.key.as_str())
        .chain(["metric"])
        .collect();
    let names: Vec<&StringChunked> = keys
        .iter()
        .map(|key| long.column(key)?.str())
        .collect::<PolarsResult<_>>()?;
    let folds = long.column("fold")?.u32();
    let mut spreads = Spreads::new();
    for rows in groups(long, &keys)? {
        let mut cell: Vec<String> = names
            .iter()
            .map(|column| column.get(rows[0]).unwrap_or_default().to_owned())
            .collect();
        let metric = cell.pop().unwrap_or_default();
        // The names come from the columns themselves.
        let Ok(column) = Scores::from_str(&metric) else {
            continue;
        };
        let shown: Vec<(Scores, &str)> = match column {
            Scores::Counted(..) | Scores::Macro(..) => Measure::ALL
                .map(|measure| (column.with(measure), measure.name()))
                .to_vec(),
            Scores::Speed => vec![(column, RATE)],
            Scores::Parameters => vec![(column, SIZE)],
        };
        for (column, name) in shown {
            let scores = long.column(name)?.f64()?;
            let mut observations: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
            for (position, row) in rows.iter().enumerate() {
                let fold = folds.as_ref().ok().and_then(|folds| folds.get(*row));
                let unit = fold.map_or(position, |fold| fold as usize);
                observations
                    .entry(unit)
                    .or_default()
                    .extend(scores.get(*row));
            }
            let means: Vec<f64> = observations
                .values()
                .map(|scores| scores.iter().sum::<f64>() / scores.len() as f64)
                .collect();
            let summary = Summary::of(&means)?;
            let spread = Spread {
                mean: summary.mean,
                sd: summary.standard_deviation,
                n: summary.count,
            };
            spreads.insert((cell.clone(), column), spread);
        }
    }
    Ok(spreads)
}

/// The rows of every group of equal `keys`, in the order of their first rows.
fn groups(frame: &DataFrame, keys: &[&str]) -> PolarsResult<Vec<Vec<usize>>> {
    let grouped = frame.group_by_stable(keys.iter().copied())?;
    let rows = grouped.get_groups().iter().map(|group| match group {
        GroupsIndicator::Idx((_, rows)) => rows.iter().map(|row| *row as usize).collect(),
        GroupsIndicator::Slice([first, count]) => {
            (first as usize..(first + count) as usize).collect()
        }
    });
    Ok(rows.collect())
}

/// Formats a frame as CSV, numbers with six decimals.
pub(crate) fn to_csv(frame: &DataFrame) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Format {
        file: "scores.csv".to_owned(),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(frame.get_column_names().iter().map(|name| name.as_str()))
        .map_err(|error| failed(error.to_string()))?;
    for row in 0..frame.height() {
        let mut record = Vec::new();
        for column in frame.columns() {
            record.push(match column.get(row)? {
                AnyValue::Null => String::new(),
                AnyValue::Float64(value) => format!("{value:.6}"),
                value => value.str_value().into_owned(),
            });
        }
        writer
            .write_record(record)
            .map_err(|error| failed(error.to_string()))?;
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))
}
