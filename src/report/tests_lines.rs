//! Plots of scores over an axis.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;

use super::example::{experiment, run};
use super::figure::Figure;
use super::series::Series;
use super::write::contents;
use super::{Axis, Input, MissingRun, line_plot, published, series_text, write};
use crate::spec::Plot;

fn axis(key: &str, values: &[&str]) -> Axis {
    Axis {
        key: key.to_owned(),
        values: values.iter().map(ToString::to_string).collect(),
    }
}

/// Two approaches trained on four shares of ACE05, as in Table 7 of PURE.
fn learning_curves(seeds: u64) -> Input {
    let mut input = experiment(0);
    input.title = "How much text the approaches need".to_owned();
    input.corpus = "ace05".to_owned();
    input.split = "dev".to_owned();
    input.statistics.baseline.clear();
    let shares = ["0.1", "0.25", "0.5", "1.0"];
    input.axes = vec![
        axis("system.approach", &["pipeline", "joint"]),
        axis("corpus.share", &shares),
    ];
    for (approach, below) in [("pipeline", 0), ("joint", 1)] {
        for (step, share) in (0..).zip(shares) {
            for seed in 1..=seeds {
                let level = 3 + step - below;
                let mut run = run(approach, seed, [8, 7 + step / 2, level, level, 3, 3], 24);
                run.cell.push(("corpus.share".to_owned(), share.to_owned()));
                input.runs.push(run);
            }
        }
    }
    input.plots = vec![Plot {
        caption: Some("Scores over the share of the training documents".to_owned()),
        x: "corpus.share".to_owned(),
        y: vec!["ent-c".to_owned(), "rel-c".to_owned()],
        lines: vec!["system.approach".to_owned()],
        ..Plot::default()
    }];
    input.published = published("pure/table7", &["ace05".to_owned()]).unwrap();
    input
}

fn series(input: &Input) -> Series {
    match contents(input).unwrap().figures.remove(0) {
        Figure::Lines(series) => series,
        _ => panic!("another plot"),
    }
}

/// The texts of a picture, in the order in which they are drawn.
fn texts(svg: &str) -> Vec<String> {
    let elements = svg.split("<text").skip(1);
    let texts = elements.map(|element| {
        let (_, rest) = element.split_once('>').unwrap();
        rest.split_once("</text>").unwrap().0.trim().to_owned()
    });
    texts.collect()
}

/// Takes all runs of a cell out of the scores.
fn lose(input: &mut Input, approach: &str, share: &str) {
    let (lost, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut input.runs)
        .into_iter()
        .partition(|run| run.cell[0].1 == approach && run.cell[1].1 == share);
    input.runs = kept;
    input.missing.extend(lost.into_iter().map(|run| MissingRun {
        cell: run.cell,
        seed: run.seed,
        fold: None,
        reason: "not run".to_owned(),
    }));
}

#[test]
fn numbers_behind_the_plot() {
    let input = learning_curves(3);
    let csv = series_text::csv(&input, &series(&input)).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn the_plot_in_words() {
    let mut input = learning_curves(3);
    lose(&mut input, "joint", "0.25");
    insta::assert_snapshot!(series_text::markdown(&series(&input)));
}

#[test]
fn texts_of_the_picture() {
    let svg = line_plot::svg(&series(&learning_curves(3)))
        .unwrap()
        .unwrap();
    insta::assert_snapshot!(texts(&svg).join("\n"));
}

/// Four points give a line of three pieces; without the second, only the last piece is left.
#[test]
fn a_line_breaks_where_a_cell_has_no_scores() {
    // Pieces are the strokes of three pixels in the colour of the line that are neither upright nor level.
    let pieces = |input: &Input| {
        let svg = line_plot::svg(&series(input)).unwrap().unwrap();
        let strokes = svg.split("<polyline").skip(1);
        let slanted = strokes.filter(|stroke| {
            let points = stroke.split("points=\"").nth(1).unwrap().split('"').next();
            let points: Vec<(&str, &str)> = points
                .unwrap()
                .split_whitespace()
                .map(|point| point.split_once(',').unwrap())
                .collect();
            stroke.contains("#D55E00")
                && points.len() == 2
                && points[0].0 != points[1].0
                && points[0].1 != points[1].1
        });
        slanted.count()
    };
    let mut input = learning_curves(2);
    input.plots[0].y = vec!["rel-c".to_owned()];
    assert_eq!(pieces(&input), 3);
    lose(&mut input, "joint", "0.25");
    assert_eq!(pieces(&input), 1);
}

#[test]
fn numbers_are_sorted_and_other_values_keep_their_order() {
    let ticks = |values: &[&str; 4]| {
        let mut input = learning_curves(1);
        input.axes[1].key = "pan.size".to_owned();
        input.axes[1].values = values.map(str::to_owned).to_vec();
        input.plots[0].x = "pan.size".to_owned();
        for (number, run) in input.runs.iter_mut().enumerate() {
            run.cell[1] = ("pan.size".to_owned(), values[number % 4].to_owned());
        }
        let x = series(&input).x;
        let ticks: Vec<String> = x
            .ticks
            .iter()
            .map(|(place, tick)| format!("{tick} at {place}"))
            .collect();
        ticks.join(", ")
    };
    let numbers = ticks(&["300", "0", "1e2", "200"]);
    assert_eq!(numbers, "0 at 0, 1e2 at 100, 200 at 200, 300 at 300");
    let wide = ticks(&["1e-2", "1.0", "1e-6", "1e-4"]);
    assert_eq!(wide, "1e-6 at -6, 1e-4 at -4, 1e-2 at -2, 1.0 at 0");
    let words = ticks(&["300", "all", "0", "none"]);
    assert_eq!(words, "300 at 0, all at 1, 0 at 2, none at 3");
}

#[test]
fn without_lines_there_is_one_and_other_axes_make_blocks() {
    let mut input = learning_curves(1);
    input.plots[0].lines.clear();
    input.plots[0].y.clear();
    let series = series(&input);
    assert_eq!((series.names.len(), series.head.as_str()), (1, ""));
    let headings: Vec<_> = series
        .blocks
        .iter()
        .map(|block| block.heading.as_deref())
        .collect();
    assert_eq!(
        headings,
        [Some("approach = pipeline"), Some("approach = joint")]
    );
    assert_eq!(series.columns.len(), 6);
    assert!(series.lines().all(|line| line.parts.len() == 4));
}

#[test]
fn an_axis_that_follows_from_the_others_makes_no_blocks() {
    let mut input = learning_curves(1);
    input
        .axes
        .push(axis("train.epochs", &["80", "40", "20", "10"]));
    input.axes.push(axis("train.rate", &["1e-3", "1e-4"]));
    for (number, run) in input.runs.iter_mut().enumerate() {
        let (epochs, rate) = (
            &input.axes[2].values[number % 4],
            &input.axes[3].values[number / 4],
        );
        run.cell.push(("train.epochs".to_owned(), epochs.clone()));
        run.cell.push(("train.rate".to_owned(), rate.clone()));
    }
    let series = series(&input);
    assert_eq!((series.blocks.len(), series.names.len()), (1, 2));
    assert_eq!(series.points().count(), 8);
}

#[test]
fn cells_without_a_place_are_named() {
    let mut input = learning_curves(1);
    input.runs[0].cell[1].1.clear();
    let series = series(&input);
    assert_eq!(series.points().count(), 7);
    insta::assert_snapshot!(series.missing.unwrap(), @"Not shown, without a value of share: approach = pipeline.");
}

#[test]
fn without_any_scores_there_are_words_but_no_picture() {
    let mut input = learning_curves(1);
    for (approach, share) in ["pipeline", "joint"]
        .into_iter()
        .flat_map(|one| ["0.1", "0.25", "0.5", "1.0"].map(|share| (one, share)))
    {
        lose(&mut input, approach, share);
    }
    let series = series(&input);
    assert!(line_plot::svg(&series).unwrap().is_none());
    insta::assert_snapshot!(series.note, @"On ACE2005, dev split, scoring profile pure; no run is scored yet.");
}

#[test]
fn the_report_has_the_plot_and_loses_it_with_the_experiment() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = learning_curves(2);
    let written = write(&input, folder.path()).unwrap();
    for name in ["plot-1.svg", "plot-1.png", "plot-1.csv", "plot-1.md"] {
        let path = folder.path().join("plots").join(name);
        assert!(path.exists() && written.files.contains(&path), "{name}");
    }
    let page = fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("Plot 1. Scores over the share of the training documents"));
    assert!(page.contains("aria-label=\"Ent-C F1, Rel-C F1 over share of the training documents (10 %, 25 %, 50 %, 100 %), a line for each approach (pipeline, joint)\""));
    input.plots.clear();
    let page = fs::read_to_string(write(&input, folder.path()).unwrap().index).unwrap();
    assert!(!page.contains("Plot 1.") && !page.contains("class=\"lines\""));
    assert!(!folder.path().join("plots/plot-1.svg").exists());
    assert!(folder.path().join("plots/1.svg").exists());
}

#[test]
fn mistakes_in_a_plot_are_named() {
    let mut input = learning_curves(1);
    input.plots[0].lines = vec!["system.aproach".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @r#"cannot draw plot 1: "system.aproach" is not an axis of this experiment; its axes are system.approach, corpus.share"#);
    let mut input = learning_curves(1);
    input.plots[0].y = vec!["rell".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @"cannot draw plot 1: unknown metric `rell`: expected one of ent-i, ent-c, rel-i, rel-c, rel+-i, rel+-c");
}
