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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::module::Module;
    use serde_json::{Value, json};

    use super::*;
    use crate::corpus::{DemoConfig, DemoDocuments, demo};
    use crate::encoder::{
        Freeze, Scheme, ScratchConfig, TokenBatch, Transformer, initialise, save_module,
    };
    use crate::systems::trained;

    const FREE: usize = 5;

    #[derive(Module, Debug)]
    struct Bare {
        encoder: Encoder,
    }

    fn corpus() -> Corpus {
        demo(&DemoConfig {
            documents: DemoDocuments {
                train: 2,
                dev: 1,
                test: 1,
            },
            ..DemoConfig::default()
        })
    }

    fn identity(hash: Option<&str>) -> EncoderIdentity {
        EncoderIdentity {
            hash: hash.map(str::to_owned),
            keep_layers: None,
            freeze: Freeze::None,
            frozen_layers: 0,
            scratch: ScratchConfig {
                layers: 1,
                hidden: 8,
                heads: 2,
                intermediate: 8,
                ..ScratchConfig::default()
            },
        }
    }

    /// A folder like a pretrained model's, whose vocabulary keeps five rows free.
    fn pretrained(folder: &Path, corpus: &Corpus) {
        let words = corpus.train.iter().flat_map(|document| &document.sentences);
        let words = words.map(|sentence| sentence.tokens.as_slice());
        let mut pieces = word_vocabulary(words, 1).unwrap();
        let free: Vec<String> = (1..=FREE).map(|row| format!("[unused{row}]")).collect();
        pieces.append(&free).unwrap();
        pieces.save(&folder.join("tokenizer.json")).unwrap();
        let architecture = identity(None).scratch.bert(pieces.vocabulary_size());
        let config = json!(architecture).to_string();
        std::fs::write(folder.join("config.json"), config).unwrap();
        let encoder = architecture.init(&Device::flex());
        let encoder = initialise(encoder, 1, Scheme::Normal(0.2), &|_| true);
        let weights = folder.join("model.safetensors");
        save_module(&Bare { encoder }, &architecture, &weights).unwrap();
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("<S:{index}>")).collect()
    }

    fn states(encoder: &Encoder, ids: &[u32], device: &Device) -> Vec<f32> {
        let batch = TokenBatch::new(&[ids], 0, device);
        let states = encoder.forward(&batch, None);
        states.try_into_vec_as::<f32>().unwrap()
    }

    #[test]
    fn markers_are_free_rows_or_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = corpus();
        pretrained(folder.path(), &corpus);
        let device = Device::flex();
        let start = |count, rows| {
            let identity = identity(Some("hash"));
            let names = names(count);
            let asked = (names.as_slice(), rows);
            start_with_markers(&identity, &corpus, Some(folder.path()), 1, &device, asked)
        };
        let plain = start(0, MarkerRows::Unused).unwrap();
        let size = plain.pieces.vocabulary_size();
        assert!(plain.markers.is_empty());
        let free: Vec<u32> = (size - FREE..size).map(|row| row as u32).collect();
        let text = states(&plain.encoder, &[2, 6, 7, 3], &device);
        for (count, rows, appended) in [
            (4, MarkerRows::Unused, false),
            (5, MarkerRows::Auto, false),
            (6, MarkerRows::Auto, true),
            (4, MarkerRows::Appended, true),
        ] {
            let Start {
                pieces,
                architecture,
                encoder,
                markers,
            } = start(count, rows).unwrap();
            if appended {
                let new: Vec<u32> = (size..size + count).map(|row| row as u32).collect();
                assert_eq!(markers, new);
                assert_eq!(architecture.vocabulary(), size + count);
            } else {
                assert_eq!(markers, free[..count]);
                assert_eq!(architecture.vocabulary(), size);
            }
            pieces.check_rows(architecture.vocabulary()).unwrap();
            // What is pretrained stays, and every marker can be read and is another.
            assert_eq!(states(&encoder, &[2, 6, 7, 3], &device), text);
            let read = |id: &u32| states(&encoder, &[2, *id, 3], &device);
            let all: Vec<Vec<f32>> = markers.iter().map(read).collect();
            for (index, one) in all.iter().enumerate() {
                assert!(!all[..index].contains(one));
            }
        }
        let error = start(6, MarkerRows::Unused).err().unwrap().to_string();
        assert_eq!(
            error,
            "the markers need 6 rows, and the encoder's vocabulary keeps 5 free; set \
             pure.marker_rows to \"appended\""
        );
    }

    #[test]
    fn a_vocabulary_of_words_has_its_markers_behind_them() {
        let corpus = corpus();
        let device = Device::flex();
        let names = names(4);
        let start = |rows| {
            let asked = (names.as_slice(), rows);
            start_with_markers(&identity(None), &corpus, None, 1, &device, asked)
        };
        let found = start(MarkerRows::Auto).unwrap();
        let size = found.architecture.vocabulary();
        assert_eq!(size, found.pieces.vocabulary_size());
        let expected: Vec<u32> = (size - 4..size).map(|row| row as u32).collect();
        assert_eq!(found.markers, expected);
        let error = start(MarkerRows::Unused).err().unwrap().to_string();
        assert!(error.contains("keeps 0 free"), "{error}");
    }

    #[test]
    fn a_saved_encoder_has_its_new_rows() {
        let folder = tempfile::tempdir().unwrap();
        let output = tempfile::tempdir().unwrap();
        let corpus = corpus();
        pretrained(folder.path(), &corpus);
        for device in [Device::flex(), Device::flex().autodiff()] {
            let names = names(6);
            let asked = (names.as_slice(), MarkerRows::Auto);
            let identity = identity(Some("hash"));
            let start =
                start_with_markers(&identity, &corpus, Some(folder.path()), 1, &device, asked);
            let Start {
                pieces,
                architecture,
                encoder,
                markers,
            } = start.unwrap();
            let ids = [2, markers[0], 6, markers[5], 3];
            let before = states(&encoder, &ids, &device);
            let model = Bare { encoder };
            trained::save(
                output.path(),
                &architecture,
                &pieces,
                json!("section"),
                &model,
            )
            .unwrap();
            let again = trained::open(
                output.path(),
                &Device::flex(),
                |encoder, _, _, section: &Value| {
                    assert_eq!(section, &json!("section"));
                    Bare { encoder }
                },
            );
            let again = again.unwrap();
            assert_eq!(again.architecture, architecture);
            assert_eq!(again.pieces.encode(&names).unwrap().ids[1..7], markers);
            let after = states(&again.model.encoder, &ids, &Device::flex());
            for (a, b) in after.iter().zip(&before) {
                assert!((a - b).abs() < 1e-5, "{after:?} is not {before:?}");
            }
        }
    }
}
