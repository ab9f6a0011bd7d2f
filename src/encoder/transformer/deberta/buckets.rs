//! Which row of the relative position embedding a distance has.

/// The rows of the position table: one for every small distance, then ever more
/// distances to a row, in the manner of T5 (Raffel et al. 2020, §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Buckets {
    /// The row of distance 0; the table has twice as many rows.
    span: usize,
    /// Up to here every distance has a row of its own.
    single: usize,
    /// From here on, and from its negative down, all distances share the outermost row.
    pub(super) reach: usize,
}

impl Buckets {
    /// A table of 2 · `reach` rows, one a distance; with `buckets` one of 2 · `buckets`
    /// rows, half of them for single distances.
    pub(super) fn new(reach: usize, buckets: Option<usize>) -> Self {
        Self {
            span: buckets.unwrap_or(reach),
            single: buckets.map_or(reach, |buckets| buckets / 2),
            reach,
        }
    }

    /// Rows of the table.
    pub(super) fn rows(self) -> usize {
        2 * self.span
    }

    /// Whether the formula of shared rows works: it takes logarithms of ratios above 1
    /// and fills each direction exactly.
    pub(super) fn are_sound(self) -> bool {
        self.single >= 2 && self.span == 2 * self.single && self.single + 1 < self.reach
    }

    /// The row of the distance δ = from − to: s + δ for |δ| ≤ m and
    /// s ± (m + ⌈(m − 1) · ln(|δ|/m) / ln((r − 1)/m)⌉) beyond, within the table, where
    /// s is the span, m the last single distance and r the reach. It is the formula of
    /// the second release of DeBERTa, whose paper describes single distances only
    /// (He et al. 2021, eq. 3).
    pub(super) fn row(self, distance: i64) -> usize {
        let size = distance.unsigned_abs() as usize;
        let bucket = if size <= self.single {
            size
        } else {
            let single = self.single as f64;
            let growth = |distance: usize| (distance as f64 / single).ln();
            let share = growth(size) / growth(self.reach - 1);
            self.single + (share * (single - 1.0)).ceil() as usize
        };
        if distance < 0 {
            self.span.saturating_sub(bucket)
        } else {
            (self.span + bucket).min(self.rows() - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_those_worked_out_by_hand() {
        // Span 16, single to 8, reach 128: beyond 8 the row is
        // 24 + ⌈7 · ln(δ/8) / ln(127/8)⌉, whose steps lie at 8 · (127/8)^(k/7):
        // 11.88, 17.63, 26.17, 38.85, 57.66, 85.57, 127.
        let buckets = Buckets::new(128, Some(16));
        assert_eq!(buckets.rows(), 32);
        let expected = [
            (0, 16),
            (1, 17),
            (7, 23),
            (8, 24),
            (9, 25),
            (11, 25),
            (12, 26),
            (17, 26),
            (18, 27),
            (26, 27),
            (27, 28),
            (38, 28),
            (39, 29),
            (57, 29),
            (58, 30),
            (85, 30),
            (86, 31),
            (127, 31),
            (128, 31),
            (5_000, 31),
        ];
        for (distance, row) in expected {
            assert_eq!(buckets.row(distance), row, "{distance}");
        }
    }

    #[test]
    fn the_first_row_is_for_what_lies_beyond_the_reach() {
        let buckets = Buckets::new(512, Some(256));
        let rows =
            [-511, -510, -129, -128, 128, 129, 510, 511].map(|distance| buckets.row(distance));
        assert_eq!(rows, [1, 1, 127, 128, 384, 385, 511, 511]);
        assert_eq!([buckets.row(-512), buckets.row(512)], [0, 511]);
    }

    #[test]
    fn without_buckets_every_distance_has_its_row() {
        let buckets = Buckets::new(4, None);
        let rows: Vec<usize> = (-6..=6).map(|distance| buckets.row(distance)).collect();
        assert_eq!(rows, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7]);
    }

    proptest! {
        #[test]
        fn rows_are_symmetric_and_rise(half in 2usize..140, more in 2usize..400, distance in 0i64..3_000) {
            let buckets = Buckets::new(half + more, Some(2 * half));
            let [above, below] = [buckets.row(distance), buckets.row(-distance)];
            let centre = 2 * half;
            if above < buckets.rows() - 1 {
                prop_assert_eq!(above - centre, centre - below);
            }
            prop_assert!(buckets.row(distance + 1) >= above);
            prop_assert!(buckets.row(-distance - 1) <= below);
            if distance >= (half + more) as i64 {
                prop_assert_eq!([below, above], [0, buckets.rows() - 1]);
            }
        }
    }
}
