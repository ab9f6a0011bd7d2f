//! What the plots are drawn on and with: text, lines, whiskers and scales, the same in SVG and PNG.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontFamily, FontStyle, register_font};

use super::error::ReportError;
use super::intervals::Interval;

/// The name under which the drawing library and readers of the SVG find the font.
const FONT: &str = "Inter, sans-serif";
/// Text, axes and the baseline; the page replaces it on a dark ground.
pub(crate) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Lines that only guide the eye.
pub(crate) const GUIDE: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);

/// Behind text that would else be crossed by lines; the page replaces it on a dark ground, and needs to tell it from
/// the ground of the whole picture.
pub(crate) const GROUND: RGBColor = RGBColor(0xFE, 0xFE, 0xFE);

/// Bitmaps place text that is centred on a line this many pixels above it.
const BITMAP_NUDGE: i32 = 4;

/// The outcome of drawing.
pub(crate) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// Something that can be drawn on either kind of canvas.
pub(crate) trait Picture {
    /// Number of the table or plot that it shows.
    fn number(&self) -> usize;

    /// Width and height in pixels.
    fn size(&self) -> (i32, i32);

    /// Draws on a white ground.
    fn paint<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn<B>;
}

/// The picture as SVG.
pub(crate) fn svg(picture: &impl Picture) -> Result<String, ReportError> {
    let (width, height) = picture.size();
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, (width as u32, height as u32));
    draw(area.into_drawing_area(), 0, picture)?;
    Ok(text)
}

/// Draws the picture into a PNG file.
pub(crate) fn png(picture: &impl Picture, path: &Path) -> Result<(), ReportError> {
    let (width, height) = picture.size();
    let area = BitMapBackend::new(path, (width as u32, height as u32));
    draw(area.into_drawing_area(), BITMAP_NUDGE, picture)
}

fn draw<B: DrawingBackend>(
    root: DrawingArea<B, Shift>,
    nudge: i32,
    picture: &impl Picture,
) -> Result<(), ReportError> {
    let failed = |problem: String| ReportError::Plot {
        plot: picture.number(),
        problem,
    };
    register_font(
        FONT,
        FontStyle::Normal,
        include_bytes!("fonts/Inter-Regular.otf"),
    )
    .map_err(|_| failed("the font is not readable".to_owned()))?;
    let canvas = Canvas { root, nudge };
    canvas
        .root
        .fill(&WHITE)
        .and_then(|()| picture.paint(&canvas))
        .and_then(|()| canvas.root.present())
        .map_err(|error| failed(error.to_string()))
}

/// What is drawn on, in pixels.
pub(crate) struct Canvas<B: DrawingBackend> {
    pub(crate) root: DrawingArea<B, Shift>,
    nudge: i32,
}

impl<B: DrawingBackend> Canvas<B> {
    pub(crate) fn text(&self, text: &str, (x, y): (i32, i32), style: TextStyle<'_>) -> Drawn<B> {
        let y = if matches!(style.pos.v_pos, VPos::Center) {
            y + self.nudge
        } else {
            y
        };
        self.root.draw(&Text::new(text, (x, y), style))
    }

    /// How wide a text comes out in the given size.
    pub(crate) fn width(
        &self,
        text: &str,
        size: i32,
    ) -> Result<i32, DrawingAreaErrorKind<B::ErrorType>> {
        let style = style(size, HPos::Left, VPos::Center);
        Ok(self.root.estimate_text_size(text, &style)?.0 as i32)
    }

    pub(crate) fn line(&self, from: (i32, i32), to: (i32, i32), style: ShapeStyle) -> Drawn<B> {
        self.root.draw(&PathElement::new(vec![from, to], style))
    }

    /// A dashed line from top to bottom.
    pub(crate) fn dashes(&self, x: i32, (top, bottom): (i32, i32)) -> Drawn<B> {
        for start in (top..bottom).step_by(14) {
            self.line(
                (x, start),
                (x, (start + 8).min(bottom)),
                INK.stroke_width(2),
            )?;
        }
        Ok(())
    }

    /// A line from left to right with a stroke across each end.
    pub(crate) fn whisker(&self, (left, right): (i32, i32), y: i32, colour: RGBColor) -> Drawn<B> {
        let style = colour.stroke_width(4);
        self.line((left, y), (right, y), style)?;
        self.line((left, y - 8), (left, y + 8), style)?;
        self.line((right, y - 8), (right, y + 8), style)
    }

    /// A thinner one.
    pub(crate) fn level(&self, (left, right): (i32, i32), y: i32, colour: RGBColor) -> Drawn<B> {
        let style = colour.stroke_width(3);
        self.line((left, y), (right, y), style)?;
        self.line((left, y - 7), (left, y + 7), style)?;
        self.line((right, y - 7), (right, y + 7), style)
    }

    /// The same upright.
    pub(crate) fn upright(&self, x: i32, (top, bottom): (i32, i32), colour: RGBColor) -> Drawn<B> {
        let style = colour.stroke_width(3);
        self.line((x, top), (x, bottom), style)?;
        self.line((x - 7, top), (x + 7, top), style)?;
        self.line((x - 7, bottom), (x + 7, bottom), style)
    }
}

/// Text in the given size, placed by its anchor.
pub(crate) fn style(size: i32, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    TextStyle::from((FontFamily::Name(FONT), size))
        .color(&INK)
        .pos(Pos::new(horizontal, vertical))
}

/// Every value that a scale must hold for these intervals.
pub(crate) fn extent(interval: &Interval) -> impl Iterator<Item = f64> {
    let (lower, upper) = interval.ends.unwrap_or((interval.mean, interval.mean));
    [lower, interval.mean, upper].into_iter()
}

/// The scale of a panel: all values with some air, and never less than one point.
pub(crate) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values {
        low = low.min(value);
        high = high.max(value);
    }
    if low > high {
        return (0.0, 100.0);
    }
    let air = (0.06 * (high - low))
        .max((1.0 - (high - low)) / 2.0)
        .max(0.05);
    (low - air, high + air)
}

/// A value that is marked on a scale.
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) text: String,
}

/// Round values inside a scale: at most about `count`, at steps of 1, 2 or 5 times a power of ten.
pub(crate) fn ticks((low, high): (f64, f64), count: u32) -> Vec<Tick> {
    let rough = (high - low) / f64::from(count);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let texts = |low, high, count| {
            ticks((low, high), count)
                .into_iter()
                .map(|tick| tick.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(61.2, 69.8, 5), ["62", "64", "66", "68"]);
        assert_eq!(
            texts(70.01, 71.0, 5),
            ["70.2", "70.4", "70.6", "70.8", "71.0"]
        );
        assert_eq!(texts(0.0, 100.0, 5), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(texts(23.4, 73.8, 7), ["30", "40", "50", "60", "70"]);
    }
}
