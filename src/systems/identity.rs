//! What a corpus and an encoder are, apart from where they lie.

use serde::{Deserialize, Serialize};

use crate::encoder::ScratchConfig;

/// A corpus by the hash of its content; the name is for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusIdentity {
    /// The name it was asked for by.
    pub name: String,
    /// Hash of all its splits.
    pub hash: String,
}

/// An encoder by the hash of its files, or by the shape of one from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderIdentity {
    /// The name it was asked for by.
    pub name: String,
    /// Hash of configuration, weights and tokenizer; none for one from scratch.
    #[serde(default)]
    pub hash: Option<String>,
    /// Shape of one from scratch.
    #[serde(default)]
    pub scratch: ScratchConfig,
}
