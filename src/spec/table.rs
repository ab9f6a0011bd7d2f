//! `[[table]]`: what a table of the report shows.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::spec::configuration::Vocabulary;
use crate::spec::fault::Fault;
use crate::spec::layers::Layers;
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
    /// The metrics; without any, all of them.
    pub columns: Vec<String>,
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
        let mut check = |list: &str, number: usize, name: &str, known: &[&str], what: &str| {
            if !known.contains(&name) {
                let path = ["table", &index, list, &number.to_string()].map(str::to_owned);
                let place = layers
                    .locate(&path, false)
                    .or_else(|| layers.locate(&path[..3], false));
                let fault = Fault::maybe_at(place, format!("`{name}` is not one of the {what}"));
                faults.push(fault.help(advice(name, known, what)));
            }
        };
        for (number, row) in self.rows.iter().enumerate() {
            check("rows", number, row, axes, "axes");
        }
        for (number, column) in self.columns.iter().enumerate() {
            check("columns", number, column, vocabulary.metrics, "metrics");
        }
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
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

fn one_or_many_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
}
