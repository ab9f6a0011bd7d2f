//! An experiment file and the files that it includes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::spec::fault::Fault;
use crate::spec::source::{Place, Source, Sources};
use crate::spec::syntax::Origin;
use crate::spec::tree::{Node, Table, Value};

/// Reads files and what they include, the lowest layer first.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) sources: Sources,
    pub(crate) tables: Vec<Table>,
    pub(crate) faults: Vec<Fault>,
    open: Vec<PathBuf>,
    read: Vec<PathBuf>,
}

impl Files {
    /// Adds a text, and below it what it includes. `name` is its path, or a made-up name beside which the
    /// included files lie.
    pub(crate) fn add(&mut self, name: &Path, text: &str) {
        let label = without_detours(name).display().to_string();
        let source = self.sources.add(Source {
            name: label,
            text: text.to_owned(),
            label: None,
        });
        let mut table = Origin { source, offset: 0 }.document(text, &mut self.faults);
        let identity = fs::canonicalize(name).unwrap_or_else(|_| name.to_owned());
        self.read.push(identity.clone());
        self.open.push(identity);
        if let Some(entry) = table.take("include") {
            for node in self.paths(entry.node) {
                self.include(name, node);
            }
        }
        self.open.pop();
        self.tables.push(table);
    }

    fn paths(&mut self, node: Node) -> Vec<(String, Place)> {
        let mut paths = Vec::new();
        let place = node.place;
        let Value::Array(items) = node.value else {
            self.faults
                .push(Fault::at(place, "`include` must be a list of file names"));
            return paths;
        };
        for item in items {
            match item.value {
                Value::Text(path) => paths.push((path, item.place)),
                _ => self.faults.push(Fault::at(
                    item.place,
                    "`include` must be a list of file names",
                )),
            }
        }
        paths
    }

    fn include(&mut self, from: &Path, (path, place): (String, Place)) {
        let file = from.parent().unwrap_or(Path::new("")).join(&path);
        let identity = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
        if self.open.contains(&identity) {
            let message =
                format!("`{path}` includes itself, directly or through the files that it includes");
            self.faults
                .push(Fault::at(place, message).help("take one of the `include` lines out"));
        } else if !self.read.contains(&identity) {
            match fs::read_to_string(&file) {
                Ok(text) => self.add(&file, &text),
                Err(error) => self.faults.push(
                    Fault::at(place, format!("cannot read `{}`: {error}", file.display()))
                        .help("the path is relative to the file that includes it"),
                ),
            }
        }
    }
}

/// A path as messages show it: `experiments/../sweeps/a.toml` is `sweeps/a.toml`.
fn without_detours(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for component in path.components() {
        let inside = matches!(short.components().next_back(), Some(Component::Normal(_)));
        if component == Component::ParentDir && inside {
            short.pop();
        } else {
            short.push(component);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detours_are_left_out() {
        for (path, short) in [
            ("a/b/../../c.toml", "c.toml"),
            ("../a/../c.toml", "../c.toml"),
            ("../../c.toml", "../../c.toml"),
            ("/a/../c.toml", "/c.toml"),
        ] {
            assert_eq!(without_detours(path.as_ref()), Path::new(short), "{path}");
        }
    }
}
