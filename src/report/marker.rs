//! Colours and shapes that tell metrics apart, with and without colour.

use plotters::coord::Shift;
use plotters::prelude::*;

/// Colours that readers with colour blindness can tell apart (Okabe and Ito 2008), without black and yellow.
pub(crate) const COLOURS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
];

/// Draws the outline of the shape with this number around `(x, y)`, larger than the filled one, which may lie in it.
pub(crate) fn open<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    shape: usize,
    (x, y): (i32, i32),
    colour: RGBColor,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let stroke = colour.stroke_width(3);
    let corners = corners(shape);
    let Some(first) = corners.first() else {
        return root.draw(&Circle::new((x, y), 15, stroke));
    };
    let outline = corners.iter().chain([first]);
    let points: Vec<_> = outline
        .map(|(right, down)| (x + right * 3 / 2, y + down * 3 / 2))
        .collect();
    root.draw(&PathElement::new(points, stroke))
}

/// Draws the shape with this number, around `(x, y)`.
pub(crate) fn draw<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    shape: usize,
    (x, y): (i32, i32),
    colour: RGBColor,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let fill = colour.filled();
    let corners = corners(shape);
    if corners.is_empty() {
        return root.draw(&Circle::new((x, y), 10, fill));
    }
    let moved: Vec<_> = corners
        .iter()
        .map(|(right, down)| (x + right, y + down))
        .collect();
    root.draw(&Polygon::new(moved, fill))
}

/// The corners of the shape with this number, around its middle; a circle has none.
fn corners(shape: usize) -> &'static [(i32, i32)] {
    match shape % 6 {
        0 => &[],
        1 => &[(-9, -9), (9, -9), (9, 9), (-9, 9)],
        2 => &[(0, -12), (12, 9), (-12, 9)],
        3 => &[(0, -13), (13, 0), (0, 13), (-13, 0)],
        4 => &[(0, 12), (12, -9), (-12, -9)],
        _ => &[
            (-12, 0),
            (-4, -4),
            (0, -12),
            (4, -4),
            (12, 0),
            (4, 4),
            (0, 12),
            (-4, 4),
        ],
    }
}
