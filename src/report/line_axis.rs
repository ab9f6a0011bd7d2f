//! The axis of a line plot: where its values and their labels stand.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Drawn, GUIDE, INK, style};
use super::line_legend;
use super::line_plot::{MARGIN, TEXT, WIDTH};
use super::series::Scale;

/// Room for the numbers on the left.
pub(super) const LEFT: i32 = 96;
/// Free room on both sides of a panel, inside.
const AIR: i32 = 52;
const LABEL_LINE: i32 = 36;
/// More lines of labels would not make crowded ones readable.
const MOST_LINES: usize = 4;

/// Where a value of the axis stands, in pixels.
pub(super) fn places(x: &Scale) -> Vec<i32> {
    let (left, right) = (LEFT + AIR, WIDTH - MARGIN - AIR);
    let values = x.ticks.iter().map(|(value, _)| *value);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.clone().fold(f64::NEG_INFINITY, f64::max);
    let place = |value: f64| {
        if high > low {
            left + ((value - low) / (high - low) * f64::from(right - left)).round() as i32
        } else {
            i32::midpoint(left, right)
        }
    };
    values.map(place).collect()
}

/// The line on which each label of the axis stands: the first on which it has room.
fn label_lines(x: &Scale) -> Vec<usize> {
    let mut ends: Vec<i32> = Vec::new();
    let labels = places(x).into_iter().zip(&x.ticks);
    labels
        .map(|(place, (_, label))| {
            let half = line_legend::advance(label) / 2;
            let line = ends.iter().position(|end| place - half > *end);
            let line = line.unwrap_or(ends.len()).min(MOST_LINES - 1);
            if line == ends.len() {
                ends.push(0);
            }
            ends[line] = place + half;
            line
        })
        .collect()
}

/// Height of the marks and labels below a panel.
pub(super) fn labels_height(x: &Scale) -> i32 {
    let lines = label_lines(x).into_iter().max().unwrap_or(0) as i32 + 1;
    12 + lines * LABEL_LINE
}

/// The axis from left to right, with a mark and a label at each of its values.
pub(super) fn axis<B: DrawingBackend>(canvas: &Canvas<B>, x: &Scale, bottom: i32) -> Drawn<B> {
    let ink = INK.stroke_width(2);
    canvas.line((LEFT, bottom), (WIDTH - MARGIN, bottom), ink)?;
    let labels = places(x).into_iter().zip(&x.ticks).zip(label_lines(x));
    for ((place, (_, label)), line) in labels {
        let top = bottom + 12 + line as i32 * LABEL_LINE;
        if line > 0 {
            canvas.line((place, bottom + 8), (place, top), GUIDE.stroke_width(2))?;
        }
        canvas.line((place, bottom), (place, bottom + 8), ink)?;
        // A long label at the edge moves inwards.
        let half = canvas.width(label, TEXT)? / 2;
        let middle = place.min(WIDTH - MARGIN - half).max(MARGIN + half);
        canvas.text(label, (middle, top), style(TEXT, HPos::Center, VPos::Top))?;
    }
    Ok(())
}

/// How far the points of neighbouring lines stand apart, in pixels: never so far that places mix.
pub(super) fn dodge(places: &[i32], lines: usize) -> i32 {
    let gaps = places.windows(2).map(|pair| pair[1] - pair[0]);
    let room = gaps.min().unwrap_or(WIDTH) / (2 * lines.max(1) as i32);
    room.min(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(labels: &[(f64, &str)]) -> Scale {
        Scale {
            name: "x".to_owned(),
            ticks: labels
                .iter()
                .map(|(place, label)| (*place, (*label).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn numbers_stand_at_their_distances() {
        let places = places(&scale(&[(0.0, "0"), (100.0, "100"), (300.0, "300")]));
        let (third, whole) = (places[1] - places[0], places[2] - places[0]);
        assert!((3 * third - whole).abs() <= 3, "{places:?}");
        assert_eq!(
            super::places(&scale(&[(7.0, "7")])),
            [i32::midpoint(LEFT, WIDTH - MARGIN)]
        );
    }

    #[test]
    fn long_labels_give_way_to_each_other() {
        let short = [(0.0, "0"), (0.5, "1"), (1.0, "2")];
        assert_eq!(label_lines(&scale(&short)), [0, 0, 0]);
        let long = "a label that needs half of the width";
        let crowded = [(0.0, long), (0.2, long), (0.3, "a"), (1.0, "b")];
        assert_eq!(label_lines(&scale(&crowded)), [0, 1, 2, 0]);
    }

    #[test]
    fn points_of_several_lines_stay_near_their_place() {
        assert_eq!(dodge(&[100, 140, 300], 2), 10);
        assert_eq!(dodge(&[100, 700], 3), 16);
        assert_eq!(dodge(&[400], 1), 16);
    }
}
