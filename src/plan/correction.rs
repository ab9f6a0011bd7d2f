//! What `[statistics] correct` does to the p-values of a family.

use crate::spec::Correction;
use crate::stats::{benjamini_hochberg, bonferroni, holm};

/// The p-values after correction, in their order; nothing for a family without members.
pub(super) fn corrected(correction: Correction, p: &[f64]) -> Vec<f64> {
    let adjusted = match correction {
        Correction::Holm => holm(p),
        Correction::Bonferroni => bonferroni(p),
        Correction::BenjaminiHochberg => benjamini_hochberg(p),
        Correction::None => return p.to_vec(),
    };
    adjusted.unwrap_or_default()
}

/// Whose procedure it is; none where nothing is corrected.
pub(super) fn author(correction: Correction) -> Option<&'static str> {
    match correction {
        Correction::Holm => Some("Holm"),
        Correction::Bonferroni => Some("Bonferroni"),
        Correction::BenjaminiHochberg => Some("Benjamini and Hochberg"),
        Correction::None => None,
    }
}
