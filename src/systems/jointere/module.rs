//! The modules, by the sub-tasks that they solve.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::corpus::Labels;
use crate::score::Metric;

/// A module, as in Table 1 of the paper. `Ei` stands for entity
/// identification, `Ec` for entity classification, `Ner` for both in one; `Ri`, `Rc`
/// and `Re` are the same for relations. A cross-task module is named by its two halves.
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
    /// Ec and Ri over one encoder, with high-order inference between them.
    EcRi,
    /// Ec and Re.
    EcRe,
    /// Ner and Ri over the spans that a pruner or Ei left.
    NerRi,
    /// Ner and Re over the spans that a pruner or Ei left.
    NerRe,
    /// NerRe without high-order inference: the tasks share the encoder alone.
    #[serde(rename = "nerre*")]
    NerReStar,
    /// Which spans are worth the attention of the modules that follow.
    Pruner,
}

/// What a module decides about its candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Whether there is something: one score, that of existence.
    Identify,
    /// Of which type it is, given that it is: a score per type.
    Classify,
    /// Both: a score per type, and one for none.
    Both,
}

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// There is nothing.
    Nothing,
    /// There is something, of a type that another module tells.
    Exists,
    /// There is something of the type with this index.
    Type(usize),
}

/// Which spans a module scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanSource {
    /// All up to the length limit.
    All,
    /// The entities that an earlier module found; gold in training.
    Entities,
    /// The spans that an earlier module left, in training as well.
    Kept,
    /// None, but their pairs.
    Pairs,
}

impl ModuleKind {
    /// All modules.
    pub const ALL: [Self; 12] = [
        Self::Ei,
        Self::Ec,
        Self::Ner,
        Self::Ri,
        Self::Rc,
        Self::Re,
        Self::EcRi,
        Self::EcRe,
        Self::NerRi,
        Self::NerRe,
        Self::NerReStar,
        Self::Pruner,
    ];

    /// What is decided about spans.
    pub(crate) fn entity_task(self) -> Option<Task> {
        match self {
            Self::Ei | Self::Pruner => Some(Task::Identify),
            Self::Ec | Self::EcRi | Self::EcRe => Some(Task::Classify),
            Self::Ner | Self::NerRi | Self::NerRe | Self::NerReStar => Some(Task::Both),
            Self::Ri | Self::Rc | Self::Re => None,
        }
    }

    /// What is decided about ordered pairs of spans.
    pub(crate) fn relation_task(self) -> Option<Task> {
        match self {
            Self::Ri | Self::EcRi | Self::NerRi => Some(Task::Identify),
            Self::Rc => Some(Task::Classify),
            Self::Re | Self::EcRe | Self::NerRe | Self::NerReStar => Some(Task::Both),
            Self::Ei | Self::Ec | Self::Ner | Self::Pruner => None,
        }
    }

    /// Whether entities and relations are decided together.
    pub(crate) fn is_cross_task(self) -> bool {
        self.entity_task().is_some() && self.relation_task().is_some()
    }

    /// Whether its decisions depend on each other through mean-field inference.
    pub(crate) fn is_high_order(self) -> bool {
        self.is_cross_task() && self != Self::NerReStar
    }

    /// Which spans it scores.
    pub(crate) fn spans(self) -> SpanSource {
        match self {
            Self::Ei | Self::Ner | Self::Pruner => SpanSource::All,
            Self::Ec | Self::EcRi | Self::EcRe => SpanSource::Entities,
            Self::NerRi | Self::NerRe | Self::NerReStar => SpanSource::Kept,
            Self::Ri | Self::Rc | Self::Re => SpanSource::Pairs,
        }
    }

    /// Number of scores for a span: 1 is existence, with non-existence fixed at 0.
    pub(crate) fn entity_scores(self, labels: &Labels) -> Option<usize> {
        self.entity_task()
            .map(|task| task.scores(labels.entity_types.len()))
    }

    /// Number of scores for an ordered pair of spans.
    pub(crate) fn relation_scores(self, labels: &Labels) -> Option<usize> {
        self.relation_task()
            .map(|task| task.scores(labels.relation_types.len()))
    }

    /// The metric that selects the module on the dev split, given the kind of input that
    /// it is trained on.
    pub(crate) fn selection(self) -> Metric {
        match self {
            Self::Ei | Self::Pruner => Metric::EntI,
            Self::Ec | Self::Ner => Metric::EntC,
            Self::Ri | Self::EcRi | Self::NerRi => Metric::RelI,
            Self::Rc | Self::Re => Metric::RelC,
            Self::EcRe | Self::NerRe | Self::NerReStar => Metric::RelPlusC,
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
            Self::EcRi => "EcRi",
            Self::EcRe => "EcRe",
            Self::NerRi => "NerRi",
            Self::NerRe => "NerRe",
            Self::NerReStar => "NerRe*",
            Self::Pruner => "Pruner",
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
            Self::EcRi => "ecri",
            Self::EcRe => "ecre",
            Self::NerRi => "nerri",
            Self::NerRe => "nerre",
            Self::NerReStar => "nerre*",
            Self::Pruner => "pruner",
        }
    }
}

impl Task {
    /// Number of scores where there are `types`.
    fn scores(self, types: usize) -> usize {
        match self {
            Self::Identify => 1,
            Self::Classify => types,
            Self::Both => types + 1,
        }
    }

    /// Index of the gold label; `gold` is the index of the type, if there is one.
    pub(crate) fn target(self, gold: Option<usize>) -> usize {
        match self {
            Self::Identify => usize::from(gold.is_some()),
            Self::Classify => gold.unwrap_or(0),
            Self::Both => gold.map_or(0, |label| label + 1),
        }
    }

    /// What the label with this index says.
    pub(crate) fn decision(self, label: usize) -> Decision {
        match (self, label) {
            (Self::Identify | Self::Both, 0) => Decision::Nothing,
            (Self::Identify, _) => Decision::Exists,
            (Self::Classify, label) => Decision::Type(label),
            (Self::Both, label) => Decision::Type(label - 1),
        }
    }
}

impl fmt::Display for ModuleKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_read_back() {
        for module in ModuleKind::ALL {
            let text = serde_json::to_value(module).unwrap();
            assert_eq!(text, module.key());
            assert_eq!(module.name().to_lowercase(), module.key());
        }
    }

    #[test]
    fn a_target_is_decided_back() {
        for (task, gold, decision) in [
            (Task::Identify, None, Decision::Nothing),
            (Task::Identify, Some(3), Decision::Exists),
            (Task::Classify, Some(3), Decision::Type(3)),
            (Task::Both, None, Decision::Nothing),
            (Task::Both, Some(0), Decision::Type(0)),
        ] {
            assert_eq!(task.decision(task.target(gold)), decision, "{task:?}");
        }
    }
}
