//! The report page: one HTML file that needs neither network nor scripts.

use std::collections::BTreeSet;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use minijinja::{Environment, Value, context};

use super::baseline::Baseline;
use super::cells::{self, Cell};
use super::compare::Comparison;
use super::conventions;
use super::error::ReportError;
use super::figure::Figure;
use super::frame;
use super::grid::{Entry, Grid, Row};
use super::input::Input;
use super::pairwise::Matrix;
use super::text::{self, probability};
use super::unit::Unit;
use crate::score::{Column, Counts};

const OVER_SEEDS: &str = "The test over seeds asks whether another seed of the same method would show the \
    difference again. Under the null hypothesis the names of the two methods are arbitrary, so the runs of \
    both are dealt out anew in every possible way (or, where runs are paired, the signs of their differences are \
    flipped in every possible way), and p is the share of ways that give a difference at least as large as the \
    one found. With few runs there are few ways, so p has a floor; where the floor lies above the level, no \
    mark is possible and the legend says so. Only this test supports a claim that one method is better than \
    another.";

const OVER_DOCUMENTS: &str = "The test over documents asks whether the same trained models would differ on \
    other documents of the same kind. For each document a coin decides whether the counts of the two \
    systems are exchanged, for all runs at once, and F1 is computed again; p is the share of rounds with a \
    difference at least as large as the one found, the observed one counted in. It speaks of the trained models \
    at hand: a difference that comes from lucky seeds passes this test as easily as one that comes from a better \
    method.";

/// Fills in the page.
pub(crate) fn render(
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
    environment.add_template("index.html", include_str!("page.html"))?;
    environment.add_template("claims.html", include_str!("claims.html"))?;
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
        tables => grids.iter().zip(plots).map(|(grid, plot)| table(grid, plot.as_ref())).collect::<Vec<_>>(),
        figures => figures.iter().map(figure).collect::<Vec<_>>(),
        claims,
        over_seeds => OVER_SEEDS,
        over_documents => OVER_DOCUMENTS,
        metrics => metrics.iter().map(ToString::to_string).chain(timed.clone()).collect::<Vec<_>>(),
        timed,
        cell_head => if keys.is_empty() { "cell".to_owned() } else { keys.join(" / ") },
        runs => runs(input, cells),
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

fn table(grid: &Grid, plot: Option<&String>) -> Value {
    let blocks: Vec<Value> = grid
        .blocks
        .iter()
        .map(|block| {
            let rows: Vec<Value> = block.rows.iter().map(|row| line(grid, row)).collect();
            context! { heading => block.heading, rows }
        })
        .collect();
    let apart: Vec<Value> = grid
        .apart
        .iter()
        .map(|apart| {
            let rows: Vec<Value> = apart
                .rows
                .iter()
                .map(|(system, values)| context! { system, cells => shown(values) })
                .collect();
            context! { heading => apart.heading, rows }
        })
        .collect();
    context! {
        number => grid.number,
        caption => grid.caption,
        note => grid.note,
        head => grid.head,
        uneven => grid.uneven,
        counted => grid.counted,
        columns => grid.titles(),
        headings => grid.headings().collect::<Vec<_>>(),
        span => 1 + usize::from(grid.uneven) + grid.groups.len() * grid.columns.len(),
        marked => grid.rows().any(|row| row.entries().any(|entry| !entry.marks.is_empty())),
        matrices => grid.pairwise.matrices.iter().map(matrix).collect::<Vec<_>>(),
        pairwise_legend => grid.pairwise.legend,
        blocks,
        legend => grid.legend,
        // The drawing library escapes the texts in it.
        plot => plot.map(|plot| Value::from_safe_string(plot.clone())),
        apart,
    }
}

fn figure((figure, picture): &(&Figure, Option<String>)) -> Value {
    context! {
        number => figure.number(),
        caption => figure.caption(),
        note => figure.note(),
        missing => figure.missing(),
        alternative => figure.alternative(),
        // The drawing library escapes the texts in it.
        picture => picture.as_ref().map(|picture| Value::from_safe_string(picture.clone())),
    }
}

fn matrix(matrix: &Matrix) -> Value {
    let rows = matrix.labels.iter().zip(&matrix.fields);
    let rows: Vec<Value> = rows
        .map(|(label, fields)| {
            let cells: Vec<Value> = fields
                .iter()
                .map(|field| context! { text => field.text, marks => field.marks })
                .collect();
            context! { label, cells }
        })
        .collect();
    context! { heading => matrix.heading, labels => matrix.labels, rows }
}

fn shown(texts: &[Option<String>]) -> Vec<String> {
    let texts = texts.iter().cloned();
    texts
        .map(|text| text.unwrap_or_else(|| text::NOTHING.to_owned()))
        .collect()
}

fn line(grid: &Grid, row: &Row) -> Value {
    let cells: Vec<Value> = row.entries().map(|entry| cell(grid, entry)).collect();
    let mut extra = Vec::new();
    if row.has_published() {
        let published: Vec<_> = row.entries().map(Entry::shown_published).collect();
        let differences: Vec<_> = row.entries().map(Entry::shown_difference).collect();
        // What follows our mean is repeated unseen, so that the published value stands right below it.
        let sds: Vec<String> = row.entries().map(Entry::shown_sd).collect();
        let under = |texts: &[Option<String>]| {
            let texts = shown(texts).into_iter().zip(&sds);
            texts
                .map(|(text, unseen)| context! { text, unseen })
                .collect::<Vec<_>>()
        };
        extra.push(context! { kind => "published", cells => under(&published) });
        extra.push(context! { kind => "difference", cells => under(&differences) });
    }
    context! { label => row.label, runs => row.shown_runs(), cells, extra }
}

fn cell(grid: &Grid, entry: &Entry) -> Value {
    context! {
        mean => entry.shown_mean(),
        sd => entry.shown_sd(),
        best => entry.best,
        marks => entry.marks,
        hint => entry.comparison.map(|at| hint(&grid.comparisons[at])),
    }
}

/// The numbers behind the marks, shown when the pointer rests on a cell.
fn hint(comparison: &Comparison) -> String {
    let mut hint = format!(
        "{} against {}",
        Unit::of(comparison.column).difference(comparison.difference(), comparison.ours.mean),
        text::joined(&comparison.baseline)
    );
    if let Ok(seeds) = &comparison.seeds {
        let (raw, corrected) = (seeds.test.p().two_sided, seeds.corrected);
        let _ = write!(
            hint,
            "; over seeds p = {}, corrected {}",
            probability(raw),
            probability(corrected)
        );
    }
    if let Ok(documents) = &comparison.documents {
        let (raw, corrected) = (documents.test.p().two_sided, documents.corrected);
        let _ = write!(
            hint,
            "; over documents p = {}, corrected {}",
            probability(raw),
            probability(corrected)
        );
    }
    hint
}

fn runs(input: &Input, cells: &[Cell<'_>]) -> Vec<Value> {
    let metrics = frame::metrics(input);
    let mut lines = Vec::new();
    for cell in cells {
        for run in &cell.runs {
            let percent = |counts: Counts| text::percent(100.0 * counts.f1());
            let mut scores: Vec<Option<String>> = metrics
                .iter()
                .map(|&metric| cells::total(run, metric).map(percent))
                .collect();
            if input.has_speeds() {
                let rate = run.speed.as_ref().map(|speed| speed.rate);
                scores.push(rate.map(|rate| Unit::Rate.shown(rate)));
            }
            lines.push(context! {
                cell => text::joined(&cell.values),
                seed => run.seed,
                fold => run.fold,
                scores => shown(&scores),
                key => run.key,
                short_key => run.key.chars().take(12).collect::<String>(),
            });
        }
    }
    lines
}
