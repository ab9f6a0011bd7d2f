//! What `sweep bench` shows, and sizes as a column of tables.
#![allow(clippy::unwrap_used)]

use super::example::{experiment, lose};
use super::write::contents;
use super::{Input, MissingRun, Speed, bench_text, bench_values, markdown, write};
use crate::spec::Plot;

/// Three approaches of different speeds and sizes on one machine.
fn timed(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    for run in &mut input.runs {
        let (rate, parameters) = match run.cell[0].1.as_str() {
            "a1" => (31.25, 90_912_345),
            "a4" => (62.5, 45_456_789),
            _ => (301.1, 22_713_216),
        };
        run.speed = Some(Speed {
            rate: rate + 0.25 * run.seed as f64,
            parameters: Some(parameters),
            key: format!("{:064x}", run.seed),
            inside: "extraction".to_owned(),
            device: "cpu".to_owned(),
            batch: 8,
            conditions: "sentences/s of entity and relation extraction, decoding included, on AMD EPYC, 2 threads, \
                         batch 8, f32; median of 3 passes over the split, after one to warm up"
                .to_owned(),
            disturbed: false,
        });
    }
    input
}

fn unmeasured(input: &mut Input, approach: &str, seed: u64) {
    for run in &mut input.runs {
        if run.seed == seed && run.cell[0].1 == approach {
            run.speed = None;
            input.untimed.push(MissingRun {
                cell: run.cell.clone(),
                seed,
                fold: None,
                reason: "not done yet".to_owned(),
            });
        }
    }
}

#[test]
fn cells_stand_below_each_other_with_all_that_decides_their_speed() {
    insta::assert_snapshot!("bench_wide", bench_text(&timed(3), 120));
    let mut input = timed(3);
    unmeasured(&mut input, "a1", 2);
    lose(&mut input, "nerre*", 3, "no memory");
    for run in &mut input.runs {
        if let (Some(speed), "a1") = (&mut run.speed, run.cell[0].1.as_str()) {
            speed.disturbed = run.seed == 3;
            speed.parameters = speed.parameters.filter(|_| run.seed == 3);
        }
    }
    let narrow = bench_text(&input, 44);
    assert!(
        narrow.lines().all(|line| line.chars().count() <= 44),
        "{narrow}"
    );
    insta::assert_snapshot!("bench_narrow", narrow);
}

#[test]
fn without_a_baseline_there_are_no_ratios_and_of_one_run_no_deviations() {
    let mut input = timed(1);
    input.statistics.baseline.clear();
    input.runs.retain(|run| run.cell[0].1 == "a4");
    insta::assert_snapshot!(bench_text(&input, 100));
}

#[test]
fn the_same_as_data() {
    let mut input = timed(2);
    unmeasured(&mut input, "a4", 1);
    lose(&mut input, "nerre*", 1, "no memory");
    let values = bench_values(&input).unwrap();
    assert_eq!(values["baseline"]["system.approach"], "a4");
    let cells = values["cells"].as_array().unwrap();
    let ratio = |cell: usize| cells[cell]["ratio"].as_f64().unwrap();
    assert_eq!(cells.len(), 3);
    assert!((ratio(0) - 31.625 / 63.0).abs() < 1e-12);
    assert!((ratio(1) - 1.0).abs() < 1e-12);
    assert_eq!(cells[1]["runs"], 1);
    assert!(cells[1]["sd"].is_null() && cells[0]["sd"].is_number());
    assert_eq!(cells[0]["parameters"], 90_912_345);
    assert_eq!(cells[0]["inside"], "extraction");
    assert_eq!(values["runs"].as_array().unwrap().len(), 4);
    assert_eq!(values["untimed"][0]["reason"], "not done yet");
    assert_eq!(values["missing"][0]["reason"], "no memory");
}

#[test]
fn a_size_stands_beside_a_speed_without_marks() {
    let mut input = timed(4);
    let columns = ["rel-c", "speed", "parameters"];
    input.tables[0].columns = columns.map(str::to_owned).to_vec();
    let grid = &contents(&input).unwrap().grids[0];
    insta::assert_snapshot!("parameters_markdown", markdown::render(grid));
    assert!(grid.comparisons.iter().all(|one| one.column.is_compared()));

    let folder = tempfile::tempdir().unwrap();
    let written = write(&input, folder.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let scores = read("scores.csv");
    let mut lines = scores.lines();
    let head = "system.approach,seed,fold,metric,precision,recall,f1,sentences/s,M parameters,key";
    assert_eq!(lines.next().unwrap(), head);
    let speed = format!("a1,1,,speed,,,,31.500000,,{:064x}", 1);
    let size = format!("a1,1,,parameters,,,,,90.912345,{:064x}", 1);
    let lines: Vec<&str> = lines.collect();
    for line in [speed, size] {
        assert!(lines.contains(&line.as_str()), "{line}\n{scores}");
    }
    assert!(read("plots/1.svg").contains("millions of parameters"));
    let page = std::fs::read_to_string(written.index).unwrap();
    assert!(page.contains("<th>M parameters</th>") && page.contains(">90.9"));
}

#[test]
fn a_table_of_sizes_alone_compares_nothing() {
    let mut input = timed(2);
    input.tables[0].columns = vec!["parameters".to_owned()];
    input.runs[0].speed.as_mut().unwrap().parameters = None;
    let grid = &contents(&input).unwrap().grids[0];
    insta::assert_snapshot!(grid.note, @"Parameters in millions on demo; mean ± standard deviation over the runs, their number in the column runs; one run has no standard deviation.");
    insta::assert_snapshot!(grid.legend.join("\n"), @"
    Parameters: of all models that are timed, embeddings included.
    1 of 6 runs was timed before parameters were counted; `sweep bench --again` times anew.
    ");
}

#[test]
fn a_line_plot_of_speeds_says_how_they_were_measured() {
    let mut input = timed(2);
    input.plots = vec![Plot {
        x: "system.approach".to_owned(),
        y: vec!["speed".to_owned()],
        ..Plot::default()
    }];
    let figure = &contents(&input).unwrap().figures[0];
    insta::assert_snapshot!(figure.note(), @"On demo, test split, scoring profile pure; points are means over 2 runs, without intervals. Speed: sentences/s of entity and relation extraction, decoding included, on AMD EPYC, 2 threads, batch 8, f32; median of 3 passes over the split, after one to warm up.");
}
