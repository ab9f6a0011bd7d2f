//! The plots that an experiment asks for, whatever their kind.

use std::path::Path;

use super::cells::Cell;
use super::critical::{self, Critical};
use super::error::ReportError;
use super::frame::Spreads;
use super::heat::{self, Heat};
use super::input::Input;
use super::learning::{self, Learning};
use super::scatter::{self, Scatter};
use super::series::{self, Series};
use super::{
    critical_plot, critical_text, curve_plot, heat_plot, heat_text, learning_plot, learning_text,
    line_plot, scatter_plot, scatter_text, series_text,
};
use crate::spec::{Plot, PlotKind};

/// A plot of the report, in numbers.
#[derive(Debug)]
pub(crate) enum Figure {
    /// Lines or curves along an axis.
    Lines(Series),
    /// A point for each cell.
    Scatter(Scatter),
    /// What trainings came to after every epoch.
    Learning(Learning),
    /// A field for every two cells.
    Heat(Heat),
    /// Average ranks on an axis.
    Critical(Critical),
}

/// Arranges the cells into the plot with this number, counted from 1.
pub(crate) fn build(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
    spreads: &Spreads,
) -> Result<Figure, ReportError> {
    Ok(match plot.kind {
        PlotKind::Line | PlotKind::PrecisionRecall => {
            Figure::Lines(series::build(input, number, plot, cells, spreads)?)
        }
        PlotKind::Scatter => Figure::Scatter(scatter::build(input, number, plot, cells)?),
        PlotKind::LearningCurve => Figure::Learning(learning::build(input, number, plot, cells)?),
        PlotKind::PValues => Figure::Heat(heat::build(input, number, plot, cells)?),
        PlotKind::CriticalDifference => {
            Figure::Critical(critical::build(input, number, plot, cells)?)
        }
    })
}

impl Figure {
    /// Number, counted from 1 among the plots that the experiment asks for.
    pub(crate) fn number(&self) -> usize {
        match self {
            Self::Lines(series) => series.number,
            Self::Scatter(scatter) => scatter.number,
            Self::Learning(learning) => learning.number,
            Self::Heat(heat) => heat.number,
            Self::Critical(critical) => critical.number,
        }
    }

    /// What it shows.
    pub(crate) fn caption(&self) -> &str {
        match self {
            Self::Lines(series) => &series.caption,
            Self::Scatter(scatter) => &scatter.caption,
            Self::Learning(learning) => &learning.caption,
            Self::Heat(heat) => &heat.caption,
            Self::Critical(critical) => &critical.caption,
        }
    }

    /// What its points are.
    pub(crate) fn note(&self) -> &str {
        match self {
            Self::Lines(series) => &series.note,
            Self::Scatter(scatter) => &scatter.note,
            Self::Learning(learning) => &learning.note,
            Self::Heat(heat) => &heat.note,
            Self::Critical(critical) => &critical.note,
        }
    }

    /// The cells that cannot be shown, in one sentence.
    pub(crate) fn missing(&self) -> Option<&str> {
        match self {
            Self::Lines(series) => series.missing.as_deref(),
            Self::Scatter(scatter) => scatter.missing.as_deref(),
            Self::Learning(learning) => learning.missing.as_deref(),
            Self::Heat(heat) => heat.missing.as_deref(),
            Self::Critical(critical) => critical.missing.as_deref(),
        }
    }

    /// What a reader hears who cannot see it.
    pub(crate) fn alternative(&self) -> String {
        match self {
            Self::Lines(series) => series_text::alternative(series),
            Self::Scatter(scatter) => scatter_text::alternative(scatter),
            Self::Learning(learning) => learning_text::alternative(learning),
            Self::Heat(heat) => heat_text::alternative(heat),
            Self::Critical(critical) => critical_text::alternative(critical),
        }
    }

    /// The plot as SVG; none where there is nothing to draw.
    pub(crate) fn svg(&self) -> Result<Option<String>, ReportError> {
        match self {
            Self::Lines(series) => match &series.curves {
                Some(curves) => curve_plot::svg(series, curves),
                None => line_plot::svg(series),
            },
            Self::Scatter(scatter) => scatter_plot::svg(scatter),
            Self::Learning(learning) => learning_plot::svg(learning),
            Self::Heat(heat) => heat_plot::svg(heat),
            Self::Critical(critical) => critical_plot::svg(critical),
        }
    }

    /// Draws it into a PNG file.
    pub(crate) fn png(&self, path: &Path) -> Result<(), ReportError> {
        match self {
            Self::Lines(series) => match &series.curves {
                Some(curves) => curve_plot::png(series, curves, path),
                None => line_plot::png(series, path),
            },
            Self::Scatter(scatter) => scatter_plot::png(scatter, path),
            Self::Learning(learning) => learning_plot::png(learning, path),
            Self::Heat(heat) => heat_plot::png(heat, path),
            Self::Critical(critical) => critical_plot::png(critical, path),
        }
    }

    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Lines(series) => match &series.curves {
                Some(curves) => curves.points.is_empty(),
                None => series.intervals.is_empty(),
            },
            Self::Scatter(scatter) => scatter.is_empty(),
            Self::Learning(learning) => learning.is_empty(),
            Self::Heat(heat) => heat.is_empty(),
            Self::Critical(critical) => critical.is_empty(),
        }
    }

    /// What it shows, in words.
    pub(crate) fn markdown(&self) -> String {
        match self {
            Self::Lines(series) => series_text::markdown(series),
            Self::Scatter(scatter) => scatter_text::markdown(scatter),
            Self::Learning(learning) => learning_text::markdown(learning),
            Self::Heat(heat) => heat_text::markdown(heat),
            Self::Critical(critical) => critical_text::markdown(critical),
        }
    }

    /// Its numbers.
    pub(crate) fn csv(&self, input: &Input) -> Result<Vec<u8>, ReportError> {
        match self {
            Self::Lines(series) => series_text::csv(input, series),
            Self::Scatter(scatter) => scatter_text::csv(input, scatter),
            Self::Learning(learning) => learning_text::csv(learning),
            Self::Heat(heat) => heat_text::csv(input, heat),
            Self::Critical(critical) => critical_text::csv(critical),
        }
    }
}
