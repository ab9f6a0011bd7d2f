//! Claims about a made-up experiment: their verdicts, and how reports show them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;

use super::claims::{Judged, Verdict, judge};
use super::claims_formats::{csv, markdown};
use super::example::{experiment, lose, run};
use super::{Input, cells, terminal, write};
use crate::spec::{Claim, Correction, Relation, Side};

const KEY: &str = "system.approach";

fn side(value: &str) -> Side {
    Side {
        cell: BTreeMap::from([(KEY.to_owned(), value.to_owned())]),
        minus: None,
    }
}

fn difference(value: &str, minus: &str) -> Side {
    Side {
        minus: Some(side(minus).cell),
        ..side(value)
    }
}

fn claim(metric: &str, left: Side, relation: Relation, right: Vec<Side>) -> Claim {
    Claim {
        text: format!("A claim about {metric}"),
        metric: metric.to_owned(),
        left,
        relation,
        right,
        corpus: None,
        fixed: [KEY.to_owned()].into(),
    }
}

fn above(metric: &str, left: &str, right: &[&str]) -> Claim {
    let right = right.iter().map(|value| side(value)).collect();
    claim(metric, side(left), Relation::Above, right)
}

fn claiming(seeds: u64, claims: Vec<Claim>) -> Input {
    Input {
        claims,
        ..experiment(seeds)
    }
}

fn judged(input: &Input) -> Vec<Judged<'_>> {
    judge(input, &cells::collect(input))
}

fn verdicts(input: &Input) -> Vec<Verdict> {
    judged(input).iter().map(Judged::verdict).collect()
}

/// Claims with every verdict, for five seeds.
fn of_every_kind() -> Input {
    let mut claims = vec![
        above("rel+-c", "nerre*", &["a4"]),
        above("rel+-c", "a1", &["a4"]),
        above("ent-i", "a1", &["a4"]),
        above("rel+-c", "nerre*", &["a1", "a4"]),
        above("rel+-c", "a8", &["a4"]),
        claim(
            "rel-i",
            difference("a4", "a1"),
            Relation::Above,
            vec![difference("nerre*", "a4")],
        ),
    ];
    claims[0].text = "The joint model <b>beats</b> the pipeline & all | others".to_owned();
    claims[1].corpus = Some("scierc".to_owned());
    claiming(5, claims)
}

#[test]
fn verdicts_follow_from_direction_and_corrected_p() {
    let input = of_every_kind();
    let [held, contradicted, open, all, absent, differences] = judged(&input).try_into().unwrap();
    let outcome = |one: &Judged<'_>| one.outcome.clone().unwrap();
    for one in [&held, &contradicted, &all] {
        // Five are tested; these three have the smallest p, and Holm's factors are 5, 4 and 3.
        assert!((outcome(one).p - 2.0 / 252.0).abs() < 1e-12);
        assert!((outcome(one).corrected - 10.0 / 252.0).abs() < 1e-12);
    }
    assert_eq!(held.verdict(), Verdict::Held);
    assert_eq!(contradicted.verdict(), Verdict::Contradicted);
    assert_eq!((all.verdict(), outcome(&all).weakest), (Verdict::Held, 1));
    assert_eq!(open.verdict(), Verdict::NotShown);
    assert!((outcome(&open).p - 1.0).abs() < 1e-12 && !outcome(&open).out_of_reach(0.05));
    assert_eq!(
        absent.outcome.unwrap_err(),
        "no cell has system.approach = a8"
    );
    let differences = outcome(&differences);
    assert!((differences.shown().effect() - 10.0).abs() < 1.0);
    assert_eq!(differences.verdict, Verdict::NotShown);
    // Five pairs cannot come below 2/32; six come to 2/64, the largest p of the family.
    assert!((differences.floor - 2.0 / 32.0).abs() < 1e-12);
    assert_eq!(differences.needed, Some(6));
    let (lower, upper) = outcome(&held).shown().interval.clone().unwrap();
    assert!(lower < 10.0 && 10.0 < upper && upper < 20.0);
}

#[test]
fn a_claim_is_about_one_metric_and_its_means() {
    let input = claiming(5, vec![above("rel+-c", "nerre*", &["a4"])]);
    let judged = judged(&input);
    let outcome = judged[0].outcome.as_ref().unwrap();
    // The table of the same experiment shows 58.58 and 48.58.
    assert!((outcome.shown().left - 58.58).abs() < 0.005);
    assert!((outcome.shown().right - 48.58).abs() < 0.005);
    assert!(outcome.documents.as_ref().unwrap() < &0.01);
}

#[test]
fn too_few_seeds_show_nothing_and_say_how_many_would() {
    let input = claiming(3, vec![above("rel+-c", "nerre*", &["a4"])]);
    let judged = judged(&input);
    let outcome = judged[0].outcome.as_ref().unwrap();
    assert_eq!(outcome.verdict, Verdict::NotShown);
    assert!(outcome.out_of_reach(0.05));
    assert_eq!(outcome.needed, Some(4));
    let single = claiming(1, vec![above("rel+-c", "nerre*", &["a4"])]);
    let text = terminal(&single, 200).unwrap();
    assert!(text.contains(
        "1 against 1 run cannot show it (smallest corrected p 1.00), 4 of each cell could"
    ));
    assert!(text.contains("the interval is over documents only"));
}

#[test]
fn six_seeds_show_a_difference_of_differences() {
    let sides = |left, right| claim("rel-i", left, Relation::Above, vec![right]);
    let (large, none) = (difference("a4", "a1"), difference("nerre*", "a4"));
    let held = claiming(6, vec![sides(large.clone(), none.clone())]);
    assert_eq!(verdicts(&held), [Verdict::Held]);
    let contradicted = claiming(6, vec![sides(none, large)]);
    assert_eq!(verdicts(&contradicted), [Verdict::Contradicted]);
    // In Rel+-C both steps are ten points.
    let equal = claim(
        "rel+-c",
        difference("a4", "a1"),
        Relation::Above,
        vec![difference("nerre*", "a4")],
    );
    assert_eq!(verdicts(&claiming(6, vec![equal])), [Verdict::NotShown]);
}

#[test]
fn only_seeds_that_all_four_sides_have_count() {
    let sides = claim(
        "rel-i",
        difference("a4", "a1"),
        Relation::Above,
        vec![difference("nerre*", "a4")],
    );
    let mut input = claiming(6, vec![sides]);
    lose(&mut input, "nerre*", 3, "the loss is not a number");
    let judged = judged(&input);
    let outcome = judged[0].outcome.as_ref().unwrap();
    assert_eq!((outcome.shown().seeds.first, outcome.needed), (5, Some(6)));
    assert!(outcome.documents.is_ok() && outcome.shown().interval.is_ok());
}

#[test]
fn one_comparison_the_other_way_contradicts_a_claim_about_several() {
    let input = claiming(6, vec![above("rel+-c", "a4", &["a1", "nerre*"])]);
    let judged = judged(&input);
    let outcome = judged[0].outcome.as_ref().unwrap();
    assert_eq!(
        (outcome.verdict, outcome.weakest),
        (Verdict::Contradicted, 1)
    );
    assert!((outcome.p - 2.0 * 2.0 / 924.0).abs() < 1e-12);
    // Equal to one and above the other: the claim needs both.
    let input = claiming(6, vec![above("rel-i", "nerre*", &["a1", "a4"])]);
    assert_eq!(verdicts(&input), [Verdict::NotShown]);
}

#[test]
fn missing_scores_are_the_reason() {
    let mut input = claiming(2, vec![above("rel+-c", "nerre*", &["a4"])]);
    for seed in 1..=2 {
        lose(&mut input, "nerre*", seed, "not done yet");
    }
    let judged = judged(&input);
    let reason = judged[0].outcome.as_ref().unwrap_err();
    assert_eq!(reason, "approach = nerre* has no scored run: not done yet");
    assert!(
        terminal(&input, 80)
            .unwrap()
            .contains("No claim could be tested.")
    );
}

#[test]
fn without_correction_p_stays_as_it_is() {
    let mut input = of_every_kind();
    input.statistics.correct = Correction::None;
    for one in judged(&input) {
        if let Ok(outcome) = one.outcome {
            assert!((outcome.p - outcome.corrected).abs() < 1e-15);
        }
    }
    assert!(markdown(&input, &judged(&input)).contains("two-sided, not corrected"));
}

#[test]
fn folds_are_tested_in_pairs_and_their_documents_together() {
    let mut input = claiming(1, vec![above("rel+-c", "nerre*", &["a4"])]);
    let levels = [("a4", [5; 6]), ("nerre*", [6; 6])];
    input.runs.clear();
    for fold in 0..6 {
        for (approach, levels) in levels {
            let mut run = run(approach, u64::from(fold), levels, 8);
            for document in &mut run.counts {
                document.document = format!("{fold}-{}", document.document);
            }
            input.runs.push(super::ScoredRun {
                fold: Some(fold),
                seed: 1,
                ..run
            });
        }
    }
    let judged = judged(&input);
    let outcome = judged[0].outcome.as_ref().unwrap();
    assert!((outcome.p - 2.0 / 64.0).abs() < 1e-12 && outcome.verdict == Verdict::Held);
    let documents = outcome.shown().documents.as_ref().unwrap();
    assert_eq!((documents.documents, documents.runs), (6 * 8, 6));
    assert!((100.0 * documents.test.statistic - outcome.shown().effect()).abs() < 1e-9);
    assert!(outcome.shown().interval.is_err());
    let notes = super::claims_text::notes(&input, &judged);
    assert_eq!(notes[0], "Effect: left minus right, in percentage points.");
}

#[test]
fn drawn_tests_do_not_depend_on_which_side_is_left() {
    let mut input = claiming(24, vec![above("rel+-c", "nerre*", &["a4"])]);
    input.statistics.paired = true;
    // Wobbling levels, so that p lies between its ends.
    for run in &mut input.runs {
        let take = usize::try_from(run.seed * 7 % 11).unwrap();
        let first = run.cell[0].1 == "a4";
        run.counts.drain(..if first { take } else { 11 - take });
    }
    let p = |input: &Input| judged(input)[0].outcome.as_ref().unwrap().p;
    let first = p(&input);
    input.claims = vec![above("rel+-c", "a4", &["nerre*"])];
    assert!((p(&input) - first).abs() < 1e-15);
}

#[test]
fn terminal_at_60_columns() {
    let text = terminal(&of_every_kind(), 60).unwrap();
    let claims = &text[text.find("\nClaims\n").unwrap()..];
    assert!(claims.lines().all(|line| line.chars().count() <= 60));
    insta::assert_snapshot!(claims);
}

#[test]
fn markdown_of_claims() {
    let input = of_every_kind();
    insta::assert_snapshot!(markdown(&input, &judged(&input)));
}

#[test]
fn csv_of_claims() {
    let text = csv(&judged(&of_every_kind())).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn the_page_shows_claims_and_escapes_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = of_every_kind();
    let page = fs::read_to_string(write(&input, folder.path()).unwrap().index).unwrap();
    let start = page.find("<h2 id=\"claims\">").unwrap();
    let end = page.find("<h2 id=\"table-1\">").unwrap();
    insta::assert_snapshot!(&page[start..end]);
    let stats = fs::read_to_string(folder.path().join("stats.json")).unwrap();
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["claims"].as_array().unwrap().len(), 6);
    insta::assert_snapshot!(serde_json::to_string_pretty(&stats["claims"][5]).unwrap());
    // Without claims nothing of them is left.
    input.claims.clear();
    let page = fs::read_to_string(write(&input, folder.path()).unwrap().index).unwrap();
    assert!(!page.contains("#claims") && !page.contains("id=\"claims\""));
    assert!(!folder.path().join("claims.csv").exists());
    assert!(!folder.path().join("tables/claims.md").exists());
    let stats = fs::read_to_string(folder.path().join("stats.json")).unwrap();
    assert!(!stats.contains("claims") && !terminal(&input, 80).unwrap().contains("Claims"));
}

#[test]
fn the_order_of_runs_changes_nothing() {
    let mut input = of_every_kind();
    let before = csv(&judged(&input)).unwrap();
    input.runs.reverse();
    assert_eq!(csv(&judged(&input)).unwrap(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn turning_a_claim_round_changes_no_verdict(
        seeds in 1..7_u64,
        metric in prop::sample::select(&["ent-i", "ent-c", "rel-c", "rel+-c"][..]),
        order in Just(vec!["a1", "a4", "nerre*"]).prop_shuffle(),
        differences in any::<bool>(),
        paired in any::<bool>(),
        lost in prop::option::of(1..7_u64),
    ) {
        let (first, second, third) = (order[0], order[1], order[2]);
        let (left, right) = if differences {
            (difference(first, second), difference(second, third))
        } else {
            (side(first), side(second))
        };
        let mut input = claiming(seeds, vec![claim(metric, left.clone(), Relation::Above, vec![right.clone()])]);
        input.statistics.paired = paired;
        if let Some(seed) = lost.filter(|&seed| seed <= seeds && seeds > 1) {
            lose(&mut input, first, seed, "lost");
        }
        let mut turned = input.clone();
        turned.claims = vec![claim(metric, right, Relation::Below, vec![left])];
        turned.runs.reverse();
        let (one, other) = (judged(&input), judged(&turned));
        prop_assert_eq!(one[0].verdict(), other[0].verdict());
        let (one, other) = (one[0].outcome.as_ref().unwrap(), other[0].outcome.as_ref().unwrap());
        prop_assert!((one.p - other.p).abs() < 1e-15);
        prop_assert!((one.shown().effect() + other.shown().effect()).abs() < 1e-12);
        let (lower, upper) = one.shown().interval.clone().unwrap();
        prop_assert_eq!(other.shown().interval.clone().unwrap(), (-upper, -lower));
    }
}
