//! The file of contextual features that a user brings along.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::config::Context;
use crate::corpus::Corpus;
use crate::encoder::EncoderError;
use crate::encoder::words::Features;
use crate::systems::Configuration;
use crate::systems::SystemKind;

/// A file of features by the hash of its content; none where none is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeaturesIdentity {
    /// Hash of the file.
    #[serde(default)]
    pub hash: Option<String>,
}

/// The file of features that a configuration asks for, or the reason why it is not to be
/// had; a missing one has an identity that no stored step has. The file must have all words of
/// the corpus, which lies in `data`: what the test split lacks is told before anything is
/// trained.
pub fn find_features(
    configuration: &Configuration,
    data: &Path,
) -> (FeaturesIdentity, Result<Option<PathBuf>, String>) {
    let crone = &configuration.crone;
    let asked = configuration.system.kind == SystemKind::Crone && crone.context == Context::File;
    let Some(path) = crone.features.as_ref().filter(|_| asked) else {
        return (FeaturesIdentity::default(), Ok(None));
    };
    // A corpus that is not there is told by itself.
    let corpus = configuration.corpus.load(data).ok();
    let (hash, found) = match checked(path, corpus.as_ref()) {
        Ok(hash) => (hash, Ok(Some(path.clone()))),
        Err(error) => (
            format!("missing {}", path.display()),
            Err(format!("`crone.features`: {error}")),
        ),
    };
    (FeaturesIdentity { hash: Some(hash) }, found)
}

fn checked(path: &Path, corpus: Option<&Corpus>) -> Result<String, EncoderError> {
    let features = Features::open(path)?;
    if let Some(corpus) = corpus {
        let splits = [&corpus.train, &corpus.dev, &corpus.test];
        features.check(splits.into_iter().flatten().map(|document| {
            let sentences = document.sentences.iter();
            let words = sentences.map(|sentence| sentence.tokens.len()).sum();
            (document.key.as_str(), words)
        }))?;
    }
    Features::content_hash(path)
}
