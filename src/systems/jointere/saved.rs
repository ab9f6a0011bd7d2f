//! A trained module on disk: a Hugging Face folder whose encoder any reader finds,
//! with one more section in `config.json` for the module around it. A module over a
//! frozen encoder's states has no encoder of its own to write.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::config::{JointEreConfig, PrunerConfig};
use super::mean_field::MeanFieldConfig;
use super::model::{JointEre, Switches};
use super::module::ModuleKind;
use super::steps::TrainStep;
use crate::corpus::Labels;
use crate::encoder::{
    Architecture, EncoderError, WordPieces, load_heads, load_module, save_heads, save_module,
};

/// `config.json` of a trained module.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    architecture: Option<Architecture>,
    sweep: Section,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Section {
    module: ModuleKind,
    labels: Labels,
    jointere: JointEreConfig,
    #[serde(default)]
    pruner: PrunerConfig,
    #[serde(default)]
    mfvi: MeanFieldConfig,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    features: Option<Width>,
}

/// The states that a module over a frozen encoder reads.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Width {
    width: usize,
    files: usize,
}

/// Where a module's states come from.
pub(crate) enum States {
    /// Its own encoder, which reads pieces.
    Encoder(Architecture, Box<WordPieces>),
    /// A frozen encoder's, from this many files, of this width.
    Features {
        /// Width H of a state.
        width: usize,
        /// One for starts and, where they differ, one for ends.
        files: usize,
    },
}

impl States {
    /// Width H of a state.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Encoder(architecture, _) => architecture.width(),
            Self::Features { width, .. } => *width,
        }
    }
}

/// A trained module, ready to be applied.
pub(crate) struct Saved {
    pub(crate) kind: ModuleKind,
    pub(crate) labels: Labels,
    pub(crate) model: JointEre,
    pub(crate) states: States,
}

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// Writes the module's folder.
pub(crate) fn save(
    folder: &Path,
    step: &TrainStep,
    states: &States,
    labels: &Labels,
    model: &JointEre,
) -> Result<(), EncoderError> {
    let path = folder.join(CONFIG);
    let unwritable = |reason: String| EncoderError::Unreadable {
        path: path.clone(),
        reason,
    };
    let weights = folder.join(WEIGHTS);
    let (architecture, features) = match states {
        States::Encoder(architecture, pieces) => {
            pieces.save(&folder.join(TOKENIZER))?;
            save_module(model, architecture, &weights)?;
            (Some(architecture.clone()), None)
        }
        States::Features { width, files } => {
            save_heads(model, &weights)?;
            let (width, files) = (*width, *files);
            (None, Some(Width { width, files }))
        }
    };
    let header = Header {
        architecture,
        sweep: Section {
            module: step.module,
            labels: labels.clone(),
            jointere: step.jointere.clone(),
            pruner: step.pruner.clone(),
            mfvi: step.mfvi.clone(),
            features,
        },
    };
    let text =
        serde_json::to_string_pretty(&header).map_err(|error| unwritable(error.to_string()))?;
    std::fs::write(&path, text).map_err(|error| unwritable(error.to_string()))?;
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
    let weights = folder.join(WEIGHTS);
    let switches = Switches {
        jointere: &section.jointere,
        pruner: &section.pruner,
        mfvi: &section.mfvi,
    };
    let network = |encoder, width| {
        JointEre::new(
            encoder,
            width,
            section.module,
            &section.labels,
            switches,
            device,
        )
    };
    let (model, states) = match (header.architecture, section.features) {
        (Some(_), None) => {
            // Read once more by the way that refuses what cannot be computed.
            let architecture = Architecture::open(folder)?;
            let pieces = WordPieces::open(&folder.join(TOKENIZER))?;
            pieces.check_rows(architecture.vocabulary())?;
            let encoder = Some((architecture.init(device), pieces.padding()));
            let empty = network(encoder, architecture.width());
            let model = load_module(empty, &architecture, &weights)?;
            (model, States::Encoder(architecture, Box::new(pieces)))
        }
        (None, Some(Width { width, files })) => {
            let model = load_heads(network(None, width), &weights)?;
            (model, States::Features { width, files })
        }
        _ => {
            return Err(unreadable(
                "names neither an encoder nor the states of one".to_owned(),
            ));
        }
    };
    Ok(Saved {
        kind: section.module,
        labels: section.labels,
        model,
        states,
    })
}
