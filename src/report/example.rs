//! An experiment with scores that can be worked out by hand, for the tests of this room.

use std::collections::BTreeMap;

use super::input::{Axis, Input, MissingRun, ScoredRun};
use crate::score::{Counts, DocumentCounts, Metric, Profile};
use crate::spec::{Correction, SeedTest, Statistics, Table};

const KEY: &str = "system.approach";

/// Gold items of every document and metric.
const GOLD: u64 = 10;

fn counts(correct: u64) -> Counts {
    Counts {
        correct,
        predicted: GOLD,
        gold: GOLD,
    }
}

/// One run: of the ten items of a document, about `levels[metric]` are right, more with some seeds than others.
pub(crate) fn run(approach: &str, seed: u64, levels: [u64; 6], documents: u64) -> ScoredRun {
    let document = |number: u64| {
        let wobble =
            |metric: usize| (number * 7 + seed * 5 + number * seed + metric as u64 * 11) % 13 / 5;
        let scored = Metric::ALL.into_iter().enumerate();
        let scored = scored
            .map(|(index, metric)| (metric, counts((levels[index] + wobble(index)).min(GOLD))));
        DocumentCounts {
            document: format!("d{number:02}"),
            counts: scored.collect::<BTreeMap<_, _>>(),
            types: None,
        }
    };
    ScoredRun {
        cell: vec![(KEY.to_owned(), approach.to_owned())],
        seed,
        fold: None,
        key: format!(
            "{:064x}",
            super::compare::seed_of(&format!("{approach} {seed}"))
        ),
        counts: (0..documents).map(document).collect(),
        speed: None,
        trainings: Vec::new(),
    }
}

/// Three approaches with as many seeds, on 24 documents; `a4` is the baseline.
pub(crate) fn experiment(seeds: u64) -> Input {
    let levels = [
        ("a1", [8, 6, 5, 4, 4, 3]),
        ("a4", [8, 7, 6, 5, 5, 4]),
        ("nerre*", [8, 7, 6, 6, 5, 5]),
    ];
    let mut runs = Vec::new();
    for (approach, levels) in levels {
        for seed in 1..=seeds {
            runs.push(run(approach, seed, levels, 24));
        }
    }
    Input {
        name: "pipeline_vs_joint".to_owned(),
        title: "Ways to divide entity and relation extraction".to_owned(),
        profile: "demo".to_owned(),
        corpus: "demo".to_owned(),
        encoder: "demo".to_owned(),
        split: "test".to_owned(),
        select_on: "dev".to_owned(),
        scoring_profile: Profile::Pure,
        symmetric: None,
        axes: vec![Axis {
            key: KEY.to_owned(),
            values: levels.map(|(name, _)| name.to_owned()).to_vec(),
        }],
        tables: vec![Table {
            rows: vec![KEY.to_owned()],
            columns: Metric::ALL.map(|metric| metric.name().to_owned()).to_vec(),
            ..Table::default()
        }],
        plots: Vec::new(),
        claims: Vec::new(),
        statistics: Statistics {
            baseline: BTreeMap::from([(KEY.to_owned(), serde_json::json!("a4"))]),
            test: SeedTest::Permutation,
            paired: false,
            correct: Correction::Holm,
            alpha: 0.05,
            draws: 2000,
            ..Statistics::default()
        },
        runs,
        missing: Vec::new(),
        untimed: Vec::new(),
        defaults: Vec::new(),
        published: Vec::new(),
        trainings: Vec::new(),
        work: Vec::new(),
        errors: Vec::new(),
        without_examples: None,
        provenance: vec![("version".to_owned(), "0.1.0".to_owned())],
    }
}

/// Two approaches, each scored by words and by position with symmetric relations counted twice: by words every document
/// has an item less, and each of them is right.
pub(crate) fn two_conventions(seeds: u64) -> Input {
    let mut input = experiment(0);
    let conventions = [("iter", "undirected_once"), ("spert", "double_count")];
    input.axes = vec![
        axis(KEY, &["a4", "nerre*"]),
        axis("eval.profile", &conventions.map(|(profile, _)| profile)),
        axis(
            "eval.symmetric",
            &conventions.map(|(_, symmetric)| symmetric),
        ),
    ];
    input.tables = vec![Table {
        rows: vec![KEY.to_owned()],
        columns: ["ent-c", "rel+-c"].map(str::to_owned).to_vec(),
        across: vec!["eval.profile".to_owned()],
        ..Table::default()
    }];
    for (approach, levels) in [("a4", [8, 7, 6, 5, 5, 4]), ("nerre*", [8, 7, 6, 6, 5, 5])] {
        for (fewer, (profile, symmetric)) in [1, 0].into_iter().zip(conventions) {
            for seed in 1..=seeds {
                let mut run = run(approach, seed, levels, 24);
                run.cell
                    .push(("eval.profile".to_owned(), profile.to_owned()));
                run.cell
                    .push(("eval.symmetric".to_owned(), symmetric.to_owned()));
                for counts in run
                    .counts
                    .iter_mut()
                    .flat_map(|one| one.counts.values_mut())
                {
                    counts.correct -= fewer;
                    counts.predicted -= fewer;
                    counts.gold -= fewer;
                }
                input.runs.push(run);
            }
        }
    }
    input
}

/// Spans that a pruner keeps and spans that a module finds, on three splits and with as many seeds: the pruner keeps
/// four times as many as there are and misses none on the training split.
pub(crate) fn span_selection(seeds: u64) -> Input {
    let mut input = experiment(0);
    let splits = ["train", "dev", "test"];
    input.name = "span_selection".to_owned();
    input.title = "Which spans reach the relation module".to_owned();
    input.corpus = "scierc".to_owned();
    input.axes = vec![axis(KEY, &["pruner", "ei"]), axis("eval.split", &splits)];
    input.statistics.baseline = BTreeMap::from([(KEY.to_owned(), serde_json::json!("pruner"))]);
    input.tables = vec![Table {
        rows: vec![KEY.to_owned()],
        columns: ["ent-i.precision", "ent-i.recall", "ent-i"]
            .map(str::to_owned)
            .to_vec(),
        across: vec!["eval.split".to_owned()],
        ..Table::default()
    }];
    for (system, predicted) in [("pruner", 4 * GOLD), ("ei", GOLD)] {
        for (missed, split) in (0..).zip(splits) {
            for seed in 1..=seeds {
                let mut run = run(system, seed, [GOLD - 2; 6], 24);
                run.cell.push(("eval.split".to_owned(), split.to_owned()));
                for document in &mut run.counts {
                    for counts in document.counts.values_mut() {
                        let wrong = GOLD - counts.correct;
                        let missed = if system == "ei" {
                            missed + wrong.min(missed)
                        } else {
                            wrong.min(missed)
                        };
                        *counts = Counts {
                            correct: GOLD - missed,
                            predicted,
                            gold: GOLD,
                        };
                    }
                }
                input.runs.push(run);
            }
        }
    }
    input
}

/// The approaches on two corpora, each corpus with an encoder and a number of epochs of its own.
pub(crate) fn two_corpora(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    let zipped = [
        ("ace05", "bert-base-uncased", "100"),
        ("scierc", "scibert-scivocab-uncased", "200"),
    ];
    input
        .axes
        .insert(0, axis("corpus.name", &zipped.map(|(corpus, _, _)| corpus)));
    input
        .axes
        .push(axis("encoder.name", &zipped.map(|(_, encoder, _)| encoder)));
    input
        .axes
        .push(axis("train.epochs", &zipped.map(|(_, _, epochs)| epochs)));
    let runs = std::mem::take(&mut input.runs);
    for (corpus, encoder, epochs) in zipped {
        for run in &runs {
            let mut run = run.clone();
            run.cell
                .insert(0, ("corpus.name".to_owned(), corpus.to_owned()));
            run.cell
                .push(("encoder.name".to_owned(), encoder.to_owned()));
            run.cell
                .push(("train.epochs".to_owned(), epochs.to_owned()));
            // The corpora share no document.
            for document in &mut run.counts {
                document.document = format!("{corpus}-{}", document.document);
            }
            input.runs.push(run);
        }
    }
    input.tables[0].columns = vec!["ent-c".to_owned(), "rel+-c".to_owned()];
    input.tables[0].across = vec!["corpus.name".to_owned()];
    input
}

fn axis(key: &str, values: &[&str]) -> Axis {
    Axis {
        key: key.to_owned(),
        values: values.iter().map(ToString::to_string).collect(),
    }
}

/// Takes the run of `approach` and `seed` out of the scores and among the missing.
pub(crate) fn lose(input: &mut Input, approach: &str, seed: u64, reason: &str) {
    input
        .runs
        .retain(|run| run.seed != seed || run.cell[0].1 != approach);
    input.missing.push(MissingRun {
        cell: vec![(KEY.to_owned(), approach.to_owned())],
        seed,
        fold: None,
        reason: reason.to_owned(),
    });
}
