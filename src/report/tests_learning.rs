//! Tests of learning curves.
#![allow(clippy::unwrap_used)]

use std::fs;

use super::example::experiment;
use super::input::Input;
use super::training::{TrainedEpoch, Training};
use super::write::{contents, write};
use super::{learning_plot, learning_text};
use crate::report::figure::Figure;
use crate::spec::{Plot, PlotKind};

/// Approaches a1 and a4 share their entity model; each has a relation model of its own, one of which was stopped early.
fn trained(epochs: [u32; 3]) -> Input {
    let mut input = experiment(2);
    let mut training = |label: String, height: f64, epochs: u32| {
        let course = (1..=epochs).map(|epoch| TrainedEpoch {
            epochs: f64::from(epoch),
            loss: 100.0 / f64::from(epoch),
            dev: height * (1.0 - 1.0 / f64::from(epoch + 1)),
        });
        input.trainings.push(Training {
            key: format!("{:064}", input.trainings.len()),
            label,
            seconds: 1.0,
            parameters: None,
            metric: "Rel-C".to_owned(),
            epochs: course.collect(),
            best_epoch: Some(epochs),
            best: Some(height),
        });
        input.trainings.len() - 1
    };
    let entities = [1, 2].map(|seed| training(format!("Ei seed {seed}"), 80.0, epochs[0]));
    let a1 =
        [1, 2].map(|seed| training(format!("Re seed {seed}"), 40.0 + f64::from(seed), epochs[1]));
    let a4 = [(1, epochs[1]), (2, epochs[2])]
        .map(|(seed, epochs)| training(format!("Re seed {seed}"), 60.0 + f64::from(seed), epochs));
    for run in &mut input.runs {
        let seed = run.seed as usize - 1;
        run.trainings = match run.cell[0].1.as_str() {
            "a1" => vec![entities[seed], a1[seed]],
            "a4" => vec![entities[seed], a4[seed]],
            _ => Vec::new(),
        };
    }
    input.plots = vec![Plot {
        kind: PlotKind::LearningCurve,
        caption: Some("How they learn".to_owned()),
        y: vec!["dev".to_owned(), "loss".to_owned()],
        ..Plot::default()
    }];
    input
}

#[test]
fn a_shared_training_has_one_line_and_a_mean_ends_where_one_of_its_trainings_does() {
    let input = trained([6, 8, 5]);
    let figures = contents(&input).unwrap().figures;
    let Figure::Learning(learning) = &figures[0] else {
        unreachable!("the plot is a learning curve");
    };
    assert_eq!(learning.names, ["a1, a4", "a1", "a4"]);
    let panels: Vec<_> = learning
        .panels
        .iter()
        .map(|panel| {
            (
                panel.what.as_str(),
                panel.measure.as_str(),
                panel.lines.len(),
            )
        })
        .collect();
    assert_eq!(
        panels,
        [
            ("Ei", "Rel-C", 1),
            ("Ei", "loss", 1),
            ("Re", "Rel-C", 2),
            ("Re", "loss", 2)
        ]
    );
    let ends: Vec<f64> = learning.panels[2]
        .lines
        .iter()
        .map(|line| line.mean.last().unwrap().0)
        .collect();
    assert_eq!(ends, [8.0, 5.0]);
    let (_, mean) = learning.panels[2].lines[0].mean[0];
    assert!((mean - 41.5 / 2.0).abs() < 1e-9);
    insta::assert_snapshot!(learning_text::markdown(learning));
    insta::assert_snapshot!(learning_text::alternative(learning), @"Learning curves over epochs: Rel-C of Ei, loss of Ei, Rel-C of Re, loss of Re, a line for each approach (a1, a4; a1; a4)");
    let svg = learning_plot::svg(learning).unwrap().unwrap();
    for words in [
        "Re: Rel-C on dev in percent",
        "Re: loss",
        "epochs",
        "a1, a4",
        "single trainings",
    ] {
        assert!(svg.contains(words), "{words}");
    }
}

#[test]
fn the_report_has_the_curves_and_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let written = write(&trained([2, 3, 3]), folder.path()).unwrap();
    let page = fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("Plot 1. How they learn"));
    let csv = fs::read_to_string(folder.path().join("plots/plot-1.csv")).unwrap();
    // Two entity models of two epochs and four relation models of three, each with two measures.
    assert_eq!(csv.lines().count(), 1 + 2 * (2 * 2 + 4 * 3));
    assert!(csv.contains("Re,Rel-C,a4,Re seed 2,3,46.500000"), "{csv}");
    assert!(folder.path().join("plots/plot-1.png").exists());
}

#[test]
fn without_a_second_evaluation_there_is_nothing_to_draw() {
    let figures = contents(&trained([1, 1, 1])).unwrap().figures;
    assert!(figures[0].is_empty());
    assert!(
        figures[0]
            .note()
            .contains("No training was evaluated more than once.")
    );
}

#[test]
fn other_measures_are_refused() {
    let mut input = trained([2, 2, 2]);
    input.plots[0].y = vec!["rel-c".to_owned()];
    let error = contents(&input).err().unwrap().to_string();
    assert!(
        error.contains("\"rel-c\" is not what a learning curve shows: dev or loss"),
        "{error}"
    );
}
