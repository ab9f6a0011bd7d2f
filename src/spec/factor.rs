//! One factor of the product that the axes span: an axis, a zip, or a list of cells.

use crate::spec::fault::Fault;
use crate::spec::source::Place;
use crate::spec::tree::{Entry, Node, Table, Value, dotted};

/// A key of the configuration and the value that a cell gives it.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) key: String,
    /// Where the key stands; the node knows where the value does.
    pub(crate) place: Place,
    pub(crate) node: Node,
}

/// Alternatives, each of which sets some keys.
#[derive(Debug, Clone)]
pub(crate) struct Factor {
    /// Whether this is an axis of its own, in contrast to a zip or a list.
    pub(crate) single: bool,
    pub(crate) rows: Vec<Vec<Assignment>>,
}

impl Factor {
    /// Keeps the rows that give the key one of the values of another factor.
    pub(crate) fn restrict(&mut self, key: &str, wanted: &Factor, faults: &mut Vec<Fault>) {
        let there: Vec<String> = self
            .rows
            .iter()
            .flatten()
            .filter(|one| one.key == key)
            .map(show)
            .collect();
        for assignment in wanted.rows.iter().flatten() {
            if !there.contains(&show(assignment)) {
                let message = format!(
                    "no zipped or listed cell has `{key} = {}`",
                    show(assignment)
                );
                let help = format!("values there: {}", there.join(", "));
                faults.push(Fault::at(assignment.node.place, message).help(help));
            }
        }
        self.rows.retain(|row| {
            let given = row.iter().find(|assignment| assignment.key == key);
            given.is_some_and(|given| {
                wanted
                    .rows
                    .iter()
                    .flatten()
                    .any(|one| same(&one.node, &given.node))
            })
        });
    }
}

/// A value as messages show it.
pub(crate) fn show(assignment: &Assignment) -> String {
    assignment.node.to_json().to_string()
}

/// Equality of values; 1 and 1.0 are the same.
pub(crate) fn same(left: &Node, right: &Node) -> bool {
    same_json(&left.to_json(), &right.to_json())
}

/// Equality of values; 1 and 1.0 are the same.
pub(crate) fn same_json(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    left == right || (left.is_number() && left.as_f64() == right.as_f64())
}

/// An axis: a key with the list of its values.
pub(crate) fn read_axis(entry: &Entry, faults: &mut Vec<Fault>) -> Option<Factor> {
    let Value::Array(values) = &entry.node.value else {
        return None;
    };
    if values.is_empty() {
        faults.push(Fault::at(
            entry.node.place,
            format!("the axis `{}` has no values", entry.key),
        ));
        return None;
    }
    let assign = |node: &Node| {
        vec![Assignment {
            key: entry.key.clone(),
            place: entry.place,
            node: node.clone(),
        }]
    };
    Some(Factor {
        single: true,
        rows: values.iter().map(assign).collect(),
    })
}

/// Zips: in each, the keys advance together.
pub(crate) fn read_zip(node: &Node, faults: &mut Vec<Fault>) -> Vec<Factor> {
    let form = "`zip` is a list of tables, each with keys that advance together: \
                zip = [{ \"a.b\" = [1, 2], \"c.d\" = [3, 4] }]";
    let mut zips = Vec::new();
    for table in tables("zip", node, form, faults) {
        let mut axes = Vec::new();
        for (path, node) in table.leaves() {
            let entry = Entry {
                key: dotted(&path),
                place: last_place(&path, node),
                node: node.clone(),
            };
            match read_axis(&entry, faults) {
                Some(axis) => axes.push((entry, axis.rows)),
                None if matches!(node.value, Value::Array(_)) => {}
                None => faults
                    .push(Fault::at(node.place, "a zipped key needs a list of values").help(form)),
            }
        }
        let Some((first, rows)) = axes.first() else {
            continue;
        };
        let unequal = axes.iter().find(|(_, other)| other.len() != rows.len());
        if let Some((entry, other)) = unequal {
            let message = format!(
                "zipped keys advance together, but `{}` has {} and `{}` has {}",
                first.key,
                count(rows.len()),
                entry.key,
                count(other.len())
            );
            faults.push(
                Fault::at(entry.node.place, message).help("give them lists of the same length"),
            );
            continue;
        }
        let row = |index: usize| {
            axes.iter()
                .flat_map(|(_, rows)| rows[index].clone())
                .collect()
        };
        zips.push(Factor {
            single: false,
            rows: (0..rows.len()).map(row).collect(),
        });
    }
    zips
}

/// Cells written out one by one.
pub(crate) fn read_list(node: &Node, faults: &mut Vec<Fault>) -> Option<Factor> {
    let rows = read_rows("list", node, faults);
    (!rows.is_empty()).then_some(Factor {
        single: false,
        rows,
    })
}

/// The rows of `list` or `exclude`: tables of keys and single values.
pub(crate) fn read_rows(word: &str, node: &Node, faults: &mut Vec<Fault>) -> Vec<Vec<Assignment>> {
    let form = format!(
        "`{word}` is a list of tables, each a cell or part of one: {word} = [{{ \"a.b\" = 1 }}]"
    );
    let mut rows = Vec::new();
    for table in tables(word, node, &form, faults) {
        let assign = |(path, node): (Vec<_>, &Node)| Assignment {
            key: dotted(&path),
            place: last_place(&path, node),
            node: node.clone(),
        };
        rows.push(table.leaves().into_iter().map(assign).collect());
    }
    rows
}

fn tables<'a>(word: &str, node: &'a Node, form: &str, faults: &mut Vec<Fault>) -> Vec<&'a Table> {
    let Value::Array(items) = &node.value else {
        faults.push(Fault::at(node.place, format!("`{word}` must be a list of tables")).help(form));
        return Vec::new();
    };
    let mut tables = Vec::new();
    for item in items {
        match &item.value {
            Value::Table(table) if !table.0.is_empty() => tables.push(table),
            _ => {
                let message =
                    format!("each element of `{word}` must be a table with at least one key");
                faults.push(Fault::at(item.place, message).help(form));
            }
        }
    }
    tables
}

fn last_place(path: &[(String, Place)], node: &Node) -> Place {
    path.last().map_or(node.place, |(_, place)| *place)
}

fn count(values: usize) -> String {
    if values == 1 {
        "1 value".into()
    } else {
        format!("{values} values")
    }
}
