//! The encoder that a training starts from.

use std::path::Path;

use burn::tensor::Device;

use super::error::SystemError;
use super::identity::EncoderIdentity;
use crate::corpus::Corpus;
use crate::encoder::{
    Architecture, Encoder, Scheme, WordPieces, freeze, initialise, open_encoder, word_vocabulary,
};

/// The tokenizer, the architecture and the encoder with its first values: read from
/// `model_folder`, or drawn from `seed` over the words of the training split.
///
/// # Errors
/// When the folder is not told or cannot be read, or the words make no vocabulary.
pub(crate) fn start_encoder(
    identity: &EncoderIdentity,
    corpus: &Corpus,
    model_folder: Option<&Path>,
    seed: u64,
    device: &Device,
) -> Result<(WordPieces, Architecture, Encoder), SystemError> {
    let (pieces, architecture, encoder) = if identity.hash.is_none() {
        let shape = &identity.scratch;
        let words = corpus.train.iter().flat_map(|document| &document.sentences);
        let words = words.map(|sentence| sentence.tokens.as_slice());
        let pieces = word_vocabulary(words, shape.minimum_count)?;
        let architecture = shape.bert(pieces.vocabulary_size());
        let empty = architecture.init(device);
        let encoder = initialise(empty, seed, Scheme::Normal(0.02), &|_| true);
        (pieces, architecture, encoder)
    } else {
        let folder = model_folder.ok_or(SystemError::NoModelFolder)?;
        open_encoder(folder, identity.keep_layers, device)?
    };
    let encoder = freeze(
        encoder,
        &architecture,
        identity.freeze,
        identity.frozen_layers,
    );
    Ok((pieces, architecture, encoder))
}
