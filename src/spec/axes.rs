//! `[axes]`: what varies, and the seeds and folds.

use serde::Serialize;

use crate::spec::factor::{Assignment, Factor, read_axis, read_list, read_rows, read_zip};
use crate::spec::fault::Fault;
use crate::spec::numbers::read_numbers;
use crate::spec::suggest::advice;
use crate::spec::tree::{Entry, Node, Table, Value, dotted};

/// Keys of `[axes]` that are not configuration keys.
pub(crate) const WORDS: [&str; 5] = ["seed", "fold", "zip", "list", "exclude"];

/// An axis, for reports: a key and its values in the order written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Axis {
    /// The dotted configuration key, `system.approach`.
    pub key: String,
    /// The distinct values that cells have, in order; at least one.
    pub values: Vec<serde_json::Value>,
}

/// What varies in an experiment.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Axes {
    /// Every key that an axis sets, in the order written.
    pub axes: Vec<Axis>,
    /// The seeds, at least one.
    pub seeds: Vec<u64>,
    /// The folds; empty if the experiment has no cross-validation.
    pub folds: Vec<u32>,
}

impl Axes {
    /// The axes with more than one value.
    pub fn varying(&self) -> impl Iterator<Item = &Axis> {
        self.axes.iter().filter(|axis| axis.values.len() > 1)
    }

    /// The axis of a key.
    pub fn get(&self, key: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.key == key)
    }
}

/// The axes with all their positions: the factors of the product, and what is dropped from it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Design {
    pub(crate) factors: Vec<Factor>,
    pub(crate) excludes: Vec<Vec<Assignment>>,
    pub(crate) seeds: Vec<u64>,
    pub(crate) folds: Vec<u32>,
}

/// Brings `[axes]` into one form: nested tables become dotted keys, each with a list.
pub(crate) fn flatten(table: Table, faults: &mut Vec<Fault>) -> Table {
    let (words, axes) = table
        .0
        .into_iter()
        .partition(|entry| WORDS.contains(&entry.key.as_str()));
    let (mut flat, axes) = (Table(words), Table(axes));
    for (path, node) in axes.leaves() {
        let key = dotted(&path);
        let place = path.last().map_or(node.place, |(_, place)| *place);
        if !matches!(node.value, Value::Array(_)) {
            let fault = Fault::at(
                node.place,
                format!("the axis `{key}` needs a list of values"),
            );
            faults.push(fault.help("a single value is a list too: [value]"));
        } else if flat.entry(&key).is_some() {
            faults.push(Fault::at(place, format!("the axis `{key}` is given twice")));
        } else {
            flat.0.push(Entry {
                key,
                place,
                node: node.clone(),
            });
        }
    }
    // The words stand among the axes: `zip` and `list` have their turn in the order of the expansion.
    flat.0.sort_by_key(|entry| entry.place);
    flat
}

impl Design {
    /// Reads flat axes.
    pub(crate) fn read(axes: &Table, faults: &mut Vec<Fault>) -> Self {
        let mut design = Self {
            seeds: vec![0],
            ..Self::default()
        };
        for entry in &axes.0 {
            let node = &entry.node;
            match entry.key.as_str() {
                "seed" => design.seeds = read_numbers("seed", node, faults),
                "fold" => design.folds = read_numbers("fold", node, faults),
                "zip" => design.factors.extend(read_zip(node, faults)),
                "list" => design.factors.extend(read_list(node, faults)),
                "exclude" => design.excludes = read_rows("exclude", node, faults),
                _ => design.factors.extend(read_axis(entry, faults)),
            }
        }
        design.check_keys(faults);
        design
    }

    /// The keys of all axes, in order.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        for assignment in self
            .factors
            .iter()
            .flat_map(|factor| factor.rows.iter().flatten())
        {
            if !keys.contains(&assignment.key.as_str()) {
                keys.push(&assignment.key);
            }
        }
        keys
    }

    /// The values of a key, in order, with repetitions.
    pub(crate) fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Node> {
        let rows = self
            .factors
            .iter()
            .flat_map(|factor| factor.rows.iter().flatten());
        rows.filter(move |assignment| assignment.key == key)
            .map(|assignment| &assignment.node)
    }

    /// Replaces the values of an axis, or keeps those entries of a zip or list that have one of the values.
    /// A key that no axis has becomes the last axis.
    pub(crate) fn set(&mut self, key: &Entry, faults: &mut Vec<Fault>) {
        let has_key = |factor: &Factor| {
            factor
                .rows
                .iter()
                .flatten()
                .any(|assignment| assignment.key == key.key)
        };
        let wrapped = match key.node.value {
            Value::Array(_) => key.clone(),
            _ => Entry {
                node: Node {
                    place: key.node.place,
                    value: Value::Array(vec![key.node.clone()]),
                },
                ..key.clone()
            },
        };
        let Some(replacement) = read_axis(&wrapped, faults) else {
            return;
        };
        match self.factors.iter_mut().find(|factor| has_key(factor)) {
            None => self.factors.push(replacement),
            Some(factor) if factor.single => *factor = replacement,
            Some(factor) => factor.restrict(&key.key, &replacement, faults),
        }
    }

    /// Takes factors out that set a key again, and finds excludes of what is no axis.
    fn check_keys(&mut self, faults: &mut Vec<Fault>) {
        let mut known: Vec<String> = Vec::new();
        self.factors.retain(|factor| {
            let keys = factor.rows.iter().flatten();
            let again = keys.clone().find(|one| known.contains(&one.key));
            known.extend(keys.map(|one| one.key.clone()));
            faults.extend(again.map(|one| {
                let message = format!("the axis `{}` is given twice", one.key);
                Fault::at(one.place, message).help("a key has its values in one place of `[axes]`")
            }));
            again.is_none()
        });
        let keys = self.keys();
        for assignment in self.excludes.iter().flatten() {
            if !keys.contains(&assignment.key.as_str()) {
                let message = format!("`{}` is not an axis", assignment.key);
                faults.push(Fault::at(assignment.place, message).help(advice(
                    &assignment.key,
                    &keys,
                    "axes",
                )));
            }
        }
    }
}
