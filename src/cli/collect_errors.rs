//! What a report tells of errors, read from the predictions that were scored.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::report::{CellErrors, ScoredRun};
use crate::score::{Errors, Example, errors_of, worst};
use crate::store::{State, Store};
use crate::systems::{Scored, read_scored};

use super::collect_work::Behind;
use super::exit::Problem;

/// Axis keys and values.
type Values = Vec<(String, String)>;

/// What was found in the predictions of one run.
struct Found {
    errors: Errors,
    examples: Vec<Example>,
}

/// The errors of every cell, with `examples` sentences of its first run. Cells that score the same predictions in
/// another way, and predictions that are no longer kept, are left out.
pub(super) fn collect(
    runs: &[ScoredRun],
    behind: &Behind<'_>,
    store: &Store,
    examples: usize,
) -> Result<Vec<CellErrors>, Problem> {
    let mut cells: Vec<(&Values, Vec<&ScoredRun>)> = Vec::new();
    for run in runs {
        match cells.iter_mut().find(|(cell, _)| **cell == run.cell) {
            Some((_, members)) => members.push(run),
            None => cells.push((&run.cell, vec![run])),
        }
    }
    let mut seen = BTreeSet::new();
    cells.retain(|(_, members)| {
        let read: Vec<_> = members.iter().map(|run| scored(run, behind)).collect();
        seen.insert(read)
    });
    let jobs: Vec<(usize, &ScoredRun, usize)> = cells
        .iter()
        .enumerate()
        .flat_map(|(cell, (_, members))| {
            let wanted = |number: usize| if number == 0 { examples } else { 0 };
            let members = members.iter().enumerate();
            members.map(move |(number, run)| (cell, *run, wanted(number)))
        })
        .collect();
    let found: Vec<_> = jobs
        .par_iter()
        .map(|(cell, run, examples)| Ok((*cell, read(run, behind, store, *examples)?)))
        .collect::<Result<_, Problem>>()?;
    let mut all: Vec<CellErrors> = cells
        .iter()
        .map(|(cell, members)| CellErrors {
            cell: (*cell).clone(),
            runs: 0,
            errors: Errors::default(),
            examples: Vec::new(),
            seed: members[0].seed,
        })
        .collect();
    for (cell, found) in found {
        let Some(found) = found else { continue };
        all[cell].runs += 1;
        all[cell].errors += &found.errors;
        all[cell].examples.extend(found.examples);
    }
    all.retain(|cell| cell.runs > 0);
    Ok(all)
}

/// What a run scores: the step that predicted, and the threshold, if there is one.
fn scored(run: &ScoredRun, behind: &Behind<'_>) -> Option<(String, String)> {
    let step = behind.step(&run.key)?;
    let input = step.inputs.first()?;
    Some((input.clone(), step.description["threshold"].to_string()))
}

fn read(
    run: &ScoredRun,
    behind: &Behind<'_>,
    store: &Store,
    examples: usize,
) -> Result<Option<Found>, Problem> {
    let step = behind.step(&run.key);
    let Some((step, input)) = step.and_then(|step| Some((step, step.inputs.first()?))) else {
        return Ok(None);
    };
    if !matches!(store.state(input).map_err(Problem::set_up)?, State::Done(_)) {
        return Ok(None);
    }
    let folder = store.folder(input).map_err(Problem::set_up)?;
    let Scored {
        gold,
        predicted,
        symmetric,
    } = read_scored(&step.description, &folder).map_err(Problem::set_up)?;
    Ok(Some(Found {
        errors: errors_of(&gold, &predicted, &symmetric),
        examples: worst(&gold, &predicted, &symmetric, examples),
    }))
}
