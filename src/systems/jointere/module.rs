//! The modules, by the sub-tasks that they solve.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::corpus::Labels;
use crate::score::Metric;

/// A module, as in Table 1 of the paper. `Ei` stands for entity
/// identification, `Ec` for entity classification, `Ner` for both in one; `Ri`, `Rc`
/// and `Re` are the same for relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleKind {
    /// Which spans are entities.
    Ei,
    /// Which type an entity has.
    Ec,
    /// Which spans are entities of which type.
    Ner,
    /// Which ordered pairs of entities are related.
    Ri,
    /// Which type a related pair has.
    Rc,
    /// Which ordered pairs of entities are related by which type.
    Re,
    /// Ner and Re over one encoder, without high-order inference.
    #[serde(rename = "nerre*")]
    NerReStar,
}

impl ModuleKind {
    /// Number of scores for a span: 1 is existence, with non-existence fixed at 0.
    pub(crate) fn entity_scores(self, labels: &Labels) -> Option<usize> {
        match self {
            Self::Ei => Some(1),
            Self::Ec => Some(labels.entity_types.len()),
            Self::Ner | Self::NerReStar => Some(labels.entity_types.len() + 1),
            Self::Ri | Self::Rc | Self::Re => None,
        }
    }

    /// Number of scores for an ordered pair of spans.
    pub(crate) fn relation_scores(self, labels: &Labels) -> Option<usize> {
        match self {
            Self::Ri => Some(1),
            Self::Rc => Some(labels.relation_types.len()),
            Self::Re | Self::NerReStar => Some(labels.relation_types.len() + 1),
            Self::Ei | Self::Ec | Self::Ner => None,
        }
    }

    /// Whether the candidates are all spans up to the length limit.
    pub(crate) fn scores_all_spans(self) -> bool {
        matches!(self, Self::Ei | Self::Ner | Self::NerReStar)
    }

    /// The metric that selects the module on the dev split, given gold input.
    pub(crate) fn selection(self) -> Metric {
        match self {
            Self::Ei => Metric::EntI,
            Self::Ec | Self::Ner => Metric::EntC,
            Self::Ri => Metric::RelI,
            Self::Rc | Self::Re => Metric::RelC,
            Self::NerReStar => Metric::RelPlusC,
        }
    }

    /// The name in the paper.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ei => "Ei",
            Self::Ec => "Ec",
            Self::Ner => "Ner",
            Self::Ri => "Ri",
            Self::Rc => "Rc",
            Self::Re => "Re",
            Self::NerReStar => "NerRe*",
        }
    }

    /// The name in configuration files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ei => "ei",
            Self::Ec => "ec",
            Self::Ner => "ner",
            Self::Ri => "ri",
            Self::Rc => "rc",
            Self::Re => "re",
            Self::NerReStar => "nerre*",
        }
    }

    /// All modules.
    pub const ALL: [Self; 7] = [
        Self::Ei,
        Self::Ec,
        Self::Ner,
        Self::Ri,
        Self::Rc,
        Self::Re,
        Self::NerReStar,
    ];
}

impl fmt::Display for ModuleKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
