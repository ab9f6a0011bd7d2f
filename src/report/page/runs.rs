//! Every run: its scores, what it was chosen by, its key and the course of its trainings.

use minijinja::{Value, context};

use super::sparkline;
use super::work::duration;
use crate::report::cells::{self, Cell};
use crate::report::frame;
use crate::report::input::{Input, ScoredRun};
use crate::report::text;
use crate::report::unit::Unit;
use crate::score::Counts;

/// The trainings as symbols that the runs point at, so that a shared one is drawn once.
pub(super) fn symbols(input: &Input) -> Vec<Value> {
    let trainings = input.trainings.iter().enumerate();
    trainings
        .filter_map(|(number, training)| {
            let drawn = Value::from_safe_string(sparkline::symbol(training)?);
            Some(context! { number, drawn })
        })
        .collect()
}

/// A line for each run, in the order of the cells.
pub(super) fn runs(input: &Input, cells: &[Cell<'_>]) -> Vec<Value> {
    let all = cells
        .iter()
        .flat_map(|cell| cell.runs.iter().map(move |run| (cell, *run)));
    all.map(|(cell, run)| line(input, cell, run)).collect()
}

fn line(input: &Input, cell: &Cell<'_>, run: &ScoredRun) -> Value {
    let percent = |counts: Counts| text::percent(100.0 * counts.f1());
    let mut scores: Vec<String> = frame::metrics(input)
        .iter()
        .map(|&metric| cells::total(run, metric).map(percent))
        .map(|score| score.unwrap_or_else(|| text::NOTHING.to_owned()))
        .collect();
    if input.has_speeds() {
        let rate = run.speed.as_ref().map(|speed| Unit::Rate.shown(speed.rate));
        scores.push(rate.unwrap_or_else(|| text::NOTHING.to_owned()));
    }
    let trainings = run.trainings.iter().filter_map(|&number| {
        let training = input.trainings.get(number)?;
        let chosen = training.best.map(|best| {
            let epoch = training.best_epoch;
            let epoch = epoch.map_or_else(String::new, |epoch| format!(", epoch {epoch}"));
            format!("{} {}{epoch}", training.what(), text::percent(best))
        });
        Some(context! {
            number,
            drawn => training.epochs.len() > 1,
            words => sparkline::words(training),
            chosen,
        })
    });
    let own = run
        .trainings
        .iter()
        .filter_map(|&number| input.trainings.get(number));
    let seconds: f64 = own.map(|training| training.seconds).sum();
    context! {
        cell => text::joined(&cell.values),
        seed => run.seed,
        fold => run.fold,
        scores,
        trainings => trainings.collect::<Vec<_>>(),
        seconds => format!("{seconds:.1}"),
        time => duration(seconds),
        key => run.key,
        short_key => run.key.chars().take(12).collect::<String>(),
    }
}
