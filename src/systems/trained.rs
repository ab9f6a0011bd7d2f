//! A trained model on disk: a Hugging Face folder whose encoder any reader finds, with one
//! more section in `config.json` for what is around it.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::encoder::{
    Architecture, Encoder, EncoderError, WordPieces, load_heads, load_module, save_heads,
    save_module,
};

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// `config.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header<S> {
    #[serde(flatten)]
    architecture: Architecture,
    sweep: S,
}

/// A trained model, ready to be applied.
pub(crate) struct Trained<S, M> {
    pub(crate) section: S,
    pub(crate) pieces: WordPieces,
    pub(crate) architecture: Architecture,
    pub(crate) model: M,
}

/// Writes a model whose encoder is its field `encoder`.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn save<S: Serialize, M: Module>(
    folder: &Path,
    architecture: &Architecture,
    pieces: &WordPieces,
    section: S,
    model: &M,
) -> Result<(), EncoderError> {
    let path = folder.join(CONFIG);
    let unwritable = |reason: String| EncoderError::Unreadable {
        path: path.clone(),
        reason,
    };
    let weights = folder.join(WEIGHTS);
    pieces.save(&folder.join(TOKENIZER))?;
    save_module(model, architecture, &weights)?;
    let header = Header {
        architecture: architecture.clone(),
        sweep: section,
    };
    let text =
        serde_json::to_string_pretty(&header).map_err(|error| unwritable(error.to_string()))?;
    std::fs::write(&path, text).map_err(|error| unwritable(error.to_string()))?;
    // The weights are written for their owner alone; a store may be shared.
    std::fs::metadata(&path)
        .and_then(|metadata| std::fs::set_permissions(&weights, metadata.permissions()))
        .map_err(|error| unwritable(error.to_string()))
}

/// `config.json` of a model without an encoder.
#[derive(Serialize, Deserialize)]
struct BareHeader<S> {
    sweep: S,
}

/// Writes a model that has no encoder.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn save_bare<S: Serialize, M: Module>(
    folder: &Path,
    section: S,
    model: &M,
) -> Result<(), EncoderError> {
    let path = folder.join(CONFIG);
    let weights = folder.join(WEIGHTS);
    save_heads(model, &weights)?;
    let text = serde_json::to_string_pretty(&BareHeader { sweep: section });
    let text = text.map_err(|error| EncoderError::unreadable(&path, error.to_string()))?;
    std::fs::write(&path, text)
        .and_then(|()| std::fs::metadata(&path))
        // The weights are written for their owner alone; a store may be shared.
        .and_then(|metadata| std::fs::set_permissions(&weights, metadata.permissions()))
        .map_err(|error| EncoderError::unreadable(&path, error.to_string()))
}

/// What a model's folder says of it besides its encoder.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn read_section<S: DeserializeOwned>(folder: &Path) -> Result<S, EncoderError> {
    let path = folder.join(CONFIG);
    let unreadable = |reason: String| EncoderError::unreadable(&path, reason);
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let header: BareHeader<S> =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    Ok(header.sweep)
}

/// Reads the weights that [`save_bare`] wrote into a model of the same shape.
///
/// # Errors
/// When the file cannot be read or does not fit the model.
pub(crate) fn load_bare<M: Module>(folder: &Path, model: M) -> Result<M, EncoderError> {
    load_heads(model, &folder.join(WEIGHTS))
}

/// Reads a model's folder onto `device`; `network` builds it around an encoder, whose
/// padding piece it is told, as the section says.
///
/// # Errors
/// When a file cannot be read or does not fit the others.
pub(crate) fn open<S: DeserializeOwned, M: Module>(
    folder: &Path,
    device: &Device,
    network: impl FnOnce(Encoder, &Architecture, u32, &S) -> M,
) -> Result<Trained<S, M>, EncoderError> {
    let path = folder.join(CONFIG);
    let unreadable = |reason: String| EncoderError::Unreadable {
        path: path.clone(),
        reason,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let header: Header<S> =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    // Read once more by the way that refuses what cannot be computed.
    let architecture = Architecture::open(folder)?;
    let pieces = WordPieces::open(&folder.join(TOKENIZER))?;
    pieces.check_rows(architecture.vocabulary())?;
    let encoder = architecture.init(device);
    let empty = network(encoder, &architecture, pieces.padding(), &header.sweep);
    let model = load_module(empty, &architecture, &folder.join(WEIGHTS))?;
    Ok(Trained {
        section: header.sweep,
        pieces,
        architecture,
        model,
    })
}
