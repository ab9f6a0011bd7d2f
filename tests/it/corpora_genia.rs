//! GENIA, read from its XML, against the dev and test files in circulation, where `SWEEP_DATA`, else `data`,
//! holds both.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sweep::corpus::{
    Corpus, CorpusConfig, CorpusError, Document, Entity, SelectOn, Sentence, Span, TrainOn,
    nesting_depth, statistics,
};

fn data() -> PathBuf {
    std::env::var_os("SWEEP_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

fn load(config: CorpusConfig) -> Option<Corpus> {
    let config = CorpusConfig {
        name: "genia".into(),
        ..config
    };
    match config.load(&data()) {
        Err(error @ CorpusError::Missing { .. }) => {
            eprintln!("skipped: {error}");
            None
        }
        loaded => Some(loaded.unwrap()),
    }
}

/// The sentences of a file in layered IOB2: a word a line, and after it a tag for each layer.
fn layered(name: &str) -> Option<Vec<Sentence>> {
    let path = data().join("genia").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    let sentence = |block: &str| {
        let rows: Vec<Vec<&str>> = block.lines().map(|row| row.split('\t').collect()).collect();
        let mut entities = Vec::new();
        for layer in 1..rows[0].len() {
            for (place, row) in rows.iter().enumerate() {
                let Some(label) = row[layer].strip_prefix("B-") else {
                    continue;
                };
                let rest = rows[place + 1..].iter();
                let more = rest.take_while(|row| row[layer].strip_prefix("I-") == Some(label));
                entities.push(Entity {
                    span: Span::new(place, place + more.count()),
                    label: label.into(),
                });
            }
        }
        Sentence {
            tokens: rows.iter().map(|row| row[0].to_owned()).collect(),
            entities,
            relations: Vec::new(),
        }
    };
    let blocks = text.split("\n\n").map(str::trim_end);
    Some(
        blocks
            .filter(|block| !block.is_empty())
            .map(sentence)
            .collect(),
    )
}

fn sentences(documents: &[Document]) -> Vec<&Sentence> {
    documents.iter().flat_map(|one| &one.sentences).collect()
}

#[test]
fn dev_and_test_are_the_files_in_circulation() {
    let Some(corpus) = load(CorpusConfig::default()) else {
        return;
    };
    for (name, documents) in [
        ("genia.dev.iob2", &corpus.dev),
        ("genia.test.iob2", &corpus.test),
    ] {
        let Some(wanted) = layered(name) else { return };
        let found = sentences(documents);
        assert_eq!(found.len(), wanted.len(), "{name}");
        let (mut entities, mut same) = (0, 0);
        for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
            assert_eq!(found.tokens, wanted.tokens, "{name}: sentence {place}");
            let set = |sentence: &Sentence| -> BTreeSet<Entity> {
                sentence.entities.iter().cloned().collect()
            };
            let (found, wanted) = (set(found), set(wanted));
            for entity in found.symmetric_difference(&wanted) {
                eprintln!("{name}: sentence {place}: {entity:?} in one of the two");
            }
            entities += found.len().max(wanted.len());
            same += found.intersection(&wanted).count();
        }
        eprintln!("{name}: {same} of {entities} entities are the same");
        assert_eq!(same, entities, "{name}");
    }
}

#[test]
fn the_splits_have_their_published_sizes() {
    let Some(corpus) = load(CorpusConfig::default()) else {
        return;
    };
    let splits = statistics(&corpus).splits;
    let sizes: Vec<[usize; 4]> = splits
        .iter()
        .map(|s| [s.documents, s.sentences, s.entities, s.nesting_depth])
        .collect();
    assert_eq!(
        sizes,
        [
            [1599, 15_023, 45_939, 4],
            [190, 1669, 4337, 4],
            [213, 1854, 5474, 3]
        ]
    );
    let types = ["DNA", "RNA", "cell_line", "cell_type", "protein"];
    assert_eq!(corpus.labels.entity_types, types);
    assert!(corpus.labels.relation_types.is_empty());
    // An article in which a split ends is divided between two.
    let divided = |earlier: &[Document], later: &[Document]| {
        earlier.last().map(|one| &one.key) == later.first().map(|one| &one.key)
    };
    assert!(divided(&corpus.train, &corpus.dev) && divided(&corpus.dev, &corpus.test));
}

#[test]
fn train_and_dev_together_are_selected_on_test() {
    let config = CorpusConfig {
        train_on: TrainOn::TrainDev,
        select_on: SelectOn::Test,
        ..CorpusConfig::default()
    };
    let Some(corpus) = load(config) else { return };
    assert_eq!(sentences(&corpus.train).len(), 16_692);
    assert_eq!(sentences(&corpus.test).len(), 1854);
    assert_eq!(corpus.dev, corpus.test);
    assert_eq!(nesting_depth(&corpus.train), 4);
}
