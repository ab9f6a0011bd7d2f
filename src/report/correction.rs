//! What `[statistics] correct` and `family` do to p-values, and their words.

use super::input::Input;
use crate::spec::{Correction, Family};
use crate::stats;

/// The p-values of a family after correction.
pub(crate) fn corrected(correction: Correction, raw: &[f64]) -> Vec<f64> {
    let adjusted = match correction {
        Correction::Holm => stats::holm(raw),
        Correction::Bonferroni => stats::bonferroni(raw),
        Correction::BenjaminiHochberg => stats::benjamini_hochberg(raw),
        Correction::None => return raw.to_vec(),
    };
    // They come from tests, so they are probabilities, and only an empty family is refused.
    adjusted.unwrap_or_else(|_| raw.to_vec())
}

/// The smallest p-value there can be after correction where none of `family` tests can come below `floor`.
pub(crate) fn reachable(correction: Correction, floor: f64, family: usize) -> f64 {
    // All p-values are smallest at once if all tests are as clear as can be.
    let corrected = corrected(correction, &vec![floor; family.max(1)]);
    corrected.first().copied().unwrap_or(floor)
}

/// The procedure by its author; none where nothing is corrected.
pub(crate) fn author(correction: Correction) -> Option<&'static str> {
    match correction {
        Correction::Holm => Some("Holm"),
        Correction::Bonferroni => Some("Bonferroni"),
        Correction::BenjaminiHochberg => Some("Benjamini and Hochberg"),
        Correction::None => None,
    }
}

/// On what the smallest p-value after correction depends, to follow it in a sentence.
pub(crate) fn if_all(correction: Correction) -> &'static str {
    match correction {
        Correction::BenjaminiHochberg => " where all are as clear",
        Correction::Holm | Correction::Bonferroni | Correction::None => "",
    }
}

/// How p-values were corrected, to follow them in a sentence.
pub(crate) fn words(correction: Correction) -> &'static str {
    match correction {
        Correction::Holm => "after Holm's correction",
        Correction::Bonferroni => "after Bonferroni's correction",
        Correction::BenjaminiHochberg => "after Benjamini and Hochberg's correction",
        Correction::None => "not corrected",
    }
}

/// What a procedure promises, where it is not that hardly any mark is false.
pub(crate) fn promise(input: &Input) -> Option<String> {
    let statistics = &input.statistics;
    (statistics.correct == Correction::BenjaminiHochberg).then(|| {
        format!(
            " Of the marks it leaves, up to {} % are false on average.",
            100.0 * statistics.alpha
        )
    })
}

/// Where in a table the comparisons stand that are corrected together.
pub(crate) fn place(family: Family) -> &'static str {
    match family {
        Family::Column => "in one column of this table",
        Family::Table => "in all columns of this table",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;

    #[test]
    fn what_is_left_of_a_floor() {
        let left = |correction| reachable(correction, 0.01, 4);
        assert_eq!(left(Correction::Holm), 0.04);
        assert_eq!(left(Correction::Bonferroni), 0.04);
        // Four discoveries that are as clear as can be need no correction of their number.
        assert_eq!(left(Correction::BenjaminiHochberg), 0.01);
        assert_eq!(left(Correction::None), 0.01);
        assert_eq!(reachable(Correction::Holm, 0.5, 0), 0.5);
    }

    #[test]
    fn each_correction_is_its_own() {
        let p = [0.01, 0.02, 0.04];
        assert_eq!(corrected(Correction::Holm, &p), [0.03, 0.04, 0.04]);
        assert_eq!(corrected(Correction::Bonferroni, &p), [0.03, 0.06, 0.12]);
        let found = corrected(Correction::BenjaminiHochberg, &p);
        assert_eq!(found, [0.03, 0.03, 0.04]);
        assert_eq!(corrected(Correction::None, &p), p);
        assert!(corrected(Correction::Holm, &[]).is_empty());
    }
}
