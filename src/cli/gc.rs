//! `sweep gc`: what of the store nobody needs any more. It shows, and removes only when told to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::plan::{Plan, Timing, build};
use crate::store::{Record, State, Store};
use crate::systems::speed::SPEED;

use super::arguments::{ExperimentArguments, PlaceArguments};
use super::exit::{Exit, Problem};
use super::experiment::{load, places};
use super::naming::{bytes, columns, counted};
use super::output::{complain, say};

/// Removed steps that are named; `--verbose` and JSON name all.
const NAMED: usize = 12;

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[command(after_help = "Examples:
  sweep gc                                         what interrupted and failed steps left behind
  sweep gc experiments/*.toml                      and every step that none of these experiments needs
  sweep gc experiments/*.toml --models             and the weights that none of their steps still has to read
  sweep gc experiments/*.toml --delete             the same, removed

An experiment's needs are those of all its profiles, without `--set`: what was made with `--set` counts as
needed by none.")]
pub(super) struct GcArguments {
    /// The experiments whose results are kept; without any, no finished step is touched.
    files: Vec<PathBuf>,
    /// Also weights and encoder states of finished steps whose dependants in these experiments are all done. Scores and
    /// predictions stay; a step that has to read what is gone lets it be made again.
    #[arg(long, requires = "files")]
    models: bool,
    /// Remove it. Without this, nothing is touched.
    #[arg(long)]
    delete: bool,
    /// Remove unneeded steps even where a corpus, a model or a device that the experiments name is not here.
    #[arg(long, requires = "delete")]
    force: bool,
    /// Name every step.
    #[arg(long, short)]
    verbose: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    places: PlaceArguments,
}

/// Why something can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Unfinished,
    Unneeded,
    Models,
}

impl Reason {
    fn words(self) -> &'static str {
        match self {
            Self::Unfinished => "interrupted or failed",
            Self::Unneeded => "needed by none of the named experiments",
            Self::Models => "weights and states that nothing has to read any more",
        }
    }
}

/// Something that can go: a whole step, or some of its outputs.
struct Removal {
    record: Record,
    reason: Reason,
    outputs: Vec<String>,
    bytes: u64,
}

pub(super) fn gc(arguments: &GcArguments) -> Result<Exit, Problem> {
    let store = if arguments.delete {
        Store::open(&arguments.places.results).map_err(Problem::set_up)?
    } else {
        Store::at(&arguments.places.results)
    };
    // Nobody may plan on what is being removed.
    let lock = arguments.delete.then(|| store.lock_runner()).transpose();
    let lock = lock.map_err(Problem::set_up)?;
    let plans = plans(arguments, &store)?;
    let (removals, kept) = survey(arguments, &store, &plans)?;
    let is_unsure = plans.iter().any(|plan| !plan.missing.is_empty());
    let would_lose = removals.iter().any(|one| one.reason == Reason::Unneeded);
    if arguments.delete && is_unsure && would_lose && !arguments.force {
        return Err(Problem::set_up(
            "nothing was removed: something that the experiments name is not here, so their results cannot all be told \
             from what nobody needs; name the right --data and --models, or look at the list without --delete and then \
             give --force",
        ));
    }
    let leftover = store.leftover().map_err(Problem::set_up)?;
    let freed = removals.iter().map(|one| one.bytes).sum::<u64>() + leftover;
    if arguments.json {
        let steps: Vec<serde_json::Value> = removals
            .iter()
            .map(|one| {
                json!({
                    "key": one.record.key,
                    "kind": one.record.kind,
                    "label": one.record.label,
                    "reason": one.reason.words(),
                    "outputs": one.outputs,
                    "bytes": one.bytes,
                })
            })
            .collect();
        let shown = json!({
            "version": 1,
            "deleted": arguments.delete,
            "bytes": freed,
            "kept": kept,
            "remove": steps,
        });
        say(&format!("{shown:#}"));
    } else {
        say(&text(arguments, &store, &removals, kept, freed)?);
    }
    if arguments.delete {
        for one in &removals {
            let removed = if one.reason == Reason::Models {
                store.collect(&one.record.key, &one.outputs)
            } else {
                store.remove(&one.record.key)
            };
            removed.map_err(Problem::set_up)?;
        }
        store.remove_leftover().map_err(Problem::set_up)?;
        complain(&format!("removed {}", bytes(freed)));
    }
    drop(lock);
    Ok(Exit::Done)
}

/// The plans of all profiles of the named experiments.
fn plans(arguments: &GcArguments, store: &Store) -> Result<Vec<Plan>, Problem> {
    let mut plans = Vec::new();
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    for file in &arguments.files {
        let of = |profile: Option<String>| ExperimentArguments {
            file: file.clone(),
            profile,
            set: Vec::new(),
            places: arguments.places.clone(),
            jobs: None,
        };
        let profiles = load(&of(None))?.profiles;
        for profile in profiles {
            let experiment = load(&of(Some(profile)))?;
            let plan = build(
                &experiment,
                &places(&arguments.places),
                store,
                Timing::AsShown,
            );
            let plan = plan.map_err(Problem::set_up)?;
            for one in &plan.missing {
                *missing.entry(one.reason.clone()).or_default() += 1;
            }
            plans.push(plan);
        }
    }
    // What is not here has no content and so no key: its results cannot be told from those of others.
    for (reason, profiles) in missing {
        complain(&format!(
            "warning: for {}: {reason}",
            counted(profiles, "profile")
        ));
        complain("  results that were made while it was there count as needed by none");
    }
    Ok(plans)
}

/// What can go, and how many steps stay.
fn survey(
    arguments: &GcArguments,
    store: &Store,
    plans: &[Plan],
) -> Result<(Vec<Removal>, usize), Problem> {
    let needed: BTreeSet<&str> = plans
        .iter()
        .flat_map(|plan| plan.steps.iter().map(|step| step.key.as_str()))
        .collect();
    let read = still_read(store, plans)?;
    let (mut removals, mut kept) = (Vec::new(), 0);
    for record in store.steps().map_err(Problem::set_up)? {
        if store
            .worker(&record.key)
            .map_err(Problem::set_up)?
            .is_some()
        {
            kept += 1;
            continue;
        }
        let state = store.state(&record.key).map_err(Problem::set_up)?;
        let is_done = matches!(state, State::Done(_));
        // A measurement is a statement about a machine at a time, which no plan made here and now can name.
        let is_measured = record.kind == SPEED
            && record
                .inputs
                .iter()
                .all(|input| needed.contains(input.as_str()));
        let is_needed = is_measured || needed.contains(record.key.as_str());
        let is_broken = matches!(state, State::Unfinished | State::Failed { .. });
        let reason = if is_broken && record.kind != SPEED {
            Some(Reason::Unfinished)
        } else if !is_needed && !plans.is_empty() {
            Some(Reason::Unneeded)
        } else {
            None
        };
        if let Some(reason) = reason {
            let bytes = store.size(&record.key).map_err(Problem::set_up)?;
            removals.push(Removal {
                record,
                reason,
                outputs: Vec::new(),
                bytes,
            });
            continue;
        }
        kept += 1;
        if arguments.models && is_done && !read.contains(record.key.as_str()) {
            let outputs = store.outputs(&record.key).map_err(Problem::set_up)?;
            let weights = outputs
                .into_iter()
                .filter(|(name, _)| name.ends_with(".safetensors"));
            let (outputs, sizes): (Vec<String>, Vec<u64>) = weights.unzip();
            if !outputs.is_empty() {
                let bytes = sizes.iter().sum();
                removals.push(Removal {
                    record,
                    reason: Reason::Models,
                    outputs,
                    bytes,
                });
            }
        }
    }
    Ok((removals, kept))
}

/// The steps that an unfinished step of the plans will read, and those that nothing in the plans reads at all, which
/// are results in themselves.
fn still_read(store: &Store, plans: &[Plan]) -> Result<BTreeSet<String>, Problem> {
    let mut readers: BTreeMap<&str, bool> = BTreeMap::new();
    for step in plans.iter().flat_map(|plan| &plan.steps) {
        let is_done = matches!(
            store.state(&step.key).map_err(Problem::set_up)?,
            State::Done(_)
        );
        for input in &step.inputs {
            *readers.entry(input).or_insert(true) &= is_done;
        }
    }
    let all = plans.iter().flat_map(|plan| &plan.steps);
    let read = all.filter(|step| readers.get(step.key.as_str()) != Some(&true));
    Ok(read.map(|step| step.key.clone()).collect())
}

fn text(
    arguments: &GcArguments,
    store: &Store,
    removals: &[Removal],
    kept: usize,
    freed: u64,
) -> Result<String, Problem> {
    let mut text = String::new();
    let mut groups: BTreeMap<(Reason, &str), (usize, u64)> = BTreeMap::new();
    for one in removals {
        let (count, size) = groups.entry((one.reason, &one.record.kind)).or_default();
        *count += 1;
        *size += one.bytes;
    }
    let mut last = None;
    for reason in [Reason::Unfinished, Reason::Unneeded, Reason::Models] {
        let own = groups.iter().filter(|((other, _), _)| *other == reason);
        let lines: Vec<Vec<String>> = own
            .map(|((_, kind), (count, size))| {
                vec![format!("  {kind}"), count.to_string(), bytes(*size)]
            })
            .collect();
        if lines.is_empty() {
            continue;
        }
        if last.is_some() {
            text.push('\n');
        }
        last = Some(reason);
        let _ = write!(text, "{}\n{}", reason.words(), columns(&lines));
        let members: Vec<&Removal> = removals.iter().filter(|one| one.reason == reason).collect();
        let shown = if arguments.verbose {
            members.len()
        } else {
            NAMED
        };
        for one in members.iter().take(shown) {
            let _ = writeln!(text, "    {}  {}", &one.record.key[..8], one.record.label);
        }
        if members.len() > shown {
            let _ = writeln!(
                text,
                "    and {} more, which --verbose names",
                members.len() - shown
            );
        }
    }
    let strays = store.strays().map_err(Problem::set_up)?;
    for (folder, size) in &strays {
        let _ = writeln!(
            text,
            "\n{} ({}) does not say what step it is; look at it, and remove it by hand",
            folder.display(),
            bytes(*size)
        );
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let steps = if kept == 1 {
        "1 step stays".to_owned()
    } else {
        format!("{kept} steps stay")
    };
    if removals.is_empty() && freed == 0 {
        let _ = writeln!(text, "nothing to remove; {steps}");
    } else if arguments.delete {
        let _ = writeln!(text, "{} to free; {steps}", bytes(freed));
    } else {
        let _ = writeln!(
            text,
            "{} could be freed; {steps}. Nothing was touched: --delete removes it",
            bytes(freed)
        );
    }
    Ok(text)
}
