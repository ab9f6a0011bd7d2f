//! The readers against the public corpora, where a data folder holds them: `SWEEP_DATA`, else `data`.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;

use sweep::corpus::{
    Check, Corpus, CorpusConfig, CorpusError, SplitStatistics, Statistics, check, statistics,
};

/// The corpus, or nothing where the data folder does not hold it.
fn load(name: &str) -> Option<Corpus> {
    let data = std::env::var_os("SWEEP_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from);
    let config = CorpusConfig {
        name: name.into(),
        ..CorpusConfig::default()
    };
    match config.load(&data) {
        Err(error @ CorpusError::Missing { .. }) => {
            eprintln!("skipped: {error}");
            None
        }
        loaded => Some(loaded.unwrap()),
    }
}

fn each<const N: usize>(
    statistics: &Statistics,
    of: [fn(&SplitStatistics) -> usize; N],
) -> Vec<[usize; N]> {
    statistics
        .splits
        .iter()
        .map(|split| of.map(|of| of(split)))
        .collect()
}

fn count(check: &Check, what: &str) -> usize {
    check
        .findings
        .iter()
        .filter(|finding| finding.what.contains(what))
        .map(|finding| finding.count)
        .sum()
}

#[test]
fn scierc_has_its_published_counts() {
    let Some(corpus) = load("scierc") else { return };
    let statistics = statistics(&corpus);
    let sizes = each(
        &statistics,
        [
            |s| s.documents,
            |s| s.sentences,
            |s| s.entities,
            |s| s.relations,
        ],
    );
    assert_eq!(
        sizes,
        [
            [350, 1861, 5598, 3219],
            [50, 275, 811, 455],
            [100, 551, 1685, 974]
        ]
    );
    let wide = each(
        &statistics,
        [|s| s.wider_than(8), |s| s.wider_than(12), |s| s.overlapping],
    );
    assert_eq!(wide, [[41, 1, 61], [5, 0, 7], [11, 1, 20]]);
    let empty = each(
        &statistics,
        [|s| s.without_relations, |s| s.without_entities],
    );
    assert_eq!(empty, [[495, 99], [88, 15], [154, 22]]);
    let longest = each(
        &statistics,
        [|s| s.longest_sentence, |s| s.longest_document],
    );
    assert_eq!(longest, [[101, 334], [68, 226], [97, 313]]);
    let test = &statistics.splits[2];
    let types: Vec<(&str, usize)> = test
        .relation_types
        .iter()
        .map(|(label, count)| (label.as_str(), *count))
        .collect();
    assert_eq!(
        types,
        [
            ("COMPARE", 38),
            ("CONJUNCTION", 123),
            ("EVALUATE-FOR", 91),
            ("FEATURE-OF", 59),
            ("HYPONYM-OF", 67),
            ("PART-OF", 63),
            ("USED-FOR", 533)
        ]
    );
    assert_eq!(corpus.labels.symmetric, ["COMPARE", "CONJUNCTION"]);
    let check = check(&corpus);
    assert_eq!(count(&check, "relations annotated twice"), 4);
    assert_eq!(count(&check, "no annotated entity"), 0);
    assert_eq!(count(&check, "in both directions"), 0);
    assert_eq!(count(&check, "spans with two types"), 0);
}

#[test]
fn conll04_has_its_published_counts() {
    let Some(corpus) = load("conll04") else {
        return;
    };
    let statistics = statistics(&corpus);
    let sizes = each(
        &statistics,
        [
            |s| s.sentences,
            |s| s.entities,
            |s| s.relations,
            |s| s.overlapping,
        ],
    );
    assert_eq!(
        sizes,
        [
            [922, 3377, 1283, 0],
            [231, 893, 343, 0],
            [288, 1079, 422, 0]
        ]
    );
    assert_eq!(
        each(&statistics, [|s| s.without_relations]),
        [[0], [0], [0]]
    );
    assert_eq!(statistics.splits[2].longest_sentence, 118);
    assert_eq!(statistics.splits[2].widest(), 10);
    let kill: usize = statistics.splits[..2]
        .iter()
        .map(|split| split.relation_types["Kill"])
        .sum();
    assert_eq!(kill, 221);
    assert_eq!(corpus.labels.symmetric, Vec::<String>::new());
    let check = check(&corpus);
    let repeated = "also occur in train or dev, case, punctuation and blanks aside";
    assert_eq!(count(&check, repeated), 23);
    assert_eq!(count(&check, "ordered pairs with two relations"), 0);
}

#[test]
fn licensed_corpora_that_are_not_there_say_how_to_get_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ace04", "ace05", "scierc", "conll04"] {
        let config = CorpusConfig {
            name: name.into(),
            ..CorpusConfig::default()
        };
        let error = config.load(folder.path()).unwrap_err();
        assert!(matches!(error, CorpusError::Missing { .. }), "{error}");
    }
}
