//! Reports of experiments that show averages over types.
#![allow(clippy::unwrap_used)]

use super::example::experiment;
use super::write::contents;
use super::{Input, terminal};
use crate::score::{Column, Counts, Metric, Profile};
use crate::spec::{Claim, Relation, Side};

/// Three approaches whose rare type is much harder than the common one.
fn by_types(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    input.scoring_profile = Profile::Crone;
    for run in &mut input.runs {
        for document in &mut run.counts {
            let whole = document.counts[&Metric::RelPlusC];
            let rare = Counts {
                correct: whole.correct / 4,
                predicted: 3,
                gold: 3,
            };
            let common = Counts {
                correct: whole.correct - rare.correct,
                predicted: whole.predicted - rare.predicted,
                gold: whole.gold - rare.gold,
            };
            let types = [("common", common), ("rare", rare)];
            let typed = types.map(|(name, counts)| ((Metric::RelPlusC, name.to_owned()), counts));
            document.types = Some(typed.into());
        }
    }
    let columns = ["rel+-c", "rel+-c-macro", "rel+-c-macro.recall"];
    input.tables[0].columns = columns.map(str::to_owned).to_vec();
    input
}

#[test]
fn averages_stand_beside_what_they_average() {
    let input = by_types(4);
    insta::assert_snapshot!("averages_in_the_terminal", terminal(&input, 100).unwrap());
    let grid = &contents(&input).unwrap().grids[0];
    assert_eq!(
        grid.titles(),
        ["Rel+-C F1", "Rel+-C macro F1", "Rel+-C macro R"]
    );
    // Tested over seeds, and the reason is told why not over documents.
    let averaged = grid
        .comparisons
        .iter()
        .filter(|one| matches!(one.column, Column::Macro(..)));
    let averaged: Vec<_> = averaged.collect();
    assert_eq!(averaged.len(), 4);
    assert!(
        averaged
            .iter()
            .all(|one| one.seeds.is_ok() && one.documents.is_err())
    );
    assert!(
        grid.comparisons
            .iter()
            .filter(|one| matches!(one.column, Column::Counted(..)))
            .all(|one| one.documents.is_ok())
    );
}

/// Both types weigh the same: the mean of the F1 of the two, worked out from the totals.
#[test]
fn the_average_is_that_over_types() {
    let input = by_types(1);
    let grid = &contents(&input).unwrap().grids[0];
    let entry = &grid.rows().next().unwrap().parts[0].entries[1];
    let sum = |name: &str| -> Counts {
        let documents = input.runs[0].counts.iter();
        documents
            .map(|one| one.types.as_ref().unwrap()[&(Metric::RelPlusC, name.to_owned())])
            .sum()
    };
    let mean = f64::midpoint(sum("common").f1(), sum("rare").f1());
    assert!((entry.spread.unwrap().mean - 100.0 * mean).abs() < 1e-9);
}

#[test]
fn claims_about_averages_are_tested_over_seeds() {
    let side = |value: &str| Side {
        cell: [("system.approach".to_owned(), value.to_owned())].into(),
        minus: None,
    };
    let mut input = by_types(5);
    input.tables.clear();
    input.claims = vec![Claim {
        text: "The joint model is better over types".to_owned(),
        metric: "rel+-c-macro".to_owned(),
        left: side("nerre*"),
        relation: Relation::Above,
        right: vec![side("a4")],
        corpus: None,
        fixed: ["system.approach".to_owned()].into(),
    }];
    insta::assert_snapshot!("claim_about_an_average", terminal(&input, 100).unwrap());
}

#[test]
fn without_types_there_is_no_average() {
    let mut input = by_types(2);
    for document in input.runs.iter_mut().flat_map(|run| &mut run.counts) {
        document.types = None;
    }
    let grid = &contents(&input).unwrap().grids[0];
    assert!(
        grid.rows()
            .all(|row| row.parts[0].entries[1].spread.is_none())
    );
}
