//! Plots of precision over recall: a panel for each metric below the other, made for the column of a paper.
//!
//! A curve joins the means along an axis, such as a threshold. Behind it, thin, is the curve of every run. Curves differ
//! in colour, and in the shape of the marker at their ends and at the default, where the axis' value is written.
//! Curves of equal F1 show what a step along the axis is worth.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, INK, Picture, style, ticks};
use super::curve_labels::{Pixel, Room, along, beside};
use super::curve_window::{Window, span};
use super::curves::{Curves, Place};
use super::equal_f1::equal_f1;
use super::error::ReportError;
use super::grid::{Block, Row};
use super::line_axis::LEFT;
use super::line_legend;
use super::line_plot::{
    BELOW, HEADING, MARGIN, TEXT, TITLE, WIDTH, paint_legend, scored_blocks, sign,
};
use super::marker;
use super::series::Series;
use crate::score::Metric;

/// Height of a panel; it is a little wider.
const PANEL: i32 = 600;
/// Room below a panel for the numbers and the name of its axis.
const FOOT: i32 = 48;
const NAME: i32 = 50;
/// Thickness of a curve, of a run's own and of a dot on a curve.
const THICK: u32 = 4;
const THIN: u32 = 2;
const DOT: i32 = 5;
/// How far numbers may reach out of a panel, and how far they keep from the markers of others.
const SPILL: i32 = 16;
const ZONE: i32 = 30;
/// How much of its colour the curve of a single run keeps.
const FAINT: f64 = 0.4;

/// A series with its curves as a picture.
struct CurvePlot<'a> {
    series: &'a Series,
    curves: &'a Curves,
}

/// The plot as SVG; none where nothing can be shown.
pub(crate) fn svg(series: &Series, curves: &Curves) -> Result<Option<String>, ReportError> {
    if curves.points.is_empty() {
        return Ok(None);
    }
    canvas::svg(&CurvePlot { series, curves }).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(series: &Series, curves: &Curves, path: &Path) -> Result<(), ReportError> {
    canvas::png(&CurvePlot { series, curves }, path)
}

impl Picture for CurvePlot<'_> {
    fn number(&self) -> usize {
        self.series.number
    }

    fn size(&self) -> (i32, i32) {
        let panels = self.curves.metrics.len() as i32 * (TITLE + PANEL + FOOT + NAME);
        let blocks = scored_blocks(self.series).map(|block| {
            let heading = if block.heading.is_some() { HEADING } else { 0 };
            heading + panels
        });
        let legend = line_legend::lines(self.series).len() as i32 * line_legend::LINE;
        (
            WIDTH,
            MARGIN + blocks.sum::<i32>() + BELOW + legend + MARGIN,
        )
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        let mut top = MARGIN;
        for block in scored_blocks(self.series) {
            if let Some(heading) = &block.heading {
                let middle = (MARGIN, top + HEADING / 2);
                canvas.text(heading, middle, style(TEXT, HPos::Left, VPos::Center))?;
                top += HEADING;
            }
            for &metric in &self.curves.metrics {
                self.panel(canvas, block, metric, top)?;
                top += TITLE + PANEL + FOOT + NAME;
            }
        }
        paint_legend(canvas, self.series, top + BELOW)
    }
}

impl CurvePlot<'_> {
    fn panel<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        block: &Block,
        metric: Metric,
        top: i32,
    ) -> Drawn<B> {
        let window = Window {
            recall: span(self.curves.places(metric).map(|place| place.recall)),
            precision: span(self.curves.places(metric).map(|place| place.precision)),
            room: Room {
                left: LEFT,
                top: top + TITLE,
                width: WIDTH - MARGIN - LEFT,
                height: PANEL,
            },
        };
        let title = format!("{metric} precision in percent");
        let middle = (LEFT, top + TITLE / 2);
        canvas.text(&title, middle, style(TEXT, HPos::Left, VPos::Center))?;
        let equal = equal_f1(canvas, &window)?;
        axes(canvas, &window)?;
        // Runs lie behind all means, and numbers above everything.
        let rows: Vec<(usize, &Row)> = block.rows.iter().map(|row| (self.line(row), row)).collect();
        for &(line, row) in &rows {
            for run in self.runs(row, metric) {
                let pixels: Vec<Pixel> = run.iter().map(|place| window.pixel(*place)).collect();
                stroke(canvas, &pixels, sign(line).0.mix(FAINT).stroke_width(THIN))?;
            }
        }
        let mut drawn: Vec<Pixel> = Vec::new();
        let mut told: Vec<(Pixel, String)> = Vec::new();
        for &(line, row) in &rows {
            let (colour, shape) = sign(line);
            let places = self.means(row, metric);
            let shown: Vec<Pixel> = places
                .iter()
                .map(|(_, pixel)| window.pixel(*pixel))
                .collect();
            stroke(canvas, &shown, colour.stroke_width(THICK))?;
            drawn.extend(along(&shown));
            for (number, (tick, _)) in places.iter().enumerate() {
                let pixel = shown[number];
                let usual = Some(*tick) == self.curves.usual;
                if usual || number == 0 || number + 1 == places.len() {
                    marker::draw(&canvas.root, shape, pixel, colour)?;
                    told.push((pixel, self.words(*tick, usual)));
                } else {
                    canvas
                        .root
                        .draw(&Circle::new(pixel, DOT, colour.filled()))?;
                }
            }
        }
        let mut placed: Vec<Room> = Vec::new();
        let outer = window.room.larger(SPILL);
        for (number, (pixel, words)) in told.iter().enumerate() {
            let size = (canvas.width(words, TEXT)?, TEXT);
            // A number near another curve's marker would seem to belong to that.
            let others = told
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != number);
            let zones = others.map(|(_, (other, _))| Room::around(*other, ZONE));
            let taken: Vec<Room> = zones.chain(placed.iter().copied()).collect();
            let room = beside(*pixel, size, outer, &taken, &drawn);
            let middle = style(TEXT, HPos::Center, VPos::Center);
            canvas.text(words, room.centre(), middle)?;
            placed.push(room);
        }
        placed.extend(told.iter().map(|(pixel, _)| Room::around(*pixel, ZONE)));
        equal
            .iter()
            .try_for_each(|one| one.tell(canvas, window.room, &placed, &drawn))
    }

    /// The number of a line, which gives it its colour.
    fn line(&self, row: &Row) -> usize {
        let mut names = self.series.names.iter();
        names.position(|name| *name == row.label).unwrap_or(0)
    }

    /// The means of a line with the positions of their values on the axis.
    fn means(&self, row: &Row, metric: Metric) -> Vec<(usize, Place)> {
        let parts = row.parts.iter().enumerate();
        let points = parts.filter_map(|(tick, part)| {
            let point = self.curves.point(part.cell.as_ref()?, metric)?;
            Some((tick, point.mean))
        });
        points.collect()
    }

    /// The curve of every run of a line; none where there is only one, which is the mean.
    fn runs(&self, row: &Row, metric: Metric) -> Vec<Vec<Place>> {
        let cells = row.parts.iter().filter_map(|part| part.cell.as_ref());
        let points: Vec<_> = cells
            .filter_map(|cell| self.curves.point(cell, metric))
            .collect();
        let mut known: Vec<u64> = Vec::new();
        for (id, _) in points.iter().flat_map(|point| &point.runs) {
            if !known.contains(id) {
                known.push(*id);
            }
        }
        if known.len() < 2 {
            return Vec::new();
        }
        let of = |id: u64| {
            let runs = points.iter().flat_map(|point| &point.runs);
            let own = runs.filter(|(known, _)| *known == id);
            own.map(|(_, place)| *place).collect()
        };
        known.into_iter().map(of).collect()
    }

    /// The value of the axis at a point, as it is written beside it.
    fn words(&self, tick: usize, usual: bool) -> String {
        let value = &self.series.x.ticks[tick].1;
        if usual {
            format!("{} = {value}", self.curves.letter)
        } else {
            value.clone()
        }
    }
}

fn stroke<B: DrawingBackend>(canvas: &Canvas<B>, pixels: &[Pixel], style: ShapeStyle) -> Drawn<B> {
    canvas.root.draw(&PathElement::new(pixels.to_vec(), style))
}

/// Frame, marks and numbers of a panel.
fn axes<B: DrawingBackend>(canvas: &Canvas<B>, window: &Window) -> Drawn<B> {
    let ink = INK.stroke_width(2);
    let Room {
        left,
        top,
        width,
        height,
    } = window.room;
    let (right, bottom) = (left + width, top + height);
    canvas.line((left, top), (left, bottom), ink)?;
    canvas.line((left, bottom), (right, bottom), ink)?;
    for tick in ticks(window.precision, 6) {
        let place = Place {
            recall: window.recall.0,
            precision: tick.value,
        };
        let (_, y) = window.pixel(place);
        canvas.line((left - 8, y), (left, y), ink)?;
        let style = style(TEXT, HPos::Right, VPos::Center);
        canvas.text(&tick.text, (left - 14, y), style)?;
    }
    for tick in ticks(window.recall, 6) {
        let place = Place {
            recall: tick.value,
            precision: window.precision.0,
        };
        let (x, _) = window.pixel(place);
        canvas.line((x, bottom), (x, bottom + 8), ink)?;
        let half = canvas.width(&tick.text, TEXT)? / 2;
        let middle = x.min(WIDTH - half);
        let style = style(TEXT, HPos::Center, VPos::Top);
        canvas.text(&tick.text, (middle, bottom + 12), style)?;
    }
    canvas.text(
        "recall in percent",
        (i32::midpoint(left, right), bottom + FOOT + NAME / 2),
        style(TEXT, HPos::Center, VPos::Center),
    )
}
