//! Maps of the p-values of every two cells.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;

use super::example::{experiment, run, two_conventions, two_corpora};
use super::figure::Figure;
use super::heat::Heat;
use super::write::contents;
use super::{Input, heat_plot, heat_text, write};
use crate::spec::{Correction, Plot, PlotKind};

const LEVELS: [(&str, [u64; 6]); 5] = [
    ("a1", [8, 6, 5, 4, 3, 3]),
    ("a2", [8, 6, 5, 4, 4, 3]),
    ("a4", [8, 7, 6, 5, 5, 4]),
    ("nerre", [8, 7, 6, 6, 5, 5]),
    ("nerre*", [8, 7, 6, 6, 5, 6]),
];

/// Five systems with as many seeds, of which neighbours are close. Every document of a run of an odd seed of one system
/// in two is a little better.
fn five(seeds: u64) -> Input {
    let mut input = experiment(0);
    input.statistics.baseline.clear();
    input.axes[0].values = LEVELS.map(|(name, _)| name.to_owned()).to_vec();
    input.tables.clear();
    for (number, (name, levels)) in LEVELS.into_iter().enumerate() {
        for seed in 1..=seeds {
            let mut run = run(name, seed + 3 * number as u64, levels, 24);
            run.seed = seed;
            if (seed + number as u64).is_multiple_of(2) {
                for document in &mut run.counts {
                    for counts in document.counts.values_mut() {
                        counts.correct = (counts.correct + 1).min(counts.gold);
                    }
                }
            }
            input.runs.push(run);
        }
    }
    input.plots = vec![plot(&["rel+-c"])];
    input
}

fn plot(columns: &[&str]) -> Plot {
    Plot {
        kind: PlotKind::PValues,
        caption: Some("Which approaches differ".to_owned()),
        y: columns.iter().map(ToString::to_string).collect(),
        lines: vec!["system.approach".to_owned()],
        ..Plot::default()
    }
}

fn heat(input: &Input) -> Heat {
    match contents(input).unwrap().figures.remove(0) {
        Figure::Heat(heat) => heat,
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
fn the_map_in_words() {
    insta::assert_snapshot!(heat_text::markdown(&heat(&five(6))));
}

#[test]
fn numbers_behind_the_map() {
    let input = five(4);
    let csv = heat_text::csv(&input, &heat(&input)).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn texts_of_the_picture() {
    let svg = heat_plot::svg(&heat(&five(6))).unwrap().unwrap();
    insta::assert_snapshot!(texts(&svg).join("\n"));
}

#[test]
fn both_fields_of_a_pair_have_the_shade_of_its_p() {
    let heat = heat(&five(6));
    let svg = heat_plot::svg(&heat).unwrap().unwrap();
    for (shade, colour) in ["#08519C", "#6BAED6", "#C6DBEF", "#F1F5FA"]
        .iter()
        .enumerate()
    {
        let pairs = heat.panels[0].pairs.iter();
        let pairs = pairs.filter(|pair| {
            let p = pair.seeds.as_ref().unwrap().corrected;
            heat.shade(heat.band(p)) == shade
        });
        // And one in the legend.
        assert_eq!(
            svg.matches(colour).count(),
            2 * pairs.count() + 1,
            "{colour}"
        );
    }
}

#[test]
fn shades_change_at_the_levels_only() {
    let mut input = five(2);
    let shades = |input: &Input| {
        let heat = heat(input);
        let shade = |p: f64| heat.shade(heat.band(p));
        [0.0099, 0.01, 0.0499, 0.05, 0.199, 0.2, 1.0].map(shade)
    };
    assert_eq!(shades(&input), [0, 1, 1, 2, 2, 3, 3]);
    input.statistics.alpha = 0.01;
    assert_eq!(shades(&input), [0, 2, 2, 2, 2, 3, 3]);
    input.statistics.alpha = 0.2;
    assert_eq!(shades(&input), [0, 1, 1, 1, 1, 2, 2]);
}

#[test]
fn p_values_are_those_of_the_declared_correction() {
    let mut input = five(6);
    let ratio = |input: &Input| {
        let heat = heat(input);
        let pairs = heat.panels[0].pairs.iter();
        let tests = pairs.map(|pair| pair.seeds.as_ref().unwrap());
        let smallest = tests.min_by(|a, b| a.corrected.total_cmp(&b.corrected));
        let smallest = smallest.unwrap();
        smallest.corrected / smallest.test.p().two_sided
    };
    assert!((ratio(&input) - 10.0).abs() < 1e-9);
    input.statistics.correct = Correction::None;
    assert!((ratio(&input) - 1.0).abs() < 1e-9);
    assert!(heat(&input).note.contains("two-sided, not corrected;"));
}

#[test]
fn too_few_seeds_are_told() {
    insta::assert_snapshot!(heat(&five(3)).note);
}

#[test]
fn other_axes_make_panels_of_their_own() {
    let mut input = two_corpora(4);
    input.plots = vec![plot(&["ent-c", "rel+-c"])];
    let heat = heat(&input);
    let panels: Vec<_> = heat
        .panels
        .iter()
        .map(|panel| {
            (
                panel.column.name(),
                panel.heading.clone(),
                panel.labels.len(),
            )
        })
        .collect();
    insta::assert_debug_snapshot!(panels);
}

#[test]
fn what_counts_otherwise_is_not_compared() {
    let mut input = two_conventions(5);
    input.plots = vec![Plot {
        lines: Vec::new(),
        ..plot(&["rel+-c"])
    }];
    let svg = heat_plot::svg(&heat(&input)).unwrap().unwrap();
    assert_eq!(texts(&svg).iter().filter(|text| *text == "–").count(), 4);
}

#[test]
fn without_scores_there_are_words_but_no_picture() {
    let mut input = five(2);
    input.runs.retain(|run| run.cell[0].1 == "a4");
    let heat = heat(&input);
    assert!(heat_plot::svg(&heat).unwrap().is_none());
    insta::assert_snapshot!(heat_text::markdown(&heat));
}

#[test]
fn the_report_has_the_map() {
    let folder = tempfile::tempdir().unwrap();
    let written = write(&five(6), folder.path()).unwrap();
    for name in ["plot-1.svg", "plot-1.png", "plot-1.csv", "plot-1.md"] {
        let path = folder.path().join("plots").join(name);
        assert!(path.exists() && written.files.contains(&path), "{name}");
    }
    let page = fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("Plot 1. Which approaches differ"));
}

#[test]
fn mistakes_are_named() {
    let mut input = five(1);
    input.plots[0].y = vec!["parameters".to_owned()];
    insta::assert_snapshot!(contents(&input).err().unwrap(), @r#"cannot draw plot 1: there is no test of "parameters""#);
    let mut input = five(1);
    input.plots[0].lines = vec!["aproach".to_owned()];
    insta::assert_snapshot!(contents(&input).err().unwrap(), @r#"cannot draw plot 1: "aproach" is not an axis of this experiment; its axes are system.approach"#);
}
