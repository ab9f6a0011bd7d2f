//! Tables whose cells are scored under several conventions.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::example::{experiment, two_conventions};
use super::grid::Grid;
use super::write::contents;
use super::{Input, PublishedValue, latex, markdown, published, terminal, write};
use crate::score::{Convention, Profile, Symmetric};
use crate::spec::{Claim, Relation, Side};

fn grid(input: &Input) -> Grid {
    contents(input).unwrap().grids.remove(0)
}

/// With what was published for JointERE, which is scored as `pure`.
fn beside_others(seeds: u64) -> Input {
    let mut input = two_conventions(seeds);
    input.corpus = "scierc".to_owned();
    input.published = published("jointere/table2", &["scierc".to_owned()]).unwrap();
    input.published.retain(|value| value.same_corpus);
    input
}

/// With the profiles as rows, each with its own way to count symmetric relations.
fn below_each_other(seeds: u64) -> Input {
    let mut input = two_conventions(seeds);
    input.axes.pop();
    for run in &mut input.runs {
        run.cell.pop();
    }
    input.tables[0].across.clear();
    input.tables[0].rows = vec!["system.approach".to_owned(), "eval.profile".to_owned()];
    input
}

fn value(convention: Convention, metric: &str, value: f64) -> PublishedValue {
    PublishedValue {
        table: "ITER, Table 2".to_owned(),
        system: "a4".to_owned(),
        corpus: "demo".to_owned(),
        encoder: String::new(),
        split: "test".to_owned(),
        metric: metric.to_owned(),
        value,
        sd: None,
        runs: None,
        convention,
        same_corpus: true,
    }
}

#[test]
fn markdown_with_conventions_across() {
    insta::assert_snapshot!(markdown::render(&grid(&beside_others(5))));
}

#[test]
fn terminal_with_conventions_across_at_100_columns() {
    let text = terminal(&beside_others(5), 100).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    insta::assert_snapshot!(text);
}

#[test]
fn the_page_the_plot_and_latex_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let input = two_conventions(2);
    let page = write(&input, folder.path()).unwrap().index;
    let page = std::fs::read_to_string(page).unwrap();
    let named = "iter and spert (symmetric relations twice)";
    assert!(page.contains(&format!("<dt>Scoring profile</dt><dd>{named}</dd>")));
    let plot = std::fs::read_to_string(folder.path().join("plots/1.svg")).unwrap();
    assert!(plot.contains("spert (symmetric relations twice)"));
    assert!(latex::render(&grid(&input)).contains("{spert (symmetric relations twice)}"));
}

#[test]
fn a_convention_that_follows_from_what_is_across_is_named_too() {
    let mut input = two_conventions(1);
    let headings = |input: &Input| {
        let grid = grid(input);
        grid.headings().map(str::to_owned).collect::<Vec<_>>()
    };
    let names = ["iter", "spert (symmetric relations twice)"];
    assert_eq!(headings(&input), names);
    input.tables[0].across.push("eval.symmetric".to_owned());
    assert_eq!(headings(&input), names);
    for run in &mut input.runs {
        let corpus = if run.cell[1].1 == "iter" {
            "ace05"
        } else {
            "scierc"
        };
        run.cell.push(("corpus.name".to_owned(), corpus.to_owned()));
    }
    input.axes.push(super::Axis {
        key: "corpus.name".to_owned(),
        values: ["ace05", "scierc"].map(str::to_owned).to_vec(),
    });
    input.tables[0].across = vec!["corpus.name".to_owned()];
    assert_eq!(
        headings(&input),
        [
            "ACE2005 / iter",
            "SciERC / spert (symmetric relations twice)"
        ]
    );
}

/// Where the other axis is no axis, its value is that of the experiment.
#[test]
fn what_is_no_axis_holds_for_every_cell() {
    let mut input = experiment(1);
    input.scoring_profile = Profile::Spert;
    input.symmetric = Some(Symmetric::DoubleCount);
    assert!(
        grid(&input)
            .note
            .contains("scoring profile spert (symmetric relations twice);")
    );
    input.axes[0].key = "eval.profile".to_owned();
    input.axes[0].values = vec!["iter".to_owned()];
    input.tables[0].rows.clear();
    input.statistics.baseline.clear();
    for run in &mut input.runs {
        run.cell = vec![("eval.profile".to_owned(), "iter".to_owned())];
    }
    assert!(
        grid(&input)
            .note
            .contains("scoring profile iter (symmetric relations twice);")
    );
}

#[test]
fn the_best_is_the_best_of_its_convention() {
    let input = below_each_other(3);
    let grid = grid(&input);
    let best: Vec<(String, bool)> = grid
        .rows()
        .map(|row| (row.label.clone(), row.parts[0].entries[1].best))
        .collect();
    let expected = [
        ("a4 / iter", false),
        ("a4 / spert", false),
        ("nerre* / iter", true),
        ("nerre* / spert", true),
    ];
    assert_eq!(best, expected.map(|(label, best)| (label.to_owned(), best)));
    assert!(grid.legend[0].ends_with("of its column among those of its scoring profile."));
}

#[test]
fn cells_are_compared_within_their_convention() {
    let mut input = below_each_other(5);
    let grid = grid(&input);
    assert_eq!(grid.comparisons.len(), 2 * 2);
    for one in &grid.comparisons {
        assert_eq!(one.cell[1..], one.baseline[1..]);
    }
    // A baseline that is a convention is none.
    input.statistics.baseline =
        BTreeMap::from([("eval.profile".to_owned(), serde_json::json!("iter"))]);
    let grid = self::grid(&input);
    assert!(grid.comparisons.is_empty());
    insta::assert_snapshot!(grid.legend.join("\n"), @r"
    Bold: the best mean of its column among those of its scoring profile.
    The baseline is scored as iter; what is scored as spert is not compared with it, since something else counts as right.
    ");
}

#[test]
fn pairs_of_rows_are_compared_within_their_convention() {
    let mut input = below_each_other(5);
    input.tables[0].pairwise = vec!["rel+-c".to_owned()];
    let pairwise = grid(&input).pairwise;
    let matrix = &pairwise.matrices[0];
    assert_eq!(matrix.comparisons.len(), 2);
    let nothing = |row: usize, column: usize| matrix.fields[row][column].text == "–";
    // a4 / iter, a4 / spert, nerre* / iter, nerre* / spert
    assert!(nothing(1, 0) && nothing(0, 1) && nothing(2, 1) && nothing(3, 0));
    assert!(!nothing(2, 0) && !nothing(0, 2) && !nothing(3, 1));
    assert_eq!(
        pairwise.legend[0],
        "Rows are compared only where the same counts as right."
    );
    input.tables[0].rows.remove(0);
    input.runs.retain(|run| run.cell[0].1 == "a4");
    let pairwise = grid(&input).pairwise;
    assert!(pairwise.matrices.is_empty());
    assert_eq!(
        pairwise.legend,
        ["Rows are compared only where the same counts as right."]
    );
}

#[test]
fn a_claim_about_two_conventions_is_not_run() {
    let side = |profile: &str| Side {
        cell: BTreeMap::from([("eval.profile".to_owned(), profile.to_owned())]),
        minus: None,
    };
    let mut input = two_conventions(3);
    input.claims = vec![Claim {
        text: "Words forgive more than positions".to_owned(),
        metric: "rel+-c".to_owned(),
        left: side("iter"),
        relation: Relation::Above,
        right: vec![side("spert")],
        corpus: None,
        fixed: ["eval.profile", "eval.symmetric"].map(str::to_owned).into(),
    }];
    let contents = contents(&input).unwrap();
    let reasons: Vec<&String> = contents
        .claims
        .iter()
        .map(|judged| judged.outcome.as_ref().unwrap_err())
        .collect();
    insta::assert_snapshot!(reasons[0], @"what counts as right differs between the scoring profiles iter and spert (symmetric relations twice), so their scores cannot be compared");
}

#[test]
fn published_values_stand_beside_cells_of_their_convention() {
    let twice = |profile| Convention::new(profile, Some(Symmetric::DoubleCount));
    let mut input = two_conventions(1);
    input.published = vec![
        value(Profile::Iter.into(), "rel+-c", 70.5),
        value(twice(Profile::Iter), "rel+-c", 71.1),
        // Entities have no direction, so that these are of both rows of the paper.
        value(twice(Profile::Iter), "ent-c", 91.5),
        value(Profile::Spert.into(), "ent-c", 90.0),
    ];
    let grid = grid(&input);
    let shown = |group: usize| {
        let part = &grid.blocks[0].rows[0].parts[group];
        part.entries
            .iter()
            .map(|entry| entry.published)
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(0), [Some(91.5), Some(70.5)]);
    assert_eq!(shown(1), [Some(90.0), None]);
    let apart: Vec<&str> = grid.apart.iter().map(|one| one.heading.as_str()).collect();
    insta::assert_snapshot!(apart.join("\n"), @"Published on demo, scored as iter (symmetric relations twice) (ITER, Table 2): ours is scored as iter and spert (symmetric relations twice), not comparable");
}
