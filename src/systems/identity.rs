//! What a corpus and an encoder are, apart from where they lie.

use serde::{Deserialize, Serialize};

use crate::encoder::ScratchConfig;

/// A corpus by the hash of its content: the same documents under another name are the
/// same corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusIdentity {
    /// Hash of all its splits.
    pub hash: String,
}

/// An encoder by the hash of its files, or by the shape of one from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderIdentity {
    /// Hash of configuration, weights and tokenizer; none for one from scratch, which is
    /// said aloud, so that the description of a scratch encoder at its defaults is not
    /// empty.
    pub hash: Option<String>,
    /// Shape of one from scratch.
    #[serde(default)]
    pub scratch: ScratchConfig,
}
