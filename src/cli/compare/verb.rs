//! Doing what `sweep compare` is asked.

use crate::score::{Column, Metric};

use super::super::exit::{Exit, Problem};
use super::super::output::{say, width};
use super::super::score::Counting;
use super::CompareArguments;
use super::json::json;
use super::render::render;
use super::sides::{Sides, read};
use super::statistics::{self, Settings};

/// The metrics that are compared unless others are asked for.
const USUAL: [Metric; 3] = [Metric::EntC, Metric::RelC, Metric::RelPlusC];

pub(in crate::cli) fn compare(arguments: &CompareArguments) -> Result<Exit, Problem> {
    let averaged = |column: &Column| matches!(column, Column::Macro(..));
    let by_type = arguments.metrics.iter().any(averaged);
    let counting = Counting::new(&arguments.count, by_type)?;
    if arguments.paired && arguments.ours.len() != arguments.theirs.len() {
        return Err(Problem::set_up(format!(
            "--paired: there are {} and {} files, and every file needs its partner on the other side, in the same \
             order",
            arguments.ours.len(),
            arguments.theirs.len()
        )));
    }
    let sides = read(arguments, &counting)?;
    let columns = columns(arguments, &sides)?;
    let settings = Settings {
        paired: arguments.paired,
        alpha: arguments.alpha,
        draws: arguments.draws.into(),
        correct: arguments.correct.into(),
    };
    let family = statistics::compare(&sides, &columns, settings)
        .map_err(|reason| Problem::set_up(format!("--metrics: {reason}")))?;
    if arguments.json {
        say(&json(&sides, &counting, &family, settings).map_err(Problem::internal)?);
    } else {
        say(&render(&sides, &counting, &family, settings, width()));
    }
    Ok(Exit::Done)
}

/// The columns to compare: those of relations only where all files predict relations.
fn columns(arguments: &CompareArguments, sides: &Sides) -> Result<Vec<Column>, Problem> {
    let files = sides.ours.files.iter().chain(&sides.theirs.files);
    let unrelated = files.clone().find(|file| !file.related);
    let of_entities = |column: &Column| {
        matches!(
            column,
            Column::Counted(Metric::EntI | Metric::EntC, _) | Column::Macro(Metric::EntC, _)
        )
    };
    let mut asked = arguments.metrics.clone();
    for (place, column) in arguments.metrics.iter().enumerate().rev() {
        if arguments.metrics[..place].contains(column) {
            asked.remove(place);
        }
    }
    let Some(unrelated) = unrelated else {
        return Ok(if asked.is_empty() {
            USUAL.map(Column::from).to_vec()
        } else {
            asked
        });
    };
    match asked.iter().find(|column| !of_entities(column)) {
        Some(column) => Err(Problem::set_up(format!(
            "--metrics {}: {} predicts no relations, it has no `predicted_relations`",
            column.name(),
            unrelated.path.display()
        ))),
        None if asked.is_empty() => Ok(vec![Metric::EntC.into()]),
        None => Ok(asked),
    }
}
