//! Where the numbers beside the points of a curve stand, so that they hide neither each other nor the curves.

/// A place in the picture, in pixels.
pub(super) type Pixel = (i32, i32);

/// Free room between a point and its number.
const APART: i32 = 16;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Room {
    /// The middle.
    pub(super) fn centre(self) -> Pixel {
        (self.left + self.width / 2, self.top + self.height / 2)
    }

    /// The square that reaches so far from a point.
    pub(super) fn around((x, y): Pixel, reach: i32) -> Self {
        Self {
            left: x - reach,
            top: y - reach,
            width: 2 * reach,
            height: 2 * reach,
        }
    }

    /// The same room, larger on every side.
    pub(super) fn larger(self, by: i32) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            width: self.width + 2 * by,
            height: self.height + 2 * by,
        }
    }

    /// Whether no part of it lies outside of `outer`.
    pub(super) fn lies_in(self, outer: Self) -> bool {
        self.outside(outer) == 0
    }

    /// Whether it hides the pixel.
    pub(super) fn holds(self, (x, y): Pixel) -> bool {
        (self.left..self.left + self.width).contains(&x)
            && (self.top..self.top + self.height).contains(&y)
    }

    /// Whether the two overlap.
    pub(super) fn touches(self, other: Self) -> bool {
        self.left < other.left + other.width
            && other.left < self.left + self.width
            && self.top < other.top + other.height
            && other.top < self.top + self.height
    }

    /// How far it reaches out of `outer`, in pixels.
    fn outside(self, outer: Self) -> i32 {
        let over =
            |low: i32, high: i32, from: i32, to: i32| (from - low).max(0) + (high - to).max(0);
        over(
            self.left,
            self.left + self.width,
            outer.left,
            outer.left + outer.width,
        ) + over(
            self.top,
            self.top + self.height,
            outer.top,
            outer.top + outer.height,
        )
    }
}

/// The room for a label of this size beside `point`: of the eight around it, the first of those that hide least.
/// Labels that are `placed` weigh more than the places `drawn` on by curves.
pub(super) fn beside(
    point: Pixel,
    (width, height): (i32, i32),
    panel: Room,
    placed: &[Room],
    drawn: &[Pixel],
) -> Room {
    let (right, left) = (point.0 + APART, point.0 - APART - width);
    let (above, below) = (point.1 - APART - height, point.1 + APART);
    let level = point.1 - height / 2;
    let middle = point.0 - width / 2;
    let rooms = [
        (right, above),
        (left, below),
        (right, level),
        (left, level),
        (left, above),
        (right, below),
        (middle, above),
        (middle, below),
    ]
    .map(|(left, top)| Room {
        left,
        top,
        width,
        height,
    });
    let cost = |room: &Room| {
        let labels = placed.iter().filter(|other| room.touches(**other)).count();
        let curves = drawn.iter().filter(|pixel| room.holds(**pixel)).count();
        1000 * room.outside(panel) as usize + 200 * labels + curves
    };
    let best = rooms.iter().min_by_key(|room| cost(room));
    best.copied().unwrap_or(rooms[0])
}

/// The pixels that a curve passes, a few pixels apart.
pub(super) fn along(curve: &[Pixel]) -> Vec<Pixel> {
    let mut pixels: Vec<Pixel> = curve.first().copied().into_iter().collect();
    for pair in curve.windows(2) {
        let [(x, y), (to_x, to_y)] = [pair[0], pair[1]];
        let (right, down) = (to_x - x, to_y - y);
        let steps = (right.abs().max(down.abs()) / 6).max(1);
        pixels.extend((1..=steps).map(|step| (x + right * step / steps, y + down * step / steps)));
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANEL: Room = Room {
        left: 0,
        top: 0,
        width: 400,
        height: 400,
    };

    #[test]
    fn a_number_stands_beside_its_point_and_inside_the_panel() {
        let free = beside((200, 200), (40, 20), PANEL, &[], &[]);
        assert_eq!((free.left, free.top), (216, 164));
        let corner = beside((395, 5), (40, 20), PANEL, &[], &[]);
        assert_eq!((corner.left, corner.top), (339, 21));
    }

    #[test]
    fn it_gives_way_to_other_numbers_and_to_curves() {
        let first = beside((200, 200), (40, 20), PANEL, &[], &[]);
        let second = beside((202, 202), (40, 20), PANEL, &[first], &[]);
        assert!(!second.touches(first));
        let rising = along(&[(100, 300), (300, 100)]);
        let third = beside((200, 200), (40, 20), PANEL, &[], &rising);
        assert!(!rising.iter().any(|pixel| third.holds(*pixel)), "{third:?}");
    }

    #[test]
    fn a_curve_is_followed_from_end_to_end() {
        let pixels = along(&[(0, 0), (30, 0), (30, -12)]);
        assert_eq!((pixels[0], pixels[pixels.len() - 1]), ((0, 0), (30, -12)));
        assert_eq!(pixels.len(), 1 + 5 + 2);
    }
}
