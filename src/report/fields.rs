//! The columns of a table as a reader sees them: a metric of ours and, right beside it, what was published.

use std::ops::Range;

use super::grid::{Entry, Grid, Row};
use super::text;
use super::unit::Unit;

/// What a column says of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Our mean, its spread and its marks.
    Ours,
    /// What a paper printed.
    Published,
    /// Ours minus published.
    Difference,
}

/// A column of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    /// The group of columns, counted from 0.
    pub(crate) group: usize,
    /// The metric among the columns of the table, counted from 0.
    pub(crate) column: usize,
    /// What of it is shown.
    pub(crate) shown: Shown,
}

impl Field {
    /// The name of a column of published values.
    pub(crate) const PUBLISHED: &str = "published";
    /// The name of a column of differences.
    pub(crate) const DIFFERENCE: &str = "Δ";

    /// The entry that this column shows of `row`.
    pub(crate) fn entry<'r>(&self, row: &'r Row) -> &'r Entry {
        &row.parts[self.group].entries[self.column]
    }

    /// The published value or the difference as text, or a dash; not for what is ours.
    pub(crate) fn beside(&self, row: &Row) -> String {
        let entry = self.entry(row);
        let text = match self.shown {
            Shown::Ours => None,
            Shown::Published => entry.shown_published(),
            Shown::Difference => entry.shown_difference(),
        };
        text.unwrap_or_else(|| text::NOTHING.to_owned())
    }
}

impl Grid {
    /// The columns of some groups, without the metrics that the note tells because they are the same in all rows.
    /// Published values have columns where there is any, and differences where both are percentages.
    pub(crate) fn fields(&self, groups: Range<usize>) -> Vec<Field> {
        let mut fields = self.own_fields(groups);
        let mut at = 0;
        while at < fields.len() {
            let own = fields[at];
            at += 1;
            if self.has_published(own.group, own.column) {
                let shown = Shown::Published;
                fields.insert(at, Field { shown, ..own });
                at += 1;
                if Unit::of(self.columns[own.column]) == Unit::Percent {
                    let shown = Shown::Difference;
                    fields.insert(at, Field { shown, ..own });
                    at += 1;
                }
            }
        }
        fields
    }

    /// The columns of some groups that show what is ours.
    pub(crate) fn own_fields(&self, groups: Range<usize>) -> Vec<Field> {
        let columns = (0..self.columns.len()).filter(|column| !self.constant.contains(column));
        let columns: Vec<usize> = columns.collect();
        let fields = groups.flat_map(|group| {
            let shown = Shown::Ours;
            columns.iter().map(move |&column| Field {
                group,
                column,
                shown,
            })
        });
        fields.collect()
    }

    /// The title of a column.
    pub(crate) fn field_title(&self, field: Field) -> String {
        match field.shown {
            Shown::Ours => self.titles().swap_remove(field.column),
            Shown::Published => Field::PUBLISHED.to_owned(),
            Shown::Difference => Field::DIFFERENCE.to_owned(),
        }
    }

    /// Whether a paper printed anything for this metric in this group.
    fn has_published(&self, group: usize, column: usize) -> bool {
        let mut rows = self.rows();
        rows.any(|row| row.parts[group].entries[column].published.is_some())
    }
}
