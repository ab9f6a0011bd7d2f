//! `[[claim]]`: a sentence about the experiment that its report puts to the test.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spec::axes::Design;
use crate::spec::claim_cases::Unmatched;
use crate::spec::configuration::Vocabulary;
use crate::spec::factor::Assignment;
use crate::spec::fault::Fault;
use crate::spec::layers::Layers;
use crate::spec::suggest::advice;
use crate::spec::table::candidates;

/// A directional claim: one score, or difference of scores, lies above or below another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Claim {
    /// The claim in words.
    pub text: String,
    /// The metric that it is about, `rel+-c`, with a measure if not its F1: `ent-i.recall`; or `speed`.
    pub metric: String,
    /// What is said to lie above or below the right side.
    pub left: Side,
    /// Where the left side is said to lie.
    pub relation: Relation,
    /// The other side, or several: the claim is then about each of them.
    pub right: Vec<Side>,
    /// The corpus of which this is claimed; without one, any.
    pub corpus: Option<String>,
    /// The axes that the sides name, and those whose values advance together with them.
    #[serde(skip)]
    pub fixed: BTreeSet<String>,
}

/// Where the left side of a claim lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Relation {
    /// The left side scores higher.
    #[default]
    #[serde(rename = ">")]
    Above,
    /// The left side scores lower.
    #[serde(rename = "<")]
    Below,
}

impl Relation {
    /// The sign as it is written.
    pub fn sign(self) -> char {
        match self {
            Self::Above => '>',
            Self::Below => '<',
        }
    }
}

/// One side of a claim: cells by the values of some axes, all other axes being equal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Side {
    /// Axis keys and values as text.
    pub cell: BTreeMap<String, String>,
    /// The cells whose score is taken off, where the side is a difference.
    pub minus: Option<BTreeMap<String, String>>,
}

impl Claim {
    /// Checks claim number `index` against the metrics and the cells, and notes which axes it fixes. `rows` are
    /// the cells in effect.
    pub(crate) fn check(
        &mut self,
        index: usize,
        layers: &Layers,
        (design, rows): (&Design, &[Vec<Assignment>]),
        vocabulary: &Vocabulary<'_>,
        faults: &mut Vec<Fault>,
    ) {
        let place = |key: &str| {
            let path = ["claim", &index.to_string(), key].map(str::to_owned);
            layers.locate(&path, false)
        };
        // What is missing, or was set aside, has its fault already.
        if let (true, Some(place)) = (self.text.trim().is_empty(), place("text")) {
            faults.push(Fault::at(place, "`claim.text` must say what is claimed"));
        }
        let candidates = candidates(&self.metric, vocabulary);
        // A size is what it is: there is nothing to claim of it.
        let tested = candidates.iter().map(String::as_str);
        let tested = tested.filter(|name| !vocabulary.sizes.contains(name));
        let candidates: Vec<&str> = tested.collect();
        let known = candidates.contains(&self.metric.as_str());
        if let (false, Some(place)) = (known, place("metric")) {
            let fault = if vocabulary.sizes.contains(&self.metric.as_str()) {
                let message = format!("`{}` is no metric to make a claim about", self.metric);
                Fault::at(place, message).help("there is no chance in it that a test could exclude")
            } else {
                let message = format!("`{}` is not one of the metrics", self.metric);
                let help = advice(&self.metric, &candidates, "metrics");
                Fault::at(place, message).help(help)
            };
            faults.push(fault);
        }
        self.fix(design);
        if self.parts().any(BTreeMap::is_empty) {
            return;
        }
        let cells: Vec<_> = rows
            .iter()
            .map(|row| {
                let pair = |one: &Assignment| (one.key.clone(), as_text(&one.node.to_json()));
                row.iter().map(pair).collect()
            })
            .collect();
        let corpora = vec![String::new(); cells.len()];
        for case in self.cases(&cells, &corpora) {
            if let Err(several @ Unmatched::Several { .. }) = case.sides {
                let fault = Fault::maybe_at(place("left"), format!("a side means {several}"));
                faults.push(fault.help("name values of one axis more, on both sides"));
                break;
            }
        }
    }

    /// A key fixes all keys that are zipped or listed with it: a corpus brings its encoder along.
    fn fix(&mut self, design: &Design) {
        let named: BTreeSet<String> = self
            .parts()
            .flat_map(BTreeMap::keys)
            .map(ToOwned::to_owned)
            .collect();
        self.fixed.clone_from(&named);
        for factor in &design.factors {
            let keys = factor.rows.iter().flatten().map(|one| &one.key);
            if keys.clone().any(|key| named.contains(key)) {
                self.fixed.extend(keys.cloned());
            }
        }
    }

    /// The axis values of all sides, and of what is taken off them.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &BTreeMap<String, String>> {
        let sides = std::iter::once(&self.left).chain(&self.right);
        sides.flat_map(|side| std::iter::once(&side.cell).chain(&side.minus))
    }
}

/// An axis value as reports show it: text plain, everything else as JSON.
pub(crate) fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

impl JsonSchema for Claim {
    fn schema_name() -> Cow<'static, str> {
        "Claim".into()
    }

    /// Claims as they are written, not as they are read.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let side = json!({
            "type": ["object", "string", "number", "boolean"],
            "properties": {
                "minus": {
                    "description": "What is taken off, so that differences are compared.",
                    "type": ["object", "string", "number", "boolean"],
                },
            },
            "additionalProperties": true,
        });
        let described = |what: &str, types: &[&str]| {
            let mut side = side.clone();
            side["description"] = what.into();
            side["type"] = [&["object", "string", "number", "boolean"], types]
                .concat()
                .into();
            side
        };
        let left = "Cells: a value that only one axis has, or axis keys and values.";
        let right = "Other cells, or a list of them: the claim is then about each.";
        let mut right = described(right, &["array"]);
        right["items"] = side.clone();
        json_schema!({
            "description": "A directional claim: the left side scores above or below the right side.",
            "type": "object",
            "properties": {
                "text": { "description": "The claim in words.", "type": "string" },
                "metric": { "description": "The metric that it is about, `rel+-c`, with a measure if not its F1: `ent-i.recall`; or `speed`.", "type": "string" },
                "left": described(left, &[]),
                "relation": {
                    "description": "Where the left side is said to lie.",
                    "type": "string",
                    "enum": [">", "<"],
                },
                "right": right,
                "corpus": {
                    "description": "The corpus of which this is claimed; without one, any.",
                    "type": "string",
                },
            },
            "additionalProperties": false,
        })
    }
}
