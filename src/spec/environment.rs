//! Environment variables: `SWEEP_TRAIN__EPOCHS=3` is `train.epochs = 3`.
//!
//! Only names with a double underscore are configuration; `SWEEP_DATA` and its like belong to the process.

use crate::spec::fault::Fault;
use crate::spec::set::{Override, parse_value};
use crate::spec::source::{Place, Source, Sources};
use crate::spec::syntax::Origin;

/// Reads one variable; nothing if it is not configuration. `known` is a complete configuration, whose keys tell
/// how a name is really spelt: variables have capitals only, and no hyphens.
pub(crate) fn parse_variable(
    (name, value): &(String, String),
    known: &serde_json::Value,
    sources: &mut Sources,
    faults: &mut Vec<Fault>,
) -> Option<Override> {
    let keys = name
        .strip_prefix("SWEEP_")
        .filter(|keys| keys.contains("__"))?;
    let text = format!("{name}={value}");
    let label = Some(name.clone());
    let source = sources.add(Source {
        name: "environment".into(),
        text,
        label,
    });
    let place = Place {
        source,
        start: 0,
        end: name.len(),
    };
    if keys.split("__").any(str::is_empty) {
        let message = format!("`{name}` has an empty part between its underscores");
        faults.push(Fault::at(place, message).help("write it like SWEEP_TRAIN__EPOCHS=3"));
        return None;
    }
    let mut path = Vec::new();
    let mut here = Some(known);
    for (index, part) in keys.split("__").enumerate() {
        // The keys below `axes` are those of the configuration.
        if index == 1 && path.first().is_some_and(|(key, _)| key == "axes") {
            here = Some(known);
        }
        let object = here.and_then(|value| value.as_object());
        let spelt = object.and_then(|object| object.keys().find(|key| plain(key) == plain(part)));
        let key = spelt.cloned().unwrap_or_else(|| part.to_lowercase());
        here = object.and_then(|object| object.get(&key));
        path.push((key, place));
    }
    let node = parse_value(
        Origin {
            source,
            offset: name.len() + 1,
        },
        value,
        faults,
    )?;
    Some(Override { path, node })
}

fn plain(key: &str) -> String {
    key.to_lowercase().replace('-', "_")
}
