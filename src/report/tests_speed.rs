//! Reports of experiments that show speeds.
#![allow(clippy::unwrap_used)]

use super::example::experiment;
use super::write::contents;
use super::{
    Input, MissingRun, PublishedValue, Speed, latex, markdown, table_csv, terminal, write,
};
use crate::score::Profile;
use crate::spec::Claim;

const CONDITIONS: &str =
    "sentences/s of relation inference on AMD EPYC, 2 threads, batch 32, f32; median of 3 passes";

/// Three approaches of different speeds, each a little faster with every seed.
fn timed(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    for run in &mut input.runs {
        let rate = match run.cell[0].1.as_str() {
            "a1" => 31.25,
            "a4" => 34.5,
            _ => 301.1,
        };
        run.speed = Some(Speed {
            rate: rate + 0.25 * run.seed as f64,
            parameters: None,
            key: format!("{:064x}", run.seed),
            inside: "relations".to_owned(),
            device: "cpu".to_owned(),
            batch: 32,
            conditions: CONDITIONS.to_owned(),
            disturbed: false,
        });
    }
    input.tables[0].columns = ["rel-c", "speed"].map(str::to_owned).to_vec();
    input
}

fn published(system: &str, value: f64) -> PublishedValue {
    PublishedValue {
        table: "PURE, Table 3".to_owned(),
        system: system.to_owned(),
        corpus: "demo".to_owned(),
        encoder: String::new(),
        split: "test".to_owned(),
        metric: "speed".to_owned(),
        value,
        sd: None,
        runs: None,
        convention: Profile::Pure.into(),
        same_corpus: true,
    }
}

fn untimed(input: &mut Input, approach: &str, seed: u64, reason: &str) {
    for run in &mut input.runs {
        if run.seed == seed && run.cell[0].1 == approach {
            run.speed = None;
            input.untimed.push(MissingRun {
                cell: run.cell.clone(),
                seed,
                fold: None,
                reason: reason.to_owned(),
            });
        }
    }
}

#[test]
fn a_speed_stands_beside_a_score() {
    let mut input = timed(5);
    input.published = vec![published("a4", 32.1), published("nerre*", 384.7)];
    let grid = &contents(&input).unwrap().grids[0];
    insta::assert_snapshot!("speed_markdown", markdown::render(grid));
    insta::assert_snapshot!("speed_latex", latex::render(grid));
    let csv = table_csv::render(grid).unwrap();
    insta::assert_snapshot!("speed_csv", String::from_utf8(csv).unwrap());
    insta::assert_snapshot!("speed_terminal", terminal(&input, 100).unwrap());
}

#[test]
fn a_table_of_speeds_alone_says_nothing_of_scores() {
    let mut input = timed(2);
    input.tables[0].columns = vec!["speed".to_owned()];
    input.statistics.baseline.clear();
    let grid = &contents(&input).unwrap().grids[0];
    insta::assert_snapshot!(grid.note, @"Speed in sentences/s on demo; mean ± standard deviation over 2 runs.");
    insta::assert_snapshot!(grid.legend.join("\n"), @"
    Bold: the best mean of its column.
    No baseline is declared, so no difference is marked.
    Speed: sentences/s of relation inference on AMD EPYC, 2 threads, batch 32, f32; median of 3 passes.
    ");
    assert_eq!(grid.titles(), ["sentences/s"]);
}

#[test]
fn what_was_measured_otherwise_or_not_at_all_is_told() {
    let mut input = timed(3);
    for run in &mut input.runs {
        if let (Some(speed), "a1") = (&mut run.speed, run.cell[0].1.as_str()) {
            speed.conditions = CONDITIONS.replace("batch 32", "batch 8");
            speed.disturbed = run.seed == 2;
        }
    }
    untimed(
        &mut input,
        "a4",
        3,
        "speed of a4 seed 3 on test failed: no memory",
    );
    let grid = &contents(&input).unwrap().grids[0];
    insta::assert_snapshot!(grid.legend.join("\n"));
    let nothing = |input: &Input| {
        let grid = &contents(input).unwrap().grids[0];
        grid.blocks[0].rows[1].parts[0].entries[1].shown_mean()
    };
    for seed in 1..3 {
        untimed(&mut input, "a4", seed, "not done yet");
    }
    assert_eq!(nothing(&input), "–");
}

#[test]
fn all_files_hold_the_speeds() {
    let folder = tempfile::tempdir().unwrap();
    let input = timed(4);
    let written = write(&input, folder.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let scores = read("scores.csv");
    let lines: Vec<&str> = scores.lines().collect();
    assert_eq!(
        lines[0],
        "system.approach,seed,fold,metric,precision,recall,f1,sentences/s,key"
    );
    assert_eq!(lines.len(), 1 + 3 * 4 * 7);
    let speed = format!("a1,1,,speed,,,,31.500000,{:064x}", 1);
    assert!(lines.contains(&speed.as_str()), "{scores}");
    assert!(
        lines[1].contains(",,") && lines[1].starts_with("a1,1,,ent-i,"),
        "{}",
        lines[1]
    );

    let stats: serde_json::Value = serde_json::from_str(&read("stats.json")).unwrap();
    let comparisons = stats["comparisons"].as_array().unwrap();
    let speeds: Vec<_> = comparisons
        .iter()
        .filter(|one| one["metric"] == "speed")
        .collect();
    assert_eq!(speeds.len(), 2);
    for one in &speeds {
        assert_eq!(one["unit"], "sentences/s");
        assert!(one["seeds"]["p"].is_number(), "{one}");
        let reason = "a speed is that of a whole run, not of its documents";
        assert_eq!(one["documents"]["not_tested"], reason);
    }
    // Four against four runs that do not overlap.
    assert!((speeds[0]["seeds"]["p"].as_f64().unwrap() - 2.0 / 70.0).abs() < 1e-12);
    assert!(
        comparisons
            .iter()
            .any(|one| one["metric"] == "rel-c" && one["unit"].is_null())
    );

    let page = std::fs::read_to_string(written.index).unwrap();
    for words in [
        "<th>sentences&#x2f;s</th>",
        "<td>31.5</td>",
        "speed in sentences a second",
        "AMD EPYC",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let plot = read("plots/1.svg");
    assert!(plot.contains("sentences a second") && plot.contains("95 % interval"));
}

#[test]
fn claims_about_speed_are_tested_over_seeds() {
    let mut input = timed(5);
    let side = |approach: &str| crate::spec::Side {
        cell: [("system.approach".to_owned(), approach.to_owned())].into(),
        minus: None,
    };
    input.claims = vec![Claim {
        text: "One module is faster than three".to_owned(),
        metric: "speed".to_owned(),
        left: side("a4"),
        right: vec![side("a1")],
        fixed: ["system.approach".to_owned()].into(),
        ..Claim::default()
    }];
    let text = terminal(&input, 100).unwrap();
    let (_, claims) = text.split_once("\nClaims\n").unwrap();
    insta::assert_snapshot!(claims);
}
