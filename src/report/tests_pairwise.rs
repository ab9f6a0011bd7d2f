//! Every two rows of a table compared.
#![allow(clippy::unwrap_used)]

use std::fs;

use super::example::{experiment, run, span_selection, two_corpora};
use super::write::contents;
use super::{Input, latex, markdown, terminal, write};

/// Four approaches, of which two do not differ.
fn with_pairs(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    input.axes[0].values.push("a2".to_owned());
    for seed in 1..=seeds {
        input.runs.push(run("a2", seed, [8, 6, 5, 4, 4, 3], 24));
    }
    input.statistics.baseline.clear();
    input.tables[0].columns = vec!["ent-c".to_owned(), "rel+-c".to_owned()];
    input.tables[0].pairwise = vec!["rel+-c".to_owned()];
    input
}

#[test]
fn markdown_with_pairs() {
    insta::assert_snapshot!(markdown::render(
        &contents(&with_pairs(5)).unwrap().grids[0]
    ));
}

#[test]
fn latex_with_pairs() {
    insta::assert_snapshot!(latex::render(&contents(&with_pairs(5)).unwrap().grids[0]));
}

#[test]
fn terminal_with_pairs_at_100_columns() {
    let text = terminal(&with_pairs(5), 100).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    insta::assert_snapshot!(text);
}

#[test]
fn terminal_with_many_pairs_at_60_columns() {
    let mut input = with_pairs(4);
    for name in ["ei-ec-ri-rc", "ei-ecri-rc", "ei-ecre", "ner-ri-rc"] {
        input.axes[0].values.push(name.to_owned());
        for seed in 1..=4 {
            input.runs.push(run(name, seed, [8, 7, 6, 5, 5, 4], 24));
        }
    }
    let text = terminal(&input, 60).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 60));
    insta::assert_snapshot!(text);
}

#[test]
fn pairs_are_in_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = with_pairs(3);
    let written = write(&input, folder.path()).unwrap();
    let path = folder.path().join("pairwise.csv");
    assert!(written.files.contains(&path));
    insta::assert_snapshot!(fs::read_to_string(&path).unwrap());
    let stats = fs::read_to_string(folder.path().join("stats.json")).unwrap();
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["pairwise"].as_array().unwrap().len(), 6);
    let page = fs::read_to_string(written.index).unwrap();
    assert!(page.contains("Every two rows: Rel+-C") && page.contains("pairwise.csv"));
    // A table that no longer asks for pairs takes the file with it.
    input.tables[0].pairwise.clear();
    write(&input, folder.path()).unwrap();
    assert!(!path.exists());
}

/// Of six pairs with 5 against 5 runs, five do not overlap: p = 2 / 252, and Holm multiplies by 6.
#[test]
fn both_rules_are_those_worked_out_by_hand() {
    let input = with_pairs(5);
    let contents = contents(&input).unwrap();
    let matrix = &contents.grids[0].pairwise.matrices[0];
    assert_eq!(matrix.labels, ["a1", "a4", "nerre*", "a2"]);
    let field = |row: usize, column: usize| {
        let field = &matrix.fields[row][column];
        (field.text.as_str(), field.marks.as_str())
    };
    assert_eq!(field(1, 0), ("+10.00", "†°"));
    assert_eq!(field(0, 1), ("0.0079", ""));
    assert_eq!(field(3, 0), ("0.00", ""));
    assert_eq!(field(0, 3), ("1.00", ""));
    assert_eq!(field(2, 2), ("", ""));
    let seeds = matrix.comparisons[0].seeds.as_ref().unwrap();
    assert!((seeds.corrected - 6.0 * 2.0 / 252.0).abs() < 1e-12);
}

#[test]
fn what_holm_cannot_show_is_told() {
    // 4 against 4 runs: p is at least 2 / 70 = 0.029, and 6 times that is above the level.
    let grid = &contents(&with_pairs(4)).unwrap().grids[0].clone();
    let matrix = &grid.pairwise.matrices[0];
    assert_eq!(matrix.fields[1][0].marks, "*°");
    let legend = grid.pairwise.legend.join("\n");
    assert!(
        legend.contains("after Holm over 6 pairs 0.17: no pair could get † here"),
        "{legend}"
    );
    let few = contents(&with_pairs(3)).unwrap().grids[0]
        .pairwise
        .legend
        .join("\n");
    assert!(few.contains("neither * nor † is possible"), "{few}");
}

#[test]
fn every_block_and_group_has_its_own_matrix() {
    let mut input = two_corpora(2);
    input.tables[0].pairwise = vec!["ent-c".to_owned(), "rel+-c.recall".to_owned()];
    let headings = |input: &Input| {
        let grid = contents(input).unwrap().grids.remove(0);
        let matrices = grid.pairwise.matrices.into_iter();
        matrices.map(|matrix| matrix.heading).collect::<Vec<_>>()
    };
    assert_eq!(
        headings(&input),
        [
            "Every two rows: Ent-C, ACE2005",
            "Every two rows: Ent-C, SciERC",
            "Every two rows: Rel+-C R, ACE2005",
            "Every two rows: Rel+-C R, SciERC",
        ]
    );
    input.tables[0].across.clear();
    input.tables[0].pairwise.truncate(1);
    assert_eq!(
        headings(&input)[0],
        "Every two rows: Ent-C, corpus = ace05, encoder = bert-base-uncased, epochs = 100"
    );
    let mut input = span_selection(2);
    input.tables[0].pairwise = vec!["ent-i".to_owned()];
    assert_eq!(headings(&input)[0], "Every two rows: Ent-I F1, train");
}

#[test]
fn one_row_has_no_pair_and_missing_tests_are_counted() {
    let mut input = with_pairs(2);
    input.runs.retain(|run| run.cell[0].1 == "a1");
    let pairwise = contents(&input).unwrap().grids[0].pairwise.clone();
    assert!(pairwise.matrices.is_empty());
    assert_eq!(
        pairwise.legend,
        ["No two rows are scored yet, so there is nothing to compare."]
    );
    let mut input = with_pairs(2);
    for run in input.runs.iter_mut().filter(|run| run.cell[0].1 == "a4") {
        run.counts.pop();
    }
    let legend = contents(&input).unwrap().grids[0]
        .pairwise
        .legend
        .join("\n");
    let line =
        "3 pairs are not tested over documents: the two were not scored on the same documents.";
    assert!(legend.contains(line), "{legend}");
}

#[test]
fn a_metric_that_is_none_is_named() {
    let mut input = with_pairs(1);
    input.tables[0].pairwise = vec!["rel".to_owned(), "rel+-c.precison".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @r#"table 1: column "rel+-c.precison" is not a metric; metrics are ent-i, ent-c, rel-i, rel-c, rel+-i, rel+-c, ent-c-macro, rel-c-macro, rel+-c-macro"#);
}
