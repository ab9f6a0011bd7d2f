//! Critical-difference diagrams: systems on an axis of average ranks, and bars across those that do not differ.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, INK, Picture, style};
use super::critical::{Critical, Panel};
use super::error::ReportError;
use super::line_legend::advance;
use super::line_plot::{MARGIN, TEXT, TITLE, WIDTH};
use super::marker::COLOURS;

/// Between the names on both sides, at least.
const AXIS: i32 = 400;
/// From the names to the axis.
const GAP: i32 = 24;
/// Room above the axis for its numbers and for the critical difference.
const ABOVE: i32 = 104;
/// From one bar to the next, and the width of a bar.
const BAR: i32 = 20;
const THICK: u32 = 9;
/// From one name to the next.
const NAME: i32 = 44;
const BELOW: i32 = 22;

/// The plot as SVG; none where nothing is ranked.
pub(crate) fn svg(critical: &Critical) -> Result<Option<String>, ReportError> {
    if critical.is_empty() {
        return Ok(None);
    }
    canvas::svg(critical).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(critical: &Critical, path: &Path) -> Result<(), ReportError> {
    canvas::png(critical, path)
}

impl Picture for Critical {
    fn number(&self) -> usize {
        self.number
    }

    fn size(&self) -> (i32, i32) {
        let names = names(self);
        let panels = self.panels.iter().map(height);
        (
            WIDTH.max(2 * (MARGIN + names + GAP) + AXIS),
            MARGIN + panels.sum::<i32>() + MARGIN,
        )
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        let mut top = MARGIN;
        for panel in &self.panels {
            draw_panel(canvas, self, panel, top)?;
            top += height(panel);
        }
        Ok(())
    }
}

/// The name of a system with its average rank.
fn shown(panel: &Panel, system: usize) -> String {
    let system = &panel.systems[system];
    format!("{} {:.2}", system.name, system.rank)
}

/// The room of the longest name.
fn names(critical: &Critical) -> i32 {
    let panels = critical.panels.iter();
    let names = panels.flat_map(|panel| {
        (0..panel.systems.len()).map(move |system| advance(&shown(panel, system)))
    });
    names.max().unwrap_or(0)
}

fn bars(panel: &Panel) -> i32 {
    let groups = panel.nemenyi.as_ref().map(|nemenyi| nemenyi.groups.len());
    groups.unwrap_or(0) as i32
}

/// How many systems have their name on the left, which is the better half.
fn on_the_left(panel: &Panel) -> usize {
    panel.systems.len().div_ceil(2)
}

fn height(panel: &Panel) -> i32 {
    TITLE + ABOVE + bars(panel) * BAR + on_the_left(panel) as i32 * NAME + 2 * BELOW
}

fn draw_panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    critical: &Critical,
    panel: &Panel,
    top: i32,
) -> Drawn<B> {
    let (width, _) = critical.size();
    let inset = MARGIN + names(critical) + GAP;
    let (left, right) = (inset, width - inset);
    let most = panel.systems.len();
    let step = f64::from(right - left) / (most as f64 - 1.0);
    let place = |rank: f64| left + ((rank - 1.0) * step).round() as i32;
    let title = (MARGIN, top + TITLE / 2);
    let words = panel.column.to_string();
    canvas.text(&words, title, style(TEXT, HPos::Left, VPos::Center))?;

    let axis = top + TITLE + ABOVE;
    let ink = INK.stroke_width(2);
    canvas.line((left, axis), (right, axis), ink)?;
    for rank in 1..=most {
        let x = place(rank as f64);
        canvas.line((x, axis - 10), (x, axis), ink)?;
        let number = (x, axis - 14);
        let words = rank.to_string();
        canvas.text(&words, number, style(TEXT, HPos::Center, VPos::Bottom))?;
    }
    if let Some(nemenyi) = &panel.nemenyi {
        let reach = (nemenyi.critical * step).round() as i32;
        let y = top + TITLE + 14;
        let words = format!("CD {:.2}", nemenyi.critical);
        // One that is longer than the axis is told and not drawn.
        let end = if reach <= right - left {
            canvas.level((left, left + reach), y, INK)?;
            left + reach + 14
        } else {
            left
        };
        canvas.text(&words, (end, y), style(TEXT, HPos::Left, VPos::Center))?;
        for (number, (first, last)) in nemenyi.groups.iter().enumerate() {
            let y = axis + BELOW + number as i32 * BAR;
            let ends = [*first, *last].map(|system| place(panel.systems[system].rank));
            let bar = COLOURS[0].stroke_width(THICK);
            canvas.line((ends[0] - 5, y), (ends[1] + 5, y), bar)?;
        }
    }
    let below = axis + BELOW + bars(panel) * BAR;
    for system in 0..most {
        draw_name(canvas, panel, system, (axis, below), (left, right), &place)?;
    }
    Ok(())
}

/// A line from the place of a system on the axis down and aside to its name: the better half on the left, where the
/// best is lowest, so that no line crosses another's name.
fn draw_name<B: DrawingBackend>(
    canvas: &Canvas<B>,
    panel: &Panel,
    system: usize,
    (axis, below): (i32, i32),
    (left, right): (i32, i32),
    place: &impl Fn(f64) -> i32,
) -> Drawn<B> {
    let half = on_the_left(panel);
    let x = place(panel.systems[system].rank);
    let (level, end, anchor) = if system < half {
        (system, left - GAP / 2, HPos::Right)
    } else {
        (
            panel.systems.len() - 1 - system,
            right + GAP / 2,
            HPos::Left,
        )
    };
    let y = below + level as i32 * NAME + NAME / 2;
    let ink = INK.stroke_width(2);
    canvas.line((x, axis), (x, y), ink)?;
    canvas.line((x, y), (end, y), ink)?;
    let aside = if system < half { end - 6 } else { end + 6 };
    let words = shown(panel, system);
    canvas.text(&words, (aside, y), style(TEXT, anchor, VPos::Center))
}
