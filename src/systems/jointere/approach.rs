//! The approaches: which modules follow each other.

use super::module::ModuleKind::{self, Ec, EcRe, EcRi, Ei, Ner, NerRe, NerRi, Pruner, Rc, Re, Ri};
use super::module::SpanSource;

/// Approaches that the paper numbers, with their modules in order (Yan et al. 2022,
/// Table 1; its a5 lacks the Rc that Table 2 has).
const NUMBERED: [(&str, &[ModuleKind]); 8] = [
    ("a1", &[Ei, Ec, Ri, Rc]),
    ("a2", &[Ei, Ec, Re]),
    ("a3", &[Ner, Ri, Rc]),
    ("a4", &[Ner, Re]),
    ("a5", &[Ei, EcRi, Rc]),
    ("a6", &[Ei, EcRe]),
    ("a7", &[Pruner, NerRi, Rc]),
    ("a8", &[Pruner, NerRe]),
];

/// A chain of modules that can follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approach {
    /// The modules in order.
    pub modules: Vec<ModuleKind>,
}

/// The modules of the approach called `name`: a number of the paper, or the modules'
/// names joined by `-`, as in `ei-ecre`, in any case of letters. A chain that begins with NerRi or NerRe has the
/// pruner before it, as in the paper; one that begins with a module that reads entities
/// reads those of the annotation.
///
/// # Errors
/// When a module is unknown or cannot follow the one before it.
pub fn approach(name: &str) -> Result<Approach, String> {
    let name = &name.to_lowercase();
    if let Some((_, modules)) = NUMBERED.iter().find(|(known, _)| known == name) {
        let modules = modules.to_vec();
        return Ok(Approach { modules });
    }
    let mut modules = name.split('-').map(module).collect::<Result<Vec<_>, _>>()?;
    if modules[0].spans() == SpanSource::Kept {
        modules.insert(0, Pruner);
    }
    let mut known = if modules[0].spans() == SpanSource::All {
        Known::Nothing
    } else {
        Known::needed(modules[0])
    };
    for module in &modules {
        known = known.after(*module)?;
    }
    Ok(Approach { modules })
}

impl Approach {
    /// Whether the first module reads what the annotation says.
    pub(crate) fn reads_gold(&self) -> bool {
        self.modules
            .first()
            .is_some_and(|first| first.spans() != SpanSource::All)
    }
}

fn module(name: &str) -> Result<ModuleKind, String> {
    let found = ModuleKind::ALL
        .into_iter()
        .find(|module| module.key() == name);
    found.ok_or_else(|| {
        let numbered = NUMBERED.map(|(name, _)| name).join(", ");
        let modules = ModuleKind::ALL.map(ModuleKind::key).join(", ");
        format!(
            "must be an approach of jointere: one of {numbered}, or modules joined by `-` as in \
             `ner-re`; there is no module `{name}`, the modules are {modules}"
        )
    })
}

/// What a chain of modules has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// Spans that may be entities.
    Candidates,
    /// Entities without their types.
    Spans,
    /// Entities with their types.
    Entities,
    /// Related pairs without their relation.
    Pairs,
    /// Everything.
    Relations,
}

impl Known {
    /// What `module` has to be given.
    fn needed(module: ModuleKind) -> Self {
        match module {
            ModuleKind::Ei | ModuleKind::Ner | ModuleKind::Pruner => Self::Nothing,
            ModuleKind::Ec | ModuleKind::EcRi | ModuleKind::EcRe => Self::Spans,
            ModuleKind::NerRi | ModuleKind::NerRe | ModuleKind::NerReStar => Self::Candidates,
            ModuleKind::Ri | ModuleKind::Re => Self::Entities,
            ModuleKind::Rc => Self::Pairs,
        }
    }

    fn after(self, module: ModuleKind) -> Result<Self, String> {
        let needed = Self::needed(module);
        // Entities without types are candidates too.
        let fits = self == needed || (needed == Self::Candidates && self == Self::Spans);
        if !fits {
            return Err(format!(
                "is no chain of modules: {module} reads {}, and what comes before it gives {}",
                needed.words(),
                self.words()
            ));
        }
        Ok(match module {
            ModuleKind::Pruner => Self::Candidates,
            ModuleKind::Ei => Self::Spans,
            ModuleKind::Ec | ModuleKind::Ner => Self::Entities,
            ModuleKind::Ri | ModuleKind::EcRi | ModuleKind::NerRi => Self::Pairs,
            ModuleKind::Rc
            | ModuleKind::Re
            | ModuleKind::EcRe
            | ModuleKind::NerRe
            | ModuleKind::NerReStar => Self::Relations,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing but the sentence",
            Self::Candidates => "candidate spans",
            Self::Spans => "spans of entities without types",
            Self::Entities => "typed entities",
            Self::Pairs => "related pairs without a relation",
            Self::Relations => "relations",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::systems::jointere::module::ModuleKind::NerReStar;

    #[test]
    fn numbers_and_chains_name_the_same_modules() {
        for (number, modules) in NUMBERED {
            let chain: Vec<&str> = modules.iter().map(|module| module.key()).collect();
            assert_eq!(
                approach(number).unwrap(),
                approach(&chain.join("-")).unwrap()
            );
        }
        assert_eq!(approach("nerre").unwrap(), approach("a8").unwrap());
        assert_eq!(approach("nerre*").unwrap().modules, [Pruner, NerReStar]);
        assert_eq!(approach("Ei-NerRe").unwrap().modules, [Ei, NerRe]);
        assert_eq!(approach("pruner").unwrap().modules, [Pruner]);
    }

    #[test]
    fn chains_that_begin_in_the_middle_read_the_annotation() {
        for name in ["ri-rc", "re", "ec-re", "ecre"] {
            assert!(approach(name).unwrap().reads_gold(), "{name}");
        }
        for name in ["a1", "nerre", "pruner", "ner"] {
            assert!(!approach(name).unwrap().reads_gold(), "{name}");
        }
    }

    #[test]
    fn what_cannot_follow_is_told() {
        for (name, part) in [
            ("a9", "no module `a9`"),
            ("ner-ec", "Ec reads spans of entities without types"),
            ("pruner-ec", "gives candidate spans"),
            ("ner-rc", "Rc reads related pairs"),
            ("re-ner", "Ner reads nothing but the sentence"),
            ("ei-", "no module ``"),
        ] {
            let error = approach(name).unwrap_err();
            assert!(error.contains(part), "{name}: {error}");
        }
    }
}
