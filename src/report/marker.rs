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

/// Draws the shape with this number, around `(x, y)`.
pub(crate) fn draw<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    shape: usize,
    (x, y): (i32, i32),
    colour: RGBColor,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let fill = colour.filled();
    let polygon = |points: &[(i32, i32)]| {
        let moved: Vec<_> = points
            .iter()
            .map(|(right, down)| (x + right, y + down))
            .collect();
        root.draw(&Polygon::new(moved, fill))
    };
    match shape % 6 {
        0 => root.draw(&Circle::new((x, y), 10, fill)),
        1 => polygon(&[(-9, -9), (9, -9), (9, 9), (-9, 9)]),
        2 => polygon(&[(0, -12), (12, 9), (-12, 9)]),
        3 => polygon(&[(0, -13), (13, 0), (0, 13), (-13, 0)]),
        4 => polygon(&[(0, 12), (12, -9), (-12, -9)]),
        _ => polygon(&[
            (-12, 0),
            (-4, -4),
            (0, -12),
            (4, -4),
            (12, 0),
            (4, 4),
            (0, 12),
            (-4, 4),
        ]),
    }
}
