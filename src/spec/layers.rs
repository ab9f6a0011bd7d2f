//! The layers of a configuration, merged and extracted by figment.

use figment::error::{Error, Kind};
use figment::providers::Serialized;
use figment::value::{Dict, Map, Value as Figmented};
use figment::{Figment, Metadata, Profile, Provider};
use serde::{Serialize, de::DeserializeOwned};

use crate::spec::explain::{Names, explain};
use crate::spec::fault::Fault;
use crate::spec::source::Place;
use crate::spec::tree::{Table, Value, dotted};

/// Built-in defaults and the tables laid over them, lowest first.
#[derive(Debug, Clone)]
pub(crate) struct Layers {
    defaults: Dict,
    tables: Vec<Table>,
}

/// A table as figment reads it.
struct Layer(Dict);

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named("layer")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

impl Layers {
    /// Layers over the default value of what will be extracted.
    pub(crate) fn over(defaults: &impl Serialize, tables: Vec<Table>) -> Self {
        let defaults = Serialized::defaults(defaults).data().ok();
        let defaults = defaults
            .and_then(|mut data| data.remove(&Profile::Default))
            .unwrap_or_default();
        Self { defaults, tables }
    }

    /// The same with one more layer on top.
    pub(crate) fn with(&self, table: Table) -> Self {
        let mut layers = self.clone();
        layers.tables.push(table);
        layers
    }

    /// Where the effective value at a path was written, or its key; nowhere if it is built in.
    pub(crate) fn locate(&self, path: &[String], of_key: bool) -> Option<Place> {
        self.tables
            .iter()
            .rev()
            .find_map(|table| table.locate(path, of_key))
    }

    /// The place of a path or, where that cannot be told, of what surrounds it.
    pub(crate) fn locate_near(&self, path: &[String]) -> Option<Place> {
        self.locate(path, false).or_else(|| {
            (1..path.len())
                .rev()
                .find_map(|length| self.locate(&path[..length], true))
        })
    }

    /// Merges the layers and reads the value out.
    ///
    /// Serde stops at the first error. To find the others, what is wrong is noted, removed, and the rest is read
    /// again. A key of the built-in defaults that the chosen variant does not have is nobody's mistake and only
    /// removed. Gives a value even with faults, if there is something to go on with.
    pub(crate) fn extract<T>(&mut self, names: &Names, faults: &mut Vec<Fault>) -> Option<T>
    where
        T: Serialize + DeserializeOwned,
    {
        loop {
            let mut figment = Figment::from(Layer(self.defaults.clone()));
            for table in &self.tables {
                figment = figment.merge(Layer(table.to_figment()));
            }
            match figment.extract::<T>() {
                Ok(value) => {
                    self.check_names(&value, faults);
                    return Some(value);
                }
                Err(error) => {
                    if !self.set_aside(&error, names, faults) {
                        return None;
                    }
                }
            }
        }
    }

    /// Notes an error and removes its cause; false if the cause cannot be found.
    fn set_aside(&mut self, error: &Error, names: &Names, faults: &mut Vec<Fault>) -> bool {
        let mut path = error.path.clone();
        let place = if let Kind::UnknownField(name, _) = &error.kind {
            // Where serde buffers a value, as for internally tagged enums, the path ends above the field.
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            let place = self.locate(&path, true);
            if place.is_none() && remove_default(&mut self.defaults, &path) {
                return true;
            }
            place
        } else {
            self.locate_near(&path)
        };
        faults.push(explain(&error.kind, &path, place, names));
        while !path.is_empty() {
            let removed = self
                .tables
                .iter_mut()
                .map(|table| table.remove(&path))
                .filter(|&removed| removed)
                .count();
            if removed > 0 {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Figment takes a number for the variant of that index; here a name is a name.
    fn check_names(&self, value: &impl Serialize, faults: &mut Vec<Fault>) {
        let Ok(value) = serde_json::to_value(value) else {
            return;
        };
        for (path, node) in self.tables.iter().flat_map(Table::leaves) {
            let read = path
                .iter()
                .try_fold(&value, |value, (key, _)| value.get(key));
            if let (Value::Integer(number), Some(serde_json::Value::String(_))) =
                (&node.value, read)
            {
                let message = format!(
                    "`{}` must be one of its names in quotes, not {number}",
                    dotted(&path)
                );
                faults.push(Fault::at(node.place, message));
            }
        }
    }
}

fn remove_default(defaults: &mut Dict, path: &[String]) -> bool {
    match path {
        [] => false,
        [key] => defaults.remove(key).is_some(),
        [key, rest @ ..] => match defaults.get_mut(key) {
            Some(Figmented::Dict(_, below)) => remove_default(below, rest),
            _ => false,
        },
    }
}
