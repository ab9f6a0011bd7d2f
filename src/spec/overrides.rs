//! Where a value given outside the files goes: to the axis of its key if there is one, else to the configuration.

use crate::spec::axes::{Design, WORDS};
use crate::spec::fault::Fault;
use crate::spec::set::Override;
use crate::spec::tree::{Entry, Node, Part, Table, Value, dotted};

/// Overrides sorted by what they change.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    /// A layer over the file: configuration, statistics, title.
    pub(crate) layer: Table,
    /// A layer over `[axes]`: seeds, folds, zips, lists, excludes.
    pub(crate) axes: Table,
    /// Axes whose values are replaced, or that are added.
    pub(crate) values: Vec<Entry>,
}

impl Overrides {
    /// Sorts overrides, given the axes of the file. Later ones win.
    pub(crate) fn sort(given: &[Override], design: &Design, faults: &mut Vec<Fault>) -> Self {
        let mut overrides = Self::default();
        let keys = design.keys();
        for Override { path, node } in given {
            let (explicit, rest) = match path.split_first() {
                Some(((key, _), rest)) if key == "axes" && !rest.is_empty() => (true, rest),
                _ => (false, path.as_slice()),
            };
            let Some((first, place)) = rest.first() else {
                continue;
            };
            let key = dotted(rest);
            if WORDS[..2].contains(&first.as_str()) || (explicit && WORDS.contains(&first.as_str()))
            {
                overrides.axes.insert(rest, numbers(first, rest, node));
            } else if explicit || keys.contains(&key.as_str()) {
                let entry = Entry {
                    key,
                    place: *place,
                    node: node.clone(),
                };
                overrides.values.retain(|earlier| earlier.key != entry.key);
                overrides.values.push(entry);
            } else if ["include", "profile"].contains(&first.as_str()) {
                let fault = Fault::at(*place, format!("`{first}` can only be given in a file"));
                faults.push(if first == "profile" {
                    fault.help("choose a profile with `--profile NAME`")
                } else {
                    fault
                });
            } else {
                overrides.layer.insert(rest, node.clone());
            }
        }
        overrides
    }
}

/// `seed=3` is the one seed 3.
fn numbers(word: &str, path: &[Part], node: &Node) -> Node {
    match node.value {
        Value::Integer(_) if WORDS[..2].contains(&word) && path.len() == 1 => Node {
            place: node.place,
            value: Value::Array(vec![node.clone()]),
        },
        _ => node.clone(),
    }
}
