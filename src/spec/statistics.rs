//! `[statistics]`: which test, against which cells, at which level.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::axes::Design;
use crate::spec::factor::same_json;
use crate::spec::fault::Fault;
use crate::spec::layers::Layers;
use crate::spec::suggest::advice;
use crate::spec::tree::{Entry, Node, Table, Value, dotted};

/// How differences between cells are tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Statistics {
    /// The cells that the others are compared with: axis keys and one of their values each.
    pub baseline: BTreeMap<String, serde_json::Value>,
    /// The test over seeds.
    pub test: SeedTest,
    /// Whether run i of one cell is paired with run i of the other.
    pub paired: bool,
    /// The correction over a family of comparisons.
    pub correct: Correction,
    /// Which comparisons of a table are a family: those of one column, or all.
    pub family: Family,
    /// The level of significance, between 0 and 1.
    pub alpha: f64,
    /// Random draws, where a test cannot enumerate all permutations.
    pub draws: u32,
}

impl Default for Statistics {
    fn default() -> Self {
        Self {
            baseline: BTreeMap::new(),
            test: SeedTest::Permutation,
            paired: false,
            correct: Correction::Holm,
            family: Family::Column,
            alpha: 0.05,
            draws: 10_000,
        }
    }
}

/// Tests over the scores of seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeedTest {
    /// Exact permutation of the scores.
    Permutation,
}

/// Corrections for several comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// Holm's step-down procedure.
    Holm,
    /// Every p-value times the number of comparisons: never clearer than Holm's.
    Bonferroni,
    /// Benjamini and Hochberg's step-up procedure, which bounds the share of false findings.
    BenjaminiHochberg,
    /// No correction.
    None,
}

impl Correction {
    /// The name in specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holm => "holm",
            Self::Bonferroni => "bonferroni",
            Self::BenjaminiHochberg => "benjamini-hochberg",
            Self::None => "none",
        }
    }
}

/// Which comparisons with the baseline are corrected together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Those in one column of a table.
    Column,
    /// Those in all columns of a table.
    Table,
}

/// Brings `baseline` into one form: nested tables become dotted keys.
pub(crate) fn flatten_baseline(head: &mut Table) {
    let statistics = head.0.iter_mut().find(|entry| entry.key == "statistics");
    let Some(Value::Table(statistics)) = statistics.map(|entry| &mut entry.node.value) else {
        return;
    };
    let baseline = statistics
        .0
        .iter_mut()
        .find(|entry| entry.key == "baseline");
    let Some(Value::Table(baseline)) = baseline.map(|entry| &mut entry.node.value) else {
        return;
    };
    let flat = baseline.leaves().into_iter().map(|(path, node)| {
        let place = path.last().map_or(node.place, |(_, place)| *place);
        Entry {
            key: dotted(&path),
            place,
            node: node.clone(),
        }
    });
    *baseline = Table(flat.collect());
}

impl Statistics {
    /// Checks values against the axes; `designs` are those of the file and those in effect.
    pub(crate) fn check(&self, layers: &Layers, designs: [&Design; 2], faults: &mut Vec<Fault>) {
        let path = |keys: &[&str]| {
            ["statistics"]
                .iter()
                .chain(keys)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            let message = format!(
                "`statistics.alpha` must lie between 0 and 1, not at {}",
                self.alpha
            );
            faults.push(Fault::maybe_at(
                layers.locate(&path(&["alpha"]), false),
                message,
            ));
        }
        if self.draws == 0 {
            let place = layers.locate(&path(&["draws"]), false);
            faults.push(Fault::maybe_at(
                place,
                "`statistics.draws` must be at least 1",
            ));
        }
        let keys = designs[1].keys();
        for (key, value) in &self.baseline {
            let path = path(&["baseline", key]);
            if !keys.contains(&key.as_str()) {
                let fault = Fault::maybe_at(
                    layers.locate(&path, true),
                    format!("the baseline's `{key}` is not an axis"),
                );
                faults.push(fault.help(advice(key, &keys, "axes")));
                continue;
            }
            let mut values = designs
                .iter()
                .flat_map(|design| design.values(key))
                .map(Node::to_json);
            if !values.any(|known| same_json(&known, value)) {
                let known: Vec<String> = designs[0]
                    .values(key)
                    .map(|node| node.to_json().to_string())
                    .collect();
                let message = format!("the baseline's {value} is not a value of the axis `{key}`");
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let fault = Fault::maybe_at(layers.locate(&path, false), message);
                faults.push(fault.help(advice(&value.to_string(), &names, "values")));
            }
        }
    }
}
