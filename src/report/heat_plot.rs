//! The p-values of every two systems as a map: the shade says how small p is, the number beside it what it is.
//!
//! One hue from dark to pale, so that the order of the shades is the same to every eye and in a print in grey; the
//! shade changes only where a level is passed. Columns have numbers for names, because names would not fit.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Canvas, Drawn, INK, Picture, style};
use super::error::ReportError;
use super::heat::{Heat, Pair, Panel};
use super::heat_text;
use super::line_legend::{LINE, advance};
use super::line_plot::{MARGIN, TEXT, TITLE, WIDTH};
use super::text;
use super::unit::Unit;

/// Width of a field, which holds a signed number with two decimals.
const FIELD: i32 = 88;
/// The widest a field becomes where there are few.
const WIDEST: i32 = 150;
const ROW: i32 = 52;
/// Size of the numbers in fields.
const SMALL: i32 = 26;
const GAP: i32 = 30;
/// Width of a field in the legend.
const SAMPLE: i32 = 40;

/// From the smallest p-values to the largest.
const SHADES: [RGBColor; 4] = [
    RGBColor(0x08, 0x51, 0x9C),
    RGBColor(0x6B, 0xAE, 0xD6),
    RGBColor(0xC6, 0xDB, 0xEF),
    RGBColor(0xF1, 0xF5, 0xFA),
];
/// Numbers on a dark and on a pale ground, which do not change with the ground of the page.
const LIGHT: RGBColor = RGBColor(0xFD, 0xFD, 0xFD);
const DARK: RGBColor = RGBColor(0x11, 0x11, 0x11);
/// The diagonal, where nothing is compared.
const SAME: RGBColor = RGBColor(0xBB, 0xBB, 0xBB);

/// The plot as SVG; none where no two systems have scores.
pub(crate) fn svg(heat: &Heat) -> Result<Option<String>, ReportError> {
    if heat.is_empty() {
        return Ok(None);
    }
    canvas::svg(heat).map(Some)
}

/// Draws the plot into a PNG file.
pub(crate) fn png(heat: &Heat, path: &Path) -> Result<(), ReportError> {
    canvas::png(heat, path)
}

impl Picture for Heat {
    fn number(&self) -> usize {
        self.number
    }

    fn size(&self) -> (i32, i32) {
        let panels = self.panels.iter().map(|panel| {
            let rows = panel.labels.len() as i32;
            headings(panel).len() as i32 * TITLE + (rows + 1) * ROW + GAP
        });
        let legend = legend(self).len() as i32 * LINE;
        let width = left(self) + most(self) * FIELD + MARGIN;
        let height = MARGIN + panels.sum::<i32>() + legend + MARGIN;
        (width.max(WIDTH), height)
    }

    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B> {
        let mut top = MARGIN;
        for panel in &self.panels {
            top = draw_panel(canvas, self, panel, top)?;
        }
        for line in legend(self) {
            let mut x = MARGIN;
            for (shade, words) in line {
                let middle = top + LINE / 2;
                if let Some(shade) = shade {
                    fill(canvas, (x, middle - 15), (SAMPLE, 30), SHADES[shade])?;
                    x += SAMPLE + 12;
                }
                canvas.text(&words, (x, middle), style(TEXT, HPos::Left, VPos::Center))?;
                x += canvas.width(&words, TEXT)? + GAP;
            }
            top += LINE;
        }
        Ok(())
    }
}

/// The most systems of a panel.
fn most(heat: &Heat) -> i32 {
    let rows = heat.panels.iter().map(|panel| panel.labels.len());
    rows.max().unwrap_or(0) as i32
}

/// Where the fields begin: behind the longest name and its number.
fn left(heat: &Heat) -> i32 {
    let labels = heat.panels.iter().flat_map(|panel| &panel.labels);
    let longest = labels.map(|label| advance(label)).max().unwrap_or(0);
    MARGIN + longest + advance(" 00") + 16
}

/// What stands above a panel, in lines not wider than the plot.
fn headings(panel: &Panel) -> Vec<String> {
    let heading = panel.heading.iter();
    let mut lines: Vec<String> = heading.flat_map(|heading| wrapped(heading)).collect();
    lines.push(panel.column.to_string());
    lines
}

fn wrapped(text: &str) -> Vec<String> {
    text::wrapped(text, (WIDTH / advance("x")) as usize, 0)
}

fn draw_panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    heat: &Heat,
    panel: &Panel,
    mut top: i32,
) -> Result<i32, DrawingAreaErrorKind<B::ErrorType>> {
    for line in headings(panel) {
        let place = (MARGIN, top + TITLE / 2);
        canvas.text(&line, place, style(TEXT, HPos::Left, VPos::Center))?;
        top += TITLE;
    }
    let left = left(heat);
    let (width, _) = heat.size();
    let field = ((width - MARGIN - left) / most(heat)).clamp(FIELD, WIDEST);
    for (number, label) in panel.labels.iter().enumerate() {
        let index = number as i32;
        let name = (number + 1).to_string();
        let (middle, row) = (left + index * field + field / 2, top + (index + 1) * ROW);
        let above = (middle, top + ROW / 2);
        canvas.text(&name, above, style(TEXT, HPos::Center, VPos::Center))?;
        let beside = (MARGIN, row + ROW / 2);
        canvas.text(label, beside, style(TEXT, HPos::Left, VPos::Center))?;
        let beside = (left - 16, row + ROW / 2);
        canvas.text(&name, beside, style(TEXT, HPos::Right, VPos::Center))?;
        fill(canvas, (left + index * field, row), (field, ROW), SAME)?;
    }
    for pair in &panel.pairs {
        let fields = [
            (pair.row, pair.column, difference(panel, pair)),
            (pair.column, pair.row, p_of(pair)),
        ];
        for (row, column, shown) in fields {
            let corner = (left + column as i32 * field, top + (row as i32 + 1) * ROW);
            let middle = (corner.0 + field / 2, corner.1 + ROW / 2);
            let shade = pair
                .seeds
                .as_ref()
                .ok()
                .map(|test| heat.shade(heat.band(test.corrected)));
            let mut colour = INK;
            if let Some(shade) = shade {
                fill(canvas, corner, (field, ROW), SHADES[shade])?;
                colour = if shade == 0 { LIGHT } else { DARK };
            }
            let style = style(SMALL, HPos::Center, VPos::Center).color(&colour);
            canvas.text(&shown, middle, style)?;
        }
    }
    Ok(top + (panel.labels.len() as i32 + 1) * ROW + GAP)
}

/// A field, a little smaller than its place, so that the ground shows between fields.
fn fill<B: DrawingBackend>(
    canvas: &Canvas<B>,
    (x, y): (i32, i32),
    (width, height): (i32, i32),
    colour: RGBColor,
) -> Drawn<B> {
    let corners = [(x + 1, y + 1), (x + width - 1, y + height - 1)];
    let rectangle = Rectangle::new(corners, colour.filled());
    canvas.root.draw(&rectangle)
}

fn difference(panel: &Panel, pair: &Pair) -> String {
    match Unit::of(panel.column) {
        Unit::Percent => text::signed(pair.difference),
        Unit::Rate | Unit::Millions => text::with_sign(pair.difference, 1),
    }
}

fn p_of(pair: &Pair) -> String {
    let test = pair.seeds.as_ref();
    test.map_or_else(
        |_| text::NOTHING.to_owned(),
        |test| heat_text::short(test.corrected),
    )
}

/// The shades and what they mean, then what the numbers are, in lines not wider than the plot.
fn legend(heat: &Heat) -> Vec<Vec<(Option<usize>, String)>> {
    let mut shades = Vec::new();
    for (band, level) in heat.levels.iter().enumerate() {
        let from = if band == 0 {
            format!("p < {level}")
        } else {
            format!("< {level}")
        };
        shades.push((Some(heat.shade(band)), from));
    }
    if let Some(last) = heat.levels.last() {
        shades.push((Some(heat.shade(heat.levels.len())), format!("≥ {last}")));
    }
    let words = "above the diagonal: p; below: row minus column";
    let mut lines = vec![shades];
    lines.extend(wrapped(words).into_iter().map(|line| vec![(None, line)]));
    lines
}
