//! The sides of claims as they are written, brought into one form and checked where they stand.
//!
//! `"a4"` is short for `{ "system.approach" = "a4" }` if no other axis has that value, one right side is short
//! for a list of one, and `minus` may stand among the keys. Values become the text of the axis's own value.

use std::collections::BTreeMap;

use crate::spec::axes::Design;
use crate::spec::claim::as_text;
use crate::spec::factor::same_json;
use crate::spec::fault::Fault;
use crate::spec::source::Place;
use crate::spec::suggest::advice;
use crate::spec::tree::{Entry, Node, Table, Value, dotted};

const FORM: &str =
    "write `\"a4\"` or `{ \"system.approach\" = \"a4\" }`, for a difference with `minus = …` in it";

const REQUIRED: [&str; 5] = ["text", "metric", "left", "relation", "right"];

/// The axis values of a side, and of what is taken off it.
type Read = (BTreeMap<String, String>, Option<BTreeMap<String, String>>);

/// An axis and all values that it has anywhere.
type Known = (String, Vec<serde_json::Value>);

/// Rewrites the claims in effect, those of the topmost layer that has any.
///
/// `designs` are the axes in effect, then those of the file and of its profiles: what any of them has is no
/// mistake, since a report says which claims it could not test.
pub(crate) fn read_sides(head: &mut [Table], designs: &[Design], faults: &mut Vec<Fault>) {
    let mut layers = head.iter_mut().rev();
    let claims = layers.find_map(|layer| layer.0.iter_mut().find(|entry| entry.key == "claim"));
    let Some(Value::Array(claims)) = claims.map(|entry| &mut entry.node.value) else {
        return;
    };
    let axes = known(designs);
    let mut reader = Reader { axes, faults };
    for claim in claims {
        if let Value::Table(table) = &mut claim.value {
            reader.claim(table, claim.place);
        }
    }
}

fn known(designs: &[Design]) -> Vec<Known> {
    let mut axes: Vec<Known> = Vec::new();
    for design in designs {
        for key in design.keys() {
            let index = axes.iter().position(|(name, _)| name == key);
            let index = index.unwrap_or_else(|| {
                axes.push((key.to_owned(), Vec::new()));
                axes.len() - 1
            });
            let values = &mut axes[index].1;
            for value in design.values(key).map(Node::to_json) {
                if !values.iter().any(|there| same_json(there, &value)) {
                    values.push(value);
                }
            }
        }
    }
    axes
}

struct Reader<'a> {
    axes: Vec<Known>,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn claim(&mut self, claim: &mut Table, place: Place) {
        for key in REQUIRED {
            if claim.entry(key).is_none() {
                let fault = Fault::at(place, format!("`{key}` is missing in `claim`"));
                self.faults.push(fault.help(format!("add `{key} = …`")));
            }
        }
        let left = claim.0.iter_mut().find(|entry| entry.key == "left");
        let left = left.and_then(|entry| self.side(&mut entry.node));
        let right = claim.0.iter_mut().find(|entry| entry.key == "right");
        let right = right.map_or_else(Vec::new, |entry| self.right(&mut entry.node));
        let Some(left) = left else { return };
        for (right, place) in right {
            if left.1.is_some() != right.1.is_some() {
                let message = "one side of the claim is a difference and the other is not";
                let help = "give both sides a `minus`, or neither";
                self.faults.push(Fault::at(place, message).help(help));
            } else if left == right {
                let message = "the left and the right side of the claim are the same";
                let help = "a claim compares different cells";
                self.faults.push(Fault::at(place, message).help(help));
            }
        }
    }

    /// Reads the right sides, each with its place.
    fn right(&mut self, node: &mut Node) -> Vec<(Read, Place)> {
        if !matches!(node.value, Value::Array(_)) {
            node.value = Value::Array(vec![node.clone()]);
        }
        let Value::Array(items) = &mut node.value else {
            return Vec::new();
        };
        if items.is_empty() {
            let message = "`claim.right` must have at least one side";
            self.faults.push(Fault::at(node.place, message).help(FORM));
        }
        let mut sides = Vec::new();
        for item in items {
            sides.extend(self.side(item).map(|side| (side, item.place)));
        }
        sides
    }

    /// Reads a side and puts its one form in its place; nothing if it has a fault.
    fn side(&mut self, node: &mut Node) -> Option<Read> {
        let before = self.faults.len();
        let minus = match &mut node.value {
            Value::Table(table) => table.take("minus"),
            _ => None,
        };
        let cell = self.values(node);
        let minus = minus.map(|minus| self.values(&minus.node));
        if minus.as_ref() == Some(&cell) && self.faults.len() == before {
            let message = "`minus` takes the cells off themselves";
            let help = "a difference has two different cells";
            self.faults.push(Fault::at(node.place, message).help(help));
        }
        // A side with a fault names nothing, so that what is left of it makes no second fault.
        let read = (self.faults.len() == before).then_some((cell, minus));
        let (cell, minus) = read.clone().unwrap_or_default();
        node.value = form(node.place, &cell, minus.as_ref());
        read
    }

    fn values(&mut self, node: &Node) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        match &node.value {
            Value::Table(table) => {
                for (path, value) in table.leaves() {
                    let place = path.last().map_or(value.place, |(_, place)| *place);
                    let key = dotted(&path);
                    let found = self.value(&key, place, value);
                    values.extend(found.map(|found| (key, found)));
                }
                if table.leaves().is_empty() {
                    let fault = Fault::at(node.place, "a side of a claim must name an axis value");
                    self.faults.push(fault.help(FORM));
                }
            }
            Value::Array(_) => {
                let fault = Fault::at(node.place, "only `claim.right` may be a list of sides");
                self.faults.push(fault.help(FORM));
            }
            _ => values.extend(self.short(node)),
        }
        values
    }

    /// The text of a value of an axis.
    fn value(&mut self, key: &str, place: Place, node: &Node) -> Option<String> {
        let Some((_, there)) = self.axes.iter().find(|(name, _)| name == key) else {
            let keys: Vec<&str> = self.axes.iter().map(|(name, _)| name.as_str()).collect();
            let fault = Fault::at(place, format!("the claim's `{key}` is not an axis"));
            self.faults.push(fault.help(advice(key, &keys, "axes")));
            return None;
        };
        let value = node.to_json();
        let found = there.iter().find(|known| same_json(known, &value));
        if found.is_none() {
            let message = format!("the claim's {value} is not a value of the axis `{key}`");
            let fault = Fault::at(node.place, message).help(nearest_value(&value, there.iter()));
            self.faults.push(fault);
        }
        found.map(as_text)
    }

    /// The axis that alone has a value, and the value.
    fn short(&mut self, node: &Node) -> Option<(String, String)> {
        let value = node.to_json();
        let mut found = self.axes.iter().filter_map(|(key, there)| {
            let known = there.iter().find(|known| same_json(known, &value))?;
            Some((key.clone(), as_text(known)))
        });
        let fault = match (found.next(), found.next()) {
            (Some(only), None) => return Some(only),
            (Some((first, _)), Some((second, _))) => {
                let message = format!("`{first}` and `{second}` both have the claim's {value}");
                Fault::at(node.place, message).help(format!("write {{ \"{first}\" = {value} }}"))
            }
            (None, _) => {
                let all = self.axes.iter().flat_map(|(_, there)| there);
                Fault::at(node.place, format!("no axis has the claim's {value}"))
                    .help(nearest_value(&value, all))
            }
        };
        self.faults.push(fault);
        None
    }
}

fn nearest_value<'a>(
    value: &serde_json::Value,
    there: impl Iterator<Item = &'a serde_json::Value>,
) -> String {
    let known: Vec<String> = there.map(ToString::to_string).collect();
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    advice(&value.to_string(), &names, "values")
}

/// A side as [`Side`](crate::spec::claim::Side) has it.
fn form(
    place: Place,
    cell: &BTreeMap<String, String>,
    minus: Option<&BTreeMap<String, String>>,
) -> Value {
    let entry = |key: &str, value: Value| Entry {
        key: key.to_owned(),
        place,
        node: Node { place, value },
    };
    let table = |values: &BTreeMap<String, String>| {
        let texts = values.iter();
        let texts = texts.map(|(key, value)| entry(key, Value::Text(value.clone())));
        Value::Table(Table(texts.collect()))
    };
    let mut form = vec![entry("cell", table(cell))];
    form.extend(minus.map(|minus| entry("minus", table(minus))));
    Value::Table(Table(form))
}
