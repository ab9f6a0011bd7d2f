//! Comparisons of two systems whose predictions are made up.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Parser;

use super::CompareArguments;
use super::render::render;
use super::sides::{Sides, read};
use super::statistics::{self, Comparison, Settings};
use crate::cli::score::Counting;
use crate::score::{Column, Metric};
use crate::spec::Correction;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: CompareArguments,
}

/// Twenty-four documents of one sentence; of its three entities a system finds the first always, the second where its
/// `skill` is high enough, and takes the third for another type otherwise.
fn predictions(skill: usize, seed: usize) -> String {
    let mut text = String::new();
    for number in 0..24 {
        let luck = (number * 7 + seed * 5 + number * seed) % 11;
        let mut found = vec!["[0, 0, \"P\"]"];
        if luck < skill {
            found.push("[2, 2, \"P\"]");
        }
        found.push(if luck + 3 < skill {
            "[4, 4, \"Q\"]"
        } else {
            "[4, 4, \"P\"]"
        });
        let related = if luck + 1 < skill {
            "[0, 0, 2, 2, \"r\"]"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "{{\"doc_key\": \"d{number}\", \"sentences\": [[\"a\", \"b\", \"c\", \"d\", \"e\"]], \
             \"ner\": [[[0, 0, \"P\"], [2, 2, \"P\"], [4, 4, \"Q\"]]], \
             \"relations\": [[[0, 0, 2, 2, \"r\"]]], \
             \"predicted_ner\": [[{}]], \"predicted_relations\": [[{related}]]}}",
            found.join(", ")
        );
    }
    text
}

/// Two systems with so many files each, compared as the flags say.
fn compared(files: (usize, usize), flags: &str) -> (Sides, Counting, Vec<Comparison>, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, skill: usize, count: usize| -> Vec<PathBuf> {
        let each = (0..count).map(|seed| {
            let path = folder.path().join(format!("{name}-{seed}.json"));
            std::fs::write(&path, predictions(skill, seed + skill)).unwrap();
            path
        });
        each.collect()
    };
    let (ours, theirs) = (write("ours", 8, files.0), write("theirs", 6, files.1));
    let mut line = vec!["compare".to_owned()];
    line.extend(ours.iter().map(|path| path.display().to_string()));
    line.push("--vs".into());
    line.extend(theirs.iter().map(|path| path.display().to_string()));
    line.extend(flags.split_whitespace().map(str::to_owned));
    let arguments = Line::parse_from(line).arguments;
    let counting = Counting::new(&arguments.count, true).unwrap();
    let mut sides = read(&arguments, &counting).unwrap();
    // The folder has another name in every test.
    sides.gold.file.path = "ours-0.json".into();
    for file in sides.ours.files.iter_mut().chain(&mut sides.theirs.files) {
        file.path = file.path.file_name().unwrap().into();
    }
    let settings = Settings {
        paired: arguments.paired,
        alpha: arguments.alpha,
        draws: arguments.draws.into(),
        correct: arguments.correct.into(),
    };
    let columns = if arguments.metrics.is_empty() {
        [Metric::EntC, Metric::RelC, Metric::RelPlusC]
            .map(Column::from)
            .to_vec()
    } else {
        arguments.metrics.clone()
    };
    let family = statistics::compare(&sides, &columns, settings).unwrap();
    (sides, counting, family, settings)
}

fn shown(files: (usize, usize), flags: &str, width: usize) -> String {
    let (sides, counting, family, settings) = compared(files, flags);
    let text = render(&sides, &counting, &family, settings, width);
    assert!(
        text.lines().all(|line| line.chars().count() <= width),
        "{text}"
    );
    text
}

#[test]
fn five_against_five() {
    insta::assert_snapshot!("five_against_five_wide", shown((5, 5), "", 120));
    insta::assert_snapshot!("five_against_five_100", shown((5, 5), "", 100));
    insta::assert_snapshot!("five_against_five_60", shown((5, 5), "", 60));
}

#[test]
fn one_against_one_says_nothing_of_methods() {
    let text = shown((1, 1), "--names mine,yours --correct none", 100);
    assert!(
        text.contains("nothing can be said about the methods"),
        "{text}"
    );
    insta::assert_snapshot!("one_against_one", text);
}

#[test]
fn few_and_uneven_files_are_told() {
    insta::assert_snapshot!("three_against_one", shown((3, 1), "--metrics rel+", 100));
    insta::assert_snapshot!(
        "paired_averages",
        shown((6, 6), "--paired --metrics ent,ent-macro,ent.recall", 120)
    );
}

#[test]
fn the_tests_are_those_of_the_statistics() {
    let (sides, _, family, settings) = compared((4, 4), "");
    for one in &family {
        let (ours, theirs) = (
            sides.ours.scores(one.column).unwrap(),
            sides.theirs.scores(one.column).unwrap(),
        );
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
        assert!((one.difference() - (mean(&ours) - mean(&theirs))).abs() < 1e-9);
        let documents = one.documents.as_ref().unwrap();
        assert!((100.0 * documents.test.statistic - one.difference()).abs() < 1e-9);
        let seeds = one.seeds.as_ref().unwrap();
        assert_eq!(seeds.test.assignments, 70);
        let smallest = family
            .iter()
            .map(|other| other.seeds.as_ref().unwrap().corrected)
            .fold(1.0, f64::min);
        assert!(seeds.corrected >= smallest && seeds.corrected <= 1.0);
    }
    let raw = Settings {
        correct: Correction::None,
        ..settings
    };
    let columns: Vec<Column> = family.iter().map(|one| one.column).collect();
    for one in statistics::compare(&sides, &columns, raw).unwrap() {
        let seeds = one.seeds.unwrap();
        assert!((seeds.corrected - seeds.test.p().two_sided).abs() < 1e-12);
    }
}
