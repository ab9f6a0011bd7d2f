//! Tests of the page's own parts: the work behind it, errors, runs with their trainings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use super::analysis::CellErrors;
use super::example::experiment;
use super::input::Input;
use super::training::{TrainedEpoch, Training, Work};
use super::write::write;
use crate::score::{Errors, Example, Fate, MarkedEntity, MarkedRelation};

fn page(input: &Input) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::read_to_string(write(input, folder.path()).unwrap().index).unwrap()
}

fn training(label: &str, dev: [f64; 3]) -> Training {
    Training {
        key: "k".repeat(64),
        label: label.to_owned(),
        seconds: 150.0,
        parameters: Some(1_000),
        metric: "Rel+-C".to_owned(),
        epochs: (1..)
            .zip(dev)
            .map(|(epoch, dev)| TrainedEpoch {
                epochs: f64::from(epoch),
                loss: 10.0 / f64::from(epoch),
                dev,
            })
            .collect(),
        best_epoch: Some(2),
        best: Some(dev[1]),
    }
}

fn marked(start: usize, end: usize, label: &str, fate: Fate) -> MarkedEntity {
    MarkedEntity {
        start,
        end,
        label: label.to_owned(),
        fate,
    }
}

/// Some errors: types that need escaping, and counts that tell the cells apart.
fn errors(confused: u64) -> Errors {
    let mut errors = Errors::default();
    errors.entities.correct = 10;
    errors.entities.wrong_type = confused;
    for _ in 0..confused {
        errors
            .entity_types
            .add(Some("<A>".to_owned()), Some("B".to_owned()));
    }
    for _ in 0..10 {
        errors
            .entity_types
            .add(Some("B".to_owned()), Some("B".to_owned()));
    }
    errors
}

/// Two trainings, one of them shared by all runs, and the errors of two cells.
fn full() -> Input {
    let mut input = experiment(3);
    input.trainings = vec![
        training("Ei seed 1", [10.0, 30.0, 20.0]),
        training("Re seed <1>", [1.0, 2.0, 1.5]),
    ];
    for (number, run) in input.runs.iter_mut().enumerate() {
        run.trainings = if number == 0 { vec![0, 1] } else { vec![0] };
    }
    input.work = vec![Work {
        kind: "jointere/train".to_owned(),
        steps: 2,
        seconds: 300.0,
        memory: Some(512 << 20),
    }];
    let cell = |name: &str, confused: u64, examples: Vec<Example>| CellErrors {
        cell: vec![("system.approach".to_owned(), name.to_owned())],
        runs: 3,
        errors: errors(confused),
        examples,
        seed: 1,
    };
    let example = Example {
        document: "doc<7>".to_owned(),
        sentence: 2,
        words: ["Ada", "&", "sons", "thrive"].map(str::to_owned).to_vec(),
        entities: vec![
            marked(0, 2, "Org", Fate::Found),
            marked(0, 0, "<A>", Fate::Missed),
            marked(3, 3, "B", Fate::Spurious),
        ],
        relations: vec![MarkedRelation {
            fate: Fate::Missed,
            head: "Ada".to_owned(),
            label: "founds".to_owned(),
            tail: "Ada & sons".to_owned(),
        }],
        errors: 3,
    };
    // Out of order, as a caller may give them.
    input.errors = vec![
        cell("nerre*", 3, Vec::new()),
        cell("a4", 1, vec![example]),
        cell("a1", 2, Vec::new()),
    ];
    input
}

#[test]
fn what_it_took_is_told() {
    let page = page(&full());
    assert!(
        page.contains("2 steps in 5 min, 5 min of it for 2 trainings."),
        "{page}"
    );
    assert!(page.contains(
        "<code>jointere&#x2f;train</code></th><td>2</td><td>5 min</td><td>2 min</td><td>512 MiB</td>"
    ));
    let mut input = full();
    input.work.clear();
    assert!(!super::tests_page::page(&input).contains("What it took"));
}

#[test]
fn a_shared_training_is_drawn_once_and_shown_with_each_run() {
    let page = page(&full());
    assert_eq!(page.matches("<symbol ").count(), 2);
    assert_eq!(page.matches("href=\"#course-0\"").count(), 9);
    assert_eq!(page.matches("href=\"#course-1\"").count(), 1);
    assert!(page.contains("Ei 30.00, epoch 2"));
    assert!(page.contains("Re seed &lt;1&gt;: Rel+-C on dev from 1.00 to 1.50 in 3 epochs"));
}

#[test]
fn errors_stand_in_the_order_of_the_cells_with_the_baseline_and_the_best_open() {
    let page = page(&full());
    let place = |words: &str| page.find(words).expect(words);
    let [first, second, third] = [
        "<details class=\"cell\">\n<summary><b>a1</b>: 2 errors in 3 runs",
        "<details class=\"cell\" open>\n<summary><b>a4</b>: 1 error in 3 runs",
        "<details class=\"cell\" open>\n<summary><b>nerre*</b>: 3 errors in 3 runs",
    ]
    .map(place);
    assert!(first < second && second < third);
    assert!(page.contains(
        "<th>&lt;A&gt;</th><td class=\"right\" style=\"--share: 0.000\">0</td><td style=\"--share: 1.000\">2</td>"
    ));
}

#[test]
fn sentences_are_drawn_with_both_sides_and_escaped() {
    let page = page(&full());
    let drawn = page.split("<div class=\"drawn\">").nth(1).unwrap();
    insta::assert_snapshot!(
        drawn
            .split("</div>")
            .next()
            .unwrap()
            .replace("</span>", "</span>\n")
    );
    assert!(page.contains("doc&lt;7&gt;, sentence 2: 3 errors"));
    assert!(page.contains(
        "<span class=\"fate missed\">missed</span> Ada → <b>founds</b> → Ada &amp; sons"
    ));
}

#[test]
fn many_types_are_listed_and_not_drawn_as_a_matrix() {
    let mut input = full();
    let types = &mut input.errors[1].errors.entity_types;
    for number in 0..20 {
        types.add(Some(format!("T{number:02}")), Some("B".to_owned()));
    }
    let page = page(&input);
    assert!(page.contains("<tr><th>&lt;A&gt;</th><td>B</td><td>1</td></tr>"));
    assert!(!page.contains("<th>T19</th>"));
}

#[test]
fn the_order_of_runs_and_cells_does_not_matter() {
    let one = full();
    let mut other = full();
    other.runs.reverse();
    other.errors.reverse();
    assert!(page(&one) == page(&other));
}

#[test]
fn the_statistics_that_were_used_are_explained_and_no_others() {
    let with_seeds = page(&experiment(5));
    for name in [
        "Permutation over seeds",
        "Approximate randomisation",
        "Holm 1979",
        "Owen 2007",
    ] {
        assert!(with_seeds.contains(name), "{name}");
    }
    assert!(!with_seeds.contains("Paired sign-flip") && !with_seeds.contains("Nadeau"));
    let mut paired = experiment(6);
    paired.statistics.paired = true;
    assert!(page(&paired).contains("Paired sign-flip"));
    let mut alone = experiment(2);
    alone.statistics.baseline.clear();
    assert!(!page(&alone).contains("Holm 1979"));
}
