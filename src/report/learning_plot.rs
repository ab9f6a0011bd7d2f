//! Learning curves as a picture, made for the column of a paper: thin lines are single trainings, thick ones their
//! means.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, GUIDE, INK, Picture, range, style, ticks};
use super::error::ReportError;
use super::learning::{Learning, Panel};
use super::line_axis::LEFT;
use super::line_legend::{self, Item, Sign};
use super::line_plot::{BELOW, MARGIN, TEXT, TITLE, WIDTH, legend_line, sign};
use super::marker;

const PANEL: i32 = 260;
/// Room for the numbers below a panel.
const NUMBERS: i32 = 44;
const NAME: i32 = 40;
/// Marks along a mean, so that lines can be told apart in grey.
const MARKS: usize = 5;

/// The plot as SVG; none where nothing was evaluated twice.
pub(crate) fn svg(learning: &Learning) -> Result<Option<String>, ReportError> {
    if learning.is_empty() {
        return Ok(None);
    }
    canvas::svg(learning).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(learning: &Learning, path: &Path) -> Result<(), ReportError> {
    canvas::png(learning, path)
}

impl Picture for Learning {
    fn number(&self) -> usize {
        self.number
    }

    fn size(&self) -> (i32, i32) {
        let panels = (TITLE + PANEL + NUMBERS) * self.panels.len() as i32;
        let legend = legend(self).len() as i32 * line_legend::LINE;
        (WIDTH, MARGIN + panels + NAME + BELOW + legend + MARGIN)
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        let mut top = MARGIN;
        for panel in &self.panels {
            paint_panel(canvas, self, panel, top)?;
            top += TITLE + PANEL + NUMBERS;
        }
        let middle = ((LEFT + WIDTH - MARGIN) / 2, top + NAME / 2);
        canvas.text("epochs", middle, style(TEXT, HPos::Center, VPos::Center))?;
        top += NAME + BELOW;
        for line in legend(self) {
            legend_line(canvas, &line, top + line_legend::LINE / 2)?;
            top += line_legend::LINE;
        }
        Ok(())
    }
}

fn legend(learning: &Learning) -> Vec<Vec<Item>> {
    let mut items = Vec::new();
    let mut push = |sign, words: String| items.push(Item { sign, words });
    if !learning.head.is_empty() {
        push(Sign::None, format!("{}:", learning.head));
        for (number, name) in learning.names.iter().enumerate() {
            push(Sign::Line(number), name.clone());
        }
    }
    if learning.has_several_runs() {
        push(Sign::Thin, "single trainings".to_owned());
    }
    line_legend::broken(items)
}

fn paint_panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    learning: &Learning,
    panel: &Panel,
    top: i32,
) -> Drawn<B> {
    let points = || {
        let runs = panel.lines.iter().flat_map(|line| &line.runs);
        runs.flat_map(|(_, points)| points)
    };
    let (low, high) = range(points().map(|(_, value)| *value));
    let last = points().map(|(epochs, _)| *epochs).fold(1.0, f64::max);
    let (top, bottom) = (top + TITLE, top + TITLE + PANEL);
    let (left, right) = (LEFT, WIDTH - MARGIN);
    let x = |epochs: f64| left + (epochs / last * f64::from(right - left - 12)).round() as i32;
    let y = |value: f64| bottom - ((value - low) / (high - low) * f64::from(PANEL)).round() as i32;
    let title = if panel.measure == "loss" {
        format!("{}: loss", panel.what)
    } else {
        format!("{}: {} on dev in percent", panel.what, panel.measure)
    };
    let place = (left, top - TITLE / 2);
    canvas.text(&title, place, style(TEXT, HPos::Left, VPos::Center))?;
    for tick in ticks((low, high), 6) {
        let height = y(tick.value);
        canvas.line((left, height), (right, height), GUIDE.stroke_width(2))?;
        let place = (left - 12, height);
        canvas.text(&tick.text, place, style(TEXT, HPos::Right, VPos::Center))?;
    }
    canvas.line((left, top), (left, bottom), INK.stroke_width(3))?;
    canvas.line((left, bottom), (right, bottom), INK.stroke_width(3))?;
    for tick in ticks((0.0, last), 8)
        .iter()
        .filter(|tick| tick.value.fract() == 0.0)
    {
        let across = x(tick.value);
        canvas.line((across, bottom), (across, bottom + 8), INK.stroke_width(3))?;
        let text = format!("{}", tick.value);
        let place = (across, bottom + NUMBERS / 2 + 4);
        canvas.text(&text, place, style(TEXT, HPos::Center, VPos::Center))?;
    }
    let number = |name: &str| {
        learning
            .names
            .iter()
            .position(|own| own == name)
            .unwrap_or(0)
    };
    for line in panel.lines.iter().filter(|line| line.runs.len() > 1) {
        let (colour, _) = sign(number(&line.name));
        for (_, points) in &line.runs {
            let points = points.iter().map(|(epochs, value)| (x(*epochs), y(*value)));
            let thin = colour.mix(0.35).stroke_width(2);
            canvas
                .root
                .draw(&PathElement::new(points.collect::<Vec<_>>(), thin))?;
        }
    }
    for (at, line) in panel.lines.iter().enumerate() {
        let (colour, shape) = sign(number(&line.name));
        let points = line
            .mean
            .iter()
            .map(|(epochs, value)| (x(*epochs), y(*value)));
        let points: Vec<(i32, i32)> = points.collect();
        let thick = colour.stroke_width(4);
        canvas.root.draw(&PathElement::new(points.clone(), thick))?;
        // Marks of different lines do not lie above each other.
        let step = points.len().div_ceil(MARKS).max(1);
        let first = at * step / panel.lines.len().max(1);
        for point in points.iter().skip(first).step_by(step) {
            marker::draw(&canvas.root, shape, *point, colour)?;
        }
    }
    Ok(())
}
