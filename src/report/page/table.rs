//! Tables and plots on the page.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use minijinja::{Value, context};

use crate::report::compare::Comparison;
use crate::report::fields::{Field, Shown};
use crate::report::figure::Figure;
use crate::report::grid::{Entry, Grid, Row};
use crate::report::pairwise::Matrix;
use crate::report::text::{self, probability};
use crate::report::unit::Unit;

/// A table with its plot.
pub(super) fn table(grid: &Grid, plot: Option<&String>) -> Value {
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
    let fields = grid.fields(0..grid.groups.len());
    let heads: Vec<Value> = fields
        .iter()
        .map(|field| context! { title => grid.field_title(*field), beside => field.shown != Shown::Ours })
        .collect();
    let headings: Vec<Value> = grid
        .headings()
        .enumerate()
        .map(|(number, title)| context! { title, span => grid.fields(number..number + 1).len() })
        .collect();
    context! {
        number => grid.number,
        caption => grid.caption,
        note => grid.note,
        head => grid.head,
        uneven => grid.uneven,
        counted => grid.counted,
        heads,
        titles => grid.titles(),
        headings,
        span => 1 + usize::from(grid.uneven) + fields.len(),
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

/// A plot that the experiment asks for.
pub(super) fn figure((figure, picture): &(&Figure, Option<String>)) -> Value {
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
    let fields = grid.fields(0..grid.groups.len());
    let cells: Vec<Value> = fields.iter().map(|field| cell(grid, row, *field)).collect();
    context! { label => row.label, runs => row.shown_runs(), cells }
}

fn cell(grid: &Grid, row: &Row, field: Field) -> Value {
    let entry: &Entry = field.entry(row);
    if field.shown != Shown::Ours {
        return context! { beside => field.beside(row) };
    }
    context! {
        mean => entry.shown_mean(),
        sd => entry.shown_sd(),
        best => entry.is_bold(),
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
