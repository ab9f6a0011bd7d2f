//! Tests of what is bold, and of what is told once instead of in every row.
#![allow(clippy::unwrap_used)]

use super::example::{experiment, run, two_corpora};
use super::grid::Grid;
use super::input::{Axis, Input, Speed};
use super::write::contents;
use super::{markdown, terminal};

const KEY: &str = "system.approach";

fn grid(input: &Input) -> Grid {
    contents(input).unwrap().grids.swap_remove(0)
}

/// The rows of the only group that are best, and those that are as good, in one column.
fn bold(grid: &Grid, column: usize) -> (Vec<String>, Vec<String>) {
    let labels = |chosen: &dyn Fn(&super::grid::Entry) -> bool| {
        let rows = grid.rows();
        rows.filter(|row| chosen(&row.parts[0].entries[column]))
            .map(|row| row.label.clone())
            .collect()
    };
    (labels(&|entry| entry.best), labels(&|entry| entry.tied))
}

/// Four approaches in `rel+-c`: the best, one that is as good but for a little, and two that are clearly worse.
fn close_race(seeds: u64) -> Input {
    let mut input = experiment(0);
    let levels = [("best", 5), ("close", 5), ("worse", 3), ("worst", 2)];
    input.axes[0].values = levels.map(|(name, _)| name.to_owned()).to_vec();
    input.statistics.baseline.clear();
    input.tables[0].columns = vec!["rel+-c".to_owned()];
    for (name, level) in levels {
        for seed in 1..=seeds {
            let mut run = run(name, seed, [level; 6], 24);
            // One item of one document less, of every second seed.
            if name == "close" && seed % 2 == 0 {
                for counts in run.counts[0].counts.values_mut() {
                    counts.correct -= 1;
                }
            }
            input.runs.push(run);
        }
    }
    input
}

#[test]
fn what_is_not_significantly_worse_than_the_best_is_bold_too() {
    let input = close_race(6);
    let grid = grid(&input);
    assert_eq!(
        bold(&grid, 0),
        (vec!["best".to_owned()], vec!["close".to_owned()])
    );
    insta::assert_snapshot!(markdown::render(&grid));
    insta::assert_snapshot!(terminal(&input, 80).unwrap());
}

#[test]
fn with_too_few_runs_only_the_best_is_bold() {
    // Three against three never come below 0.1, whatever the scores.
    let (best, tied) = bold(&grid(&close_race(3)), 0);
    assert_eq!((best, tied), (vec!["best".to_owned()], Vec::new()));
}

#[test]
fn rows_of_different_corpora_do_not_compete() {
    let mut input = two_corpora(4);
    input.tables[0].across.clear();
    input.tables[0].rows = vec!["corpus.name".to_owned(), KEY.to_owned()];
    let grid = grid(&input);
    let (best, _) = bold(&grid, 1);
    assert_eq!(best, ["ace05 / nerre*", "scierc / nerre*"]);
    assert!(
        grid.legend[0].contains("among those of its corpus"),
        "{}",
        grid.legend[0]
    );
}

/// Every run has the same size, and an axis of the experiment the same value.
fn constant(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    input.axes.insert(
        0,
        Axis {
            key: "encoder.name".to_owned(),
            values: vec!["minilm-l6".to_owned()],
        },
    );
    for run in &mut input.runs {
        run.cell
            .insert(0, ("encoder.name".to_owned(), "minilm-l6".to_owned()));
        run.speed = Some(Speed {
            rate: 10.0,
            parameters: Some(33_200_000),
            key: "k".repeat(64),
            inside: "extraction".to_owned(),
            device: "cpu".to_owned(),
            batch: 8,
            conditions: "all of it".to_owned(),
            disturbed: false,
        });
    }
    input.tables[0].rows = vec!["encoder.name".to_owned(), KEY.to_owned()];
    input.tables[0].columns = vec!["rel+-c".to_owned(), "parameters".to_owned()];
    input
}

#[test]
fn what_never_varies_is_told_once() {
    let input = constant(4);
    let grid = grid(&input);
    assert!(
        grid.note
            .ends_with("In all rows: encoder minilm-l6, 33.2 million parameters."),
        "{}",
        grid.note
    );
    let labels: Vec<&str> = grid.rows().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["a1", "a4", "nerre*"]);
    let markdown = markdown::render(&grid);
    assert!(!markdown.contains("| M parameters"), "{markdown}");
    let csv = super::table_csv::render(&grid).unwrap();
    assert!(String::from_utf8(csv).unwrap().contains("33.2"));
}

#[test]
fn a_size_that_varies_stays_a_column() {
    let mut input = constant(4);
    let first = input.runs[0].cell.clone();
    for run in input.runs.iter_mut().filter(|run| run.cell == first) {
        run.speed.as_mut().unwrap().parameters = Some(1_000_000);
    }
    let grid = grid(&input);
    assert!(grid.constant.is_empty());
    assert!(
        grid.note.ends_with("In all rows: encoder minilm-l6."),
        "{}",
        grid.note
    );
}

#[test]
fn an_axis_zipped_with_that_of_the_baseline_goes_with_it() {
    let mut input = experiment(5);
    // Every approach has a learning rate of its own.
    let rates = [("a1", "0.1"), ("a4", "0.2"), ("nerre*", "0.3")];
    input.axes.push(Axis {
        key: "train.lr".to_owned(),
        values: rates.map(|(_, rate)| rate.to_owned()).to_vec(),
    });
    for run in &mut input.runs {
        let rate = rates.iter().find(|(name, _)| *name == run.cell[0].1);
        let rate = rate.unwrap().1.to_owned();
        run.cell.push(("train.lr".to_owned(), rate));
    }
    let grid = grid(&input);
    // The metrics of the table, and two approaches held against the third.
    assert_eq!(grid.comparisons.len(), 6 * 2);
    assert!(grid.comparisons.iter().all(|one| {
        one.baseline
            == [
                ("system.approach".to_owned(), "a4".to_owned()),
                ("train.lr".to_owned(), "0.2".to_owned()),
            ]
    }));
    let baselines = grid.rows().filter(|row| row.parts[0].baseline).count();
    assert_eq!(baselines, 1);
}

#[test]
fn that_epochs_were_chosen_on_the_test_split_is_told() {
    let told = |input: &Input| {
        let legend = grid(input).legend;
        legend
            .into_iter()
            .find(|line| line.starts_with("The best epoch"))
    };
    let mut input = experiment(3);
    assert_eq!(told(&input), None);
    input.select_on = "test".to_owned();
    assert!(
        told(&input)
            .unwrap()
            .contains("on the test split itself, so")
    );
    input.split = "dev".to_owned();
    assert_eq!(told(&input), None);
    input.split = "test".to_owned();
    input.axes.push(Axis {
        key: "corpus.select_on".to_owned(),
        values: ["dev", "test"].map(str::to_owned).to_vec(),
    });
    for (number, run) in input.runs.iter_mut().enumerate() {
        let value = if number < 3 { "test" } else { "dev" };
        run.cell
            .push(("corpus.select_on".to_owned(), value.to_owned()));
    }
    assert!(
        told(&input)
            .unwrap()
            .contains("itself where select_on = test, so")
    );
}
