//! Tests that what the demo corpus promises is in it, and as often as its knobs say.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::lexicon::{DENIALS, IT, LATTER};
use super::names::Names;
use super::{DemoConfig, DemoDocuments, demo};
use crate::corpus::{Corpus, Document, Entity, Sentence, Split};

/// The default knobs without errors in the labels.
fn clean() -> DemoConfig {
    DemoConfig {
        noise: 0.0,
        ..DemoConfig::default()
    }
}

fn sentences(documents: &[Document]) -> impl Iterator<Item = &Sentence> {
    documents.iter().flat_map(|document| &document.sentences)
}

fn everything(corpus: &Corpus) -> impl Iterator<Item = &Sentence> {
    Split::ALL
        .into_iter()
        .flat_map(|split| sentences(corpus.split(split)))
}

fn words<'a>(sentence: &'a Sentence, entity: &Entity) -> &'a [String] {
    &sentence.tokens[entity.span.start..=entity.span.end]
}

/// The pronoun-like mention that opens the sentence.
fn pronoun(sentence: &Sentence) -> Option<(String, &Entity)> {
    sentence
        .entities
        .iter()
        .filter(|entity| entity.span.start == 0)
        .find_map(|entity| {
            let text = words(sentence, entity).join(" ").to_lowercase();
            (IT.contains(&text.as_str()) || LATTER.contains(&text.as_str()))
                .then_some((text, entity))
        })
}

/// Of mentions, the share whose words hold one of these names.
fn share_named(documents: &[Document], labels: &[&str], names: &[String]) -> f64 {
    let names: HashSet<&String> = names.iter().collect();
    let mentions: Vec<bool> = sentences(documents)
        .flat_map(|sentence| {
            let named = |entity: &Entity| {
                words(sentence, entity)
                    .iter()
                    .any(|word| names.contains(word))
            };
            let fits = sentence
                .entities
                .iter()
                .filter(|entity| labels.contains(&entity.label.as_str()));
            fits.map(named).collect::<Vec<_>>()
        })
        .collect();
    mentions.iter().filter(|named| **named).count() as f64 / mentions.len() as f64
}

#[test]
fn the_corpus_is_a_function_of_its_knobs() {
    let corpus = demo(&DemoConfig::default());
    assert_eq!(corpus, demo(&DemoConfig::default()));
    assert_eq!(
        corpus.content_hash(),
        "90b8ff9b1b3f7beb4b48be6cb18b53880e62e56b88b87b547ba8bc51d149b3cf"
    );
    let other = demo(&DemoConfig {
        seed: 2,
        ..DemoConfig::default()
    });
    assert_ne!(corpus.content_hash(), other.content_hash());
    assert!(
        sentences(&other.train)
            .zip(sentences(&corpus.train))
            .filter(|(a, b)| a.tokens == b.tokens)
            .count()
            < 5
    );
}

#[test]
fn another_size_keeps_the_documents_there_are() {
    let few = demo(&DemoConfig {
        documents: DemoDocuments {
            train: 7,
            dev: 3,
            test: 2,
        },
        ..DemoConfig::default()
    });
    let many = demo(&DemoConfig::default());
    assert_eq!(few.train[..], many.train[..7]);
    assert_eq!(few.test[..], many.test[..2]);
}

#[test]
fn documents_and_sentences_have_their_size() {
    let corpus = demo(&clean());
    assert_eq!(
        (corpus.train.len(), corpus.dev.len(), corpus.test.len()),
        (220, 50, 80)
    );
    for document in Split::ALL.into_iter().flat_map(|split| corpus.split(split)) {
        assert!((4..=7).contains(&document.sentences.len()));
    }
    for sentence in everything(&corpus) {
        let outer = |entity: &&Entity| {
            !sentence
                .entities
                .iter()
                .any(|other| other.span.contains(entity.span))
        };
        let mentions = sentence.entities.iter().filter(outer).count();
        let text = sentence.tokens.join(" ");
        assert!((8..=22).contains(&sentence.tokens.len()), "{text}");
        assert!(
            mentions <= 5 && (sentence.relations.is_empty() || mentions >= 3),
            "{text}"
        );
        assert!(!text.contains(", ,") && text.ends_with(" ."), "{text}");
    }
    let vocabulary: BTreeSet<&String> = sentences(&corpus.train)
        .flat_map(|sentence| &sentence.tokens)
        .collect();
    assert!(
        (400..900).contains(&vocabulary.len()),
        "{}",
        vocabulary.len()
    );
}

#[test]
fn every_type_is_in_every_split_and_every_argument_is_annotated() {
    let corpus = demo(&DemoConfig::default());
    assert_eq!(
        corpus.labels.entity_types,
        [
            "Event",
            "Organization",
            "Person",
            "Place",
            "Product",
            "Role"
        ]
    );
    let relations = [
        "acquires",
        "ally-of",
        "located-in",
        "makes",
        "rival-of",
        "works-for",
    ];
    assert_eq!(corpus.labels.relation_types, relations);
    assert_eq!(corpus.labels.symmetric, ["ally-of", "rival-of"]);
    for split in Split::ALL {
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for sentence in sentences(corpus.split(split)) {
            let spans: BTreeSet<_> = sentence.entities.iter().map(|entity| entity.span).collect();
            assert_eq!(spans.len(), sentence.entities.len());
            for relation in &sentence.relations {
                assert!(spans.contains(&relation.head) && spans.contains(&relation.tail));
                *types.entry(&relation.label).or_default() += 1;
            }
            for entity in &sentence.entities {
                *types.entry(&entity.label).or_default() += 1;
            }
        }
        assert!(
            types.len() == 12 && types.values().all(|count| *count >= 20),
            "{split}: {types:?}"
        );
    }
}

#[test]
fn ambiguous_names_have_three_types() {
    let labels = ["Person", "Organization", "Place"];
    let names = Names::new(clean().seed).ambiguous;
    let corpus = demo(&clean());
    let share = share_named(&corpus.train, &labels, &names);
    assert!((0.2..0.35).contains(&share), "{share}");
    let none = demo(&DemoConfig {
        ambiguity: 0.0,
        ..clean()
    });
    assert!(share_named(&none.train, &labels, &names).abs() < 1e-9);
    let mut types: HashMap<&String, BTreeSet<&str>> = HashMap::new();
    for sentence in sentences(&corpus.train) {
        for entity in sentence
            .entities
            .iter()
            .filter(|entity| entity.span.width() == 1)
        {
            types
                .entry(&sentence.tokens[entity.span.start])
                .or_default()
                .insert(&entity.label);
        }
    }
    let several = names
        .iter()
        .filter(|name| types.get(name).is_some_and(|types| types.len() >= 2))
        .count();
    assert!(several > names.len() * 3 / 4, "{several}");
}

#[test]
fn pronouns_take_the_type_of_the_last_mention_before() {
    let corpus = demo(&clean());
    let mut types: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut chances = 0;
    for document in &corpus.train {
        assert!(pronoun(&document.sentences[0]).is_none());
        for pair in document.sentences.windows(2) {
            chances += 1;
            let Some((text, entity)) = pronoun(&pair[1]) else {
                continue;
            };
            let last = pair[0]
                .entities
                .iter()
                .max_by_key(|entity| (entity.span.end, entity.span.width()))
                .unwrap();
            assert_eq!(last.label, entity.label, "{}", pair[0].tokens.join(" "));
            assert_eq!(last.span.end + 2, pair[0].tokens.len());
            *types
                .entry(text)
                .or_default()
                .entry(&entity.label)
                .or_default() += 1;
        }
    }
    let found: usize = types.values().flat_map(BTreeMap::values).sum();
    let share = found as f64 / f64::from(chances);
    assert!((0.2..0.3).contains(&share), "{share}");
    for (text, types) in &types {
        let (all, most) = (
            types.values().sum::<usize>() as f64,
            *types.values().max().unwrap() as f64,
        );
        assert!(types.len() >= 2 && most < 0.7 * all, "{text}: {types:?}");
    }
    let none = demo(&DemoConfig {
        context: 0.0,
        ..clean()
    });
    assert!(everything(&none).all(|sentence| pronoun(sentence).is_none()));
}

#[test]
fn types_leave_relations_open() {
    let corpus = demo(&clean());
    let (mut turned, mut directed, mut denied, mut possible) = (0, 0, 0, 0);
    let mut labels: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for sentence in sentences(&corpus.train) {
        let types: HashMap<_, &str> = sentence
            .entities
            .iter()
            .map(|e| (e.span, e.label.as_str()))
            .collect();
        possible += sentence.entities.len() * sentence.entities.len().saturating_sub(1);
        denied += usize::from(
            DENIALS
                .iter()
                .any(|denial| sentence.tokens.join(" ").contains(denial)),
        );
        for relation in &sentence.relations {
            labels
                .entry((types[&relation.head], types[&relation.tail]))
                .or_default()
                .insert(&relation.label);
            if corpus.labels.symmetric.contains(&relation.label) {
                assert!(
                    relation.head < relation.tail,
                    "a symmetric relation starts at the earlier mention"
                );
            } else {
                directed += 1;
                turned += usize::from(relation.tail < relation.head);
            }
        }
    }
    let relations = sentences(&corpus.train)
        .map(|sentence| sentence.relations.len())
        .sum::<usize>();
    assert!(
        relations * 8 < possible,
        "{relations} of {possible} pairs are related"
    );
    assert!(
        (0.12..0.4).contains(&(turned as f64 / f64::from(directed))),
        "{turned} of {directed} turned"
    );
    assert!(denied > 100, "{denied}");
    let several = [
        ("Organization", "Organization"),
        ("Person", "Person"),
        ("Person", "Organization"),
    ];
    for types in several.into_iter().chain([("Organization", "Product")]) {
        assert!(labels[&types].len() >= 2, "{types:?}: {:?}", labels[&types]);
    }
}

#[test]
fn mentions_nest_and_inner_ones_are_arguments() {
    let corpus = demo(&clean());
    let nests = |sentence: &Sentence, outer: &Entity| {
        sentence
            .entities
            .iter()
            .any(|inner| outer.span.contains(inner.span) && inner.label == "Place")
    };
    let (mut nested, mut firms, mut inner) = (0, 0, 0);
    for sentence in sentences(&corpus.train) {
        for entity in sentence
            .entities
            .iter()
            .filter(|entity| entity.label == "Organization")
        {
            firms += 1;
            nested += usize::from(nests(sentence, entity));
        }
        inner += sentence
            .relations
            .iter()
            .filter(|relation| relation.head.contains(relation.tail))
            .count();
    }
    let share = nested as f64 / f64::from(firms);
    assert!((0.15..0.3).contains(&share), "{share}");
    assert!(inner > 50, "{inner}");
    let flat = demo(&DemoConfig {
        nesting: 0.0,
        ..clean()
    });
    assert!(everything(&flat).all(|sentence| {
        sentence
            .entities
            .iter()
            .all(|entity| !nests(sentence, entity))
    }));
}

#[test]
fn mentions_have_one_to_five_words_and_common_nouns_are_not_always_mentions() {
    let corpus = demo(&clean());
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    let nouns = ["engine", "battery", "director"];
    let (mut inside, mut outside) = (0, 0);
    for sentence in sentences(&corpus.train) {
        for entity in &sentence.entities {
            *widths.entry(entity.span.width()).or_default() += 1;
        }
        for (place, _) in sentence
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, word)| nouns.contains(&word.as_str()))
        {
            let mention = sentence
                .entities
                .iter()
                .any(|e| (e.span.start..=e.span.end).contains(&place));
            *(if mention { &mut inside } else { &mut outside }) += 1;
        }
    }
    assert_eq!(
        widths.keys().copied().collect::<Vec<_>>(),
        [1, 2, 3, 4, 5],
        "{widths:?}"
    );
    assert!(widths.values().all(|count| *count >= 20), "{widths:?}");
    assert!(
        inside > 50 && outside > 40,
        "{inside} inside, {outside} outside"
    );
}

#[test]
fn noise_changes_labels_and_never_words() {
    let (clean, noisy) = (demo(&clean()), demo(&DemoConfig::default()));
    for split in Split::ALL {
        let (mut entities, mut changed, mut relations, mut turned) = (0, 0, 0, 0);
        for (a, b) in sentences(clean.split(split)).zip(sentences(noisy.split(split))) {
            assert_eq!(a.tokens, b.tokens);
            entities += a.entities.len();
            changed += a
                .entities
                .iter()
                .zip(&b.entities)
                .filter(|(a, b)| a.label != b.label)
                .count();
            relations += a.relations.len();
            turned += a
                .relations
                .iter()
                .zip(&b.relations)
                .filter(|(a, b)| a.label != b.label)
                .count();
        }
        let (changed, turned) = (
            changed as f64 / entities as f64,
            turned as f64 / relations as f64,
        );
        assert!((0.008..0.035).contains(&changed), "{split}: {changed}");
        assert!((0.003..0.05).contains(&turned), "{split}: {turned}");
    }
}

#[test]
fn unseen_names_stay_out_of_training() {
    let names = Names::new(clean().seed).unseen;
    let labels = ["Person", "Organization", "Place", "Product", "Event"];
    let corpus = demo(&clean());
    assert!(share_named(&corpus.train, &labels, &names).abs() < 1e-9);
    for split in [Split::Dev, Split::Test] {
        let share = share_named(corpus.split(split), &labels, &names);
        assert!((0.2..0.35).contains(&share), "{split}: {share}");
    }
    let seen = demo(&DemoConfig {
        unseen: 0.0,
        ..clean()
    });
    assert!(share_named(&seen.test, &labels, &names).abs() < 1e-9);
}

#[test]
fn extreme_knobs_still_give_documents() {
    for share in [0.0, 1.0] {
        let documents = DemoDocuments {
            train: 5,
            dev: 2,
            test: 2,
        };
        let config = DemoConfig {
            seed: u64::MAX,
            documents,
            ambiguity: share,
            nesting: share,
            context: share,
            noise: share,
            unseen: share,
        };
        let corpus = demo(&config);
        assert!(everything(&corpus).all(|sentence| !sentence.tokens.is_empty()));
    }
}

#[test]
fn no_name_is_a_word_of_the_lexicon() {
    let names = Names::new(DemoConfig::default().seed);
    let pools = [
        names.ambiguous,
        names.surnames,
        names.firms,
        names.places,
        names.products,
        names.rare,
        names.unseen,
    ];
    let names: HashSet<String> = pools.concat().into_iter().collect();
    let corpus = demo(&clean());
    for sentence in everything(&corpus) {
        for (place, word) in sentence
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, word)| names.contains(*word))
        {
            let mention = sentence
                .entities
                .iter()
                .any(|e| (e.span.start..=e.span.end).contains(&place));
            assert!(mention, "{word} in {}", sentence.tokens.join(" "));
        }
    }
}
