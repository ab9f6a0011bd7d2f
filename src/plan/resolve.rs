//! Corpora and encoders of an experiment, found once each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::corpus::{Corpus, CorpusConfig};
use crate::systems::Configuration;
use crate::systems::crone::{FeaturesIdentity, find_features};
use crate::systems::identity::{
    CorpusIdentity, EncoderIdentity, FoundEncoder, VectorsIdentity, find_encoder, find_vectors,
};

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
    pub(super) documents: usize,
    pub(super) sentences: usize,
    pub(super) words: usize,
    /// Ordered pairs of two annotated entities of a sentence.
    pub(super) pairs: usize,
    /// Words of the sentences of all pairs.
    pub(super) pair_words: usize,
    /// Ordered pairs of two words of a sentence, a word with itself too.
    pub(super) word_pairs: usize,
    /// Relation types.
    pub(super) relation_types: usize,
}

/// Remembers what was looked up, since all cells of an axis usually share it.
pub(super) struct Resolver<'a> {
    places: &'a Places,
    corpora: BTreeMap<String, Resolved<CorpusIdentity, Size>>,
    encoders: BTreeMap<String, Resolved<EncoderIdentity, FoundEncoder>>,
    vectors: BTreeMap<String, Resolved<VectorsIdentity, Option<PathBuf>>>,
    features: BTreeMap<String, Resolved<FeaturesIdentity, Option<PathBuf>>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        Self {
            places,
            corpora: BTreeMap::new(),
            encoders: BTreeMap::new(),
            vectors: BTreeMap::new(),
            features: BTreeMap::new(),
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
                        symmetric: corpus.labels.symmetric.clone(),
                    },
                    found: Ok(size(&corpus)),
                },
                Err(error) => Resolved {
                    identity: CorpusIdentity {
                        hash: format!("missing {}", config.name),
                        symmetric: config.symmetric.clone(),
                    },
                    found: Err(error.to_string()),
                },
            })
            .clone()
    }

    pub(super) fn encoder(
        &mut self,
        configuration: &Configuration,
    ) -> Resolved<EncoderIdentity, FoundEncoder> {
        let models = &self.places.models;
        // The same section is read by some systems and left alone by others.
        let read = configuration.reads_encoder();
        self.encoders
            .entry(lookup(&(read, &configuration.encoder)))
            .or_insert_with(|| {
                let (identity, found) = find_encoder(configuration, models);
                Resolved { identity, found }
            })
            .clone()
    }

    pub(super) fn vectors(
        &mut self,
        configuration: &Configuration,
    ) -> Resolved<VectorsIdentity, Option<PathBuf>> {
        let models = &self.places.models;
        let read = configuration.reads_vectors();
        self.vectors
            .entry(lookup(&(read, &configuration.vectors)))
            .or_insert_with(|| {
                let (identity, found) = find_vectors(configuration, models);
                Resolved { identity, found }
            })
            .clone()
    }

    pub(super) fn features(
        &mut self,
        configuration: &Configuration,
    ) -> Resolved<FeaturesIdentity, Option<PathBuf>> {
        let crone = &configuration.crone;
        let places = self.places;
        self.features
            .entry(lookup(&(
                configuration.system.kind,
                crone.context,
                &crone.features,
                &configuration.corpus,
            )))
            .or_insert_with(|| {
                let (identity, found) = find_features(configuration, &places.data);
                Resolved { identity, found }
            })
            .clone()
    }
}

/// A configuration as a map's key.
fn lookup(config: &impl serde::Serialize) -> String {
    serde_json::to_string(config).unwrap_or_default()
}

fn size(corpus: &Corpus) -> Size {
    let sentences = corpus.train.iter().flat_map(|document| &document.sentences);
    let pairs = sentences.clone().map(|sentence| {
        let entities = sentence.entities.len();
        (entities * entities.saturating_sub(1), sentence.tokens.len())
    });
    Size {
        documents: corpus.train.len(),
        sentences: sentences.clone().count(),
        words: sentences.map(|sentence| sentence.tokens.len()).sum(),
        pairs: pairs.clone().map(|(pairs, _)| pairs).sum(),
        pair_words: pairs.clone().map(|(pairs, words)| pairs * words).sum(),
        word_pairs: pairs.map(|(_, words)| words * words).sum(),
        relation_types: corpus.labels.relation_types.len(),
    }
}
