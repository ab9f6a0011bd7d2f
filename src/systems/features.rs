//! The step that reads a corpus with a frozen encoder: done once a corpus, encoder and
//! pooling, and shared by every training that builds on the states.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::draft::{Draft, value};
use super::error::SystemError;
use super::identity::{CorpusIdentity, EncoderIdentity};
use super::work::Report;
use crate::corpus::{Corpus, Document, Split};
use crate::encoder::words::{FeaturePrecision, Features, FeaturesWriter};
use crate::encoder::{EncoderError, Freeze, Pieces, Pool, Reader, pool};

/// Kind of the step that reads a corpus with a frozen encoder.
pub const FEATURES: &str = "encoder/features";
/// Its version.
const VERSION: u32 = 1;

/// Read all splits with this encoder, one state a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeaturesStep {
    /// The corpus.
    pub(crate) corpus: CorpusIdentity,
    /// The encoder.
    pub(crate) encoder: EncoderIdentity,
    /// What stands for a word.
    #[serde(default)]
    pub(crate) pool: Pool,
}

/// The step that gives the states of `encoder`, which people call `name`, on `corpus`.
///
/// # Errors
/// Never, unless the description cannot be written as JSON.
pub(crate) fn draft(
    name: &str,
    corpus: &CorpusIdentity,
    encoder: &EncoderIdentity,
    pool: Pool,
) -> Result<Draft, String> {
    let step = FeaturesStep {
        corpus: corpus.clone(),
        // How much of the encoder would be trained is nothing to its states.
        encoder: EncoderIdentity {
            freeze: Freeze::None,
            frozen_layers: 0,
            ..encoder.clone()
        },
        pool,
    };
    Ok(Draft {
        kind: FEATURES,
        version: VERSION,
        label: format!("states of {name}, {} pieces", pool.name()),
        description: value(&step)?,
        defaults: json!({
            "encoder": EncoderIdentity::defaults(),
            "pool": value(&Pool::default())?,
        }),
        inputs: Vec::new(),
        training: false,
    })
}

/// The file of a split in the step's result.
fn file(folder: &Path, split: Split) -> PathBuf {
    folder.join(format!("{split}.safetensors"))
}

/// The states of a split from the results of several of these steps.
pub(crate) fn open_features(
    folders: &[PathBuf],
    split: Split,
) -> Result<Vec<Features>, EncoderError> {
    let open = |folder: &PathBuf| Features::open(&file(folder, split));
    folders.iter().map(open).collect()
}

/// Reads every split and writes its states.
pub(crate) fn execute(
    step: &FeaturesStep,
    corpus: &Corpus,
    model_folder: &Path,
    device: &Device,
    output: &Path,
    report: &mut dyn FnMut(Report),
) -> Result<Value, SystemError> {
    let reader = Reader::open(model_folder, step.encoder.keep_layers, device)?;
    let splits = [Split::Train, Split::Dev, Split::Test];
    let all: usize = splits
        .iter()
        .flat_map(|split| corpus.split(*split))
        .map(|document| document.sentences.len())
        .sum();
    let mut done = 0;
    for split in splits {
        read_split(
            step.pool,
            &reader,
            corpus.split(split),
            &file(output, split),
            &mut || {
                done += 1;
                // A line a sentence would drown the log.
                if done % 100 == 0 {
                    report(Report {
                        text: format!("{done}/{all} sentences"),
                        fraction: f64::from(done) / all.max(1) as f64,
                        event: json!({ "event": "sentences", "done": done, "of": all }),
                    });
                }
            },
        )?;
    }
    Ok(json!({ "width": reader.architecture().width(), "sentences": all }))
}

fn read_split(
    how: Pool,
    reader: &Reader,
    documents: &[Document],
    path: &Path,
    sentence_done: &mut dyn FnMut(),
) -> Result<(), SystemError> {
    let width = reader.architecture().width();
    let sentences: Vec<Pieces> = documents
        .iter()
        .flat_map(|document| &document.sentences)
        .map(|sentence| reader.pieces().encode(&sentence.tokens))
        .collect::<Result<_, EncoderError>>()?;
    let sequences: Vec<&[u32]> = sentences
        .iter()
        .map(|pieces| pieces.ids.as_slice())
        .collect();
    let mut states = vec![Vec::new(); sentences.len()];
    reader.read::<SystemError>(&sequences, |index, of_pieces| {
        states[index] = pool(of_pieces, &sentences[index], width, how);
        sentence_done();
        Ok(())
    })?;
    let words = |document: &Document| document.sentences.iter().map(|s| s.tokens.len()).sum();
    let announced = documents
        .iter()
        .map(|document| (document.key.as_str(), words(document)));
    let mut writer = FeaturesWriter::create(path, 1, width, FeaturePrecision::Single, announced)?;
    let mut rest = states.into_iter();
    for document in documents {
        let own = rest.by_ref().take(document.sentences.len());
        writer.write(&document.key, &own.flatten().collect::<Vec<f32>>())?;
    }
    Ok(writer.finish()?)
}
