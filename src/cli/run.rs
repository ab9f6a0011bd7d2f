//! `sweep run FILE`: the main job.

use std::ffi::OsString;

use crate::plan::{Plan, build};
use crate::report;
use crate::run::{
    Options, Outcome, Retry, RunError, Slot, WorkerCommand, for_terminal, run as dispatch,
};
use crate::spec::Experiment;
use crate::store::Store;
use crate::systems::Configuration;

use super::arguments::RunArguments;
use super::collect::collect;
use super::exit::{Exit, Problem};
use super::experiment::{cores, jobs, load, places};
use super::output::{complain, say, width};

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Problem> {
    if arguments.dry_run {
        return super::plan::show(&arguments.experiment);
    }
    let experiment = load(&arguments.experiment)?;
    let store = Store::open(&arguments.experiment.places.results).map_err(Problem::set_up)?;
    let places = places(&arguments.experiment.places);
    let plan = build(&experiment, &places, &store).map_err(Problem::set_up)?;
    let possible = plan.possible();
    for missing in &plan.missing {
        complain(&format!(
            "{}: {}",
            if possible.is_empty() {
                "error"
            } else {
                "warning"
            },
            missing.reason
        ));
    }
    if possible.is_empty() {
        return Err(Problem::laid_out(format!(
            "nothing was done: none of the {} runs of {} is possible here",
            plan.runs.len(),
            experiment.name
        )));
    }
    // A folder that cannot be written must not come up after hours of training.
    std::fs::create_dir_all(&arguments.reports).map_err(|error| {
        Problem::set_up(format!(
            "the reports folder {} cannot be made ({error}); choose another with --reports",
            arguments.reports.display()
        ))
    })?;
    announce(&plan, &possible);
    let options = options(arguments, &experiment)?;
    let mut reporter = for_terminal(!arguments.no_progress);
    let outcome =
        dispatch(&store, &possible, &options, reporter.as_mut()).map_err(|error| match error {
            RunError::Store(_) | RunError::Busy(_) => Problem::set_up(error),
            other => Problem::internal(other),
        })?;
    drop(reporter);
    write_report(arguments, &experiment, &plan, &store)?;
    Ok(exit(&outcome, &plan))
}

/// One line on what is about to happen.
fn announce(plan: &Plan, possible: &[crate::plan::Step]) {
    let trainings = possible.iter().filter(|step| step.training).count();
    complain(&format!(
        "{trainings} trainings for {} asked, {} steps in all",
        plan.asked,
        possible.len()
    ));
}

/// One slot per job; the cores are shared out among them, except for steps that run alone.
fn options(
    arguments: &RunArguments,
    experiment: &Experiment<Configuration>,
) -> Result<Options, Problem> {
    let jobs = jobs(&arguments.experiment, experiment);
    let environment: Vec<(OsString, OsString)> = [
        // Burn materialises optimiser records on its default device, which in a build
        // with several backends would be the first of them.
        ("BURN_DEVICE", "flex"),
        // Memory that is handed back to the system is faulted in again by the next batch.
        ("MIMALLOC_PURGE_DELAY", "-1"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .to_vec();
    let share = |threads: usize| Slot {
        environment: vec![("RAYON_NUM_THREADS".into(), threads.to_string().into())],
    };
    let program = std::env::current_exe()
        .map_err(|error| Problem::internal(format!("cannot find this program: {error}")))?;
    Ok(Options {
        slots: vec![share((cores() / jobs).max(1)); jobs],
        whole: share(cores()),
        worker: WorkerCommand {
            program,
            arguments: vec![
                "step".into(),
                "--worker".into(),
                "--results".into(),
                arguments.experiment.places.results.clone().into(),
            ],
            environment,
        },
        retry: Retry::default(),
        fail_fast: arguments.fail_fast,
    })
}

/// Writes the report of what there is, and shows its tables.
fn write_report(
    arguments: &RunArguments,
    experiment: &Experiment<Configuration>,
    plan: &Plan,
    store: &Store,
) -> Result<(), Problem> {
    let input = collect(experiment, plan, store)?;
    if input.runs.is_empty() {
        complain("no run has scores yet, so there is no report");
        return Ok(());
    }
    let name = match experiment.profile.as_str() {
        "demo" => experiment.name.clone(),
        profile => format!("{}-{profile}", experiment.name),
    };
    let folder = arguments.reports.join(name);
    let written = report::write(&input, &folder).map_err(Problem::set_up)?;
    say(&report::terminal(&input, width()).map_err(Problem::internal)?);
    say(&format!("\n{}", written.index.display()));
    Ok(())
}

fn exit(outcome: &Outcome, plan: &Plan) -> Exit {
    if outcome.interrupted {
        Exit::Interrupted
    } else if !outcome.is_complete() {
        Exit::Failed
    } else if plan.missing.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    }
}
