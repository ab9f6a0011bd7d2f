//! Tables with precision and recall, and with an axis across.
#![allow(clippy::unwrap_used, clippy::float_cmp)]

use super::beside::published_for;
use super::example::{experiment, span_selection, two_corpora};
use super::grid::{Entry, Grid, Row};
use super::write::contents;
use super::{Axis, Input, MissingRun, latex, markdown, published, table_csv, terminal, write};
use crate::score::Column;

fn grid(input: &Input) -> Grid {
    contents(input).unwrap().grids.remove(0)
}

fn like_table_4(seeds: u64) -> Input {
    let mut input = span_selection(seeds);
    input.published = published("jointere/table4", &["scierc".to_owned()]).unwrap();
    input
}

fn cell(grid: &Grid, row: usize, group: usize, column: usize) -> &Entry {
    &grid.blocks[0].rows[row].parts[group].entries[column]
}

#[test]
fn markdown_with_splits_across() {
    insta::assert_snapshot!(markdown::render(&grid(&like_table_4(5))));
}

#[test]
fn latex_with_splits_across() {
    insta::assert_snapshot!(latex::render(&grid(&like_table_4(5))));
}

#[test]
fn csv_with_splits_across() {
    let csv = table_csv::render(&grid(&like_table_4(3))).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn terminal_with_splits_across_at_100_columns() {
    let text = terminal(&like_table_4(5), 100).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    insta::assert_snapshot!(text);
}

#[test]
fn terminal_with_splits_across_at_60_columns() {
    let text = terminal(&span_selection(5), 60).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 60));
    insta::assert_snapshot!(text);
}

#[test]
fn terminal_with_corpora_across_at_100_columns() {
    let text = terminal(&two_corpora(5), 100).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    insta::assert_snapshot!(text);
}

#[test]
fn groups_stand_next_to_each_other_as_soon_as_they_fit() {
    let input = span_selection(2);
    let beside = |width| {
        let text = terminal(&input, width).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= width));
        text.lines()
            .any(|line| line.contains("─ train ─") && line.contains("─ test ─"))
    };
    let first = (60..240).find(|width| beside(*width)).unwrap();
    assert!((first..first + 20).all(beside), "{first}");
}

/// The pruner keeps 40 spans a document for 10 annotated ones and finds all: P = 25, R = 100, F1 = 40.
#[test]
fn precision_and_recall_are_those_worked_out_by_hand() {
    let input = span_selection(5);
    let grid = grid(&input);
    let means: Vec<f64> = (0..3)
        .map(|column| cell(&grid, 0, 0, column).spread.unwrap().mean)
        .collect();
    for (mean, expected) in means.iter().zip([25.0, 100.0, 40.0]) {
        assert!((mean - expected).abs() < 1e-9, "{means:?}");
    }
    let best =
        |group| [0, 1].map(|row| [0, 1, 2].map(|column| cell(&grid, row, group, column).best));
    assert_eq!(best(0), [[false, true, false], [true, true, true]]);
    assert_eq!(best(2), [[false, true, false], [true, false, true]]);
}

#[test]
fn tests_are_made_of_the_measure_itself() {
    let input = span_selection(5);
    let grid = grid(&input);
    let comparison =
        |group, column| &grid.comparisons[cell(&grid, 1, group, column).comparison.unwrap()];
    // On the training split both find everything, and only the precision differs.
    let (precision, recall) = (comparison(0, 0), comparison(0, 1));
    assert!((precision.difference() - 75.0).abs() < 1e-9);
    assert!(recall.difference().abs() < 1e-9);
    assert!((precision.seeds.as_ref().unwrap().test.p().two_sided - 2.0 / 252.0).abs() < 1e-12);
    assert!((recall.seeds.as_ref().unwrap().test.p().two_sided - 1.0).abs() < 1e-12);
    let documents = |group, column| comparison(group, column).documents.clone().unwrap().test;
    assert!((documents(0, 0).statistic - 0.75).abs() < 1e-12);
    assert!(documents(0, 0).p().two_sided < 0.001 && documents(0, 1).p().two_sided > 0.999);
    // The one comparison of each column is its own family.
    assert!((precision.seeds.as_ref().unwrap().corrected - 2.0 / 252.0).abs() < 1e-12);
}

#[test]
fn zipped_axes_go_across_with_their_axis() {
    let mut input = two_corpora(5);
    input.published = published(
        "jointere/table2",
        &["ace05".to_owned(), "scierc".to_owned()],
    )
    .unwrap();
    let grid = grid(&input);
    assert_eq!((grid.blocks.len(), grid.groups.len()), (1, 2));
    assert_eq!(grid.rows().count(), 3);
    insta::assert_snapshot!(markdown::render(&grid));
}

#[test]
fn rows_that_are_not_named_are_the_axes_left() {
    let mut input = two_corpora(2);
    input.tables[0].rows.clear();
    assert_eq!(grid(&input).head, "approach");
}

#[test]
fn groups_keep_the_order_of_the_axis_and_rows_theirs() {
    let mut input = span_selection(2);
    input.axes.reverse();
    for run in &mut input.runs {
        run.cell.reverse();
    }
    // What the first group lacks does not move to the end.
    input.runs.retain(|run| {
        run.cell
            != [
                ("eval.split".to_owned(), "train".to_owned()),
                ("system.approach".to_owned(), "pruner".to_owned()),
            ]
    });
    let grid = grid(&input);
    assert_eq!(
        grid.headings().collect::<Vec<_>>(),
        ["train", "dev", "test"]
    );
    assert_eq!(
        grid.rows()
            .map(|row| row.label.as_str())
            .collect::<Vec<_>>(),
        ["pruner", "ei"]
    );
    assert!(cell(&grid, 0, 0, 0).spread.is_none() && cell(&grid, 0, 1, 0).spread.is_some());
    let csv = String::from_utf8(table_csv::render(&grid).unwrap()).unwrap();
    assert_eq!(csv.lines().count(), 1 + 5);
}

#[test]
fn other_axes_still_make_blocks() {
    let mut input = span_selection(2);
    input.axes.push(Axis {
        key: "corpus.limit".to_owned(),
        values: vec!["10".to_owned(), "20".to_owned()],
    });
    for mut run in std::mem::take(&mut input.runs) {
        for limit in ["10", "20"] {
            run.cell.truncate(2);
            run.cell.push(("corpus.limit".to_owned(), limit.to_owned()));
            input.runs.push(run.clone());
        }
    }
    let grid = grid(&input);
    let headings: Vec<_> = grid
        .blocks
        .iter()
        .map(|block| block.heading.clone().unwrap())
        .collect();
    assert_eq!(headings, ["limit = 10", "limit = 20"]);
    assert!(grid.legend[0].ends_with("of its column in its block."));
    assert!(grid.parts().all(|part| part.runs == 2));
    assert_eq!(grid.parts().count(), 2 * 2 * 3);
}

#[test]
fn different_numbers_of_runs_are_told_for_each_group() {
    let mut input = span_selection(3);
    let lost = input.runs.pop().unwrap();
    input.missing.push(MissingRun {
        cell: lost.cell,
        seed: lost.seed,
        fold: None,
        reason: "not run yet".to_owned(),
    });
    let grid = grid(&input);
    assert_eq!(
        grid.rows().map(Row::shown_runs).collect::<Vec<_>>(),
        ["3", "3/3/2"]
    );
    for width in [60, 160] {
        assert!(
            terminal(&input, width)
                .unwrap()
                .lines()
                .all(|line| line.chars().count() <= width)
        );
    }
}

#[test]
fn published_values_stand_beside_their_own_split_and_corpus() {
    let input = like_table_4(1);
    let grid = grid(&input);
    let shown =
        |row, group| [0, 1, 2].map(|column| cell(&grid, row, group, column).published.unwrap());
    assert_eq!(shown(0, 0), [25.13, 99.98, 40.17]);
    assert_eq!(shown(1, 2), [78.43, 79.93, 79.17]);
    let mut input = two_corpora(1);
    input.published = published(
        "jointere/table2",
        &["ace05".to_owned(), "scierc".to_owned()],
    )
    .unwrap();
    let grid = self::grid(&input);
    assert_eq!(
        [0, 1].map(|group| cell(&grid, 0, group, 0).published.unwrap()),
        [88.29, 67.06]
    );
}

#[test]
fn published_values_need_the_same_split_and_not_the_same_case() {
    let mut input = experiment(1);
    input.corpus = "scierc".to_owned();
    input.published = published("jointere/table6", &["scierc".to_owned()]).unwrap();
    let column: Column = "rel+-c".parse().unwrap();
    let value = |input: &Input, system: &str| {
        let values = [("system.approach".to_owned(), system.to_owned())];
        published_for(input, &values, column).map(|value| value.value)
    };
    assert_eq!(value(&input, "ei-nerre*"), Some(36.01));
    assert_eq!(value(&input, "nerre"), Some(37.42));
    input.split = "dev".to_owned();
    assert_eq!(value(&input, "nerre"), None);
}

#[test]
fn the_page_and_the_plot_have_every_group() {
    let folder = tempfile::tempdir().unwrap();
    let input = like_table_4(2);
    let index = write(&input, folder.path()).unwrap().index;
    let page = std::fs::read_to_string(index).unwrap();
    for words in [
        "<th class=\"group\" colspan=\"9\">train</th>",
        "<th>Ent-I P</th><th class=\"beside\">published</th><th class=\"beside\">Δ</th><th>Ent-I R</th>",
        "in one column of a table",
        "Precision (P), recall (R) and F1 in percent",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let plot = std::fs::read_to_string(folder.path().join("plots/1.svg")).unwrap();
    for words in ["train", "dev", "test", "Ent-I R", "recall in percent"] {
        assert!(plot.contains(words), "{words}");
    }
}

#[test]
fn stats_name_the_measure() {
    let folder = tempfile::tempdir().unwrap();
    write(&span_selection(2), folder.path()).unwrap();
    let text = std::fs::read_to_string(folder.path().join("stats.json")).unwrap();
    let stats: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(stats["comparisons"][0]["metric"], "ent-i.precision");
    assert_eq!(stats["intervals"][1]["metric"], "ent-i.recall");
    assert!(stats["pairwise"].is_null());
    assert_eq!(
        stats["family"],
        "the comparisons with the baseline in one column of a table"
    );
}

#[test]
fn an_axis_across_that_is_none_is_named() {
    let mut input = span_selection(1);
    input.tables[0].across = vec!["eval.spilt".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @r#"table 1: across = "eval.spilt" is not an axis of this experiment; its axes are system.approach, eval.split"#);
}
