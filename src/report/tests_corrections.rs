//! Corrections, families, and what `stats.json` tells beside the tests.
#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::example::{experiment, run};
use super::write::contents;
use super::{Input, stats_json};
use crate::spec::{Correction, Family};

fn legend(input: &Input) -> String {
    contents(input).unwrap().grids[0].legend.join("\n")
}

fn json(input: &Input) -> Value {
    let contents = contents(input).unwrap();
    let tables: Vec<_> = contents
        .grids
        .into_iter()
        .map(|grid| (grid, Vec::new()))
        .collect();
    let bytes = stats_json::render(input, &tables, &contents.claims).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The p-values over seeds of the comparisons in one metric, raw and corrected.
fn p_values(file: &Value, metric: &str) -> Vec<(f64, f64)> {
    let comparisons = file["comparisons"].as_array().unwrap().iter();
    let of = comparisons.filter(|one| one["metric"] == metric);
    of.map(|one| {
        let seeds = &one["seeds"];
        (
            seeds["p"].as_f64().unwrap(),
            seeds["p_corrected"].as_f64().unwrap(),
        )
    })
    .collect()
}

/// Folds whose differences are not all alike.
fn folds() -> Input {
    let mut input = experiment(0);
    input.tables[0].columns = vec!["rel+-c".to_owned()];
    input.axes[0].values.retain(|value| value != "a1");
    for (approach, levels) in [("a4", [8, 7, 6, 5, 5, 4]), ("nerre*", [8, 7, 6, 6, 5, 5])] {
        for fold in 0..10 {
            let mut run = run(approach, 3 * u64::from(fold), levels, 6);
            (run.seed, run.fold) = (1, Some(fold));
            let worse = u64::from(approach == "nerre*") * u64::from(fold % 4 == 0);
            for document in &mut run.counts {
                document.document = format!("fold{fold}-{}", document.document);
                for counts in document.counts.values_mut() {
                    counts.correct -= 2 * worse;
                }
            }
            input.runs.push(run);
        }
    }
    input
}

#[test]
fn every_correction_is_named_where_it_is_used() {
    let mut input = experiment(5);
    input.tables[0].columns = vec!["rel+-c".to_owned()];
    let mut legends = Vec::new();
    for correct in [
        Correction::Holm,
        Correction::Bonferroni,
        Correction::BenjaminiHochberg,
        Correction::None,
    ] {
        input.statistics.correct = correct;
        legends.push(legend(&input));
        assert_eq!(json(&input)["correction"], correct.name());
    }
    insta::assert_snapshot!(legends.join("\n\n"));
}

#[test]
fn bonferroni_multiplies_every_p() {
    let mut input = experiment(5);
    input.statistics.correct = Correction::Bonferroni;
    for (raw, corrected) in p_values(&json(&input), "rel+-c") {
        assert!((corrected - (2.0 * raw).min(1.0)).abs() < 1e-12);
    }
}

#[test]
fn a_family_of_the_whole_table_has_all_its_columns() {
    let mut input = experiment(5);
    input.tables[0].columns = vec!["ent-c".to_owned(), "rel+-c".to_owned()];
    input.statistics.correct = Correction::Bonferroni;
    input.statistics.family = Family::Table;
    let file = json(&input);
    assert_eq!(
        file["family"],
        "the comparisons with the baseline in one table"
    );
    for metric in ["ent-c", "rel+-c"] {
        for (raw, corrected) in p_values(&file, metric) {
            assert!((corrected - (4.0 * raw).min(1.0)).abs() < 1e-12);
        }
    }
    let legend = legend(&input);
    assert!(
        legend.contains("over: the 4 comparisons with it in all columns of this table."),
        "{legend}"
    );
    assert!(legend.contains("after Bonferroni over 4 comparisons"));
}

#[test]
fn stats_json_tells_effects_and_influence() {
    let mut input = experiment(4);
    input.tables[0].columns = vec!["rel+-c".to_owned()];
    let file = json(&input);
    let mut one = file["comparisons"][1].clone();
    // Draws are tested elsewhere.
    one.as_object_mut().unwrap().remove("documents");
    insta::assert_snapshot!(serde_json::to_string_pretty(&one).unwrap());
}

#[test]
fn folds_have_the_corrected_t_test_and_no_stochastic_order() {
    let input = folds();
    let file = json(&input);
    let one = &file["comparisons"][0];
    assert!(one.get("almost_stochastic_order").is_none());
    let resampled = &one["resampled"];
    assert_eq!(resampled["degrees_of_freedom"], 9);
    assert!((resampled["test_over_train"].as_f64().unwrap() - 1.0 / 9.0).abs() < 1e-12);
    // t by its definition from the scores of the folds.
    let grid = contents(&input).unwrap().grids.remove(0);
    let [ours, theirs] = &grid.comparisons[0].units;
    let differences: Vec<f64> = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| a.score - b.score)
        .collect();
    let mean = differences.iter().sum::<f64>() / 10.0;
    let squares: f64 = differences.iter().map(|one| (one - mean).powi(2)).sum();
    let t = mean / ((0.1 + 1.0 / 9.0) * squares / 9.0).sqrt();
    assert!((resampled["t"].as_f64().unwrap() - t).abs() < 1e-9);
    insta::assert_snapshot!(legend(&input));
}

#[test]
fn a_sign_that_hangs_on_one_seed_is_told() {
    let mut input = experiment(4);
    input.tables[0].columns = vec!["rel+-c".to_owned()];
    for run in &mut input.runs {
        // One lucky run makes a1 as a whole better than the baseline, which it is not in any other.
        if run.cell[0].1 == "a1" && run.seed == 2 {
            for document in &mut run.counts {
                for counts in document.counts.values_mut() {
                    counts.correct = counts.gold;
                }
            }
        }
    }
    let legend = legend(&input);
    let line = "The sign of 1 of 2 differences hangs on a single seed: a1 in Rel+-C.";
    assert!(legend.contains(line), "{legend}");
    let file = json(&input);
    let runs = &file["comparisons"][0]["jackknife"]["runs"];
    assert_eq!((&runs["sign_kept"], &runs["of"]), (&3.into(), &4.into()));
}
