//! One plot per table: a panel for each metric, a dot with its interval for each row.
//!
//! Panels have scales of their own, because entity and relation scores lie far apart and the differences
//! inside a metric are what a reader looks for. Metrics differ in colour (the palette of Okabe and Ito) and in
//! the shape of the marker, so that a print in grey can be read too.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontFamily, FontStyle, register_font};

use super::error::ReportError;
use super::grid::{Grid, Part, Row};
use super::intervals::Interval;
use super::marker::{self, COLOURS};
use crate::score::{Column, Measure};

/// The name under which the drawing library and readers of the SVG find the font.
const FONT: &str = "Inter, sans-serif";
/// Text, axes and the baseline; the page replaces it on a dark ground.
pub(crate) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Lines that only guide the eye.
pub(crate) const GUIDE: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);

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

/// Bitmaps place text that is centred on a line this many pixels above it.
const BITMAP_NUDGE: i32 = 4;

type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// What is drawn on, in pixels.
struct Canvas<B: DrawingBackend> {
    root: DrawingArea<B, Shift>,
    nudge: i32,
}

impl<B: DrawingBackend> Canvas<B> {
    fn text(&self, text: &str, (x, y): (i32, i32), style: TextStyle<'_>) -> Drawn<B> {
        let y = if matches!(style.pos.v_pos, VPos::Center) {
            y + self.nudge
        } else {
            y
        };
        self.root.draw(&Text::new(text, (x, y), style))
    }

    fn line(&self, from: (i32, i32), to: (i32, i32), style: ShapeStyle) -> Drawn<B> {
        self.root.draw(&PathElement::new(vec![from, to], style))
    }

    fn dashes(&self, x: i32, (top, bottom): (i32, i32)) -> Drawn<B> {
        for start in (top..bottom).step_by(14) {
            self.line(
                (x, start),
                (x, (start + 8).min(bottom)),
                INK.stroke_width(2),
            )?;
        }
        Ok(())
    }

    /// A line with a stroke across each end.
    fn whisker(&self, (left, right): (i32, i32), y: i32, colour: RGBColor) -> Drawn<B> {
        let style = colour.stroke_width(4);
        self.line((left, y), (right, y), style)?;
        self.line((left, y - 8), (left, y + 8), style)?;
        self.line((right, y - 8), (right, y + 8), style)
    }
}

/// The plot as SVG; none where nothing has scores.
pub(crate) fn svg(grid: &Grid, intervals: &[Interval]) -> Result<Option<String>, ReportError> {
    if intervals.is_empty() {
        return Ok(None);
    }
    let mut text = String::new();
    let size = (WIDTH as u32, height(grid) as u32);
    draw(
        SVGBackend::with_string(&mut text, size).into_drawing_area(),
        0,
        grid,
        intervals,
    )?;
    Ok(Some(text))
}

/// Draws the plot into a PNG file.
pub(crate) fn png(grid: &Grid, intervals: &[Interval], path: &Path) -> Result<(), ReportError> {
    let size = (WIDTH as u32, height(grid) as u32);
    draw(
        BitMapBackend::new(path, size).into_drawing_area(),
        BITMAP_NUDGE,
        grid,
        intervals,
    )
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

fn height(grid: &Grid) -> i32 {
    let strips: i32 = strips(grid)
        .iter()
        .map(|strip| strip_height(grid, strip))
        .sum();
    MARGIN + strips + legend(grid).len() as i32 * LEGEND_LINE + MARGIN
}

/// The lines under the panels, each with the sign it explains.
fn legend(grid: &Grid) -> Vec<(Sign, String)> {
    let mut lines = vec![(
        Sign::Dot,
        "mean over runs; each panel has its own scale".to_owned(),
    )];
    if grid.columns.iter().any(|column| *column != Column::Speed) {
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

/// Text in the given size, placed by its anchor.
fn style(size: i32, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    TextStyle::from((FontFamily::Name(FONT), size))
        .color(&INK)
        .pos(Pos::new(horizontal, vertical))
}

fn draw<B: DrawingBackend>(
    root: DrawingArea<B, Shift>,
    nudge: i32,
    grid: &Grid,
    intervals: &[Interval],
) -> Result<(), ReportError> {
    let failed = |problem: String| ReportError::Plot {
        plot: grid.number,
        problem,
    };
    register_font(
        FONT,
        FontStyle::Normal,
        include_bytes!("fonts/Inter-Regular.otf"),
    )
    .map_err(|_| failed("the font is not readable".to_owned()))?;
    let canvas = Canvas { root, nudge };
    paint(&canvas, grid, intervals).map_err(|error| failed(error.to_string()))?;
    canvas
        .root
        .present()
        .map_err(|error| failed(error.to_string()))
}

fn paint<B: DrawingBackend>(canvas: &Canvas<B>, grid: &Grid, intervals: &[Interval]) -> Drawn<B> {
    canvas.root.fill(&WHITE)?;
    let small = style(SMALL, HPos::Left, VPos::Center);
    let mut labels = canvas.root.estimate_text_size(&grid.head, &small)?.0;
    for row in grid.rows() {
        labels = labels.max(canvas.root.estimate_text_size(&row.label, &small)?.0);
    }
    // Very long labels run out of the picture rather than squeeze the panels.
    let left = (MARGIN + labels as i32 + 20).min(WIDTH / 3);
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
    paint_legend(canvas, grid, left, top)
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
    let (low, high) = range(rows.iter().filter_map(|(_, interval)| *interval));
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
    for tick in ticks(low, high) {
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
            Column::Counted(_, Measure::Precision) => "precision in percent",
            Column::Counted(_, Measure::Recall) => "recall in percent",
            Column::Counted(_, Measure::F1) => "F1 in percent",
            Column::Speed => "sentences a second",
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

/// The scale of a panel: all intervals with some air, and never less than one point.
fn range<'a>(intervals: impl Iterator<Item = &'a Interval>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for interval in intervals {
        let (lower, upper) = interval.ends.unwrap_or((interval.mean, interval.mean));
        low = low.min(lower).min(interval.mean);
        high = high.max(upper).max(interval.mean);
    }
    if low > high {
        return (0.0, 100.0);
    }
    let air = (0.06 * (high - low))
        .max((1.0 - (high - low)) / 2.0)
        .max(0.05);
    (low - air, high + air)
}

struct Tick {
    value: f64,
    text: String,
}

/// Round values inside a scale: about five, at steps of 1, 2 or 5 times a power of ten.
fn ticks(low: f64, high: f64) -> Vec<Tick> {
    let rough = (high - low) / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last)
        .map(|number| {
            let value = number as f64 * step;
            Tick {
                value,
                text: format!("{value:.decimals$}"),
            }
        })
        .collect()
}

fn paint_legend<B: DrawingBackend>(
    canvas: &Canvas<B>,
    grid: &Grid,
    left: i32,
    top: i32,
) -> Drawn<B> {
    for (number, (sign, words)) in legend(grid).into_iter().enumerate() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let texts = |low, high| {
            ticks(low, high)
                .into_iter()
                .map(|tick| tick.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(61.2, 69.8), ["62", "64", "66", "68"]);
        assert_eq!(texts(70.01, 71.0), ["70.2", "70.4", "70.6", "70.8", "71.0"]);
        assert_eq!(texts(0.0, 100.0), ["0", "20", "40", "60", "80", "100"]);
    }
}
