//! A `[[plot]]` before it is drawn: points along an axis, joined to lines, in a panel for each metric.

use super::cells::{self, Cell};
use super::curve_text;
use super::curves::{self, Curves};
use super::error::ReportError;
use super::frame::{self, Spreads};
use super::grid::{self, Block, Group, Part, Row};
use super::input::Input;
use super::intervals::{self, Interval};
use super::layout::Layout;
use super::series_text;
use super::text;
use crate::score::Column;
use crate::spec::{Plot, PlotKind};

/// The one axis whose values are shares of a whole, which read better in percent, and what it says.
const SHARE: (&str, &str) = ("corpus.share", "share of the training documents");

/// A plot of the report, in numbers.
#[derive(Debug)]
pub(crate) struct Series {
    /// Number, counted from 1 among the plots that the experiment asks for.
    pub(crate) number: usize,
    /// What the plot shows.
    pub(crate) caption: String,
    /// What runs from left to right.
    pub(crate) x: Scale,
    /// What tells the lines apart; empty where there is only one.
    pub(crate) head: String,
    /// The metrics and measures, a panel each.
    pub(crate) columns: Vec<Column>,
    /// The names of all lines, which give them their colours.
    pub(crate) names: Vec<String>,
    /// One block for each combination of the values of the other axes; its rows are lines, the parts of a row are
    /// points, in the order of the ticks.
    pub(crate) blocks: Vec<Block>,
    /// What a plot of precision over recall has beside its points; none of other plots.
    pub(crate) curves: Option<Curves>,
    /// The interval of every point that has scores.
    pub(crate) intervals: Vec<Interval>,
    /// What the points are, in words.
    pub(crate) note: String,
    /// The cells that cannot be shown, in one sentence.
    pub(crate) missing: Option<String>,
}

/// The axis from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// Its name.
    pub(crate) name: String,
    /// Where each of its values stands, and the value as it is shown.
    pub(crate) ticks: Vec<(f64, String)>,
}

/// Arranges the cells into the plot with this number, counted from 1.
pub(crate) fn build(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
    spreads: &Spreads,
) -> Result<Series, ReportError> {
    let failed = |problem: String| ReportError::Plot {
        plot: number,
        problem,
    };
    for key in std::iter::once(&plot.x).chain(&plot.lines) {
        if !input.axes.iter().any(|axis| axis.key == *key) {
            let known: Vec<&str> = input.axes.iter().map(|axis| axis.key.as_str()).collect();
            let known = known.join(", ");
            return Err(failed(format!(
                "{key:?} is not an axis of this experiment; its axes are {known}"
            )));
        }
    }
    let mut columns: Vec<Column> = Vec::new();
    for name in &plot.y {
        let column = name.parse::<Column>();
        columns.push(column.map_err(|error| failed(error.to_string()))?);
    }
    if columns.is_empty() {
        let metrics = frame::metrics(input).into_iter();
        columns = metrics.map(Column::from).collect();
    }
    let columns = curves::columns(plot.kind, columns).map_err(failed)?;
    let has_place = |cell: &&Cell<'_>| !cells::value(&cell.values, &plot.x).is_empty();
    let placed: Vec<Cell<'_>> = cells.iter().filter(has_place).cloned().collect();
    let layout = Layout::over(&plot.x, &plot.lines, input, &placed);
    let mut groups: Vec<Group> = layout
        .groups(input, &placed)
        .into_iter()
        .map(|(group, _)| group)
        .collect();
    groups.retain(|group| !group.values.is_empty());
    let x = scale(&plot.x, &mut groups);
    let mut blocks = layout.blocks(input, &groups, &placed);
    for part in blocks.iter_mut().flat_map(parts) {
        grid::fill(input, part, &columns, spreads, &[]);
    }
    let mut names: Vec<String> = Vec::new();
    for row in blocks.iter().flat_map(|block| &block.rows) {
        if !names.contains(&row.label) {
            names.push(row.label.clone());
        }
    }
    let heads: Vec<&str> = plot.lines.iter().map(|key| text::short_key(key)).collect();
    let rows = blocks.iter().flat_map(|block| &block.rows);
    let curves = (plot.kind == PlotKind::PrecisionRecall)
        .then(|| curves::build(input, (&plot.x, &x), &columns, rows.clone(), cells));
    let mut series = Series {
        number,
        caption: plot.caption.clone().unwrap_or_else(|| input.title.clone()),
        x,
        head: heads.join(" / "),
        intervals: intervals::intervals(rows, &columns, cells),
        columns,
        names,
        blocks,
        curves,
        note: String::new(),
        missing: None,
    };
    series.note = series_text::note(input, &series);
    let silent = series.curves.as_ref().and_then(curve_text::silent);
    let missing: Vec<String> = [series_text::missing(cells, &plot.x), silent]
        .into_iter()
        .flatten()
        .collect();
    series.missing = (!missing.is_empty()).then(|| missing.join(" "));
    Ok(series)
}

impl Series {
    /// All lines of all blocks.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flat_map(|block| &block.rows)
    }

    /// All points of all lines, those without a cell left out.
    pub(crate) fn points(&self) -> impl Iterator<Item = &Part> {
        let points = self.lines().flat_map(|line| &line.parts);
        points.filter(|point| point.cell.is_some())
    }

    /// The interval of a point in the column at this position; none where it has no scores.
    pub(crate) fn interval(&self, point: &Part, column: usize) -> Option<&Interval> {
        let (cell, column) = (point.cell.as_ref()?, self.columns[column]);
        let mut intervals = self.intervals.iter();
        intervals.find(|interval| interval.column == column && interval.cell == *cell)
    }
}

fn parts(block: &mut Block) -> impl Iterator<Item = &mut Part> {
    block.rows.iter_mut().flat_map(|row| &mut row.parts)
}

/// How many times as large as the smallest the largest of all positive numbers is, from where on their distances are
/// those of their logarithms, since most would otherwise stand in one place.
const WIDE: f64 = 1000.0;

/// Numbers stand at their distances, or those of their logarithms, in their order; other values at equal ones, in the
/// order of the axis.
fn scale(key: &str, groups: &mut [Group]) -> Scale {
    let number = |group: &Group| {
        let number = group.values[0].1.parse::<f64>();
        number.ok().filter(|number| number.is_finite())
    };
    let numeric = groups.iter().all(|group| number(group).is_some());
    if numeric {
        groups.sort_by(|a, b| {
            number(a)
                .partial_cmp(&number(b))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
    }
    let all = || groups.iter().filter_map(number);
    let (least, most) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(0.0, f64::max),
    );
    let wide = numeric && least > 0.0 && most >= WIDE * least;
    let ticks = groups.iter().enumerate().map(|(place, group)| {
        let shown = group.heading.clone().unwrap_or_default();
        match number(group).filter(|_| numeric) {
            Some(share) if key == SHARE.0 => (share, percent(share)),
            Some(number) if wide => (number.log10(), shown),
            Some(number) => (number, shown),
            None => (place as f64, shown),
        }
    });
    let name = if key == SHARE.0 {
        SHARE.1
    } else {
        text::short_key(key)
    };
    Scale {
        name: name.to_owned(),
        ticks: ticks.collect(),
    }
}

/// A share in percent, without digits that say nothing.
fn percent(share: f64) -> String {
    let text = format!("{:.2}", 100.0 * share);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
