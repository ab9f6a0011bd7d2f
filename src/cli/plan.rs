//! `sweep plan FILE`: what there is to do, and why.

use crate::plan::{Timing, build, claims, floors, reasons, render};
use crate::score::Metric;
use crate::store::Store;

use super::arguments::{ExperimentArguments, PlanArguments};
use super::exit::{Exit, Problem};
use super::experiment::{jobs, load, places};
use super::output::say;

pub(super) fn plan(arguments: &PlanArguments) -> Result<Exit, Problem> {
    show(&arguments.experiment, Timing::AsShown)
}

/// Prints the plan; also `sweep run --dry-run` and `sweep bench --dry-run`.
pub(super) fn show(arguments: &ExperimentArguments, timing: Timing) -> Result<Exit, Problem> {
    let experiment = load(arguments)?;
    let store = Store::at(&arguments.places.results);
    let places = places(&arguments.places);
    let plan = build(&experiment, &places, &store, timing).map_err(Problem::set_up)?;
    let reasons = reasons(&plan.steps, &store).map_err(Problem::set_up)?;
    let floor = floors(&experiment, Metric::ALL.len());
    say(&render(
        &plan,
        &reasons,
        floor.as_ref(),
        claims(&experiment).as_deref(),
        jobs(arguments, &experiment),
    ));
    Ok(if plan.missing.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    })
}
