//! One side of a scatter plot: from which value to which, evenly or by powers of ten, and what is marked.

use super::canvas::{self, Tick, ticks};
use super::scatter::Extent;
use super::unit::Unit;
use crate::score::Column;

/// Speeds and sizes whose largest is more than so many times the smallest stand by their logarithms: on an even scale
/// the small ones would all lie in one corner.
const DECADE: f64 = 10.0;
/// Free room beyond the outermost values, as a share of what lies between them.
const AIR: f64 = 0.08;

/// A scale. Scores have an even one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Its ends, as powers of ten where it is `logarithmic`.
    low: f64,
    high: f64,
    pub(super) logarithmic: bool,
    /// Whether it is that of a score, which lies between 0 and 100.
    percent: bool,
}

impl Scale {
    /// The scale that holds all of these with some air.
    pub(super) fn of(column: Column, extents: impl Iterator<Item = Extent>) -> Self {
        let values = extents.flat_map(|one| {
            let (lower, upper) = one.ends.unwrap_or((one.mean, one.mean));
            [lower, one.mean, upper]
        });
        if column.measure().is_some() {
            let (low, high) = canvas::range(values);
            return Self {
                low,
                high,
                logarithmic: false,
                percent: true,
            };
        }
        let ends = values.fold((f64::INFINITY, f64::NEG_INFINITY), |ends, value| {
            (value.min(ends.0), value.max(ends.1))
        });
        let logarithmic = ends.0 > 0.0 && ends.1 > DECADE * ends.0;
        let (low, high) = if logarithmic {
            (ends.0.log10(), ends.1.log10())
        } else {
            ends
        };
        let air = if high > low {
            AIR * (high - low)
        } else {
            0.1 * high.abs().max(f64::MIN_POSITIVE)
        };
        Self {
            // Nothing that is measured is negative.
            low: if logarithmic {
                low - air
            } else {
                (low - air).max(0.0)
            },
            high: high + air,
            logarithmic,
            percent: false,
        }
    }

    /// Where a value stands between two pixels.
    pub(super) fn place(self, value: f64, (from, to): (i32, i32)) -> i32 {
        let value = if self.logarithmic {
            value.log10()
        } else {
            value
        };
        let share = (value - self.low) / (self.high - self.low);
        from + (share * f64::from(to - from)).round() as i32
    }

    /// Round values inside, at most about `count`.
    pub(super) fn ticks(self, count: u32) -> Vec<Tick> {
        if !self.logarithmic {
            let mut ticks = ticks((self.low, self.high), count);
            // There is air beyond the best and the worst score, and nothing to mark.
            ticks.retain(|tick| !self.percent || (0.0..=100.0).contains(&tick.value));
            return ticks;
        }
        let powers = self.low.floor() as i32..=self.high.ceil() as i32;
        let marked = |factors: &[f64]| -> Vec<f64> {
            let all = powers.clone().flat_map(|power| {
                let base = 10_f64.powi(power);
                factors.iter().map(move |factor| factor * base)
            });
            let inside = all.filter(|value| (self.low..=self.high).contains(&value.log10()));
            inside.collect()
        };
        let dense = marked(&[1.0, 2.0, 5.0]);
        let values = if dense.len() <= count as usize {
            dense
        } else {
            marked(&[1.0])
        };
        let text = |value: f64| {
            let decimals = (-value.log10().floor()).max(0.0) as usize;
            format!("{value:.decimals$}")
        };
        let tick = |value: f64| Tick {
            value,
            text: text(value),
        };
        values.into_iter().map(tick).collect()
    }

    /// What stands beside the scale.
    pub(super) fn title(self, column: Column) -> String {
        let unit = match Unit::of(column) {
            Unit::Percent => " in percent",
            Unit::Rate | Unit::Millions => "",
        };
        let scale = if self.logarithmic {
            " (logarithmic)"
        } else {
            ""
        };
        format!("{column}{unit}{scale}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Metric;

    fn scale(column: Column, means: &[f64]) -> Scale {
        let extents = means.iter().map(|&mean| Extent {
            mean,
            sd: None,
            n: 1,
            ends: None,
        });
        Scale::of(column, extents)
    }

    fn marks(column: Column, means: &[f64]) -> String {
        let ticks = scale(column, means).ticks(7).into_iter();
        ticks.map(|tick| tick.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_spans_more_than_a_decade_is_logarithmic() {
        let logarithmic = |column, means: &[f64]| scale(column, means).logarithmic;
        assert!(!logarithmic(Column::Speed, &[10.0, 100.0]));
        assert!(logarithmic(Column::Speed, &[10.0, 101.0]));
        assert!(logarithmic(Column::Parameters, &[0.4, 22.0, 184.0]));
        assert!(!logarithmic(Column::Speed, &[0.0, 101.0]));
        assert!(!logarithmic(Metric::RelC.into(), &[1.0, 99.0]));
        assert!(
            scale(Column::Speed, &[1.0, 20.0])
                .title(Column::Speed)
                .ends_with(" (logarithmic)")
        );
    }

    #[test]
    fn marks_are_round() {
        assert_eq!(
            marks(Column::Speed, &[34.0, 301.0]),
            "50 100 150 200 250 300"
        );
        assert_eq!(marks(Column::Speed, &[34.0, 1200.0]), "50 100 200 500 1000");
        assert_eq!(marks(Column::Parameters, &[0.04, 184.0]), "0.1 1 10 100");
        assert_eq!(
            marks(Column::Parameters, &[0.012, 0.04]),
            "0.010 0.015 0.020 0.025 0.030 0.035 0.040"
        );
        assert_eq!(marks(Column::Parameters, &[22.0]), "20 21 22 23 24");
        assert_eq!(marks(Metric::RelC.into(), &[0.0]), "0.0 0.2 0.4");
        assert_eq!(
            marks(Metric::RelC.into(), &[60.0, 100.0]),
            "60 70 80 90 100"
        );
    }

    #[test]
    fn values_stand_at_their_distances_or_at_those_of_their_logarithms() {
        let even = scale(Column::Speed, &[10.0, 20.0, 30.0]);
        let places = [10.0, 20.0, 30.0].map(|value| even.place(value, (0, 1000)));
        assert_eq!(
            (places[1] - places[0], places[0] + places[2]),
            (places[2] - places[1], 1000)
        );
        let powers = scale(Column::Speed, &[1.0, 10.0, 100.0]);
        let places = [1.0, 10.0, 100.0].map(|value| powers.place(value, (1000, 0)));
        assert_eq!(places[1], 500);
        assert!(places[0] > 900 && places[2] < 100);
    }
}
