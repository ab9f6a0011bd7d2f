//! Critical-difference diagrams over corpora and folds.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;

use super::critical::Critical;
use super::example::{experiment, run, two_conventions, two_corpora};
use super::figure::Figure;
use super::write::contents;
use super::{Input, critical_plot, critical_text, write};
use crate::spec::{Plot, PlotKind};

const LEVELS: [(&str, [u64; 6]); 5] = [
    ("a1", [8, 6, 5, 3, 3, 1]),
    ("a2", [8, 6, 5, 4, 3, 2]),
    ("a4", [8, 7, 6, 4, 5, 4]),
    ("nerre", [8, 7, 6, 4, 5, 5]),
    ("nerre*", [8, 7, 6, 5, 5, 6]),
];

/// Five systems over so many folds; in some folds a system is better or worse than in others.
fn folds(folds: u32) -> Input {
    let mut input = experiment(0);
    input.statistics.baseline.clear();
    input.axes[0].values = LEVELS.map(|(name, _)| name.to_owned()).to_vec();
    input.tables.clear();
    for (number, (name, levels)) in (0_u64..).zip(LEVELS) {
        for fold in 0..folds {
            let mut run = run(name, 1 + u64::from(fold) * 3 + number, levels, 6);
            (run.seed, run.fold) = (1, Some(fold));
            let better = (u64::from(fold) * 5 + number * 7) % 3;
            for document in &mut run.counts {
                document.document = format!("fold{fold}-{}", document.document);
                for counts in document.counts.values_mut() {
                    counts.correct = (counts.correct + better).min(counts.gold);
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
        kind: PlotKind::CriticalDifference,
        caption: Some("Ranks of the approaches".to_owned()),
        y: columns.iter().map(ToString::to_string).collect(),
        lines: vec!["system.approach".to_owned()],
        ..Plot::default()
    }
}

fn critical(input: &Input) -> Critical {
    match contents(input).unwrap().figures.remove(0) {
        Figure::Critical(critical) => critical,
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
fn the_diagram_in_words() {
    insta::assert_snapshot!(critical_text::markdown(&critical(&folds(10))));
}

#[test]
fn texts_of_the_picture() {
    let svg = critical_plot::svg(&critical(&folds(10))).unwrap().unwrap();
    insta::assert_snapshot!(texts(&svg).join("\n"));
}

#[test]
fn bars_join_what_does_not_differ() {
    let critical = critical(&folds(10));
    let panel = &critical.panels[0];
    let nemenyi = panel.nemenyi.as_ref().unwrap();
    assert!(!nemenyi.groups.is_empty());
    for (first, last) in &nemenyi.groups {
        let apart = panel.systems[*last].rank - panel.systems[*first].rank;
        assert!(apart < nemenyi.critical);
    }
    // Demšar's critical value of five systems, over ten blocks.
    let expected = 2.728 * (5.0 * 6.0 / 60.0_f64).sqrt();
    assert!((nemenyi.critical - expected).abs() < 1e-3);
    let svg = critical_plot::svg(&critical).unwrap().unwrap();
    assert_eq!(svg.matches("#0072B2").count(), nemenyi.groups.len());
}

#[test]
fn few_blocks_have_ranks_only() {
    let mut input = two_corpora(3);
    input.plots = vec![plot(&["ent-c", "rel+-c"])];
    let critical = critical(&input);
    assert!(critical.panels.iter().all(|panel| panel.nemenyi.is_none()));
    let svg = critical_plot::svg(&critical).unwrap().unwrap();
    assert!(!svg.contains("CD") && !svg.contains("#0072B2"));
    insta::assert_snapshot!(critical_text::markdown(&critical));
}

#[test]
fn numbers_behind_the_ranks() {
    let mut input = two_corpora(3);
    input.plots = vec![plot(&["rel+-c"])];
    let csv = critical_text::csv(&critical(&input)).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn blocks_that_not_all_systems_have_are_left_out_and_named() {
    let mut input = folds(7);
    input
        .runs
        .retain(|run| run.fold != Some(3) || run.cell[0].1 != "a2");
    let critical = critical(&input);
    assert_eq!(critical.panels[0].blocks.len(), 6);
    insta::assert_snapshot!(critical.missing.unwrap(), @"Left out: fold 3, which not all have.");
}

#[test]
fn what_counts_otherwise_is_not_ranked() {
    let mut input = two_conventions(3);
    input.plots = vec![Plot {
        lines: Vec::new(),
        ..plot(&["rel+-c"])
    }];
    let critical = critical(&input);
    assert!(critical_plot::svg(&critical).unwrap().is_none());
    insta::assert_snapshot!(critical_text::markdown(&critical));
}

#[test]
fn systems_that_do_not_differ_are_said_not_to() {
    let mut input = folds(6);
    for run in &mut input.runs {
        for document in &mut run.counts {
            for counts in document.counts.values_mut() {
                counts.correct =
                    (u64::from(run.fold.unwrap()) * 3 + run.cell[0].1.len() as u64) % 5;
            }
        }
    }
    let note = critical(&input).note;
    assert!(note.contains("not shown to differ at all"), "{note}");
}

#[test]
fn the_report_has_the_diagram() {
    let folder = tempfile::tempdir().unwrap();
    let written = write(&folds(10), folder.path()).unwrap();
    for name in ["plot-1.svg", "plot-1.png", "plot-1.csv", "plot-1.md"] {
        let path = folder.path().join("plots").join(name);
        assert!(path.exists() && written.files.contains(&path), "{name}");
    }
    let page = fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("Plot 1. Ranks of the approaches"));
}
