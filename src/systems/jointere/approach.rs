//! The approaches: which modules follow each other.

use super::module::ModuleKind::{self, Ec, Ei, Ner, NerReStar, Rc, Re, Ri};

/// Approaches by name, with their modules in order (Yan et al. 2022, Table 1).
pub const APPROACHES: [(&str, &[ModuleKind]); 5] = [
    ("a1", &[Ei, Ec, Ri, Rc]),
    ("a2", &[Ei, Ec, Re]),
    ("a3", &[Ner, Ri, Rc]),
    ("a4", &[Ner, Re]),
    ("nerre*", &[NerReStar]),
];

/// The modules of the approach called `name`.
pub fn approach(name: &str) -> Option<&'static [ModuleKind]> {
    APPROACHES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, modules)| *modules)
}
