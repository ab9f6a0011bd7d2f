//! `[[table]]`: what a table of the report shows.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::spec::configuration::Vocabulary;
use crate::spec::fault::Fault;
use crate::spec::layers::Layers;
use crate::spec::statistics::Statistics;
use crate::spec::suggest::advice;

/// A table of the report: cells in rows, metrics in columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Table {
    /// The line above the table; without one, the title of the experiment.
    pub caption: Option<String>,
    /// The axis or axes whose values name the rows; without any, every axis that varies.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema")]
    pub rows: Vec<String>,
    /// Metrics, each alone for its F1 or with a measure (`rel+-c.precision`), `speed` or `parameters`; without any, the
    /// F1 of all.
    pub columns: Vec<String>,
    /// The axis or axes whose values stand next to each other as groups of columns, not below each other.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema")]
    pub across: Vec<String>,
    /// The metrics in which every two rows are compared, below the table.
    pub pairwise: Vec<String>,
}

impl Table {
    /// Checks table number `index` against the axes and the metrics.
    pub(crate) fn check(
        &self,
        index: usize,
        layers: &Layers,
        axes: &[&str],
        vocabulary: &Vocabulary<'_>,
        faults: &mut Vec<Fault>,
    ) {
        let index = index.to_string();
        let mut fault = |list: &str, number: usize, message: String, help: String| {
            let path = ["table", &index, list, &number.to_string()].map(str::to_owned);
            let place = layers
                .locate(&path, false)
                .or_else(|| layers.locate(&path[..3], false));
            faults.push(Fault::maybe_at(place, message).help(help));
        };
        for (list, names) in [("rows", &self.rows), ("across", &self.across)] {
            for (number, name) in names.iter().enumerate() {
                if !axes.contains(&name.as_str()) {
                    let message = format!("`{name}` is not one of the axes");
                    fault(list, number, message, advice(name, axes, "axes"));
                } else if list == "across" && self.rows.contains(name) {
                    let message = format!("`{name}` is in both `rows` and `across`");
                    let help = "the values of an axis either name rows or stand across them";
                    fault(list, number, message, help.to_owned());
                }
            }
        }
        for (list, names) in [("columns", &self.columns), ("pairwise", &self.pairwise)] {
            for (number, name) in names.iter().enumerate() {
                let candidates = candidates(name, vocabulary);
                let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
                if list == "pairwise" && vocabulary.sizes.contains(&name.as_str()) {
                    let message = format!("`{name}` is not compared");
                    let help = "there is no chance in it that a test could exclude";
                    fault(list, number, message, help.to_owned());
                } else if list == "pairwise" && vocabulary.rates.contains(&name.as_str()) {
                    let message = format!("`{name}` is not compared pairwise");
                    let help = "compare it with a baseline, or in a claim";
                    fault(list, number, message, help.to_owned());
                } else if !candidates.contains(&name.as_str()) {
                    let message = format!("`{name}` is not one of the metrics");
                    fault(list, number, message, advice(name, &candidates, "metrics"));
                }
            }
        }
    }

    /// Checks that what is compared stands in one column, whose comparisons are corrected together.
    pub(crate) fn check_baseline(
        &self,
        index: usize,
        layers: &Layers,
        statistics: &Statistics,
        faults: &mut Vec<Fault>,
    ) {
        for (number, key) in self.across.iter().enumerate() {
            if statistics.baseline.contains_key(key) && !self.rows.contains(key) {
                let path = ["table", &index.to_string(), "across", &number.to_string()];
                let path = path.map(str::to_owned);
                let place = layers
                    .locate(&path, false)
                    .or_else(|| layers.locate(&path[..3], false));
                let message =
                    format!("`{key}` stands across, and the baseline is one of its values");
                let help = "cells are compared within a column: put the axis into `rows`";
                faults.push(Fault::maybe_at(place, message).help(help));
            }
        }
    }
}

/// The names that `name` may have been meant to be: metrics, rates and sizes, or where it has a measure, metrics with
/// a measure.
pub(crate) fn candidates(name: &str, vocabulary: &Vocabulary<'_>) -> Vec<String> {
    let metrics = || vocabulary.metrics.iter().chain(vocabulary.averages);
    let Some((metric, _)) = name.split_once('.') else {
        let all = metrics().chain(vocabulary.rates).chain(vocabulary.sizes);
        return all.map(ToString::to_string).collect();
    };
    if [vocabulary.rates, vocabulary.sizes]
        .concat()
        .contains(&metric)
    {
        return vec![metric.to_owned()];
    }
    let known = metrics().any(|other| *other == metric);
    metrics()
        .filter(|other| !known || **other == metric)
        .flat_map(|metric| {
            let measures = vocabulary.measures.iter();
            measures.map(move |measure| format!("{metric}.{measure}"))
        })
        .collect()
}

/// Reads the name of an axis, or a list of such names.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("the name of an axis, or a list of such names")
        }

        fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
            Ok(vec![name.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
            let mut names = Vec::new();
            while let Some(name) = sequence.next_element()? {
                names.push(name);
            }
            Ok(names)
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

/// The schema of what [`one_or_many`] reads.
pub(crate) fn one_or_many_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
}
