//! What an experiment makes of the splits that a corpus comes with: what is trained on, what is
//! selected on, which sentences count, and how much is read at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overlaps::{Overlap, drop_overlaps};
use super::share::{keep_share, split_share};
use super::{Corpus, CorpusConfig, CorpusError, Document, Relation, Sentence, Span, Split};

/// What models are trained on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrainOn {
    /// The training split.
    #[default]
    Train,
    /// The training and the dev split, while selection still looks at dev.
    TrainDev,
}

/// What the best epoch, or the best of several values, is chosen by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SelectOn {
    /// The dev split.
    #[default]
    Dev,
    /// The test split, as some releases do: its scores are then better than those of unseen text.
    Test,
}

/// How much of a document is one sentence to a system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Every sentence.
    #[default]
    Sentence,
    /// All sentences of a document, joined.
    Document,
}

/// The documents of a corpus, or of one fold of it, as they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) train: Vec<Document>,
    /// The dev split; none where a fold, or the corpus, has none of its own.
    pub(super) dev: Option<Vec<Document>>,
    pub(super) test: Vec<Document>,
    /// The relation types that the files say have no direction.
    pub(super) symmetric: Vec<String>,
    /// The split and document of every relation that could not be read.
    pub(super) left_out: Vec<(Split, String)>,
}

impl From<Corpus> for Parts {
    fn from(corpus: Corpus) -> Self {
        Self {
            train: corpus.train,
            dev: Some(corpus.dev),
            test: corpus.test,
            symmetric: corpus.labels.symmetric,
            left_out: corpus.left_out,
        }
    }
}

/// The splits that `config` makes of `parts`, in the order of its keys: sentences are dropped, overlaps go, dev
/// is held out where there is none, dev joins train, test takes the place of dev, train is cut to
/// its limit and share, and documents become single sentences.
pub(super) fn arrange(
    parts: Parts,
    config: &CorpusConfig,
) -> Result<[Vec<Document>; 3], CorpusError> {
    let Parts {
        mut train,
        mut dev,
        mut test,
        ..
    } = parts;
    if config.drop_unrelated_sentences {
        let splits = [Some(&mut train), dev.as_mut(), Some(&mut test)];
        splits.into_iter().flatten().for_each(drop_unrelated);
    }
    if config.overlap == Overlap::KeepLonger {
        let splits = [Some(&mut train), dev.as_mut(), Some(&mut test)];
        let splits = splits.into_iter().flatten();
        splits.for_each(|documents| drop_overlaps(documents));
    }
    let on_test = config.select_on == SelectOn::Test;
    let dev = match dev {
        Some(dev) => {
            if config.train_on == TrainOn::TrainDev {
                train = pool([(Split::Train, train), (Split::Dev, dev.clone())]);
            }
            dev
        }
        // Nothing is held out for a selection that will not look at it.
        None if on_test => Vec::new(),
        None => {
            let (held_out, rest) = hold_out(&train, config)?;
            if config.train_on == TrainOn::Train {
                train = rest;
            }
            held_out
        }
    };
    let dev = if on_test { test.clone() } else { dev };
    if let Some(limit) = config.limit {
        train.truncate(limit);
    }
    keep_share(&mut train, config.share, config.share_seed);
    let mut splits = [train, dev, test];
    if config.level == Level::Document {
        splits.iter_mut().flatten().for_each(join_sentences);
    }
    Ok(splits)
}

/// The share of the training documents that becomes dev, and the rest.
fn hold_out(
    train: &[Document],
    config: &CorpusConfig,
) -> Result<(Vec<Document>, Vec<Document>), CorpusError> {
    let (held_out, rest) = split_share(train.to_vec(), config.held_out, config.share_seed);
    if rest.is_empty() {
        return Err(CorpusError::Configuration {
            key: "corpus.held_out".into(),
            message: format!(
                "{} of {} training documents leaves none to train on",
                config.held_out,
                train.len()
            ),
        });
    }
    Ok((held_out, rest))
}

/// All documents in order. Where two have the same key, both are renamed after the split they come
/// from, since a key names one document of a split.
pub(super) fn pool<const N: usize>(splits: [(Split, Vec<Document>); N]) -> Vec<Document> {
    let mut counts = std::collections::HashMap::new();
    for document in splits.iter().flat_map(|(_, documents)| documents) {
        *counts.entry(document.key.clone()).or_insert(0_usize) += 1;
    }
    let renamed = splits.into_iter().flat_map(|(split, documents)| {
        documents.into_iter().map(move |document| (split, document))
    });
    let renamed = renamed.map(|(split, mut document)| {
        if counts.get(&document.key).is_some_and(|count| *count > 1) {
            document.key = format!("{split}/{}", document.key);
        }
        document
    });
    renamed.collect()
}

/// Drops sentences that have entities but no relation, and documents that have no sentence left.
fn drop_unrelated(documents: &mut Vec<Document>) {
    for document in documents.iter_mut() {
        let related =
            |sentence: &Sentence| sentence.entities.is_empty() || !sentence.relations.is_empty();
        document.sentences.retain(related);
    }
    documents.retain(|document| !document.sentences.is_empty());
}

/// Makes one sentence of all; a document without sentences stays without.
fn join_sentences(document: &mut Document) {
    let mut sentences = std::mem::take(&mut document.sentences).into_iter();
    let Some(mut joined) = sentences.next() else {
        return;
    };
    for sentence in sentences {
        let offset = joined.tokens.len();
        let shift = |span: Span| Span::new(span.start + offset, span.end + offset);
        joined.tokens.extend(sentence.tokens);
        let entities = sentence.entities.into_iter().map(|mut entity| {
            entity.span = shift(entity.span);
            entity
        });
        joined.entities.extend(entities);
        let relations = sentence.relations.into_iter().map(|relation| Relation {
            head: shift(relation.head),
            tail: shift(relation.tail),
            label: relation.label,
        });
        joined.relations.extend(relations);
    }
    document.sentences.push(joined);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::Entity;
    use proptest::prelude::*;

    /// A sentence of `words` words, the first and last of which are entities and related where asked for.
    fn sentence(words: usize, annotated: bool, related: bool) -> Sentence {
        let (head, tail) = (Span::new(0, 0), Span::new(words - 1, words - 1));
        let entity = |span| Entity {
            span,
            label: "T".into(),
        };
        let relation = Relation {
            head,
            tail,
            label: "r".into(),
        };
        Sentence {
            tokens: (0..words).map(|word| format!("w{word}")).collect(),
            entities: [head, tail]
                .into_iter()
                .filter(|_| annotated)
                .map(entity)
                .collect(),
            relations: std::iter::once(relation).filter(|_| related).collect(),
        }
    }

    fn document(key: &str, sentences: Vec<Sentence>) -> Document {
        Document {
            key: key.into(),
            sentences,
        }
    }

    fn documents(prefix: &str, count: usize) -> Vec<Document> {
        let one = |number| document(&format!("{prefix}{number}"), vec![sentence(2, true, true)]);
        (0..count).map(one).collect()
    }

    fn parts(dev: bool) -> Parts {
        Parts {
            train: documents("a", 20),
            dev: dev.then(|| documents("b", 5)),
            test: documents("c", 7),
            ..Parts::default()
        }
    }

    fn keys(documents: &[Document]) -> Vec<&str> {
        documents.iter().map(|one| one.key.as_str()).collect()
    }

    #[test]
    fn dev_joins_train_and_stays() {
        let config = CorpusConfig {
            train_on: TrainOn::TrainDev,
            ..CorpusConfig::default()
        };
        let [train, dev, test] = arrange(parts(true), &config).unwrap();
        assert_eq!((train.len(), dev.len(), test.len()), (25, 5, 7));
        assert_eq!(train[20..], dev[..]);
        // A fold without dev trains on all of its documents, those that selection looks at too.
        let [train, dev, _] = arrange(parts(false), &config).unwrap();
        assert_eq!((train.len(), dev.len()), (20, 2));
        assert!(dev.iter().all(|one| train.contains(one)));
    }

    #[test]
    fn selection_on_test_holds_nothing_out() {
        let mut config = CorpusConfig {
            select_on: SelectOn::Test,
            ..CorpusConfig::default()
        };
        for (dev, train_on, trained) in [
            (true, TrainOn::Train, 20),
            (true, TrainOn::TrainDev, 25),
            (false, TrainOn::Train, 20),
            (false, TrainOn::TrainDev, 20),
        ] {
            config.train_on = train_on;
            let [train, dev, test] = arrange(parts(dev), &config).unwrap();
            assert_eq!(train.len(), trained);
            assert_eq!(dev, test);
        }
    }

    #[test]
    fn too_much_held_out_is_an_error() {
        let config = CorpusConfig {
            held_out: 0.99,
            ..CorpusConfig::default()
        };
        let error = arrange(parts(false), &config).unwrap_err().to_string();
        assert_eq!(
            error,
            "`corpus.held_out`: 0.99 of 20 training documents leaves none to train on"
        );
        assert!(arrange(parts(true), &config).is_ok());
    }

    #[test]
    fn sentences_with_entities_and_no_relation_are_dropped_everywhere() {
        let mixed = || {
            vec![
                document(
                    "kept",
                    vec![sentence(2, true, true), sentence(3, true, false)],
                ),
                document("gone", vec![sentence(4, true, false)]),
                document("empty", vec![sentence(5, false, false)]),
            ]
        };
        let parts = Parts {
            train: mixed(),
            dev: Some(mixed()),
            test: mixed(),
            ..Parts::default()
        };
        let config = CorpusConfig {
            drop_unrelated_sentences: true,
            ..CorpusConfig::default()
        };
        for split in arrange(parts, &config).unwrap() {
            assert_eq!(keys(&split), ["kept", "empty"]);
            assert_eq!(split[0].sentences, [sentence(2, true, true)]);
        }
    }

    #[test]
    fn the_sentences_of_a_document_are_joined() {
        let mut joined = document(
            "d",
            vec![
                sentence(2, true, true),
                sentence(1, false, false),
                sentence(3, true, true),
            ],
        );
        join_sentences(&mut joined);
        let [sentence] = &joined.sentences[..] else {
            unreachable!("one sentence")
        };
        assert_eq!(sentence.tokens, ["w0", "w1", "w0", "w0", "w1", "w2"]);
        let starts: Vec<usize> = sentence.entities.iter().map(|one| one.span.start).collect();
        assert_eq!(starts, [0, 1, 3, 5]);
        let last = &sentence.relations[1];
        assert_eq!((last.head, last.tail), (Span::new(3, 3), Span::new(5, 5)));
        let mut none = document("e", vec![]);
        join_sentences(&mut none);
        assert!(none.sentences.is_empty());
    }

    #[test]
    fn pooled_documents_have_keys_of_their_own() {
        let named = |names: &[&str]| -> Vec<Document> {
            names.iter().map(|name| document(name, vec![])).collect()
        };
        let pooled = pool([
            (Split::Train, named(&["0", "1"])),
            (Split::Dev, named(&["0"])),
        ]);
        assert_eq!(keys(&pooled), ["train/0", "1", "dev/0"]);
    }

    proptest! {
        #[test]
        fn what_is_held_out_is_not_trained_on(held_out in 0.01..0.9_f64, share_seed: u64, share in 0.1..1.0_f64) {
            let config = CorpusConfig { share, share_seed, held_out, ..CorpusConfig::default() };
            let [train, dev, test] = arrange(parts(false), &config).unwrap();
            prop_assert!(!dev.is_empty() && !train.is_empty());
            prop_assert!(dev.iter().all(|one| !train.contains(one)));
            prop_assert_eq!(test, documents("c", 7));
            let all = CorpusConfig { share: 1.0, ..config };
            let [train, dev, _] = arrange(parts(false), &all).unwrap();
            prop_assert_eq!(train.len() + dev.len(), 20);
        }
    }
}
