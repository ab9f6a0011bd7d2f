//! Doing what `sweep score` is asked.

use std::fs::File;
use std::io::BufWriter;

use crate::score::{Metric, write_counts};

use super::super::exit::{Exit, Problem};
use super::super::output::{say, width};
use super::json::json;
use super::render::render;
use super::{Counting, ScoreArguments, Scored, own_gold, read_gold, score_file};

/// The metrics that are shown unless others are asked for.
const USUAL: [Metric; 3] = [Metric::EntC, Metric::RelC, Metric::RelPlusC];

pub(in crate::cli) fn score(arguments: &ScoreArguments) -> Result<Exit, Problem> {
    let counting = Counting::new(&arguments.count, arguments.by_type)?;
    let gold = match &arguments.gold {
        Some(path) => read_gold(path, &counting)?,
        None => own_gold(&arguments.pred, &counting)?,
    };
    let scored = score_file(&arguments.pred, &gold, &counting)?;
    let metrics = metrics(&arguments.metrics, &scored)?;
    if let Some(path) = &arguments.documents {
        let failed = |error: &dyn std::fmt::Display| {
            Problem::set_up(format!("cannot write {}: {error}", path.display()))
        };
        let file = File::create(path).map_err(|error| failed(&error))?;
        write_counts(BufWriter::new(file), &scored.counts).map_err(|error| failed(&error))?;
    }
    if arguments.json {
        say(&json(&gold, &scored, &counting, &metrics).map_err(Problem::internal)?);
    } else {
        let by_type = arguments.by_type;
        say(&render(
            &gold,
            &scored,
            &counting,
            &metrics,
            by_type,
            width(),
        ));
    }
    Ok(Exit::Done)
}

/// The metrics to show: those of relations only where relations were predicted.
fn metrics(asked: &[Metric], scored: &Scored) -> Result<Vec<Metric>, Problem> {
    let of_entities = |metric: &Metric| matches!(metric, Metric::EntI | Metric::EntC);
    if scored.related {
        return Ok(if asked.is_empty() { &USUAL } else { asked }.to_vec());
    }
    match asked.iter().find(|metric| !of_entities(metric)) {
        Some(metric) => Err(Problem::set_up(format!(
            "--metrics {}: {} predicts no relations, it has no `predicted_relations`",
            metric.name(),
            scored.path.display()
        ))),
        None if asked.is_empty() => Ok(vec![Metric::EntC]),
        None => Ok(asked.to_vec()),
    }
}
