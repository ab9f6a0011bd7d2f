//! From layers to an experiment: one profile, extracted, expanded and checked.

use crate::spec::axes::{Axes, Axis, Design, WORDS};
use crate::spec::cells::configure;
use crate::spec::claim_sides::read_sides;
use crate::spec::configuration::{Configuration, Vocabulary};
use crate::spec::expand::expand;
use crate::spec::experiment::Experiment;
use crate::spec::explain::Names;
use crate::spec::factor::Assignment;
use crate::spec::fault::{Fault, extend_distinct};
use crate::spec::layers::Layers;
use crate::spec::overrides::Overrides;
use crate::spec::parts::{DEFAULT_PROFILE, Head, KEYS, Parts, check_name, take_profiles};
use crate::spec::plot::require_x;
use crate::spec::set::Override;
use crate::spec::tree::Table;

/// The names of all profiles, the default first.
pub(crate) fn profiles_of(files: &[Table]) -> Vec<String> {
    let mut names = vec![DEFAULT_PROFILE.to_owned()];
    for file in files {
        for (name, _) in take_profiles(&mut file.clone(), &mut Vec::new()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Builds the experiment that a profile of the files describes. What is wrong is added to the faults; without a
/// new fault there is an experiment.
pub(crate) fn assemble<C: Configuration>(
    files: &[Table],
    profile: &str,
    given: &[Override],
    vocabulary: &Vocabulary<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Experiment<C>> {
    let (mut head, mut axes, mut sections) = (Vec::new(), Table::default(), Vec::new());
    for layer in stack(files, Some(profile), faults) {
        let parts = Parts::of(layer, faults);
        head.push(parts.head);
        axes.merge(parts.axes);
        sections.push(parts.sections);
    }
    let filed = Design::read(&axes, faults);
    let overrides = Overrides::sort(given, &filed, faults);
    let top = Parts::of(overrides.layer, faults);
    head.push(top.head);
    sections.push(top.sections);
    let mut design = filed.clone();
    let changed = !overrides.axes.0.is_empty() || !overrides.values.is_empty();
    if changed {
        axes.merge(overrides.axes);
        let mut again = Vec::new();
        design = Design::read(&axes, &mut again);
        extend_distinct(faults, again);
        for entry in &overrides.values {
            design.set(entry, faults);
        }
        expand(&filed, true, faults);
    }
    let rows = expand(&design, !changed, faults);

    let names = names::<C>();
    let mut sections = Layers::over(&C::default(), sections);
    let configuration = sections.extract::<C>(&names, faults);
    // A key of the axes that is no configuration key may be a misspelt word of the axes.
    let names = Names {
        top_level: WORDS.to_vec(),
        ..names
    };
    let before = faults.len();
    let cells = configure(&sections, &rows, &names, faults);
    // Next to a misspelt axis, what refers to the right one would look wrong too.
    let axes_are_sound = faults.len() == before;

    let mut unsure = Vec::new();
    let checked = if axes_are_sound {
        &mut *faults
    } else {
        &mut unsure
    };
    read_sides(&mut head, &designs(files, &design), checked);
    require_x(&head, &design.keys(), vocabulary, checked);
    let mut head_layers = Layers::over(&Head::default(), head);
    let mut head = head_layers.extract::<Head>(&Names::default(), faults)?;
    check_name(head.name.as_deref(), &head_layers, faults);
    if axes_are_sound {
        head.statistics
            .check(&head_layers, [&filed, &design], faults);
        for (index, table) in head.table.iter().enumerate() {
            table.check(index, &head_layers, &design.keys(), vocabulary, faults);
            table.check_baseline(index, &head_layers, &head.statistics, faults);
        }
        for (index, plot) in head.plot.iter().enumerate() {
            plot.check(index, &head_layers, &design.keys(), vocabulary, faults);
        }
        for (index, claim) in head.claim.iter_mut().enumerate() {
            claim.check(index, &head_layers, (&design, &rows), vocabulary, faults);
        }
    }

    let name = head.name?;
    Some(Experiment {
        title: head.title.unwrap_or_else(|| name.clone()),
        name,
        mirrors: head.mirrors,
        profile: profile.to_owned(),
        profiles: profiles_of(files),
        configuration: configuration?,
        axes: describe(&design, &rows),
        statistics: head.statistics,
        report: head.report,
        tables: head.table,
        plots: head.plot,
        claims: head.claim,
        cells,
    })
}

/// The axes in effect, then those of the files without a profile, then those of every profile.
fn designs(files: &[Table], effective: &Design) -> Vec<Design> {
    let profiles = profiles_of(files);
    let others = std::iter::once(None).chain(profiles.iter().map(|name| Some(name.as_str())));
    // What is wrong with another profile is told when that one is read.
    let ignored = &mut Vec::new();
    let mut designs = vec![effective.clone()];
    for profile in others {
        let mut axes = Table::default();
        for layer in stack(files, profile, ignored) {
            axes.merge(Parts::of(layer, ignored).axes);
        }
        designs.push(Design::read(&axes, ignored));
    }
    designs
}

/// The layers of a profile, lowest first: all files, then all their overlays.
fn stack(files: &[Table], profile: Option<&str>, faults: &mut Vec<Fault>) -> Vec<Table> {
    let (mut layers, mut overlays) = (Vec::new(), Vec::new());
    for file in files {
        let mut file = file.clone();
        let profiles = take_profiles(&mut file, faults);
        overlays.extend(
            profiles
                .into_iter()
                .filter(|(name, _)| Some(name.as_str()) == profile)
                .map(|(_, overlay)| overlay),
        );
        layers.push(file);
    }
    layers.append(&mut overlays);
    layers
}

fn names<C: Configuration>() -> Names {
    let mut everywhere = Vec::new();
    if let Ok(defaults) = serde_json::to_value(C::default()) {
        collect(&defaults, "", &mut everywhere);
    }
    Names {
        top_level: KEYS.to_vec(),
        everywhere,
    }
}

fn collect(value: &serde_json::Value, above: &str, keys: &mut Vec<String>) {
    for (key, below) in value.as_object().into_iter().flatten() {
        let key = if above.is_empty() {
            key.clone()
        } else {
            format!("{above}.{key}")
        };
        collect(below, &key, keys);
        keys.push(key);
    }
}

/// The axes for reports: of each key the values that cells have.
fn describe(design: &Design, rows: &[Vec<Assignment>]) -> Axes {
    let axis = |key: &str| {
        let mut values = Vec::new();
        for node in design.values(key) {
            let value = node.to_json();
            let used = rows
                .iter()
                .flatten()
                .any(|one| one.key == key && one.node.place == node.place);
            if used && !values.contains(&value) {
                values.push(value);
            }
        }
        Axis {
            key: key.to_owned(),
            values,
        }
    };
    Axes {
        axes: design.keys().into_iter().map(axis).collect(),
        seeds: design.seeds.clone(),
        folds: design.folds.clone(),
    }
}
