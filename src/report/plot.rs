//! One plot per table: a panel for each metric, a dot with its interval for each row.
//!
//! Panels have scales of their own, because entity and relation scores lie far apart and the differences
//! inside a metric are what a reader looks for. Metrics differ in colour (the palette of Okabe and Ito) and in
//! the shape of the marker, so that a print in grey can be read too.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, GUIDE, INK, Picture, extent, range, style, ticks};
use super::error::ReportError;
use super::grid::{Grid, Part, Row};
use super::intervals::Interval;
use super::marker::{self, COLOURS};
use crate::score::{Column, Measure};

const WIDTH: i32 = 1600;
const MARGIN: i32 = 24;
const ROW: i32 = 46;
const HEADING: i32 = 52;
const PANEL_TITLE: i32 = 48;
const PANEL_FOOT: i32 = 88;
const GAP: i32 = 44;
const LEGEND_LINE: i32 = 42;
const SMALL: i32 = 25;
const LARGE: i32 = 29;

/// A table as a picture.
struct DotPlot<'a> {
    grid: &'a Grid,
    intervals: &'a [Interval],
}

/// The plot as SVG; none where nothing has scores.
pub(crate) fn svg(grid: &Grid, intervals: &[Interval]) -> Result<Option<String>, ReportError> {
    if intervals.is_empty() {
        return Ok(None);
    }
    canvas::svg(&DotPlot { grid, intervals }).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(grid: &Grid, intervals: &[Interval], path: &Path) -> Result<(), ReportError> {
    canvas::png(&DotPlot { grid, intervals }, path)
}

impl Picture for DotPlot<'_> {
    fn number(&self) -> usize {
        self.grid.number
    }

    fn size(&self) -> (i32, i32) {
        (WIDTH, height(self.grid, self.intervals))
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        paint(canvas, self.grid, self.intervals)
    }
}

/// The rows of one block in one group of columns.
struct Strip<'a> {
    heading: Option<String>,
    rows: Vec<(&'a Row, &'a Part)>,
}

fn strips(grid: &Grid) -> Vec<Strip<'_>> {
    let mut strips = Vec::new();
    for block in &grid.blocks {
        for (number, group) in grid.groups.iter().enumerate() {
            let parts = [block.heading.as_deref(), group.heading.as_deref()];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            let rows = block.rows.iter();
            strips.push(Strip {
                heading: (!parts.is_empty()).then(|| parts.join(", ")),
                rows: rows.map(|row| (row, &row.parts[number])).collect(),
            });
        }
    }
    strips
}

fn panels_per_line(metrics: usize) -> usize {
    match metrics {
        0..=3 => metrics.max(1),
        4 => 2,
        _ => 3,
    }
}

fn panel_height(strip: &Strip<'_>) -> i32 {
    PANEL_TITLE + ROW * strip.rows.len() as i32 + PANEL_FOOT
}

fn strip_height(grid: &Grid, strip: &Strip<'_>) -> i32 {
    let lines = grid
        .columns
        .len()
        .div_ceil(panels_per_line(grid.columns.len())) as i32;
    lines * panel_height(strip) + if strip.heading.is_some() { HEADING } else { 0 }
}

fn height(grid: &Grid, intervals: &[Interval]) -> i32 {
    let strips: i32 = strips(grid)
        .iter()
        .map(|strip| strip_height(grid, strip))
        .sum();
    MARGIN + strips + legend(grid, intervals).len() as i32 * LEGEND_LINE + MARGIN
}

/// The lines under the panels, each with the sign it explains.
fn legend(grid: &Grid, intervals: &[Interval]) -> Vec<(Sign, String)> {
    let mut lines = vec![(
        Sign::Dot,
        format!("mean over {}; each panel has its own scale", grid.counted),
    )];
    if intervals.iter().any(|interval| interval.ends.is_some()) {
        let interval = "95 % interval over seeds and documents (pigeonhole bootstrap)";
        lines.push((Sign::Bar, interval.to_owned()));
    }
    let mut baselines: Vec<&str> = Vec::new();
    for row in grid
        .rows()
        .filter(|row| row.parts.iter().any(|part| part.baseline))
    {
        if !baselines.contains(&row.label.as_str()) {
            baselines.push(&row.label);
        }
    }
    if !baselines.is_empty() {
        lines.push((
            Sign::Dashes,
            format!("mean of the baseline, {}", baselines.join(", ")),
        ));
    }
    lines
}

#[derive(Clone, Copy)]
enum Sign {
    Dot,
    Bar,
    Dashes,
}

fn paint<B: DrawingBackend>(canvas: &Canvas<B>, grid: &Grid, intervals: &[Interval]) -> Drawn<B> {
    let mut labels = canvas.width(&grid.head, SMALL)?;
    for row in grid.rows() {
        labels = labels.max(canvas.width(&row.label, SMALL)?);
    }
    // Very long labels run out of the picture rather than squeeze the panels.
    let left = (MARGIN + labels + 20).min(WIDTH / 3);
    let mut top = MARGIN;
    // Nothing is drawn where nothing is scored.
    let scored = |strip: &Strip<'_>| strip.rows.iter().any(|(_, part)| part.runs > 0);
    for strip in strips(grid).iter().filter(|strip| scored(strip)) {
        if let Some(heading) = &strip.heading {
            canvas.text(
                heading,
                (MARGIN, top + HEADING / 2),
                style(LARGE, HPos::Left, VPos::Center),
            )?;
            top += HEADING;
        }
        let across = panels_per_line(grid.columns.len());
        let width = (WIDTH - MARGIN - left - GAP * (across as i32 - 1)) / across as i32;
        for first in (0..grid.columns.len()).step_by(across) {
            row_labels(canvas, grid, strip, (left, top))?;
            for column in first..grid.columns.len().min(first + across) {
                let x = left + (column - first) as i32 * (width + GAP);
                panel(
                    canvas,
                    grid,
                    strip,
                    column,
                    intervals,
                    Frame { x, y: top, width },
                )?;
            }
            top += panel_height(strip);
        }
    }
    paint_legend(canvas, (grid, intervals), (left, top))
}

fn row_labels<B: DrawingBackend>(
    canvas: &Canvas<B>,
    grid: &Grid,
    strip: &Strip<'_>,
    (left, top): (i32, i32),
) -> Drawn<B> {
    let right = left - 14;
    let style = style(SMALL, HPos::Right, VPos::Center);
    canvas.text(&grid.head, (right, top + PANEL_TITLE / 2), style.clone())?;
    for (number, (row, _)) in strip.rows.iter().enumerate() {
        let middle = top + PANEL_TITLE + ROW * number as i32 + ROW / 2;
        canvas.text(&row.label, (right, middle), style.clone())?;
    }
    Ok(())
}

/// Where a panel lies, in pixels.
#[derive(Clone, Copy)]
struct Frame {
    x: i32,
    y: i32,
    width: i32,
}

fn panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    grid: &Grid,
    strip: &Strip<'_>,
    column: usize,
    intervals: &[Interval],
    frame: Frame,
) -> Drawn<B> {
    let shown = grid.columns[column];
    let find = |part: &Part| {
        intervals
            .iter()
            .find(|interval| interval.column == shown && Some(&interval.cell) == part.cell.as_ref())
    };
    let rows: Vec<_> = strip
        .rows
        .iter()
        .map(|(_, part)| (*part, find(part)))
        .collect();
    let (low, high) = range(
        rows.iter()
            .filter_map(|(_, interval)| *interval)
            .flat_map(extent),
    );
    let (top, bottom) = (
        frame.y + PANEL_TITLE,
        frame.y + PANEL_TITLE + ROW * rows.len() as i32,
    );
    let place = |value: f64| {
        frame.x + ((value - low) / (high - low) * f64::from(frame.width)).round() as i32
    };
    let centre = frame.x + frame.width / 2;

    let title = (centre, frame.y + PANEL_TITLE / 2);
    canvas.text(
        &grid.titles()[column],
        title,
        style(LARGE, HPos::Center, VPos::Center),
    )?;
    for tick in ticks((low, high), 5) {
        let x = place(tick.value);
        canvas.line((x, top), (x, bottom), GUIDE.stroke_width(2))?;
        canvas.line((x, bottom), (x, bottom + 7), INK.stroke_width(2))?;
        canvas.text(
            &tick.text,
            (x, bottom + 12),
            style(SMALL, HPos::Center, VPos::Top),
        )?;
    }
    canvas.line(
        (frame.x, bottom),
        (frame.x + frame.width, bottom),
        INK.stroke_width(2),
    )?;
    canvas.text(
        match shown {
            Column::Counted(_, Measure::Precision) | Column::Macro(_, Measure::Precision) => {
                "precision in percent"
            }
            Column::Counted(_, Measure::Recall) | Column::Macro(_, Measure::Recall) => {
                "recall in percent"
            }
            Column::Counted(_, Measure::F1) | Column::Macro(_, Measure::F1) => "F1 in percent",
            Column::Speed => "sentences a second",
            Column::Parameters => "millions of parameters",
        },
        (centre, bottom + 40),
        style(SMALL, HPos::Center, VPos::Top),
    )?;

    let baselines = rows
        .iter()
        .filter(|(part, _)| part.baseline)
        .filter_map(|(_, interval)| *interval);
    for interval in baselines {
        canvas.dashes(place(interval.mean), (top, bottom))?;
    }
    let colour = COLOURS[column % COLOURS.len()];
    for (number, (_, interval)) in rows.iter().enumerate() {
        let Some(interval) = interval else { continue };
        let middle = top + ROW * number as i32 + ROW / 2;
        if let Some((lower, upper)) = interval.ends {
            canvas.whisker((place(lower), place(upper)), middle, colour)?;
        }
        marker::draw(&canvas.root, column, (place(interval.mean), middle), colour)?;
    }
    Ok(())
}

fn paint_legend<B: DrawingBackend>(
    canvas: &Canvas<B>,
    (grid, intervals): (&Grid, &[Interval]),
    (left, top): (i32, i32),
) -> Drawn<B> {
    for (number, (sign, words)) in legend(grid, intervals).into_iter().enumerate() {
        let middle = top + LEGEND_LINE * number as i32 + LEGEND_LINE / 2;
        let (start, end) = (left, left + 48);
        match sign {
            Sign::Dot => marker::draw(&canvas.root, 0, (start + 24, middle), INK)?,
            Sign::Bar => canvas.whisker((start, end), middle, INK)?,
            Sign::Dashes => canvas.dashes(start + 24, (middle - 18, middle + 18))?,
        }
        canvas.text(
            &words,
            (end + 18, middle),
            style(SMALL, HPos::Left, VPos::Center),
        )?;
    }
    Ok(())
}
