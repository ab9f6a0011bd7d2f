//! A file's keys sorted by who reads them: the head, the axes, the sections of the configuration.

use serde::{Deserialize, Serialize};

use crate::spec::axes::flatten;
use crate::spec::claim::Claim;
use crate::spec::fault::Fault;
use crate::spec::plot::Plot;
use crate::spec::report::ReportOptions;
use crate::spec::statistics::{Statistics, flatten_baseline};
use crate::spec::suggest::advice;
use crate::spec::table::Table as ReportTable;
use crate::spec::tree::{Table, Value};

/// Top-level keys that belong to the language and not to the configuration.
pub(crate) const KEYS: [&str; 11] = [
    "name",
    "title",
    "mirrors",
    "include",
    "axes",
    "statistics",
    "report",
    "table",
    "plot",
    "claim",
    "profile",
];

/// Of these, the ones that a profile cannot overlay.
const FIXED: [&str; 3] = ["name", "include", "profile"];

/// The profile that is used unless another is asked for, whether or not the file has a table for it.
pub(crate) const DEFAULT_PROFILE: &str = "demo";

/// What the file says beside axes and configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) name: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) mirrors: Option<String>,
    pub(crate) statistics: Statistics,
    pub(crate) report: ReportOptions,
    pub(crate) table: Vec<ReportTable>,
    pub(crate) plot: Vec<Plot>,
    pub(crate) claim: Vec<Claim>,
}

/// One layer, sorted.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) head: Table,
    pub(crate) axes: Table,
    pub(crate) sections: Table,
}

impl Parts {
    /// Sorts the keys of one layer.
    pub(crate) fn of(mut layer: Table, faults: &mut Vec<Fault>) -> Self {
        let mut axes = Table::default();
        if let Some(entry) = layer.take("axes") {
            match entry.node.value {
                Value::Table(table) => axes = flatten(table, faults),
                _ => faults.push(Fault::at(entry.node.place, "`axes` must be a table")),
            }
        }
        let (head, sections) = layer
            .0
            .into_iter()
            .partition(|entry| KEYS.contains(&entry.key.as_str()));
        let mut head = Table(head);
        flatten_baseline(&mut head);
        Self {
            head,
            axes,
            sections: Table(sections),
        }
    }
}

/// Takes the profiles out of a file and returns them in the order written.
pub(crate) fn take_profiles(file: &mut Table, faults: &mut Vec<Fault>) -> Vec<(String, Table)> {
    let Some(profiles) = file.take("profile") else {
        return Vec::new();
    };
    let Value::Table(profiles) = profiles.node.value else {
        faults.push(
            Fault::at(profiles.node.place, "`profile` must be a table of profiles").help(
                "write `[profile.desk]`; which profile is used is chosen on the command line",
            ),
        );
        return Vec::new();
    };
    let mut overlays = Vec::new();
    for profile in profiles.0 {
        let Value::Table(mut overlay) = profile.node.value else {
            faults.push(Fault::at(
                profile.node.place,
                format!("the profile `{}` must be a table", profile.key),
            ));
            continue;
        };
        for fixed in FIXED {
            if let Some(entry) = overlay.take(fixed) {
                let fault = Fault::at(entry.place, format!("a profile cannot have `{fixed}`"));
                faults.push(fault.help(format!("`{fixed}` belongs at the top of the file")));
            }
        }
        overlays.push((profile.key, overlay));
    }
    overlays
}

/// The fault of a profile that no file has.
pub(crate) fn unknown_profile(name: &str, there: &[String]) -> Fault {
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let help = match advice(name, &there, "profiles") {
        list if list.starts_with("valid") => list,
        nearest => format!("{nearest} (profiles: {})", there.join(", ")),
    };
    Fault::maybe_at(None, format!("there is no profile `{name}`")).help(help)
}

/// Checks the name, which becomes the name of a folder.
pub(crate) fn check_name(
    name: Option<&str>,
    head: &crate::spec::layers::Layers,
    faults: &mut Vec<Fault>,
) {
    let valid = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter)
    };
    let fault = match name {
        None => Fault::maybe_at(None, "the experiment has no `name`")
            .help("add a first line like `name = \"quickstart\"`"),
        Some(name) if name.is_empty() || !name.chars().all(valid) => Fault::maybe_at(
            head.locate(&["name".into()], false),
            format!("`{name}` cannot be the name of an experiment"),
        )
        .help("a name has small letters, digits, `_` and `-` only, since it names a folder"),
        Some(_) => return,
    };
    faults.push(fault);
}
