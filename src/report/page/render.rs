//! The page, filled in.

use std::collections::BTreeSet;

use minijinja::{Environment, Value, context};

use super::{errors, methods, runs, table, work};
use crate::report::baseline::Baseline;
use crate::report::cells::Cell;
use crate::report::conventions;
use crate::report::error::ReportError;
use crate::report::figure::Figure;
use crate::report::frame;
use crate::report::grid::Grid;
use crate::report::input::Input;
use crate::report::text;
use crate::score::Column;

/// The page and its parts.
const TEMPLATES: [(&str, &str); 8] = [
    ("index.html", include_str!("index.html")),
    ("style.css", include_str!("style.css")),
    ("script.js", include_str!("script.js")),
    ("asked.html", include_str!("asked.html")),
    ("table.html", include_str!("table.html")),
    ("claims.html", include_str!("claims.html")),
    ("errors.html", include_str!("errors.html")),
    ("runs.html", include_str!("runs.html")),
];

/// Fills in the page.
pub(in crate::report) fn render(
    input: &Input,
    grids: &[&Grid],
    plots: &[Option<String>],
    figures: &[(&Figure, Option<String>)],
    cells: &[Cell<'_>],
    claims: Option<&Value>,
) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    // The name ends in html, which turns on escaping.
    for (name, template) in TEMPLATES {
        environment.add_template(name, template)?;
    }
    let baseline = Baseline::of(input).declared;
    let seeds = numbers(
        input
            .runs
            .iter()
            .map(|run| run.seed)
            .chain(input.missing.iter().map(|run| run.seed)),
    );
    let folds = input
        .runs
        .iter()
        .map(|run| run.fold)
        .chain(input.missing.iter().map(|run| run.fold));
    let axes: Vec<Value> = input
        .axes
        .iter()
        .map(|axis| context! { key => axis.key, values => axis.values.join(", ") })
        .collect();
    let keys: Vec<&str> = input
        .axes
        .iter()
        .map(|axis| text::short_key(&axis.key))
        .collect();
    let metrics = frame::metrics(input);
    let timed = input.has_speeds().then(|| Column::Speed.to_string());
    let page = context! {
        title => input.title,
        name => input.name,
        profile => input.profile,
        corpus => input.corpus,
        encoder => input.encoder,
        scoring_profile => conventions::names(&input.conventions(cells.iter().map(|cell| cell.values.as_slice()))),
        axes,
        seeds,
        folds => numbers(folds.flatten().map(u64::from)),
        baseline => if baseline.is_empty() { "none".to_owned() } else { text::described(&baseline) },
        scored => input.runs.len(),
        asked => input.runs.len() + input.missing.len(),
        missing => missing(input),
        grouped => grids.iter().any(|grid| grid.headings().next().is_some()),
        tables => grids.iter().zip(plots).map(|(grid, plot)| table::table(grid, plot.as_ref())).collect::<Vec<_>>(),
        figures => figures.iter().map(table::figure).collect::<Vec<_>>(),
        claims,
        work => work::work(input),
        errors => errors::errors(input, grids),
        without_examples => input.without_examples,
        methods => methods::methods(input, grids),
        metrics => metrics.iter().map(ToString::to_string).chain(timed.clone()).collect::<Vec<_>>(),
        timed,
        cell_head => if keys.is_empty() { "cell".to_owned() } else { keys.join(" / ") },
        symbols => runs::symbols(input),
        has_trainings => !input.trainings.is_empty(),
        runs => runs::runs(input, cells),
        provenance => input.provenance,
    };
    Ok(environment.get_template("index.html")?.render(page)?)
}

fn numbers(values: impl Iterator<Item = u64>) -> String {
    let values: BTreeSet<u64> = values.collect();
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn missing(input: &Input) -> Vec<Value> {
    input
        .missing_in_order()
        .iter()
        .map(|run| context! { cell => text::joined(&run.cell), seed => run.seed, fold => run.fold, reason => run.reason })
        .collect()
}
