//! What a plot of precision over recall has beside the means: every run's own curve, and what is left out of it.

use super::cells::{self, Cell};
use super::grid::{Row, Values};
use super::input::Input;
use super::series::Scale;
use super::text;
use crate::score::{Column, Counts, Measure, Metric};
use crate::spec::PlotKind;

/// Axes that papers have a letter for.
const LETTERS: [(&str, &str); 1] = [("iter.threshold", "λ")];

/// Precision over recall along an axis.
#[derive(Debug)]
pub(crate) struct Curves {
    /// The metrics, a panel each.
    pub(crate) metrics: Vec<Metric>,
    /// A point for every cell and metric that can be shown.
    pub(crate) points: Vec<Point>,
    /// What stands before a value of the axis, as in `λ = 0.5`.
    pub(crate) letter: String,
    /// The position of the default among the axis' values, where it is one of them.
    pub(crate) usual: Option<usize>,
    /// What a mean is of: `run` or `fold`.
    pub(crate) noun: &'static str,
    /// The cells in which a run predicts nothing, so that its precision is not defined.
    pub(crate) silent: Vec<Values>,
}

/// One metric of one cell.
#[derive(Debug)]
pub(crate) struct Point {
    /// Axis values of the cell.
    pub(crate) cell: Values,
    /// The metric.
    pub(crate) metric: Metric,
    /// Means over runs, or over folds.
    pub(crate) mean: Place,
    /// What the mean is of, by seed or by fold.
    pub(crate) runs: Vec<(u64, Place)>,
}

/// A place in the plane, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) recall: f64,
    pub(crate) precision: f64,
}

/// The columns behind a plot of this kind: a plot of precision over recall needs all measures of its metrics.
///
/// # Errors
/// With a reason where a column is no metric, or only one measure of it.
pub(crate) fn columns(kind: PlotKind, columns: Vec<Column>) -> Result<Vec<Column>, String> {
    if kind != PlotKind::PrecisionRecall {
        return Ok(columns);
    }
    let mut all = Vec::new();
    for column in columns {
        let Column::Counted(metric, Measure::F1) = column else {
            return Err(format!(
                "`{}` has no precision and recall; name a metric without a measure",
                column.name()
            ));
        };
        all.extend(Measure::ALL.map(|measure| Column::Counted(metric, measure)));
    }
    Ok(all)
}

/// The points of these lines; `x` is the axis along the curve, whose key is `key`.
pub(crate) fn build<'a>(
    input: &Input,
    (key, x): (&str, &Scale),
    columns: &[Column],
    lines: impl Iterator<Item = &'a Row>,
    cells: &[Cell<'_>],
) -> Curves {
    let mut metrics: Vec<Metric> = Vec::new();
    for column in columns {
        if let Column::Counted(metric, _) = column
            && !metrics.contains(metric)
        {
            metrics.push(*metric);
        }
    }
    let mut curves = Curves {
        points: Vec::new(),
        letter: LETTERS
            .iter()
            .find(|(known, _)| *known == key)
            .map_or(text::short_key(key), |(_, letter)| letter)
            .to_owned(),
        usual: usual(input, key, x),
        noun: cells::noun(input),
        silent: Vec::new(),
        metrics,
    };
    for values in lines.flat_map(|line| line.cells().map(|(values, _)| values)) {
        let Some(cell) = cells.iter().find(|cell| cell.values == *values) else {
            continue;
        };
        for &metric in &curves.metrics {
            let runs = places(cell, metric);
            let totals = cell.runs.iter();
            let totals = totals.filter_map(|run| cells::total(run, metric));
            let silent = |counts: Counts| counts.predicted == 0;
            if totals.clone().any(silent) {
                if !curves.silent.contains(values) {
                    curves.silent.push(values.clone());
                }
            } else if let Some(mean) = mean(&runs) {
                curves.points.push(Point {
                    cell: values.clone(),
                    metric,
                    mean,
                    runs,
                });
            }
        }
    }
    curves
}

impl Curves {
    /// The point of a cell in one metric.
    pub(crate) fn point(&self, cell: &Values, metric: Metric) -> Option<&Point> {
        let mut points = self.points.iter();
        points.find(|point| point.metric == metric && point.cell == *cell)
    }

    /// Every place in one metric: that of each run, and their means.
    pub(crate) fn places(&self, metric: Metric) -> impl Iterator<Item = Place> {
        let points = self
            .points
            .iter()
            .filter(move |point| point.metric == metric);
        points.flat_map(|point| {
            let runs = point.runs.iter().map(|(_, place)| *place);
            runs.chain([point.mean])
        })
    }

    /// Whether any point is a mean of several runs.
    pub(crate) fn has_several_runs(&self) -> bool {
        self.points.iter().any(|point| point.runs.len() > 1)
    }
}

/// Precision and recall of every run, or of every fold.
fn places(cell: &Cell<'_>, metric: Metric) -> Vec<(u64, Place)> {
    let units = |measure| cell.units(Column::Counted(metric, measure));
    let pairs = units(Measure::Precision)
        .into_iter()
        .zip(units(Measure::Recall));
    pairs
        .map(|(precision, recall)| {
            let place = Place {
                recall: recall.score,
                precision: precision.score,
            };
            (precision.id, place)
        })
        .collect()
}

fn mean(runs: &[(u64, Place)]) -> Option<Place> {
    let count = runs.len() as f64;
    let mean = |value: fn(&Place) -> f64| {
        let sum: f64 = runs.iter().map(|(_, place)| value(place)).sum();
        sum / count
    };
    (!runs.is_empty()).then(|| Place {
        recall: mean(|place| place.recall),
        precision: mean(|place| place.precision),
    })
}

/// Where the value stands that the key has without its axis. Numbers may be written in several ways.
fn usual(input: &Input, key: &str, x: &Scale) -> Option<usize> {
    let (_, value) = input.defaults.iter().find(|(known, _)| known == key)?;
    let number = value.parse::<f64>().ok();
    x.ticks.iter().position(|(place, shown)| {
        shown == value || number.is_some_and(|number| place.total_cmp(&number).is_eq())
    })
}
