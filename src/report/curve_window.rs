//! Which part of the plane of recall and precision a panel shows.

use super::curve_labels::{Pixel, Room};
use super::curves::Place;

/// The part of the plane that a panel shows, in percent, and where it lies.
pub(super) struct Window {
    /// Lowest and highest value from left to right.
    pub(super) recall: (f64, f64),
    /// The same upwards.
    pub(super) precision: (f64, f64),
    /// In pixels.
    pub(super) room: Room,
}

impl Window {
    /// Where a place of the plane lies in the picture.
    pub(super) fn pixel(&self, place: Place) -> Pixel {
        let share = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        let right = share(place.recall, self.recall) * f64::from(self.room.width);
        let up = share(place.precision, self.precision) * f64::from(self.room.height);
        (
            self.room.left + right.round() as i32,
            self.room.top + self.room.height - up.round() as i32,
        )
    }
}

/// The tens around all values, at least twenty points and at most 0 to 100.
pub(super) fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((100.0_f64, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let low = (((low - 1.0) / 10.0).floor() * 10.0).clamp(0.0, 80.0);
    let high = (((high + 1.0) / 10.0).ceil() * 10.0).clamp(low + 20.0, 100.0);
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_shows_the_tens_around_its_values() {
        assert_eq!(span([61.0, 74.5].into_iter()), (60.0, 80.0));
        assert_eq!(span([60.5, 79.5].into_iter()), (50.0, 90.0));
        assert_eq!(span([64.0, 66.0].into_iter()), (60.0, 80.0));
        assert_eq!(span([0.4, 97.0].into_iter()), (0.0, 100.0));
        assert_eq!(span([100.0].into_iter()), (80.0, 100.0));
        assert_eq!(span([0.0].into_iter()), (0.0, 20.0));
    }
}
