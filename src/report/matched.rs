//! The systems that a plot compares, and where: its `lines` name them, and all other axes make blocks.

use super::cells::Cell;
use super::error::ReportError;
use super::frame;
use super::grid::Block;
use super::input::Input;
use super::layout::Layout;
use super::text;
use crate::score::Column;
use crate::spec::{Plot, Table};

/// What is compared in a plot.
pub(super) struct Matched {
    /// The metrics, a panel each.
    pub(super) columns: Vec<Column>,
    /// What the names of the systems are the values of.
    pub(super) head: String,
    /// The systems, block by block.
    pub(super) blocks: Vec<Block>,
}

/// Sorts the cells as the plot with this number wants it.
pub(super) fn matched(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
) -> Result<Matched, ReportError> {
    let failed = |problem: String| ReportError::Plot {
        plot: number,
        problem,
    };
    for key in &plot.lines {
        if !input.axes.iter().any(|axis| axis.key == *key) {
            let known: Vec<&str> = input.axes.iter().map(|axis| axis.key.as_str()).collect();
            let known = known.join(", ");
            return Err(failed(format!(
                "{key:?} is not an axis of this experiment; its axes are {known}"
            )));
        }
    }
    let mut columns: Vec<Column> = Vec::new();
    for name in &plot.y {
        let column: Column = name.parse().map_err(|error| failed(format!("{error}")))?;
        if !column.is_compared() {
            return Err(failed(format!("there is no test of {name:?}")));
        }
        columns.push(column);
    }
    if columns.is_empty() {
        let metrics = frame::metrics(input).into_iter();
        columns = metrics.map(Column::from).collect();
    }
    let table = Table {
        rows: plot.lines.clone(),
        ..Table::default()
    };
    let layout = Layout::of(input, &table, cells);
    let groups: Vec<_> = layout.groups(input, cells).into_iter().collect();
    let groups: Vec<_> = groups.into_iter().map(|(group, _)| group).collect();
    let heads: Vec<&str> = layout.rows.iter().map(|key| text::short_key(key)).collect();
    Ok(Matched {
        columns,
        head: heads.join(" / "),
        blocks: layout.blocks(input, &groups, cells),
    })
}

/// The cell of a row in its block.
pub(super) fn cell<'c, 'i>(cells: &'c [Cell<'i>], row: &super::grid::Row) -> Option<&'c Cell<'i>> {
    let values = row.parts.first()?.cell.as_ref()?;
    cells.iter().find(|cell| cell.values == *values)
}

/// Where the scores come from, for the sentence below a plot; nothing that an axis decides.
pub(super) fn subject(input: &Input) -> String {
    let is_axis = |key: &str| input.axes.iter().any(|axis| axis.key == key);
    let mut subject = Vec::new();
    if !is_axis("corpus.name") {
        subject.push(super::published::corpus_name(&input.corpus).to_owned());
    }
    if !is_axis("eval.split") {
        subject.push(format!("{} split", input.split));
    }
    if !is_axis("eval.profile") {
        subject.push(format!("scoring profile {}", input.scoring_profile));
    }
    if subject.is_empty() {
        String::new()
    } else {
        format!("On {}: ", subject.join(", "))
    }
}

/// A sentence that begins with a capital letter.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
