//! The encoder that a training starts from.

use std::path::Path;

use burn::tensor::Device;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::SystemError;
use super::identity::EncoderIdentity;
use crate::corpus::Corpus;
use crate::encoder::{
    Architecture, Encoder, WordPieces, freeze, grow_vocabulary, open_encoder, word_vocabulary,
};

/// Which rows of the embedding stand for markers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkerRows {
    /// Rows that the vocabulary keeps free (`[unused1]`, …) where it has enough of them,
    /// and appended rows where not.
    #[default]
    Auto,
    /// Rows that the vocabulary keeps free; an error where it has too few.
    Unused,
    /// New rows behind the vocabulary's.
    Appended,
}

/// A training's encoder with its first values.
pub(crate) struct Start {
    pub(crate) pieces: WordPieces,
    pub(crate) architecture: Architecture,
    pub(crate) encoder: Encoder,
    /// Ids of the markers, in the order they were asked for.
    pub(crate) markers: Vec<u32>,
}

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
    let start = start_with_markers(
        identity,
        corpus,
        model_folder,
        seed,
        device,
        (&[], MarkerRows::Auto),
    )?;
    Ok((start.pieces, start.architecture, start.encoder))
}

/// The same with a piece for every marker of these names.
///
/// # Errors
/// As [`start_encoder`], and when the vocabulary has too few free rows and may not grow.
pub(crate) fn start_with_markers(
    identity: &EncoderIdentity,
    corpus: &Corpus,
    model_folder: Option<&Path>,
    seed: u64,
    device: &Device,
    (names, rows): (&[String], MarkerRows),
) -> Result<Start, SystemError> {
    let (pieces, architecture, encoder, markers) = if identity.hash.is_none() {
        let shape = &identity.scratch;
        let words = corpus.train.iter().flat_map(|document| &document.sentences);
        let words = words.map(|sentence| sentence.tokens.as_slice());
        let mut pieces = word_vocabulary(words, shape.minimum_count)?;
        let markers = find_markers(&mut pieces, names, rows)?;
        let over = (pieces.vocabulary_size(), pieces.padding());
        let (architecture, encoder) = shape.start(over, seed, device);
        (pieces, architecture, encoder, markers)
    } else {
        let folder = model_folder.ok_or(SystemError::NoModelFolder)?;
        let (mut pieces, architecture, encoder) =
            open_encoder(folder, identity.keep_layers, device)?;
        let markers = find_markers(&mut pieces, names, rows)?;
        let needed = markers.iter().max().map_or(0, |id| *id as usize + 1);
        let (architecture, encoder) = grow_vocabulary(architecture, encoder, needed, seed);
        (pieces, architecture, encoder, markers)
    };
    let encoder = freeze(
        encoder,
        &architecture,
        identity.freeze,
        identity.frozen_layers,
    );
    Ok(Start {
        pieces,
        architecture,
        encoder,
        markers,
    })
}

fn find_markers(
    pieces: &mut WordPieces,
    names: &[String],
    rows: MarkerRows,
) -> Result<Vec<u32>, SystemError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let unused = match rows {
        MarkerRows::Appended => Vec::new(),
        MarkerRows::Auto | MarkerRows::Unused => pieces.unused_rows(),
    };
    if unused.len() >= names.len() {
        return Ok(unused[..names.len()].to_vec());
    }
    if rows == MarkerRows::Unused {
        return Err(SystemError::Training(format!(
            "the markers need {} rows, and the encoder's vocabulary keeps {} free; set \
             pure.marker_rows to \"appended\"",
            names.len(),
            unused.len()
        )));
    }
    Ok(pieces.append(names)?)
}
