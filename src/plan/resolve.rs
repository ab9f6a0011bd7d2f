//! Corpora and encoders of an experiment, found once each.

use std::collections::BTreeMap;

use crate::corpus::{Corpus, CorpusConfig};
use crate::encoder::{EncoderConfig, locate_model};
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};

use super::places::Places;

/// What is not there, and the runs it holds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is missing and how to get it.
    pub reason: String,
    /// How many runs need it.
    pub runs: usize,
}

/// A corpus or encoder that was found, or the reason why not.
#[derive(Debug, Clone)]
pub(super) struct Resolved<T, D> {
    /// Its identity; a stand-in that no stored step can have where it is missing.
    pub(super) identity: T,
    /// What else is known of it, or the reason why it is missing.
    pub(super) found: Result<D, String>,
}

/// How large a corpus's training split is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) sentences: usize,
    pub(super) words: usize,
}

/// Remembers what was looked up, since all cells of an axis usually share it.
pub(super) struct Resolver<'a> {
    places: &'a Places,
    corpora: BTreeMap<String, Resolved<CorpusIdentity, Size>>,
    encoders: BTreeMap<String, Resolved<EncoderIdentity, Option<std::path::PathBuf>>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        Self {
            places,
            corpora: BTreeMap::new(),
            encoders: BTreeMap::new(),
        }
    }

    pub(super) fn corpus(&mut self, config: &CorpusConfig) -> Resolved<CorpusIdentity, Size> {
        let places = self.places;
        self.corpora
            .entry(lookup(config))
            .or_insert_with(|| match config.load(&places.data) {
                Ok(corpus) => Resolved {
                    identity: CorpusIdentity {
                        hash: corpus.content_hash(),
                    },
                    found: Ok(size(&corpus)),
                },
                Err(error) => Resolved {
                    identity: CorpusIdentity {
                        hash: format!("missing {}", config.name),
                    },
                    found: Err(error.to_string()),
                },
            })
            .clone()
    }

    pub(super) fn encoder(
        &mut self,
        config: &EncoderConfig,
    ) -> Resolved<EncoderIdentity, Option<std::path::PathBuf>> {
        let places = self.places;
        self.encoders
            .entry(lookup(config))
            .or_insert_with(|| find_encoder(config, places))
            .clone()
    }
}

fn find_encoder(
    config: &EncoderConfig,
    places: &Places,
) -> Resolved<EncoderIdentity, Option<std::path::PathBuf>> {
    if config.is_scratch() {
        return Resolved {
            identity: EncoderIdentity {
                hash: None,
                scratch: config.scratch.clone(),
            },
            found: Ok(None),
        };
    }
    let found = locate_model(config, &places.models)
        .and_then(|folder| Ok((folder.content_hash()?, folder.path)));
    let (hash, found) = match found {
        Ok((hash, path)) => (hash, Ok(Some(path))),
        Err(error) => (format!("missing {}", config.name), Err(error.to_string())),
    };
    Resolved {
        identity: EncoderIdentity {
            hash: Some(hash),
            scratch: crate::encoder::ScratchConfig::default(),
        },
        found,
    }
}

/// A configuration as a map's key.
fn lookup(config: &impl serde::Serialize) -> String {
    serde_json::to_string(config).unwrap_or_default()
}

fn size(corpus: &Corpus) -> Size {
    let sentences = corpus.train.iter().flat_map(|document| &document.sentences);
    Size {
        sentences: sentences.clone().count(),
        words: sentences.map(|sentence| sentence.tokens.len()).sum(),
    }
}
