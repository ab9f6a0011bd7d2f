//! Where the labels of points stand, so that none covers another label or a point.

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

/// A point with its label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// The middle of its marker.
    pub(super) middle: (i32, i32),
    /// Width and height of the label.
    pub(super) size: (i32, i32),
    /// Upper and lower end of its upright whisker; its middle twice where it has none.
    pub(super) reach: (i32, i32),
}

/// Half the side of the square that a marker takes.
const MARKER: i32 = 14;
/// Between a marker and its label.
const GAP: i32 = 4;

impl Rectangle {
    /// That of a marker.
    pub(super) fn around((x, y): (i32, i32)) -> Self {
        Self {
            left: x - MARKER,
            top: y - MARKER,
            right: x + MARKER,
            bottom: y + MARKER,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }
}

/// Where each label stands beside its point inside of `area`. Labels avoid markers and each other, and `lines` where
/// they can; where there is no room at all there is none.
pub(super) fn place(
    spots: &[Spot],
    lines: &[Rectangle],
    area: Rectangle,
) -> Vec<Option<Rectangle>> {
    let markers = spots.iter().map(|spot| Rectangle::around(spot.middle));
    let mut taken: Vec<Rectangle> = markers.collect();
    let mut places = Vec::with_capacity(spots.len());
    for spot in spots {
        let free =
            |place: &&Rectangle| area.holds(place) && !taken.iter().any(|other| other.meets(place));
        let beside = beside(spot);
        let clear = |place: &&Rectangle| !lines.iter().any(|line| line.meets(place));
        let found = beside
            .iter()
            .filter(free)
            .find(clear)
            .or_else(|| beside.iter().find(free))
            .copied();
        taken.extend(found);
        places.push(found);
    }
    places
}

/// The places beside a point, the best first.
fn beside(spot: &Spot) -> [Rectangle; 10] {
    let Spot {
        middle: (x, y),
        size: (width, height),
        reach: (top, bottom),
    } = *spot;
    let side = MARKER + GAP;
    let (right, left) = (x + side, x - side - width);
    let (above, below) = (y - side - height, y + side);
    [
        (right, y - height / 2),
        (left, y - height / 2),
        (x - width / 2, above),
        (x - width / 2, below),
        (x + GAP, above),
        (x + GAP, below),
        (x - GAP - width, above),
        (x - GAP - width, below),
        (x - width / 2, top - 2 * GAP - height),
        (x - width / 2, bottom + 2 * GAP),
    ]
    .map(|(left, top)| Rectangle {
        left,
        top,
        right: left + width,
        bottom: top + height,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const AREA: Rectangle = Rectangle {
        left: 0,
        top: 0,
        right: 400,
        bottom: 300,
    };

    fn spot(middle: (i32, i32), size: (i32, i32)) -> Spot {
        Spot {
            middle,
            size,
            reach: (middle.1, middle.1),
        }
    }

    /// Near the edge, between others, it goes beyond its own whisker.
    #[test]
    fn a_label_does_not_cover_the_whisker_of_its_point() {
        let mut only = spot((390, 150), (80, 24));
        only.reach = (100, 200);
        let whiskers = [380, 300].map(|left| Rectangle {
            left,
            top: 100,
            right: left + 20,
            bottom: 200,
        });
        let mut area = AREA;
        area.right = 440;
        let place = place(&[only], &whiskers, area)[0].unwrap();
        assert_eq!((place.left, place.bottom), (350, 92));
    }

    #[test]
    fn a_label_stands_on_the_right_unless_something_is_there() {
        let size = (80, 24);
        let left = |points: &[(i32, i32)], lines: &[Rectangle]| {
            let spots: Vec<Spot> = points.iter().map(|point| spot(*point, size)).collect();
            let places = place(&spots, lines, AREA).into_iter();
            places
                .map(|place| place.map(|place| (place.left, place.top)))
                .collect::<Vec<_>>()
        };
        assert_eq!(left(&[(100, 100)], &[]), [Some((118, 88))]);
        assert_eq!(left(&[(390, 100)], &[]), [Some((292, 88))]);
        let whisker = Rectangle {
            left: 60,
            top: 96,
            right: 140,
            bottom: 104,
        };
        assert_eq!(left(&[(100, 100)], &[whisker]), [Some((60, 58))]);
        // A line that nothing avoids is no reason to say nothing.
        assert_eq!(left(&[(100, 100)], &[AREA]), [Some((118, 88))]);
        let crowd: Vec<(i32, i32)> = (0..40).map(|at| (200 + at % 7, 150 + at / 7)).collect();
        let crowded = left(&crowd, &[]);
        assert!(crowded.contains(&None) && crowded.iter().any(Option::is_some));
    }

    proptest! {
        #[test]
        fn no_label_covers_anything(points in prop::collection::vec((0..400_i32, 0..300_i32, 10..150_i32), 0..12)) {
            let spots = points.into_iter().map(|(x, y, width)| spot((x, y), (width, 24)));
            let spots: Vec<Spot> = spots.collect();
            let places: Vec<Rectangle> = place(&spots, &[], AREA).into_iter().flatten().collect();
            for (number, one) in places.iter().enumerate() {
                prop_assert!(AREA.holds(one));
                prop_assert!(spots.iter().all(|spot| !Rectangle::around(spot.middle).meets(one)));
                prop_assert!(places[..number].iter().all(|other| !other.meets(one)));
            }
        }
    }
}
