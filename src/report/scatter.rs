//! A scatter plot before it is drawn: a point for each cell, by what it has on both sides.

use super::cells::{self, Cell};
use super::error::ReportError;
use super::frame;
use super::grid::Values;
use super::input::Input;
use super::intervals;
use super::layout::decides;
use super::scatter_text;
use super::text;
use crate::score::Column;
use crate::spec::Plot;
use crate::stats::Summary;

/// A plot of the report, in numbers.
#[derive(Debug)]
pub(crate) struct Scatter {
    /// Number, counted from 1 among the plots that the experiment asks for.
    pub(crate) number: usize,
    /// What the plot shows.
    pub(crate) caption: String,
    /// What runs from left to right.
    pub(crate) x: Column,
    /// What runs upwards, a panel each.
    pub(crate) ys: Vec<Column>,
    /// What tells the signs apart; empty where there is only one.
    pub(crate) head: String,
    /// The names of all groups, which give them their signs.
    pub(crate) names: Vec<String>,
    /// What the labels of points are the values of; empty where they have none.
    pub(crate) labelled: String,
    /// A point for each cell, those without scores too.
    pub(crate) points: Vec<Point>,
    /// What the points are and how what they show was measured, in words.
    pub(crate) note: String,
    /// The cells that cannot be shown, in one sentence.
    pub(crate) missing: Option<String>,
}

/// One cell.
#[derive(Debug)]
pub(crate) struct Point {
    /// All axis values.
    pub(crate) cell: Values,
    /// The position of its group among the names.
    pub(crate) group: usize,
    /// What tells it from the other points of its group; empty where nothing does.
    pub(crate) label: String,
    /// What it has from left to right; none without runs.
    pub(crate) x: Option<Extent>,
    /// What it has upwards, one for each panel.
    pub(crate) ys: Vec<Option<Extent>>,
}

/// The mean of a cell over its runs, and how far they reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    /// Mean in the unit of its column.
    pub(crate) mean: f64,
    /// Standard deviation; none of one run.
    pub(crate) sd: Option<f64>,
    /// Number of runs, or folds.
    pub(crate) n: usize,
    /// The 95 % interval of a score; of what is measured as a whole, the lowest and the highest run where they differ.
    pub(crate) ends: Option<(f64, f64)>,
}

/// Arranges the cells into the plot with this number, counted from 1.
pub(crate) fn build(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
) -> Result<Scatter, ReportError> {
    let failed = |problem: String| ReportError::Plot {
        plot: number,
        problem,
    };
    let read = |name: &String| {
        let column = name.parse::<Column>();
        column.map_err(|error| failed(error.to_string()))
    };
    for key in &plot.lines {
        if !input.axes.iter().any(|axis| axis.key == *key) {
            let known: Vec<&str> = input.axes.iter().map(|axis| axis.key.as_str()).collect();
            let known = known.join(", ");
            return Err(failed(format!(
                "{key:?} is not an axis of this experiment; its axes are {known}"
            )));
        }
    }
    let x = read(&plot.x)?;
    let mut ys = plot.y.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if ys.is_empty() {
        let metrics = frame::metrics(input).into_iter().map(Column::from);
        ys = metrics.filter(|column| *column != x).collect();
    }
    let keys = input.axes.iter().map(|axis| &axis.key);
    let labelled: Vec<String> = keys
        .filter(|key| !plot.lines.contains(key) && !decides(&plot.lines, key, cells))
        .cloned()
        .collect();
    let named = |cell: &Cell<'_>, keys: &[String]| {
        let values = keys.iter().map(|key| cells::value(&cell.values, key));
        let told: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
        told.join(" / ")
    };
    let mut names: Vec<String> = Vec::new();
    let mut points = Vec::new();
    for cell in cells {
        let name = named(cell, &plot.lines);
        let group = names.iter().position(|known| *known == name);
        let group = group.unwrap_or(names.len());
        if group == names.len() {
            names.push(name);
        }
        points.push(Point {
            cell: cell.values.clone(),
            group,
            label: named(cell, &labelled),
            x: extent(cell, x),
            ys: ys.iter().map(|column| extent(cell, *column)).collect(),
        });
    }
    let heads = |keys: &[String]| {
        let heads: Vec<&str> = keys.iter().map(|key| text::short_key(key)).collect();
        heads.join(" / ")
    };
    let mut scatter = Scatter {
        number,
        caption: plot.caption.clone().unwrap_or_else(|| input.title.clone()),
        x,
        ys,
        head: heads(&plot.lines),
        names,
        labelled: heads(&labelled),
        points,
        note: String::new(),
        missing: None,
    };
    scatter.note = scatter_text::note(input, &scatter);
    scatter.missing = scatter_text::missing(&scatter);
    Ok(scatter)
}

impl Scatter {
    /// The points of a panel: the position of each among all, and what it has on both sides.
    pub(crate) fn shown(&self, panel: usize) -> impl Iterator<Item = (usize, Extent, Extent)> {
        let points = self.points.iter().enumerate();
        points.filter_map(move |(number, point)| Some((number, point.x?, point.ys[panel]?)))
    }

    /// Whether no panel has a point.
    pub(crate) fn is_empty(&self) -> bool {
        (0..self.ys.len()).all(|panel| self.shown(panel).next().is_none())
    }
}

fn extent(cell: &Cell<'_>, column: Column) -> Option<Extent> {
    let units = cell.units(column);
    let values: Vec<f64> = units.iter().map(|unit| unit.score).collect();
    let summary = Summary::of(&values).ok()?;
    let ends = match column {
        Column::Counted(..) => intervals::ends(cell, column),
        Column::Macro(..) | Column::Speed | Column::Parameters => {
            let ends = (summary.minimum, summary.maximum);
            (ends.0 < ends.1).then_some(ends)
        }
    };
    Some(Extent {
        mean: summary.mean,
        sd: summary.standard_deviation,
        n: summary.count,
        ends,
    })
}
