//! The configuration of every cell, read again with its axis values on top and checked.

use std::collections::HashMap;

use crate::spec::configuration::{Configuration, Problem};
use crate::spec::experiment::Cell;
use crate::spec::explain::Names;
use crate::spec::factor::{Assignment, show};
use crate::spec::fault::{Fault, extend_distinct};
use crate::spec::layers::Layers;
use crate::spec::tree::Table;

/// Lays the values of each row over the base and reads the configuration, so that a bad value of an axis is found
/// where it stands.
pub(crate) fn configure<C: Configuration>(
    base: &Layers,
    rows: &[Vec<Assignment>],
    names: &Names,
    faults: &mut Vec<Fault>,
) -> Vec<Cell<C>> {
    let mut cells = Vec::new();
    let mut problems = Problems::default();
    let mut seen: HashMap<String, &Vec<Assignment>> = HashMap::new();
    for row in rows {
        let mut layer = Table::default();
        for assignment in row {
            let parts = assignment
                .key
                .split('.')
                .map(|part| (part.to_owned(), assignment.place));
            layer.insert(&parts.collect::<Vec<_>>(), assignment.node.clone());
        }
        let mut layers = base.with(layer);
        let mut found = Vec::new();
        if let Some(configuration) = layers.extract::<C>(names, &mut found) {
            if found.is_empty() {
                problems.add(configuration.problems(), &layers, row);
                found.extend(repeated(&configuration, row, &mut seen));
            }
            let value = |one: &Assignment| (one.key.clone(), one.node.to_json());
            cells.push(Cell {
                values: row.iter().map(value).collect(),
                configuration,
            });
        }
        extend_distinct(faults, found);
    }
    faults.extend(problems.faults(rows.len()));
    cells
}

/// What the owners of the configuration object to, each with the first cell that has it and how many do.
#[derive(Default)]
struct Problems(Vec<(Fault, String, usize)>);

impl Problems {
    fn add(&mut self, problems: Vec<Problem>, layers: &Layers, row: &[Assignment]) {
        for problem in problems {
            let path: Vec<String> = problem.key.split('.').map(str::to_owned).collect();
            let message = format!("`{}` {}", problem.key, problem.message);
            let fault = Fault::maybe_at(layers.locate_near(&path), message);
            match self.0.iter_mut().find(|(known, _, _)| *known == fault) {
                Some((_, _, count)) => *count += 1,
                None => self.0.push((fault, describe(row), 1)),
            }
        }
    }

    /// Where only some cells have a problem, it comes from an axis, maybe not the one at the place: name a cell.
    fn faults(self, cells: usize) -> impl Iterator<Item = Fault> {
        self.0.into_iter().map(move |(fault, cell, count)| {
            if count == cells {
                fault
            } else {
                fault.help(format!("in the cell {cell}"))
            }
        })
    }
}

/// A cell whose configuration an earlier cell has already.
fn repeated<'a, C: Configuration>(
    configuration: &C,
    row: &'a Vec<Assignment>,
    seen: &mut HashMap<String, &'a Vec<Assignment>>,
) -> Option<Fault> {
    let earlier = seen.insert(serde_json::to_string(configuration).ok()?, row)?;
    let new = |one: &&Assignment| {
        earlier
            .iter()
            .all(|other| other.node.place != one.node.place)
    };
    let place = row.iter().find(new).map(|one| one.node.place);
    let fault = Fault::maybe_at(place, "this value makes a cell that is there already");
    Some(fault.help(format!("the cell is {}", describe(row))))
}

fn describe(row: &[Assignment]) -> String {
    row.iter()
        .map(|one| format!("{} = {}", one.key, show(one)))
        .collect::<Vec<_>>()
        .join(", ")
}
