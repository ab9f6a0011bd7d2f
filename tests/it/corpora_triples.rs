//! WebNLG, read from its releases of triples, where `SWEEP_DATA`, else `data`, holds them.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;

use sweep::corpus::{Corpus, CorpusConfig, CorpusError, Split, check, statistics};
use sweep::score::pmei::{Anchor, labels_of_words};

fn data() -> PathBuf {
    std::env::var_os("SWEEP_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

/// The corpus, or nothing where the data folder does not hold it.
fn load(name: &str) -> Option<Corpus> {
    let config = CorpusConfig {
        name: name.into(),
        ..CorpusConfig::default()
    };
    match config.load(&data()) {
        Err(error @ CorpusError::Missing { .. }) => {
            eprintln!("skipped: {error}");
            None
        }
        loaded => Some(loaded.unwrap()),
    }
}

fn sizes(corpus: &Corpus) -> Vec<[usize; 3]> {
    let splits = statistics(corpus).splits;
    let sizes = splits.iter();
    sizes
        .map(|split| [split.sentences, split.entities, split.relations])
        .collect()
}

/// How many relations of a split relate words to themselves.
fn diagonal(corpus: &Corpus, split: Split) -> usize {
    let sentences = corpus
        .split(split)
        .iter()
        .flat_map(|document| &document.sentences);
    let relations = sentences.flat_map(|sentence| &sentence.relations);
    relations.filter(|one| one.head == one.tail).count()
}

#[test]
fn triples_over_last_words_have_their_published_counts() {
    let Some(corpus) = load("webnlg") else { return };
    // Published are 11776, 1118 and 1591 triples, of which 89, 5 and 10 are there twice in a sentence: arguments that
    // differ in their whole words may end in the same.
    assert_eq!(
        sizes(&corpus),
        [
            [5019, 15854, 11776 - 89],
            [500, 1538, 1118 - 5],
            [703, 2187, 1591 - 10]
        ]
    );
    let types = statistics(&corpus).splits[0].relation_types.len();
    assert_eq!(types, 170);
    assert_eq!(corpus.labels.entity_types, ["Entity"]);
    assert_eq!(diagonal(&corpus, Split::Train), DIAGONAL);
    assert!(corpus.left_out.is_empty());
    let found = check(&corpus).findings;
    let itself = |split| {
        let found = found
            .iter()
            .find(|one| one.split == split && one.what.contains("with itself"));
        found.map(|one| one.count)
    };
    assert_eq!(itself(Split::Train), Some(DIAGONAL));
}

/// Relations of train whose arguments have the same last word, each once; 754 as published, where 49 repeat another.
const DIAGONAL: usize = 754 - 49;

#[test]
fn triples_over_last_words_are_the_cells_that_pmei_labels() {
    let Some(corpus) = load("webnlg") else { return };
    let documents = Split::ALL.map(|split| corpus.split(split)).into_iter();
    for sentence in documents.flatten().flat_map(|one| &one.sentences) {
        let words = |span: sweep::corpus::Span| &sentence.tokens[span.start..=span.end];
        let entities: Vec<&[String]> = sentence.entities.iter().map(|e| words(e.span)).collect();
        let triples = sentence.relations.iter();
        let triples = triples.map(|one| (words(one.head), &one.label, words(one.tail)));
        let labels = labels_of_words(&sentence.tokens, &entities, triples.collect(), Anchor::Last);
        let cells = sentence.relations.iter();
        let cells = cells.map(|one| (one.head.end, one.tail.end, &one.label));
        assert_eq!(labels.cells, cells.collect());
    }
}

#[test]
fn whole_arguments_are_the_same_by_words_and_by_offsets() {
    let Some(corpus) = load("webnlg_full_span") else {
        return;
    };
    assert_eq!(
        sizes(&corpus),
        [
            [5019, 16257, 11313 - 1],
            [500, 1718, 1224 - 1],
            [703, 2292, 1607]
        ]
    );
    assert_eq!(statistics(&corpus).splits[0].relation_types.len(), 211);
    assert!(corpus.left_out.is_empty());
    let offsets = data().join("webnlg/offsets");
    if !offsets.is_dir() {
        eprintln!("skipped: no {}", offsets.display());
        return;
    }
    let config = CorpusConfig {
        path: Some(offsets),
        ..CorpusConfig::default()
    };
    let by_offsets = config.load(&data()).unwrap();
    assert_eq!(by_offsets.content_hash(), corpus.content_hash());
}
