//! How many claims an experiment will test, and whether its seeds can show them.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::correction::corrected;
use super::render::count;
use crate::spec::{Case, Cell, Claim, Experiment, as_text};
use crate::stats::{runs_needed, seed_floor};
use crate::systems::Configuration;

/// One line on the claims; none without claims.
///
/// Like the report, it counts a claim once for every combination of the axes that it leaves open.
pub fn claims(experiment: &Experiment<Configuration>) -> Option<String> {
    if experiment.claims.is_empty() {
        return None;
    }
    let values = |cell: &Cell<Configuration>| {
        let pairs = cell.values.iter();
        pairs
            .map(|(key, value)| (key.clone(), as_text(value)))
            .collect()
    };
    let cells: Vec<_> = experiment.cells().iter().map(values).collect();
    let corpora: Vec<String> = experiment
        .cells()
        .iter()
        .map(|cell| cell.configuration.corpus.shown())
        .collect();
    let cases: Vec<(&Claim, Case)> = experiment
        .claims
        .iter()
        .flat_map(|claim| {
            let cases = claim.cases(&cells, &corpora).into_iter();
            cases.map(move |case| (claim, case))
        })
        .collect();
    let statistics = &experiment.statistics;
    // As the report has it: folds are paired, and so are differences of differences.
    let folds = experiment.axes.folds.len();
    let runs = if folds > 0 {
        folds
    } else {
        experiment.axes.seeds.len()
    };
    let paired: Vec<bool> = cases
        .iter()
        .filter(|(_, case)| case.sides.is_ok())
        .map(|(claim, _)| statistics.paired || folds > 0 || claim.left.minus.is_some())
        .collect();
    let correct = |floors: &[f64]| corrected(statistics.correct, floors);
    let draws = u64::from(statistics.draws);
    let floors = paired.iter().map(|&paired| seed_floor(paired, runs, draws));
    let floors = correct(&floors.collect::<Result<Vec<f64>, _>>().ok()?);
    let too_high = |index: &usize| floors[*index] >= statistics.alpha;
    let cannot: Vec<usize> = (0..floors.len()).filter(too_high).collect();
    let needed = cannot
        .iter()
        .map(|&index| runs_needed(&paired, index, draws, statistics.alpha, correct))
        .reduce(|most, one| Some(most?.max(one?)));
    let mut line = format!("{} to test", count(paired.len(), "claim"));
    if let Some(worst) = floors.iter().copied().reduce(f64::max) {
        let noun = if folds > 0 { "fold" } else { "seed" };
        let enough = match (cannot.len(), paired.len()) {
            (0, _) => "low enough".to_owned(),
            (some, all) if some < all => format!("too high for {some} of them"),
            _ => "too high".to_owned(),
        };
        let needed = needed.flatten();
        let needed = needed.map_or_else(String::new, |runs| {
            format!("; {} could show them", count(runs, noun))
        });
        let runs = count(runs, noun);
        let _ = write!(
            line,
            ": with {runs} the smallest corrected p is {worst:.3}, {enough}{needed}"
        );
    }
    let absent = cases.len() - paired.len();
    if absent > 0 {
        let _ = write!(line, "; {} without cells", count(absent, "claim"));
    }
    Some(line + ".")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use crate::spec::{Options, Vocabulary};

    const FILE: &str = r#"name = "claims"
[axes]
"system.approach" = ["a1", "a3", "a4"]
seed = { count = 5 }
"#;

    const CLAIM: &str = r#"[[claim]]
text = "One is better"
metric = "rel-c"
left = "a4"
relation = ">"
right = "a3"
"#;

    fn line(text: &str, set: &[&str]) -> Option<String> {
        let options = Options {
            set: set.iter().map(ToString::to_string).collect(),
            ..Options::default()
        };
        let vocabulary = Vocabulary {
            metrics: &["rel-c"],
            ..Vocabulary::default()
        };
        claims(&Experiment::parse(Path::new("claims.toml"), text, &options, &vocabulary).unwrap())
    }

    #[test]
    fn the_line_says_whether_the_seeds_are_enough() {
        assert_eq!(line(FILE, &[]), None);
        let one = format!("{FILE}{CLAIM}");
        insta::assert_snapshot!(line(&one, &[]).unwrap(), @"1 claim to test: with 5 seeds the smallest corrected p is 0.008, low enough.");
        insta::assert_snapshot!(line(&one, &["seed=1"]).unwrap(), @"1 claim to test: with 1 seed the smallest corrected p is 1.000, too high; 4 seeds could show them.");
        insta::assert_snapshot!(line(&one, &["system.approach=a3"]).unwrap(), @"0 claims to test; 1 claim without cells.");
        let differences = CLAIM
            .replace("\"a4\"", "{ system.approach = \"a4\", minus = \"a3\" }")
            .replace("\"a3\"\n", "{ system.approach = \"a3\", minus = \"a1\" }\n");
        insta::assert_snapshot!(line(&format!("{one}{differences}"), &[]).unwrap(), @"2 claims to test: with 5 seeds the smallest corrected p is 0.062, too high for 1 of them; 6 seeds could show them.");
    }
}
