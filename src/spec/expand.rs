//! The product of the factors, without what is excluded: the cells, in order.

use crate::spec::axes::Design;
use crate::spec::factor::{Assignment, same};
use crate::spec::fault::Fault;

/// More cells than this are a mistake, and would only be noticed when the memory is full.
const MOST: usize = 100_000;

/// The assignments of every cell; the first factor is the slowest.
///
/// With `strict`, an exclude that drops nothing is a fault. (Under `--set` an axis may have lost the very value
/// that is excluded, which is no mistake.)
pub(crate) fn expand(
    design: &Design,
    strict: bool,
    faults: &mut Vec<Fault>,
) -> Vec<Vec<Assignment>> {
    let size = design
        .factors
        .iter()
        .try_fold(1_usize, |size, factor| size.checked_mul(factor.rows.len()));
    if size.is_none_or(|size| size > MOST) {
        faults.push(Fault::maybe_at(
            None,
            format!("the axes span more than {MOST} cells"),
        ));
        return Vec::new();
    }
    let mut cells: Vec<Vec<Assignment>> = vec![Vec::new()];
    for factor in &design.factors {
        let extend = |cell: &Vec<Assignment>, row: &Vec<Assignment>| {
            [cell.as_slice(), row.as_slice()].concat()
        };
        cells = cells
            .iter()
            .flat_map(|cell| factor.rows.iter().map(move |row| extend(cell, row)))
            .collect();
    }
    let all = cells.len();
    let mut dropped = vec![false; all];
    for exclude in &design.excludes {
        let mut matched = false;
        for (cell, dropped) in cells.iter().zip(&mut dropped) {
            if matches(cell, exclude) {
                (matched, *dropped) = (true, true);
            }
        }
        let known = exclude
            .iter()
            .all(|one| design.values(&one.key).next().is_some());
        if let (false, true, Some(first)) = (matched, strict && known, exclude.first()) {
            faults.push(
                Fault::at(first.place, "this exclude drops no cell")
                    .help("each of its values must be one that the axes combine"),
            );
        }
    }
    let mut dropped = dropped.into_iter();
    cells.retain(|_| !dropped.next().unwrap_or(false));
    if cells.is_empty() && all > 0 {
        let place = design
            .excludes
            .first()
            .and_then(|row| row.first())
            .map(|first| first.place);
        faults.push(Fault::maybe_at(
            place,
            "every cell is excluded: there is nothing to run",
        ));
    }
    cells
}

fn matches(cell: &[Assignment], exclude: &[Assignment]) -> bool {
    exclude.iter().all(|wanted| {
        let given = cell.iter().find(|assignment| assignment.key == wanted.key);
        given.is_some_and(|given| same(&given.node, &wanted.node))
    })
}
