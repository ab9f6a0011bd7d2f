//! Plots of precision over recall along a threshold.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;

use super::example::experiment;
use super::figure::Figure;
use super::series::Series;
use super::write::contents;
use super::{Axis, Input, ScoredRun, curve_plot, series_text, terminal, write};
use crate::score::{Counts, DocumentCounts, Metric};
use crate::spec::{Plot, PlotKind};

const THRESHOLD: &str = "iter.threshold";

/// A run on 20 documents of 40 relations: with a higher threshold fewer are predicted, and more of those are right.
fn run(system: &str, seed: u64, threshold: f64) -> ScoredRun {
    let skill = if system == "large" { 34.0 } else { 29.0 };
    let document = |number: u64| {
        let luck = ((number * 7 + seed * 5) % 11 + 3 * (seed % 3)) as f64 / 4.0;
        let found = (skill + luck) * (1.0 - threshold.powi(3));
        let wrong = (110.0 - 2.0 * skill) * (1.0 - threshold).powi(2) + luck * (1.0 - threshold);
        let correct = found.round() as u64;
        let counts = Counts {
            correct,
            predicted: correct + wrong.round() as u64,
            gold: 40,
        };
        DocumentCounts {
            document: format!("d{number:02}"),
            counts: [(Metric::RelPlusC, counts), (Metric::RelC, counts)].into(),
            types: None,
        }
    };
    ScoredRun {
        cell: vec![
            ("encoder.name".to_owned(), system.to_owned()),
            (THRESHOLD.to_owned(), format!("{threshold}")),
        ],
        seed,
        fold: None,
        key: format!("{seed:064x}"),
        counts: (0..20).map(document).collect(),
        speed: None,
        trainings: Vec::new(),
    }
}

/// Two encoders under twenty thresholds, 0 to 0.95.
fn trade_off(seeds: u64) -> Input {
    let mut input = experiment(0);
    input.title = "What a threshold trades".to_owned();
    input.corpus = "ace05".to_owned();
    input.statistics.baseline.clear();
    input.tables.clear();
    let thresholds: Vec<f64> = (0..20).map(|step| f64::from(step) * 5.0 / 100.0).collect();
    input.axes = vec![
        Axis {
            key: "encoder.name".to_owned(),
            values: ["small", "large"].map(str::to_owned).to_vec(),
        },
        Axis {
            key: THRESHOLD.to_owned(),
            values: thresholds.iter().map(ToString::to_string).collect(),
        },
    ];
    input.defaults = vec![(THRESHOLD.to_owned(), "0.50".to_owned())];
    for system in ["small", "large"] {
        for &threshold in &thresholds {
            input
                .runs
                .extend((1..=seeds).map(|seed| run(system, seed, threshold)));
        }
    }
    input.plots = vec![Plot {
        kind: PlotKind::PrecisionRecall,
        caption: Some("Precision and recall over the threshold".to_owned()),
        x: THRESHOLD.to_owned(),
        y: vec!["rel+-c".to_owned()],
        lines: vec!["encoder.name".to_owned()],
    }];
    input
}

fn series(input: &Input) -> Series {
    match contents(input).unwrap().figures.remove(0) {
        Figure::Lines(series) => series,
        _ => panic!("another plot"),
    }
}

fn svg(input: &Input) -> String {
    let series = series(input);
    let picture = curve_plot::svg(&series, series.curves.as_ref().unwrap());
    picture.unwrap().unwrap()
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

/// Takes every prediction from one run.
fn silence(input: &mut Input, threshold: &str) {
    let mut runs = input.runs.iter_mut();
    let run = runs.find(|run| run.cell[1].1 == threshold).unwrap();
    for counts in run
        .counts
        .iter_mut()
        .flat_map(|one| one.counts.values_mut())
    {
        (counts.correct, counts.predicted) = (0, 0);
    }
}

#[test]
fn a_point_is_the_mean_of_both_measures_over_runs() {
    let input = trade_off(3);
    let series = series(&input);
    let curves = series.curves.as_ref().unwrap();
    assert_eq!(curves.points.len(), 2 * 20);
    assert_eq!((curves.usual, curves.letter.as_str()), (Some(10), "λ"));
    let point = &curves.points[10];
    assert_eq!(point.runs.len(), 3);
    let counted: Vec<(f64, f64)> = input
        .runs
        .iter()
        .filter(|run| run.cell == point.cell)
        .map(|run| {
            let sum = |of: fn(&Counts) -> u64| {
                let counts = run.counts.iter().map(|one| &one.counts[&Metric::RelPlusC]);
                counts.map(of).sum::<u64>() as f64
            };
            let correct = sum(|counts| counts.correct);
            (
                100.0 * correct / sum(|counts| counts.gold),
                100.0 * correct / sum(|counts| counts.predicted),
            )
        })
        .collect();
    for ((_, place), (recall, precision)) in point.runs.iter().zip(&counted) {
        assert!((place.recall - recall).abs() < 1e-9);
        assert!((place.precision - precision).abs() < 1e-9);
    }
    let mean = |of: fn(&(f64, f64)) -> f64| counted.iter().map(of).sum::<f64>() / 3.0;
    assert!((point.mean.recall - mean(|pair| pair.0)).abs() < 1e-9);
    assert!((point.mean.precision - mean(|pair| pair.1)).abs() < 1e-9);
    assert_ne!(counted[0], counted[1]);
}

#[test]
fn numbers_behind_the_curves() {
    let mut input = trade_off(2);
    input
        .runs
        .retain(|run| ["0", "0.5", "0.95"].contains(&run.cell[1].1.as_str()));
    let csv = series_text::csv(&input, &series(&input)).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn the_curves_in_words() {
    let mut input = trade_off(3);
    silence(&mut input, "0.95");
    insta::assert_snapshot!(series_text::markdown(&series(&input)));
}

#[test]
fn texts_of_the_picture() {
    insta::assert_snapshot!(texts(&svg(&trade_off(3))).join("\n"));
}

#[test]
fn every_run_has_a_thin_curve_behind_the_mean() {
    let thin = |input: &Input| svg(input).matches("opacity=\"0.4\"").count();
    assert_eq!(thin(&trade_off(3)), 2 * 3);
    assert_eq!(thin(&trade_off(1)), 0, "one run is its mean");
}

#[test]
fn what_predicts_nothing_has_no_precision_and_no_point() {
    let mut input = trade_off(2);
    silence(&mut input, "0.95");
    let series = series(&input);
    let curves = series.curves.as_ref().unwrap();
    assert_eq!((curves.points.len(), curves.silent.len()), (39, 1));
    insta::assert_snapshot!(series.missing.unwrap(), @"Without a point, since a run predicts nothing and has no precision: encoder = small, threshold = 0.95.");
    // The curve ends with the value before.
    let shown = texts(&svg(&input));
    assert!(shown.contains(&"0.9".to_owned()) && shown.contains(&"0.95".to_owned()));
}

#[test]
fn values_without_a_default_are_marked_at_the_ends_alone() {
    let mut input = trade_off(1);
    input.defaults.clear();
    let series = series(&input);
    assert_eq!(series.curves.as_ref().unwrap().usual, None);
    let picture = svg(&input);
    assert!(!texts(&picture).iter().any(|text| text.contains('=')));
    assert!(
        series
            .note
            .contains("numbers beside points are the threshold λ;")
    );
}

#[test]
fn twenty_values_and_no_table_give_a_report_of_the_plot() {
    let folder = tempfile::tempdir().unwrap();
    let input = trade_off(2);
    let written = write(&input, folder.path()).unwrap();
    for name in ["plot-1.svg", "plot-1.png", "plot-1.csv", "plot-1.md"] {
        let path = folder.path().join("plots").join(name);
        assert!(path.exists() && written.files.contains(&path), "{name}");
    }
    assert!(!folder.path().join("tables/1.md").exists());
    let page = fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("Plot 1. Precision and recall over the threshold"));
    assert!(page.contains("aria-label=\"Precision over recall of Rel+-C along threshold from 0 to 0.95, a curve for each encoder (small, large)\""));
    assert!(!page.contains("Table 1."));
    insta::assert_snapshot!(terminal(&input, 80).unwrap());
}

#[test]
fn a_measure_is_not_a_metric_to_plot_so() {
    let mut input = trade_off(1);
    input.plots[0].y = vec!["rel+-c.precision".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @"cannot draw plot 1: `rel+-c.precision` has no precision and recall; name a metric without a measure");
}
