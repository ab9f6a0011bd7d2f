//! What `run` and `bench` share: planning an experiment, carrying the plan out, and writing
//! the report of what there is.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::plan::{Plan, Step, Timing, build};
use crate::report::{self, Input};
use crate::run::{
    Options, Outcome, Retry, RunError, Slot, WorkerCommand, for_terminal, run as dispatch,
};
use crate::spec::Experiment;
use crate::store::Store;
use crate::systems::Configuration;

use super::arguments::RunArguments;
use super::collect::{Depth, collect};
use super::exit::{Exit, Problem};
use super::experiment::{cores, jobs, load, places};
use super::output::complain;

/// An experiment with its plan.
pub(super) struct Job<'a> {
    arguments: &'a RunArguments,
    pub(super) experiment: Experiment<Configuration>,
    store: Store,
    pub(super) plan: Plan,
}

impl<'a> Job<'a> {
    /// Reads the experiment and plans it.
    pub(super) fn plan(arguments: &'a RunArguments, timing: Timing) -> Result<Self, Problem> {
        let experiment = load(&arguments.experiment)?;
        let store = Store::open(&arguments.experiment.places.results).map_err(Problem::set_up)?;
        let places = places(&arguments.experiment.places);
        let plan = build(&experiment, &places, &store, timing).map_err(Problem::set_up)?;
        Ok(Self {
            arguments,
            experiment,
            store,
            plan,
        })
    }

    /// Plans it once more, after something was done.
    pub(super) fn plan_again(&mut self, timing: Timing) -> Result<(), Problem> {
        let places = places(&self.arguments.experiment.places);
        let plan = build(&self.experiment, &places, &self.store, timing);
        self.plan = plan.map_err(Problem::set_up)?;
        Ok(())
    }

    /// Does what is possible of the plan.
    pub(super) fn carry_out(&self) -> Result<Outcome, Problem> {
        let possible = self.plan.possible();
        for missing in &self.plan.missing {
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
                self.plan.runs.len(),
                self.experiment.name
            )));
        }
        // A folder that cannot be written must not come up after hours of training.
        let reports = &self.arguments.reports;
        std::fs::create_dir_all(reports).map_err(|error| {
            Problem::set_up(format!(
                "the reports folder {} cannot be made ({error}); choose another with --reports",
                reports.display()
            ))
        })?;
        announce(&self.plan, &possible);
        let options = options(self.arguments, &self.experiment)?;
        let mut reporter = for_terminal(!self.arguments.no_progress);
        dispatch(&self.store, &possible, &options, reporter.as_mut()).map_err(|error| match error {
            RunError::Store(_) | RunError::Busy(_) => Problem::set_up(error),
            other => Problem::internal(other),
        })
    }

    /// Writes the report of what there is, and gives what it shows and its page; nothing
    /// where no run has scores.
    pub(super) fn report(&self) -> Result<Option<(Input, PathBuf)>, Problem> {
        let input = collect(&self.experiment, &self.plan, &self.store, Depth::Whole)?;
        if input.runs.is_empty() {
            complain("no run has scores yet, so there is no report");
            return Ok(None);
        }
        let name = match self.experiment.profile.as_str() {
            "demo" => self.experiment.name.clone(),
            profile => format!("{}-{profile}", self.experiment.name),
        };
        let folder = self.arguments.reports.join(name);
        let written = report::write(&input, &folder).map_err(Problem::set_up)?;
        Ok(Some((input, written.index)))
    }

    /// How the process ends.
    pub(super) fn exit(&self, outcome: &Outcome) -> Exit {
        if outcome.interrupted {
            Exit::Interrupted
        } else if !outcome.is_complete() {
            Exit::Failed
        } else if self.plan.missing.is_empty() {
            Exit::Done
        } else {
            Exit::Partial
        }
    }
}

/// One line on what is about to happen.
fn announce(plan: &Plan, possible: &[Step]) {
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
