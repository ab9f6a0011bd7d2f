//! The runs of an experiment with their scores and speeds, and those that have none.

use crate::plan::Plan;
use crate::report::{MissingRun, ScoredRun, Speed};
use crate::score::read_counts;
use crate::spec::{Experiment, as_text};
use crate::store::{State, Store};
use crate::systems::speed::read_timed;
use crate::systems::{COUNTS, Configuration};

use super::exit::Problem;

/// The runs of an experiment.
pub(super) struct Runs {
    pub(super) scored: Vec<ScoredRun>,
    pub(super) missing: Vec<MissingRun>,
    /// Scored runs without a speed, where speeds are asked for.
    pub(super) untimed: Vec<MissingRun>,
}

/// Reads what every run has in the store.
pub(super) fn collect(
    experiment: &Experiment<Configuration>,
    plan: &Plan,
    store: &Store,
) -> Result<Runs, Problem> {
    let mut runs = Vec::new();
    let (mut missing, mut untimed) = (Vec::new(), Vec::new());
    for run in &plan.runs {
        let cell: Vec<(String, String)> = experiment.cells()[run.cell]
            .values
            .iter()
            .map(|(key, value)| (key.clone(), as_text(value)))
            .collect();
        let (seed, fold) = (run.seed, run.fold);
        let state = store.verify(&run.score).map_err(Problem::set_up)?;
        if matches!(state, State::Done(_)) {
            let path = store.output(&run.score, COUNTS).map_err(Problem::set_up)?;
            let speed = match &run.speed {
                None => None,
                Some(Ok(key)) => Some(speed(plan, store, key)?),
                Some(Err(reason)) => Some(Err((*reason).to_owned())),
            };
            if let Some(Err(reason)) = &speed {
                untimed.push(MissingRun {
                    cell: cell.clone(),
                    seed,
                    fold,
                    reason: reason.clone(),
                });
            }
            runs.push(ScoredRun {
                cell,
                seed,
                fold,
                key: run.score.clone(),
                counts: read_counts(&path).map_err(Problem::set_up)?,
                speed: speed.and_then(Result::ok),
                trainings: Vec::new(),
            });
        } else {
            let reason = match &run.missing {
                Some(reason) => reason.clone(),
                None => why(plan, store, &run.score),
            };
            missing.push(MissingRun {
                cell,
                seed,
                fold,
                reason,
            });
        }
    }
    Ok(Runs {
        scored: runs,
        missing,
        untimed,
    })
}

/// What a timed step measured, or why it has not.
fn speed(plan: &Plan, store: &Store, key: &str) -> Result<Result<Speed, String>, Problem> {
    let state = store.verify(key).map_err(Problem::set_up)?;
    if !matches!(state, State::Done(_)) {
        return Ok(Err(why(plan, store, key)));
    }
    let folder = store.folder(key).map_err(Problem::set_up)?;
    let timed = read_timed(&folder).map_err(Problem::set_up)?;
    Ok(Ok(Speed {
        rate: timed.sentences_per_second,
        parameters: timed.parameters,
        key: key.to_owned(),
        inside: timed.protocol.inside.name().to_owned(),
        device: timed.machine.device.clone(),
        batch: timed.protocol.batch,
        conditions: timed.conditions(),
        disturbed: timed.is_disturbed(),
    }))
}

/// Why a run has no scores: the first of its steps that failed, or that it was not done.
fn why(plan: &Plan, store: &Store, score: &str) -> String {
    let mut open = vec![score];
    while let Some(key) = open.pop() {
        let step = plan.steps.iter().find(|step| step.key == key);
        if let Ok(State::Failed { message, .. }) = store.state(key) {
            let label = step.map_or(key, |step| step.label.as_str());
            let message = message.lines().next().unwrap_or_default();
            return format!("{label} failed: {message}");
        }
        open.extend(
            step.iter()
                .flat_map(|step| step.inputs.iter().map(String::as_str)),
        );
    }
    "not done yet".to_owned()
}
