//! Curves of equal F1 in the plane of recall and precision (van Rijsbergen 1979, ch. 7), the background of other curves.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Drawn, GUIDE, style};
use super::curve_labels::{Pixel, Room};
use super::curve_window::Window;
use super::curves::Place;

/// The words on a curve.
const SOFT: RGBColor = RGBColor(0x76, 0x76, 0x76);
const SMALL: i32 = 25;

/// What stands beside a curve of equal F1, and where it may: below its lower or its upper end. The curve falls and bends
/// towards the lower left, so that there is room.
pub(super) struct EqualF1 {
    words: String,
    rooms: [Room; 2],
}

impl EqualF1 {
    /// Writes the words where they hide nothing, if anywhere.
    pub(super) fn tell<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        panel: Room,
        placed: &[Room],
        drawn: &[Pixel],
    ) -> Drawn<B> {
        let free = |room: &&Room| {
            room.lies_in(panel)
                && !placed.iter().any(|other| room.touches(*other))
                && !drawn.iter().any(|pixel| room.holds(*pixel))
        };
        match self.rooms.iter().find(free) {
            Some(room) => {
                let soft = style(SMALL, HPos::Center, VPos::Center).color(&SOFT);
                canvas.text(&self.words, room.centre(), soft)
            }
            None => Ok(()),
        }
    }
}

/// Draws the curves of equal F1 through a panel.
pub(super) fn equal_f1<B: DrawingBackend>(
    canvas: &Canvas<B>,
    window: &Window,
) -> Result<Vec<EqualF1>, DrawingAreaErrorKind<B::ErrorType>> {
    let wide = |(low, high): (f64, f64)| high - low > 50.0;
    let every = if wide(window.recall) || wide(window.precision) {
        20
    } else {
        10
    };
    let mut curves = Vec::new();
    for f1 in (every..100_u8).step_by(usize::from(every)) {
        let Some(places) = along_f1(f64::from(f1), window) else {
            continue;
        };
        let pixels: Vec<Pixel> = places.iter().map(|place| window.pixel(*place)).collect();
        let curve = PathElement::new(pixels.clone(), GUIDE.stroke_width(3));
        canvas.root.draw(&curve)?;
        let words = format!("F1 {f1}");
        let (width, height) = (canvas.width(&words, SMALL)?, SMALL);
        let below = |(x, y): Pixel, left: i32, down: i32| Room {
            left: x - width - left,
            top: y + down,
            width,
            height,
        };
        let (first, last) = (pixels[0], pixels[pixels.len() - 1]);
        curves.push(EqualF1 {
            words,
            rooms: [below(last, 4, 6), below(first, 8, 4)],
        });
    }
    Ok(curves)
}

/// The part of the curve of this F1 (in percent) that a window shows, from its upper end to its lower one; none where
/// it passes the window by.
///
/// F = 2PR / (P + R) is (2R − F)(2P − F) = F², so that R = F/2 · (1 + t) and P = F/2 · (1 + 1/t) for all t > 0.
fn along_f1(f1: f64, window: &Window) -> Option<Vec<Place>> {
    let of_recall = |recall: f64| (2.0 * recall - f1) / f1;
    // Below half of F1, nothing is small enough to give it.
    let of_precision = |precision: f64| {
        let inverse = (2.0 * precision - f1) / f1;
        if inverse > 0.0 {
            1.0 / inverse
        } else {
            f64::INFINITY
        }
    };
    let first = of_recall(window.recall.0).max(of_precision(window.precision.1));
    let last = of_recall(window.recall.1).min(of_precision(window.precision.0));
    if !first.is_finite() || first <= 0.0 || last <= first {
        return None;
    }
    let steps = 60;
    let places = (0..=steps).map(|step| {
        let t = first * (last / first).powf(f64::from(step) / f64::from(steps));
        Place {
            recall: f1 / 2.0 * (1.0 + t),
            precision: f1 / 2.0 * (1.0 + 1.0 / t),
        }
    });
    Some(places.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn curves_of_equal_f1_go_from_edge_to_edge() {
        let window = |recall, precision| Window {
            recall,
            precision,
            room: Room {
                left: 0,
                top: 0,
                width: 100,
                height: 100,
            },
        };
        for (f1, recall, precision) in [
            (60.0, (0.0, 100.0), (0.0, 100.0)),
            (70.0, (60.0, 90.0), (50.0, 80.0)),
            (30.0, (20.0, 90.0), (20.0, 100.0)),
        ] {
            let places = along_f1(f1, &window(recall, precision)).unwrap();
            for place in &places {
                let found = 2.0 * place.precision * place.recall / (place.precision + place.recall);
                assert!((found - f1).abs() < 1e-9);
                assert!((recall.0 - 1e-9..=recall.1 + 1e-9).contains(&place.recall));
                assert!((precision.0 - 1e-9..=precision.1 + 1e-9).contains(&place.precision));
            }
            let (first, last) = (places[0], places[places.len() - 1]);
            let near = |left: f64, right: f64| (left - right).abs() < 1e-9;
            assert!(near(first.precision, precision.1) || near(first.recall, recall.0));
            assert!(near(last.recall, recall.1) || near(last.precision, precision.0));
        }
        assert!(along_f1(20.0, &window((60.0, 80.0), (60.0, 80.0))).is_none());
        assert!(along_f1(90.0, &window((10.0, 30.0), (50.0, 100.0))).is_none());
    }
}
