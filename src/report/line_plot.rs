//! Line plots: a panel for each metric below the other, made for the column of a paper.
//!
//! Lines differ in colour and in the shape of their markers, so that a print in grey can be read too. Where
//! several lines have a point at the same place, the points stand side by side.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, GUIDE, INK, Picture, extent, range, style, ticks};
use super::error::ReportError;
use super::grid::{Block, Part, Row};
use super::line_axis::{LEFT, axis, dodge, labels_height, places};
use super::line_legend::{self, Item, Sign};
use super::marker::{self, COLOURS};
use super::series::Series;
use super::unit::Unit;

pub(super) const WIDTH: i32 = 800;
pub(super) const MARGIN: i32 = 20;
/// Size of all text: at the width of a column a letter comes out at 7 to 8 points.
pub(super) const TEXT: i32 = 30;
pub(super) const HEADING: i32 = 54;
pub(super) const TITLE: i32 = 52;
const PANEL: i32 = 300;
const NAME: i32 = 44;
pub(super) const BELOW: i32 = 14;

/// The plot as SVG; none where nothing has scores.
pub(crate) fn svg(series: &Series) -> Result<Option<String>, ReportError> {
    if series.intervals.is_empty() {
        return Ok(None);
    }
    canvas::svg(series).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(series: &Series, path: &Path) -> Result<(), ReportError> {
    canvas::png(series, path)
}

impl Picture for Series {
    fn number(&self) -> usize {
        self.number
    }

    fn size(&self) -> (i32, i32) {
        let panel = TITLE + PANEL + labels_height(&self.x);
        let blocks = scored_blocks(self).map(|block| {
            let heading = if block.heading.is_some() { HEADING } else { 0 };
            heading + panel * self.columns.len() as i32 + NAME
        });
        let legend = line_legend::lines(self).len() as i32 * line_legend::LINE;
        (
            WIDTH,
            MARGIN + blocks.sum::<i32>() + BELOW + legend + MARGIN,
        )
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        let mut top = MARGIN;
        for block in scored_blocks(self) {
            if let Some(heading) = &block.heading {
                let middle = (MARGIN, top + HEADING / 2);
                canvas.text(heading, middle, style(TEXT, HPos::Left, VPos::Center))?;
                top += HEADING;
            }
            for column in 0..self.columns.len() {
                panel(canvas, self, block, column, top)?;
                top += TITLE + PANEL + labels_height(&self.x);
            }
            let middle = ((LEFT + WIDTH - MARGIN) / 2, top + NAME / 2);
            canvas.text(
                &self.x.name,
                middle,
                style(TEXT, HPos::Center, VPos::Center),
            )?;
            top += NAME;
        }
        paint_legend(canvas, self, top + BELOW)
    }
}

/// Nothing is drawn where nothing is scored.
pub(super) fn scored_blocks(series: &Series) -> impl Iterator<Item = &Block> {
    let scored = |row: &Row| row.parts.iter().any(|part| part.runs > 0);
    series
        .blocks
        .iter()
        .filter(move |block| block.rows.iter().any(scored))
}

fn panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    series: &Series,
    block: &Block,
    column: usize,
    top: i32,
) -> Drawn<B> {
    let (low, high) = range(in_column(series, column));
    let (top, bottom) = (top + TITLE, top + TITLE + PANEL);
    let (left, right) = (LEFT, WIDTH - MARGIN);
    let height =
        |value: f64| bottom - ((value - low) / (high - low) * f64::from(PANEL)).round() as i32;
    let title = match Unit::of(series.columns[column]) {
        Unit::Percent => format!("{} in percent", series.columns[column]),
        Unit::Rate | Unit::Millions => series.columns[column].to_string(),
    };
    let middle = (left, top - TITLE / 2);
    canvas.text(&title, middle, style(TEXT, HPos::Left, VPos::Center))?;
    for tick in ticks((low, high), 7) {
        let y = height(tick.value);
        canvas.line((left, y), (right, y), GUIDE.stroke_width(2))?;
        let place = (left - 12, y);
        canvas.text(&tick.text, place, style(TEXT, HPos::Right, VPos::Center))?;
    }
    axis(canvas, &series.x, bottom)?;

    let places = places(&series.x);
    let step = dodge(&places, series.names.len());
    for row in &block.rows {
        let line = series.names.iter().position(|name| *name == row.label);
        let line = line.unwrap_or(0);
        // Twice the distance from the middle line, so that it is a whole number.
        let aside = (2 * line as i32 - (series.names.len() as i32 - 1)) * step / 2;
        let points: Vec<_> = places
            .iter()
            .map(|place| place + aside)
            .zip(&row.parts)
            .collect();
        draw_line(canvas, series, (line, column), &points, &height)?;
    }
    Ok(())
}

/// All values in a column, of every block, so that the panels of one metric have one scale.
fn in_column(series: &Series, column: usize) -> impl Iterator<Item = f64> {
    let shown = series.columns[column];
    let intervals = series.intervals.iter();
    let ours = intervals
        .filter(move |interval| interval.column == shown)
        .flat_map(extent);
    let published = series
        .points()
        .filter_map(move |point| point.entries[column].published);
    ours.chain(published)
}

/// Colour and shape of a line; when the colours begin again, the shapes are others.
pub(super) fn sign(line: usize) -> (RGBColor, usize) {
    (COLOURS[line % COLOURS.len()], line + line / COLOURS.len())
}

fn draw_line<B: DrawingBackend>(
    canvas: &Canvas<B>,
    series: &Series,
    (line, column): (usize, usize),
    points: &[(i32, &Part)],
    height: &impl Fn(f64) -> i32,
) -> Drawn<B> {
    let (colour, shape) = sign(line);
    let shown = points
        .iter()
        .filter_map(|(x, part)| Some((*x, series.interval(part, column)?)));
    // The line breaks where a cell has no scores, but not where the experiment has no cell.
    let cells = points.iter().filter(|(_, part)| part.cell.is_some());
    let cells: Vec<_> = cells
        .map(|(x, part)| Some((*x, series.interval(part, column)?.mean)))
        .collect();
    for pair in cells.windows(2) {
        if let [Some(from), Some(to)] = pair {
            let [from, to] = [from, to].map(|(x, mean)| (*x, height(*mean)));
            canvas.line(from, to, colour.stroke_width(3))?;
        }
    }
    for (x, interval) in shown.clone() {
        if let Some((lower, upper)) = interval.ends {
            canvas.upright(x, (height(upper), height(lower)), colour)?;
        }
    }
    for (x, part) in points {
        let published = part.entries.get(column).and_then(|entry| entry.published);
        if let Some(value) = published {
            marker::open(&canvas.root, shape, (*x, height(value)), colour)?;
        }
    }
    for (x, interval) in shown {
        marker::draw(&canvas.root, shape, (x, height(interval.mean)), colour)?;
    }
    Ok(())
}

/// The legend below the panels.
pub(super) fn paint_legend<B: DrawingBackend>(
    canvas: &Canvas<B>,
    series: &Series,
    mut top: i32,
) -> Drawn<B> {
    for line in line_legend::lines(series) {
        legend_line(canvas, &line, top + line_legend::LINE / 2)?;
        top += line_legend::LINE;
    }
    Ok(())
}

pub(super) fn legend_line<B: DrawingBackend>(
    canvas: &Canvas<B>,
    items: &[Item],
    middle: i32,
) -> Drawn<B> {
    let mut left = MARGIN;
    for item in items {
        let centre = left + line_legend::SIGN / 2;
        match item.sign {
            Sign::None => {}
            Sign::Line(line) => {
                let (colour, shape) = sign(line);
                let ends = ((left, middle), (left + line_legend::SIGN, middle));
                canvas.line(ends.0, ends.1, colour.stroke_width(3))?;
                marker::draw(&canvas.root, shape, (centre, middle), colour)?;
            }
            Sign::Marker(number) => {
                let (colour, shape) = sign(number);
                marker::draw(&canvas.root, shape, (centre, middle), colour)?;
            }
            Sign::Interval => canvas.upright(centre, (middle - 15, middle + 15), INK)?,
            Sign::Thin => {
                let ends = ((left, middle), (left + line_legend::SIGN, middle));
                canvas.line(ends.0, ends.1, INK.mix(0.5).stroke_width(2))?;
            }
            Sign::Guide => {
                let ends = ((left, middle), (left + line_legend::SIGN, middle));
                canvas.line(ends.0, ends.1, GUIDE.stroke_width(3))?;
            }
            Sign::Open => marker::open(&canvas.root, 0, (centre, middle), INK)?,
        }
        if !matches!(item.sign, Sign::None) {
            left += line_legend::SIGN + line_legend::AFTER_SIGN;
        }
        canvas.text(
            &item.words,
            (left, middle),
            style(TEXT, HPos::Left, VPos::Center),
        )?;
        left += canvas.width(&item.words, TEXT)? + line_legend::BETWEEN;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_have_signs_of_their_own() {
        let signs: std::collections::BTreeSet<_> = (0..36)
            .map(|line| {
                let (RGBColor(red, green, blue), shape) = sign(line);
                (red, green, blue, shape % 6)
            })
            .collect();
        assert_eq!(signs.len(), 36);
    }
}
