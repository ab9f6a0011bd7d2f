//! Where the cells of an experiment stand in a table: in which block, row and group of columns.

use std::collections::BTreeMap;

use super::baseline::Baseline;
use super::cells::{self, Cell};
use super::conventions::CONVENTION_AXES;
use super::grid::{Block, Group, Part, Row, Values};
use super::input::{Axis, Input};
use super::published::corpus_name;
use super::text;
use crate::score::Convention;
use crate::spec::Table;

/// The axes of an experiment by the part they play in one table.
pub(super) struct Layout {
    /// The axes whose values name the rows.
    pub(super) rows: Vec<String>,
    /// The axes whose values are groups of columns.
    across: Vec<String>,
    /// The axes that the values of those decide, as an encoder is decided by its corpus where both are zipped.
    decided: Vec<String>,
    /// The values of the axes that are the same in all cells, which the note tells.
    pub(super) throughout: Values,
}

impl Layout {
    /// Sorts the axes. Without rows named, every other axis that varies names them.
    pub(super) fn of(input: &Input, table: &Table, cells: &[Cell<'_>]) -> Self {
        let across = table.across.clone();
        // What names rows decides too, such as the encoder a rate that is zipped with it.
        let named = [across.as_slice(), table.rows.as_slice()].concat();
        let keys = input.axes.iter().map(|axis| &axis.key);
        let decided: Vec<String> = keys
            .filter(|key| !named.contains(key))
            .filter(|key| !named.is_empty() && decides(&named, key, cells))
            .cloned()
            .collect();
        let several = input.axes.iter().filter(|axis| axis.values.len() > 1);
        let rows = if table.rows.is_empty() {
            several
                .map(|axis| axis.key.clone())
                .filter(|key| !across.contains(key) && !decided.contains(key))
                .collect()
        } else {
            let rows = table.rows.iter().filter(|key| !across.contains(key));
            rows.cloned().collect()
        };
        let mut layout = Self {
            rows,
            across,
            decided,
            throughout: Vec::new(),
        };
        layout.take_out(cells);
        layout
    }

    /// Takes the axes that have one value in all cells out of the names of rows, unless nothing else names them. What
    /// counts as right, and the corpus, the note tells anyway.
    fn take_out(&mut self, cells: &[Cell<'_>]) {
        let [first, _, ..] = cells else { return };
        let is_same = |(key, value): &&(String, String)| {
            cells
                .iter()
                .all(|cell| cells::value(&cell.values, key) == value)
        };
        let same: Values = first
            .values
            .iter()
            .filter(|(key, _)| !self.across.contains(key))
            .filter(is_same)
            .cloned()
            .collect();
        let is_same = |key: &String| same.iter().any(|(name, _)| name == key);
        if !self.rows.iter().all(is_same) {
            self.rows.retain(|key| !is_same(key));
        }
        self.throughout = same;
        self.throughout
            .retain(|(key, _)| !is_convention(key) && !self.rows.contains(key));
    }

    /// The layout of a plot: the values of `x` across, those of `lines` as rows. What both together decide makes no
    /// blocks, such as the window of a second model that grows with that of the first.
    pub(super) fn over(x: &str, lines: &[String], input: &Input, cells: &[Cell<'_>]) -> Self {
        let named: Vec<String> = std::iter::once(x.to_owned())
            .chain(lines.iter().cloned())
            .collect();
        let keys = input.axes.iter().map(|axis| &axis.key);
        Self {
            decided: keys
                .filter(|key| !named.contains(key) && decides(&named, key, cells))
                .cloned()
                .collect(),
            rows: lines.to_vec(),
            across: vec![x.to_owned()],
            throughout: Vec::new(),
        }
    }

    /// Whether the values of an axis only say in which group of columns a cell stands.
    fn is_across(&self, key: &String) -> bool {
        self.across.contains(key) || self.decided.contains(key)
    }

    /// The groups of columns in the order of the axes' values, each with its cells; one group of all cells where
    /// nothing stands across.
    pub(super) fn groups<'c, 'i>(
        &self,
        input: &Input,
        cells: &'c [Cell<'i>],
    ) -> Vec<(Group, Vec<&'c Cell<'i>>)> {
        let mut groups: Vec<(Group, Vec<&'c Cell<'i>>)> = Vec::new();
        for cell in cells {
            let values = chosen(&cell.values, &self.across);
            match groups.iter_mut().find(|(group, _)| group.values == values) {
                Some((_, members)) => members.push(cell),
                None => groups.push((Group::new(values), vec![cell])),
            }
        }
        let follows = self.decided.iter().any(|key| is_convention(key));
        for (group, members) in &mut groups {
            let conventions = input.conventions(members.iter().map(|cell| cell.values.as_slice()));
            group.head(&conventions, follows);
        }
        groups.sort_by_key(|(group, _)| places(input, &group.values));
        if groups.is_empty() {
            groups.push((Group::new(Vec::new()), Vec::new()));
        }
        groups
    }

    /// The blocks with their rows, every row with a part for each of the `groups`, still without entries.
    pub(super) fn blocks(&self, input: &Input, groups: &[Group], cells: &[Cell<'_>]) -> Vec<Block> {
        let declared = Baseline::of(input);
        let mut blocks: Vec<Block> = Vec::new();
        let mut sorted: Vec<&Cell<'_>> = cells.iter().collect();
        // A row keeps the place of its values even where its first group of columns lacks it.
        sorted.sort_by_key(|cell| {
            let (_, own): (Vec<_>, Vec<_>) = split(&cell.values, |key| self.is_across(key));
            places(input, &own)
        });
        for cell in sorted {
            let (_, own): (Vec<_>, Vec<_>) = split(&cell.values, |key| self.is_across(key));
            let (of_row, of_block) = split(&own, |key| self.rows.contains(key));
            let number = blocks.iter().position(|block| block.values == of_block);
            let number = number.unwrap_or_else(|| {
                blocks.push(Block {
                    heading: None,
                    values: of_block,
                    rows: Vec::new(),
                });
                blocks.len() - 1
            });
            let rows = &mut blocks[number].rows;
            let row = rows.iter().position(|row| row.values == of_row);
            let row = row.unwrap_or_else(|| {
                rows.push(Row {
                    label: self.label(input, &of_row),
                    values: of_row,
                    parts: vec![Part::default(); groups.len()],
                });
                rows.len() - 1
            });
            let across = chosen(&cell.values, &self.across);
            let parts = rows[row].parts.iter_mut().zip(groups);
            for (part, _) in parts.filter(|(_, group)| group.values == across) {
                part.cell = Some(cell.values.clone());
                part.baseline =
                    !declared.is_empty() && declared.of_cell(&cell.values) == cell.values;
            }
        }
        head(&mut blocks);
        blocks
    }

    /// The label follows the order in which the table names its rows, not that of the axes.
    fn label(&self, input: &Input, values: &[(String, String)]) -> String {
        let values = self.rows.iter().map(|key| cells::value(values, key));
        let label: Vec<&str> = values.collect();
        if label.is_empty() {
            input.name.clone()
        } else {
            label.join(" / ")
        }
    }
}

impl Group {
    /// A group still without a heading.
    fn new(values: Values) -> Self {
        Self {
            heading: None,
            values,
        }
    }

    /// Gives the group a heading made of its values, unless it has none. Where they say what counts as right, and
    /// that is the same in all of its cells, its name takes their place; where it `follows` from them, its name is
    /// put behind them.
    fn head(&mut self, conventions: &[Convention], follows: bool) {
        let mut names: Vec<String> = Vec::new();
        let mut convention = match conventions {
            [only] => Some(only.to_string()),
            _ => None,
        };
        for (key, value) in &self.values {
            if !is_convention(key) {
                names.push(match key.as_str() {
                    "corpus.name" => corpus_name(value).to_owned(),
                    _ => value.clone(),
                });
            } else if conventions.len() == 1 {
                names.extend(convention.take());
            } else {
                names.push(value.clone());
            }
        }
        names.extend(convention.filter(|_| follows && !names.is_empty()));
        self.heading = (!names.is_empty()).then(|| names.join(" / "));
    }
}

fn is_convention(key: &str) -> bool {
    CONVENTION_AXES.contains(&key)
}

/// Whether cells with the same values of the axes `across` always have the same value of `key`.
pub(super) fn decides(across: &[String], key: &str, cells: &[Cell<'_>]) -> bool {
    let mut seen: BTreeMap<Values, &str> = BTreeMap::new();
    cells.iter().all(|cell| {
        let value = cells::value(&cell.values, key);
        *seen.entry(chosen(&cell.values, across)).or_insert(value) == value
    })
}

fn chosen(values: &[(String, String)], keys: &[String]) -> Values {
    split(values, |key| keys.contains(key)).0
}

fn split(values: &[(String, String)], first: impl Fn(&String) -> bool) -> (Values, Values) {
    values.iter().cloned().partition(|(key, _)| first(key))
}

fn places(input: &Input, values: &[(String, String)]) -> Vec<usize> {
    let place = |axis: &Axis| {
        let own = values.iter().find(|(key, _)| *key == axis.key);
        own.map(|(_, value)| cells::place(axis, value))
    };
    input.axes.iter().filter_map(place).collect()
}

/// Tells blocks apart by the axes in which they differ.
fn head(blocks: &mut [Block]) {
    if blocks.len() < 2 {
        return;
    }
    let first = blocks[0].values.clone();
    let varies: Vec<bool> = (0..first.len())
        .map(|axis| blocks.iter().any(|block| block.values[axis] != first[axis]))
        .collect();
    for block in blocks {
        let told = block
            .values
            .iter()
            .zip(&varies)
            .filter(|(_, varies)| **varies);
        let told: Vec<_> = told.map(|(value, _)| value.clone()).collect();
        block.heading = Some(text::described(&told));
    }
}
