//! The checks every statistic makes of its input before it computes.

use crate::stats::StatsError;

/// Fails unless `found` is at least `least`.
pub(super) fn at_least(what: &'static str, found: usize, least: usize) -> Result<(), StatsError> {
    if found < least {
        return Err(StatsError::TooFew { what, found, least });
    }
    Ok(())
}

/// Fails unless there is at least one value and all are finite.
pub(super) fn finite(what: &'static str, values: &[f64]) -> Result<(), StatsError> {
    at_least(what, values.len(), 1)?;
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(StatsError::NotFinite {
            what,
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

/// Fails unless both lists are finite, not empty and of the same length.
pub(super) fn paired(first: &[f64], second: &[f64]) -> Result<(), StatsError> {
    finite("scores of the first system", first)?;
    finite("scores of the second system", second)?;
    same_length("paired scores", first.len(), second.len())
}

/// Fails unless the two lengths agree.
pub(super) fn same_length(what: &'static str, left: usize, right: usize) -> Result<(), StatsError> {
    if left != right {
        return Err(StatsError::LengthMismatch { what, left, right });
    }
    Ok(())
}

/// Fails unless `value` lies strictly between 0 and 1.
pub(super) fn open_unit(what: &'static str, value: f64) -> Result<(), StatsError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(StatsError::OutOfRange {
        what,
        value,
        range: "between 0 and 1, both excluded",
    })
}

/// Fails unless there is at least one value and all lie in 0..=1.
pub(super) fn probabilities(what: &'static str, values: &[f64]) -> Result<(), StatsError> {
    finite(what, values)?;
    match values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        Some(&value) => Err(StatsError::OutOfRange {
            what,
            value,
            range: "a probability in 0..=1",
        }),
        None => Ok(()),
    }
}

/// Fails unless all `indexes` of a row are below `length`.
pub(super) fn indexes(
    what: &'static str,
    row: usize,
    indexes: &[usize],
    length: usize,
) -> Result<(), StatsError> {
    match indexes.iter().find(|&&index| index >= length) {
        Some(&index) => Err(StatsError::Index {
            what,
            row,
            index,
            length,
        }),
        None => Ok(()),
    }
}

/// Fails unless a row has `length` indexes, all below `length`.
pub(super) fn resample(
    what: &'static str,
    row: usize,
    found: &[usize],
    length: usize,
) -> Result<(), StatsError> {
    if found.len() != length {
        return Err(StatsError::RowLength {
            what,
            row,
            found: found.len(),
            expected: length,
        });
    }
    indexes(what, row, found, length)
}

/// Fails if no draws are asked for.
pub(super) fn draws(draws: u64) -> Result<(), StatsError> {
    at_least("random draws", usize::from(draws > 0), 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nan_is_named_with_its_position() {
        let error = finite("scores", &[1.0, f64::NAN]).unwrap_err();
        assert!(
            matches!(error, StatsError::NotFinite { index: 1, .. }),
            "{error}"
        );
        assert!(matches!(
            finite("scores", &[f64::INFINITY]),
            Err(StatsError::NotFinite { .. })
        ));
    }

    #[test]
    fn empty_and_unequal_lists_are_refused() {
        assert!(matches!(paired(&[], &[]), Err(StatsError::TooFew { .. })));
        assert!(matches!(
            paired(&[1.0], &[1.0, 2.0]),
            Err(StatsError::LengthMismatch { .. })
        ));
    }

    #[test]
    fn probabilities_end_at_one() {
        assert!(probabilities("p", &[0.0, 1.0]).is_ok());
        assert!(probabilities("p", &[1.1]).is_err());
        assert!(open_unit("alpha", 1.0).is_err());
        assert!(open_unit("alpha", f64::NAN).is_err());
    }
}
