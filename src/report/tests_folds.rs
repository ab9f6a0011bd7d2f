//! Cross-validation: what a cell, its tests and the words around them are where runs have folds.
#![allow(clippy::unwrap_used)]

use super::example::{experiment, run};
use super::grid::Grid;
use super::write::contents;
use super::{Input, MissingRun, ScoredRun, markdown, plot};
use crate::score::Metric;

const LEVELS: [(&str, [u64; 6]); 2] = [("a4", [8, 7, 6, 5, 5, 4]), ("nerre*", [8, 7, 6, 6, 5, 5])];

/// Two approaches over ten folds of six documents each, every fold trained from so many seeds.
fn cross_validation(seeds: u64) -> Input {
    let mut input = experiment(0);
    input.title = "Ten folds".to_owned();
    input.tables[0].columns = vec!["ent-c".to_owned(), "rel+-c".to_owned()];
    input.axes[0].values.retain(|value| value != "a1");
    for (approach, levels) in LEVELS {
        for fold in 0..10 {
            input
                .runs
                .extend((1..=seeds).map(|seed| of_fold(approach, levels, fold, seed)));
        }
    }
    input
}

/// A run on a fold, whose documents no other fold has.
fn of_fold(approach: &str, levels: [u64; 6], fold: u32, seed: u64) -> ScoredRun {
    let mut run = run(approach, seed + 3 * u64::from(fold), levels, 6);
    (run.seed, run.fold) = (seed, Some(fold));
    for document in &mut run.counts {
        document.document = format!("fold{fold}-{}", document.document);
    }
    run
}

fn grid(input: &Input) -> Grid {
    contents(input).unwrap().grids.remove(0)
}

fn f1(run: &ScoredRun) -> f64 {
    100.0 * super::cells::total(run, Metric::RelPlusC).unwrap().f1()
}

/// The means of the folds of an approach over its seeds.
fn folds(input: &Input, approach: &str) -> Vec<f64> {
    (0..10)
        .map(|fold| {
            let runs = input.runs.iter();
            let own = runs.filter(|run| run.fold == Some(fold) && run.cell[0].1 == approach);
            let scores: Vec<f64> = own.map(f1).collect();
            scores.iter().sum::<f64>() / scores.len() as f64
        })
        .collect()
}

#[test]
fn a_cell_is_the_mean_over_folds_each_the_mean_of_its_seeds() {
    let input = cross_validation(3);
    let grid = grid(&input);
    let row = &grid.blocks[0].rows[0];
    let spread = row.parts[0].entries[1].spread.unwrap();
    let folds = folds(&input, "a4");
    let mean = folds.iter().sum::<f64>() / 10.0;
    let squares: f64 = folds.iter().map(|fold| (fold - mean).powi(2)).sum();
    assert_eq!(spread.n, 10);
    assert!((spread.mean - mean).abs() < 1e-9);
    assert!((spread.sd.unwrap() - (squares / 9.0).sqrt()).abs() < 1e-9);
    assert!(squares > 0.0, "the folds differ");
}

#[test]
fn a_table_of_ten_folds() {
    insta::assert_snapshot!(markdown::render(&grid(&cross_validation(1))));
}

#[test]
fn a_table_of_ten_folds_from_several_seeds() {
    let grid = grid(&cross_validation(2));
    insta::assert_snapshot!(grid.note);
}

#[test]
fn fold_by_fold_the_approaches_are_paired() {
    let mut input = cross_validation(1);
    let comparison = |input: &Input| grid(input).comparisons.remove(1);
    let seeds = comparison(&input).seeds.unwrap();
    assert!(seeds.paired);
    assert_eq!((seeds.first, seeds.second), (10, 10));
    // The approach is better in every fold.
    assert!((seeds.test.p().two_sided - 2.0 / 1024.0).abs() < 1e-12);
    // Without fold 3 of one, the other's fold 3 has no partner, and all others keep theirs.
    input
        .runs
        .retain(|run| run.fold != Some(3) || run.cell[0].1 == "a4");
    let seeds = comparison(&input).seeds.unwrap();
    assert_eq!((seeds.first, seeds.second), (9, 9));
    let (ours, theirs) = (folds(&input, "nerre*"), folds(&input, "a4"));
    let differences = ours.iter().zip(&theirs).map(|(ours, theirs)| ours - theirs);
    let sum: f64 = differences.filter(|difference| !difference.is_nan()).sum();
    assert!((seeds.test.statistic - sum / 9.0).abs() < 1e-9);
}

#[test]
fn the_documents_of_all_folds_are_tested_together() {
    let input = cross_validation(2);
    let grid = grid(&input);
    let comparison = &grid.comparisons[1];
    let documents = comparison.documents.as_ref().unwrap();
    assert_eq!((documents.documents, documents.runs), (60, 20));
    // What is tested is the difference that the table shows.
    assert!((100.0 * documents.test.statistic - comparison.difference()).abs() < 1e-9);
}

#[test]
fn folds_that_only_one_has_are_left_out_of_the_test_over_documents() {
    let mut input = cross_validation(1);
    input
        .runs
        .retain(|run| run.fold != Some(3) || run.cell[0].1 == "a4");
    input.missing.push(MissingRun {
        cell: vec![("system.approach".to_owned(), "nerre*".to_owned())],
        seed: 1,
        fold: Some(3),
        reason: "not done yet".to_owned(),
    });
    let grid = grid(&input);
    let documents = grid.comparisons[1].documents.as_ref().unwrap();
    assert_eq!((documents.documents, documents.runs), (54, 9));
    assert!(grid.uneven);
    insta::assert_snapshot!(markdown::render(&grid));
}

#[test]
fn a_document_of_several_folds_is_not_tested_as_if_it_were_several() {
    let mut input = cross_validation(1);
    for run in &mut input.runs {
        if run.fold == Some(7) {
            run.counts[0].document = "fold6-d00".to_owned();
        }
    }
    let grid = grid(&input);
    let documents = grid.comparisons[1].documents.as_ref();
    insta::assert_snapshot!(documents.unwrap_err(), @"the document fold6-d00 belongs to several folds");
}

#[test]
fn runs_of_one_fold_need_the_same_documents() {
    let mut input = cross_validation(2);
    input.runs[0].counts.pop();
    let grid = grid(&input);
    let documents = grid.comparisons[1].documents.as_ref();
    insta::assert_snapshot!(documents.unwrap_err(), @"its runs were not scored on the same documents");
}

#[test]
fn folds_are_not_drawn_again_so_the_plot_has_no_intervals() {
    let input = cross_validation(2);
    let contents = contents(&input).unwrap();
    let grid = &contents.grids[0];
    let intervals = super::intervals::intervals(grid.rows(), &grid.columns, &contents.cells);
    assert_eq!(intervals.len(), 4);
    assert!(intervals.iter().all(|interval| interval.ends.is_none()));
    let picture = plot::svg(grid, &intervals).unwrap().unwrap();
    assert!(picture.contains("mean over folds") && !picture.contains("95 %"));
}
