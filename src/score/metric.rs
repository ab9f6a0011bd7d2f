//! The six scores of a span system (Yan et al. 2022, Table 2), by sub-task.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Metric {
    /// Entity spans, whatever their type.
    #[serde(rename = "ent-i")]
    EntI,
    /// Entity spans with their type.
    #[serde(rename = "ent-c")]
    EntC,
    /// Related ordered pairs of spans, whatever the relation.
    #[serde(rename = "rel-i")]
    RelI,
    /// Relations: both spans and the relation type ("boundaries").
    #[serde(rename = "rel-c")]
    RelC,
    /// As `RelI`, and both spans correctly typed.
    #[serde(rename = "rel+-i")]
    RelPlusI,
    /// As `RelC`, and both spans correctly typed ("strict").
    #[serde(rename = "rel+-c")]
    RelPlusC,
}

/// A name that is no metric or profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{name}`: expected one of {expected}")]
pub struct UnknownName {
    /// What was looked for.
    pub what: &'static str,
    /// The name given.
    pub name: String,
    /// The names there are.
    pub expected: String,
}

impl Metric {
    /// All metrics, in the order of a table's columns.
    pub const ALL: [Self; 6] = [
        Self::EntI,
        Self::EntC,
        Self::RelI,
        Self::RelC,
        Self::RelPlusI,
        Self::RelPlusC,
    ];

    /// Whether the type of an item is part of it, so that every type has counts of its own.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::EntC | Self::RelC | Self::RelPlusC)
    }

    /// The name in files and specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::EntI => "ent-i",
            Self::EntC => "ent-c",
            Self::RelI => "rel-i",
            Self::RelC => "rel-c",
            Self::RelPlusI => "rel+-i",
            Self::RelPlusC => "rel+-c",
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::EntI => "Ent-I",
            Self::EntC => "Ent-C",
            Self::RelI => "Rel-I",
            Self::RelC => "Rel-C",
            Self::RelPlusI => "Rel+-I",
            Self::RelPlusC => "Rel+-C",
        })
    }
}

impl FromStr for Metric {
    type Err = UnknownName;

    /// Any case; `ent`, `rel` and `rel+` are the classification scores, which ITER calls `ner`, `re` and `re+`.
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let name = text.to_ascii_lowercase();
        let found = match name.as_str() {
            "ent" | "ner" => Some(Self::EntC),
            "rel" | "re" => Some(Self::RelC),
            "rel+" | "re+" => Some(Self::RelPlusC),
            _ => Self::ALL.into_iter().find(|metric| metric.name() == name),
        };
        found.ok_or_else(|| UnknownName {
            what: "metric",
            name: text.into(),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for metric in Metric::ALL {
            assert_eq!(metric.name().parse::<Metric>().unwrap(), metric);
            assert_eq!(metric.to_string().parse::<Metric>().unwrap(), metric);
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
        }
    }

    #[test]
    fn aliases_mean_the_classification_scores() {
        let read = |name: &str| name.parse::<Metric>().unwrap();
        assert_eq!(
            [read("Ent"), read("rel"), read("rel+")],
            [Metric::EntC, Metric::RelC, Metric::RelPlusC]
        );
        assert_eq!(
            [read("NER"), read("RE"), read("RE+")],
            [Metric::EntC, Metric::RelC, Metric::RelPlusC]
        );
        let error = "relation".parse::<Metric>().unwrap_err().to_string();
        assert!(
            error.contains("`relation`") && error.contains("rel+-c"),
            "{error}"
        );
    }
}
