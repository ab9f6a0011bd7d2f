//! A TOML document in the order written, in which every key and value knows its [`Place`].
//!
//! Figment and serde forget order and position; the order of axes and the caret of a message need them.

use figment::value::{Dict, Value as Figment};

use crate::spec::source::Place;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// The kinds of TOML value; dates count as text.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Array(Vec<Node>),
    Table(Table),
}

/// A key, where it stands, and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) node: Node,
}

/// Entries in the order written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table(pub(crate) Vec<Entry>);

/// One part of a path, and where it was written.
pub(crate) type Part = (String, Place);

impl Node {
    /// The value without its places, for figment.
    pub(crate) fn to_figment(&self) -> Figment {
        match &self.value {
            Value::Text(text) => Figment::from(text.as_str()),
            Value::Integer(number) => Figment::from(*number),
            Value::Float(number) => Figment::from(*number),
            Value::Boolean(truth) => Figment::from(*truth),
            Value::Array(items) => {
                Figment::from(items.iter().map(Node::to_figment).collect::<Vec<_>>())
            }
            Value::Table(table) => Figment::from(table.to_figment()),
        }
    }

    /// The value without its places, for cells and reports.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => text.as_str().into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Boolean(truth) => (*truth).into(),
            Value::Array(items) => items.iter().map(Node::to_json).collect(),
            Value::Table(table) => table
                .0
                .iter()
                .map(|entry| (entry.key.clone(), entry.node.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// The node at a path; array elements are named by their index.
    pub(crate) fn get(&self, path: &[String]) -> Option<&Node> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        match &self.value {
            Value::Table(table) => table.entry(first)?.node.get(rest),
            Value::Array(items) => items.get(first.parse::<usize>().ok()?)?.get(rest),
            _ => None,
        }
    }
}

impl Table {
    /// The entry of a key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }

    /// Takes the entry of a key out.
    pub(crate) fn take(&mut self, key: &str) -> Option<Entry> {
        let index = self.0.iter().position(|entry| entry.key == key)?;
        Some(self.0.remove(index))
    }

    /// The table without its places, for figment.
    pub(crate) fn to_figment(&self) -> Dict {
        self.0
            .iter()
            .map(|entry| (entry.key.clone(), entry.node.to_figment()))
            .collect()
    }

    /// The place of the key (`of_key`) or of the value at a path.
    pub(crate) fn locate(&self, path: &[String], of_key: bool) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let entry = self.entry(first)?;
        let Some((last, parents)) = rest.split_last() else {
            return Some(if of_key {
                entry.place
            } else {
                entry.node.place
            });
        };
        let parent = entry.node.get(parents)?;
        match &parent.value {
            Value::Table(table) => {
                let entry = table.entry(last)?;
                Some(if of_key {
                    entry.place
                } else {
                    entry.node.place
                })
            }
            _ => parent
                .get(std::slice::from_ref(last))
                .map(|node| node.place),
        }
    }

    /// Removes what stands at a path and says whether there was anything. An array goes as a whole, since its
    /// other elements would change their index.
    pub(crate) fn remove(&mut self, path: &[String]) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        if rest.is_empty() {
            return self.take(first).is_some();
        }
        let Some(entry) = self.0.iter_mut().find(|entry| &entry.key == first) else {
            return false;
        };
        match &mut entry.node.value {
            Value::Table(table) => table.remove(rest),
            Value::Array(items) => {
                let inside = rest[0]
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get_mut(index));
                match inside.map(|node| &mut node.value) {
                    Some(Value::Table(table)) if rest.len() > 1 => table.remove(&rest[1..]),
                    Some(_) => self.take(first).is_some(),
                    None => false,
                }
            }
            _ => false,
        }
    }

    /// Puts a value at a path, making the tables on the way.
    pub(crate) fn insert(&mut self, path: &[Part], node: Node) {
        let Some(((key, place), rest)) = path.split_first() else {
            return;
        };
        let index = self
            .0
            .iter()
            .position(|entry| &entry.key == key)
            .unwrap_or_else(|| {
                let node = Node {
                    place: node.place,
                    value: Value::Table(Self::default()),
                };
                self.0.push(Entry {
                    key: key.clone(),
                    place: *place,
                    node,
                });
                self.0.len() - 1
            });
        let entry = &mut self.0[index];
        if rest.is_empty() {
            entry.place = *place;
            entry.node = node;
            return;
        }
        if !matches!(entry.node.value, Value::Table(_)) {
            entry.node.value = Value::Table(Self::default());
        }
        if let Value::Table(table) = &mut entry.node.value {
            table.insert(rest, node);
        }
    }

    /// Lays another table over this one: tables merge key by key, everything else is replaced, new keys come last.
    pub(crate) fn merge(&mut self, over: Self) {
        for entry in over.0 {
            match self.0.iter_mut().find(|below| below.key == entry.key) {
                None => self.0.push(entry),
                Some(below) => match (&mut below.node.value, entry.node.value) {
                    (Value::Table(below), Value::Table(above)) => below.merge(above),
                    (_, value) => {
                        below.place = entry.place;
                        below.node = Node {
                            place: entry.node.place,
                            value,
                        };
                    }
                },
            }
        }
    }

    /// All values below, each with its path; an empty table has none.
    pub(crate) fn leaves(&self) -> Vec<(Vec<Part>, &Node)> {
        let mut found = Vec::new();
        for entry in &self.0 {
            let part = (entry.key.clone(), entry.place);
            match &entry.node.value {
                Value::Table(table) => {
                    for (mut path, node) in table.leaves() {
                        path.insert(0, part.clone());
                        found.push((path, node));
                    }
                }
                _ => found.push((vec![part], &entry.node)),
            }
        }
        found
    }
}

/// Joins the parts of a path into the dotted key.
pub(crate) fn dotted(path: &[Part]) -> String {
    path.iter()
        .map(|(key, _)| key.as_str())
        .collect::<Vec<_>>()
        .join(".")
}
