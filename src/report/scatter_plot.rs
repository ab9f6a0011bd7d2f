//! Scatter plots: a panel for each column below the other, made for the column of a paper as line plots are.
//!
//! Groups differ in colour and in the shape of their markers, so that a print in grey can be read too.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, GROUND, GUIDE, INK, Picture, style};
use super::error::ReportError;
use super::line_axis::LEFT;
use super::line_legend::{self, Item, Sign};
use super::line_plot::{MARGIN, TEXT, WIDTH, legend_line, sign};
use super::marker;
use super::scatter::{Point, Scatter};
use super::scatter_labels::{Rectangle, Spot, place};
use super::scatter_scale::Scale;
use crate::score::Column;

const TITLE: i32 = 52;
const PANEL: i32 = 400;
/// Marks and numbers below a panel.
const NUMBERS: i32 = 52;
const NAME: i32 = 44;
const BELOW: i32 = 14;
/// Size of the text at points.
const SMALL: i32 = 25;
/// Half the width of a whisker's end.
const WHISKER: i32 = 8;
/// Room for the stroke across its end.
const STROKE: i32 = 3;

/// The plot as SVG; none where nothing has a place on both sides.
pub(crate) fn svg(scatter: &Scatter) -> Result<Option<String>, ReportError> {
    if scatter.is_empty() {
        return Ok(None);
    }
    canvas::svg(scatter).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(scatter: &Scatter, path: &Path) -> Result<(), ReportError> {
    canvas::png(scatter, path)
}

impl Picture for Scatter {
    fn number(&self) -> usize {
        self.number
    }

    fn size(&self) -> (i32, i32) {
        let panels = panels(self).count() as i32 * (TITLE + PANEL + NUMBERS);
        let legend = line_legend::broken(items(self)).len() as i32 * line_legend::LINE;
        (WIDTH, MARGIN + panels + NAME + BELOW + legend + MARGIN)
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        let across = panels(self).flat_map(|panel| self.shown(panel).map(|(_, x, _)| x));
        let across = Scale::of(self.x, across);
        let mut top = MARGIN;
        for panel in panels(self) {
            draw_panel(canvas, self, (panel, across), top)?;
            top += TITLE + PANEL + NUMBERS;
        }
        let middle = ((LEFT + WIDTH - MARGIN) / 2, top + NAME / 2);
        let title = across.title(self.x);
        canvas.text(&title, middle, style(TEXT, HPos::Center, VPos::Center))?;
        top += NAME + BELOW;
        for line in line_legend::broken(items(self)) {
            legend_line(canvas, &line, top + line_legend::LINE / 2)?;
            top += line_legend::LINE;
        }
        Ok(())
    }
}

/// Nothing is drawn where nothing has a place.
fn panels(scatter: &Scatter) -> impl Iterator<Item = usize> {
    (0..scatter.ys.len()).filter(|panel| scatter.shown(*panel).next().is_some())
}

fn draw_panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    scatter: &Scatter,
    (panel, across): (usize, Scale),
    top: i32,
) -> Drawn<B> {
    let upwards = Scale::of(scatter.ys[panel], scatter.shown(panel).map(|(_, _, y)| y));
    let area = Rectangle {
        left: LEFT,
        top: top + TITLE,
        right: WIDTH - MARGIN,
        bottom: top + TITLE + PANEL,
    };
    let right_of = |value: f64| across.place(value, (area.left, area.right));
    let height = |value: f64| upwards.place(value, (area.bottom, area.top));
    let title = upwards.title(scatter.ys[panel]);
    let middle = (area.left, area.top - TITLE / 2);
    canvas.text(&title, middle, style(TEXT, HPos::Left, VPos::Center))?;
    for tick in upwards.ticks(7) {
        let y = height(tick.value);
        canvas.line((area.left, y), (area.right, y), GUIDE.stroke_width(2))?;
        let place = (area.left - 12, y);
        canvas.text(&tick.text, place, style(TEXT, HPos::Right, VPos::Center))?;
    }
    let ink = INK.stroke_width(2);
    for tick in across.ticks(7) {
        let x = right_of(tick.value);
        canvas.line((x, area.top), (x, area.bottom), GUIDE.stroke_width(2))?;
        canvas.line((x, area.bottom), (x, area.bottom + 8), ink)?;
        let place = (x, area.bottom + 12);
        canvas.text(&tick.text, place, style(TEXT, HPos::Center, VPos::Top))?;
    }
    canvas.line((area.left, area.bottom), (area.right, area.bottom), ink)?;

    let mut whiskers = Vec::new();
    for (number, x, y) in scatter.shown(panel) {
        let (colour, _) = sign(scatter.points[number].group);
        let (right, up) = (right_of(x.mean), height(y.mean));
        if let Some((lower, upper)) = x.ends {
            let ends = (right_of(lower), right_of(upper));
            canvas.level(ends, up, colour)?;
            whiskers.push(Rectangle {
                left: ends.0 - STROKE,
                top: up - WHISKER,
                right: ends.1 + STROKE,
                bottom: up + WHISKER,
            });
        }
        if let Some((lower, upper)) = y.ends {
            let ends = (height(upper), height(lower));
            canvas.upright(right, ends, colour)?;
            whiskers.push(Rectangle {
                left: right - WHISKER,
                top: ends.0 - STROKE,
                right: right + WHISKER,
                bottom: ends.1 + STROKE,
            });
        }
    }
    draw_points(canvas, scatter, (panel, area), &whiskers, &|x, y| {
        (right_of(x), height(y))
    })
}

/// Markers, and their labels on a ground of their own, since guides and whiskers run below them.
fn draw_points<B: DrawingBackend>(
    canvas: &Canvas<B>,
    scatter: &Scatter,
    (panel, area): (usize, Rectangle),
    whiskers: &[Rectangle],
    middle: &impl Fn(f64, f64) -> (i32, i32),
) -> Drawn<B> {
    let mut spots = Vec::new();
    for (number, x, y) in scatter.shown(panel) {
        let width = canvas.width(&scatter.points[number].label, SMALL)?;
        let (lower, upper) = y.ends.unwrap_or((y.mean, y.mean));
        spots.push(Spot {
            middle: middle(x.mean, y.mean),
            size: (width, SMALL),
            reach: (middle(x.mean, upper).1, middle(x.mean, lower).1),
        });
    }
    let places = place(&spots, whiskers, area);
    for one in places.iter().flatten() {
        let corners = [(one.left, one.top), (one.right, one.bottom)];
        let ground = plotters::element::Rectangle::new(corners, GROUND.filled());
        canvas.root.draw(&ground)?;
    }
    for (((number, ..), spot), place) in scatter.shown(panel).zip(spots).zip(places) {
        let point = &scatter.points[number];
        let (colour, shape) = sign(point.group);
        marker::draw(&canvas.root, shape, spot.middle, colour)?;
        if let Some(one) = place {
            let middle = (one.left, i32::midpoint(one.top, one.bottom));
            let style = style(SMALL, HPos::Left, VPos::Center);
            canvas.text(&point.label, middle, style)?;
        }
    }
    Ok(())
}

/// What stands in the legend.
fn items(scatter: &Scatter) -> Vec<Item> {
    let mut items = Vec::new();
    let mut push = |sign, words: &str| {
        items.push(Item {
            sign,
            words: words.to_owned(),
        });
    };
    if !scatter.head.is_empty() {
        push(Sign::None, &format!("{}:", scatter.head));
        for (number, name) in scatter.names.iter().enumerate() {
            push(Sign::Marker(number), name);
        }
    }
    for words in whiskers(scatter) {
        push(Sign::Interval, words);
    }
    items
}

/// What the whiskers are, where there are any.
pub(super) fn whiskers(scatter: &Scatter) -> Vec<&'static str> {
    let columns = std::iter::once(scatter.x).chain(scatter.ys.iter().copied());
    let reaches: Vec<(Column, bool)> = columns
        .enumerate()
        .map(|(at, column)| {
            let ends = |point: &Point| match at {
                0 => point.x.and_then(|x| x.ends),
                _ => point.ys[at - 1].and_then(|y| y.ends),
            };
            (
                column,
                scatter.points.iter().any(|point| ends(point).is_some()),
            )
        })
        .collect();
    let any = |counted: bool| {
        let mut columns = reaches.iter().filter(|(_, reaches)| *reaches);
        columns.any(|(column, _)| column.measure().is_some() == counted)
    };
    match (any(true), any(false)) {
        (false, false) => Vec::new(),
        (true, false) => vec!["95 % interval over seeds and documents"],
        (false, true) => vec!["lowest to highest run"],
        (true, true) => vec![
            "scores: 95 % interval over seeds and documents",
            "speeds: lowest to highest run",
        ],
    }
}
