//! Scatter plots of scores, speeds and sizes.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;

use super::example::{experiment, run};
use super::figure::Figure;
use super::scatter::Scatter;
use super::write::contents;
use super::{Axis, Input, MissingRun, Speed, scatter_plot, scatter_text, write};
use crate::spec::{Plot, PlotKind};

const ENCODERS: [(&str, usize, f64); 4] = [
    ("minilm-l6", 22_700_000, 90.0),
    ("minilm-l12", 33_400_000, 48.0),
    ("bert-base", 109_500_000, 14.0),
    ("bert-large", 335_100_000, 4.5),
];

/// Three systems over encoders of growing size, slower with it, and a little faster with every seed.
fn sizes(seeds: u64) -> Input {
    let mut input = experiment(0);
    input.title = "What a larger encoder costs".to_owned();
    input.corpus = "scierc".to_owned();
    input.statistics.baseline.clear();
    let axis = |key: &str, values: &[&str]| Axis {
        key: key.to_owned(),
        values: values.iter().map(ToString::to_string).collect(),
    };
    input.axes = vec![
        axis("system.approach", &["full", "packed", "iterative"]),
        axis("encoder.name", &ENCODERS.map(|(name, ..)| name)),
    ];
    for (approach, faster, models) in [("full", 1.0, 2), ("packed", 8.0, 2), ("iterative", 22.0, 1)]
    {
        for (level, (encoder, parameters, rate)) in (3..).zip(ENCODERS) {
            for seed in 1..=seeds {
                let better = u64::from(approach == "iterative");
                let mut run = run(approach, seed, [8, 7, 5, level + better, 4, 3], 24);
                run.cell
                    .push(("encoder.name".to_owned(), encoder.to_owned()));
                run.speed = Some(Speed {
                    rate: rate * faster * (1.0 + 0.04 * seed as f64),
                    parameters: Some(models * parameters),
                    key: format!("{:064x}", input.runs.len()),
                    inside: "extraction".to_owned(),
                    device: "cuda:0".to_owned(),
                    batch: 8,
                    conditions: "sentences/s of entity and relation extraction, decoding included, on NVIDIA X, 8 \
                                 threads, batch 8, f32; median of 3 passes over the split, after one to warm up"
                        .to_owned(),
                    disturbed: false,
                });
                input.runs.push(run);
            }
        }
    }
    input.plots = vec![Plot {
        kind: PlotKind::Scatter,
        caption: Some("Throughput against size".to_owned()),
        x: "parameters".to_owned(),
        y: vec!["speed".to_owned()],
        lines: vec!["system.approach".to_owned()],
    }];
    input
}

fn scatter(input: &Input) -> Scatter {
    match contents(input).unwrap().figures.remove(0) {
        Figure::Scatter(scatter) => scatter,
        _ => panic!("another plot"),
    }
}

fn texts(svg: &str) -> Vec<String> {
    let elements = svg.split("<text").skip(1);
    let texts = elements.map(|element| {
        let (_, rest) = element.split_once('>').unwrap();
        rest.split_once("</text>").unwrap().0.trim().to_owned()
    });
    texts.collect()
}

#[test]
fn numbers_behind_the_points() {
    let mut input = sizes(3);
    input.runs.retain(|run| run.cell[1].1 == "bert-base");
    input.plots[0].y = vec!["speed".to_owned(), "rel-c".to_owned()];
    let csv = scatter_text::csv(&input, &scatter(&input)).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn the_plot_in_words() {
    let mut input = sizes(3);
    input.plots[0].x = "speed".to_owned();
    input.plots[0].y = vec!["rel-c".to_owned(), "parameters".to_owned()];
    for run in &mut input.runs {
        match run.cell[1].1.as_str() {
            "bert-large" => {
                let speed = run.speed.take();
                input.untimed.push(MissingRun {
                    cell: run.cell.clone(),
                    seed: run.seed,
                    fold: None,
                    reason: "no memory".to_owned(),
                });
                assert!(speed.is_some());
            }
            "minilm-l6" => run.speed.as_mut().unwrap().parameters = None,
            _ => {}
        }
    }
    insta::assert_snapshot!(scatter_text::markdown(&scatter(&input)));
}

#[test]
fn texts_of_the_picture() {
    let svg = scatter_plot::svg(&scatter(&sizes(3))).unwrap().unwrap();
    insta::assert_snapshot!(texts(&svg).join("\n"));
}

#[test]
fn every_group_has_a_colour_and_a_shape_of_its_own() {
    let mut input = sizes(1);
    input.runs.retain(|run| run.cell[1].1 == "bert-base");
    let svg = scatter_plot::svg(&scatter(&input)).unwrap().unwrap();
    // One at the point and one in the legend: circles, and polygons with as many corners as their shape has.
    assert_eq!(svg.matches("<circle").count(), 2);
    let corners = |element: &str| {
        let points = element.split("points=\"").nth(1).unwrap();
        points.split('"').next().unwrap().split_whitespace().count()
    };
    let polygons: Vec<(usize, bool)> = svg
        .split("<polygon")
        .skip(1)
        .map(|element| (corners(element), element.contains("#D55E00")))
        .collect();
    assert_eq!(polygons, [(4, true), (3, false), (4, true), (3, false)]);
    // What has no other cells in its group needs no name.
    assert_eq!(
        texts(&svg)
            .iter()
            .filter(|text| *text == "bert-base")
            .count(),
        0
    );
}

#[test]
fn without_lines_all_points_have_one_sign_and_whole_names() {
    let mut input = sizes(1);
    input.plots[0].lines.clear();
    let scatter = scatter(&input);
    assert_eq!((scatter.names.len(), scatter.head.as_str()), (1, ""));
    assert_eq!(scatter.points[0].label, "full / minilm-l6");
    assert!(
        scatter
            .points
            .iter()
            .all(|point| point.x.unwrap().ends.is_none())
    );
    insta::assert_snapshot!(scatter.note);
}

#[test]
fn without_metrics_named_there_is_a_panel_for_each() {
    let mut input = sizes(1);
    input.plots[0].x = "rel-c".to_owned();
    input.plots[0].y.clear();
    let names: Vec<String> = scatter(&input)
        .ys
        .iter()
        .map(|column| column.name())
        .collect();
    assert_eq!(names, ["ent-i", "ent-c", "rel-i", "rel+-i", "rel+-c"]);
}

#[test]
fn without_speeds_there_are_words_but_no_picture() {
    let mut input = sizes(2);
    for run in &mut input.runs {
        run.speed = None;
    }
    let scatter = scatter(&input);
    assert!(scatter_plot::svg(&scatter).unwrap().is_none());
    insta::assert_snapshot!(scatter.note);
}

#[test]
fn the_report_has_the_plot() {
    let folder = tempfile::tempdir().unwrap();
    let written = write(&sizes(3), folder.path()).unwrap();
    for name in ["plot-1.svg", "plot-1.png", "plot-1.csv", "plot-1.md"] {
        let path = folder.path().join("plots").join(name);
        assert!(path.exists() && written.files.contains(&path), "{name}");
    }
    let page = fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("Plot 1. Throughput against size"));
    assert!(page.contains("a sign for each approach (full, packed, iterative)"));
}

#[test]
fn mistakes_are_named() {
    let mut input = sizes(1);
    input.plots[0].x = "sped".to_owned();
    insta::assert_snapshot!(contents(&input).err().unwrap(), @"cannot draw plot 1: unknown metric `sped`: expected one of ent-i, ent-c, rel-i, rel-c, rel+-i, rel+-c");
    let mut input = sizes(1);
    input.plots[0].lines = vec!["aproach".to_owned()];
    insta::assert_snapshot!(contents(&input).err().unwrap(), @r#"cannot draw plot 1: "aproach" is not an axis of this experiment; its axes are system.approach, encoder.name"#);
}
