//! `sweep step KEY…`: single steps, for workers and for other schedulers.

use serde_json::Value;

use crate::run::{Progress, StepFailure, attempt, serve};
use crate::store::{State, Store, Writer};
use crate::systems::{Hints, Origin, Work, execute};

use super::arguments::StepArguments;
use super::exit::{Exit, Problem};
use super::naming;
use super::output::complain;

pub(super) fn step(arguments: &StepArguments) -> Result<Exit, Problem> {
    // This thread is one of those that compute. Otherwise it would hand every small
    // operation over to another one and wait, which costs more than the operation.
    rayon::ThreadPoolBuilder::new()
        .use_current_thread()
        .build_global()
        .map_err(|error| Problem::internal(format!("cannot start threads: {error}")))?;
    let store = Store::open(&arguments.results).map_err(Problem::set_up)?;
    let mut work =
        |writer: &Writer, progress: &mut dyn FnMut(Progress)| work(&store, writer, progress);
    if arguments.worker {
        serve(&store, &mut work).map_err(Problem::internal)?;
        return Ok(Exit::Done);
    }
    let mut exit = Exit::Done;
    for given in &arguments.keys {
        // A key that the store does not know is a slip, not a step that failed.
        let key = &naming::step(&store, given)?.key;
        if let State::Done(_) = store.verify(key).map_err(Problem::set_up)? {
            complain(&format!("{key} is done"));
            continue;
        }
        let mut show = |progress: Progress| complain(&progress.text);
        match attempt(&store, key, &mut work, &mut show) {
            Ok(seconds) => complain(&format!("{key} done in {seconds:.1} s")),
            Err(failure) => {
                complain(&format!("error: {key} failed: {}", failure.message));
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// Does the step that `writer` has begun; gives back what is recorded beside its result.
fn work(
    store: &Store,
    writer: &Writer,
    progress: &mut dyn FnMut(Progress),
) -> Result<Value, StepFailure> {
    let record = writer.record();
    let hints: Hints = serde_json::from_value(record.hints.clone())
        .map_err(|error| StepFailure::new(format!("the step's hints are malformed: {error}")))?;
    let mut inputs = Vec::with_capacity(record.inputs.len());
    let mut origins = Vec::with_capacity(record.inputs.len());
    for key in &record.inputs {
        match store.verify(key)? {
            State::Done(_) => {
                inputs.push(store.folder(key)?);
                let origin = store.description(key)?;
                origins.push(Origin {
                    kind: origin.kind,
                    description: origin.description,
                    inputs: origin.inputs.len(),
                });
            }
            state => {
                return Err(StepFailure::new(format!(
                    "its input {key} is not done ({state:?})"
                )));
            }
        }
    }
    let work = Work {
        kind: &record.kind,
        description: &record.description,
        hints: &hints,
        inputs: &inputs,
        origins: &origins,
        output: writer.dir().to_owned(),
    };
    let mut trouble = None;
    let meta = execute(&work, &mut |report| {
        if let Err(error) = writer.event(&report.event) {
            trouble.get_or_insert(error);
        }
        progress(Progress {
            text: report.text,
            fraction: Some(report.fraction),
        });
    })
    .map_err(|error| StepFailure::new(error.to_string()))?;
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(meta),
    }
}
