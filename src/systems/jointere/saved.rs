//! A trained module on disk: a Hugging Face folder whose encoder any reader finds,
//! with one more section in `config.json` for the module around it.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::JointEreConfig;
use super::model::JointEre;
use super::module::ModuleKind;
use super::steps::TrainStep;
use crate::corpus::Labels;
use crate::encoder::{BertConfig, EncoderError, WordPieces, load_module, save_module};

/// `config.json` of a trained module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Header {
    #[serde(flatten)]
    bert: BertConfig,
    sweep: Section,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Section {
    module: ModuleKind,
    labels: Labels,
    jointere: JointEreConfig,
}

impl Header {
    pub(crate) fn new(step: &TrainStep, bert: BertConfig, labels: &Labels) -> Self {
        Self {
            bert,
            sweep: Section {
                module: step.module,
                labels: labels.clone(),
                jointere: step.jointere.clone(),
            },
        }
    }
}

/// A trained module, ready to be applied.
pub(crate) struct Saved {
    pub(crate) kind: ModuleKind,
    pub(crate) labels: Labels,
    pub(crate) model: JointEre,
    pub(crate) pieces: WordPieces,
    pub(crate) positions: usize,
}

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// Writes the module's folder.
pub(crate) fn save(
    folder: &Path,
    header: &Header,
    model: &JointEre,
    pieces: &WordPieces,
) -> Result<(), EncoderError> {
    let path = folder.join(CONFIG);
    let unwritable = |reason: String| EncoderError::Unreadable {
        path: path.clone(),
        reason,
    };
    let text =
        serde_json::to_string_pretty(header).map_err(|error| unwritable(error.to_string()))?;
    std::fs::write(&path, text).map_err(|error| unwritable(error.to_string()))?;
    pieces.save(&folder.join(TOKENIZER))?;
    let weights = folder.join(WEIGHTS);
    save_module(model, &weights)?;
    // The weights are written for their owner alone; a store may be shared.
    std::fs::metadata(&path)
        .and_then(|metadata| std::fs::set_permissions(&weights, metadata.permissions()))
        .map_err(|error| unwritable(error.to_string()))
}

/// Reads a module's folder onto `device`.
pub(crate) fn open(folder: &Path, device: &Device) -> Result<Saved, EncoderError> {
    let path = folder.join(CONFIG);
    let unreadable = |reason: String| EncoderError::Unreadable {
        path: path.clone(),
        reason,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let header: Header =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let section = header.sweep;
    let empty = JointEre::new(
        header.bert.init(device),
        header.bert.hidden_size,
        section.module,
        &section.labels,
        &section.jointere,
        device,
    );
    Ok(Saved {
        kind: section.module,
        labels: section.labels,
        model: load_module(empty, &folder.join(WEIGHTS))?,
        pieces: WordPieces::open(&folder.join(TOKENIZER))?,
        positions: header.bert.max_position_embeddings,
    })
}
