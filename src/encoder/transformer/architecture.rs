//! The architectures by name: the configuration that each reads from `config.json`.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::albert::{self, AlbertConfig};
use super::bart::{self, BartConfig};
use super::bert::{self, BertConfig};
use super::deberta::{self, DebertaConfig};
use super::model::Encoder;
use super::names::Names;
use super::t5::{self, T5Config};
use crate::encoder::error::EncoderError;

/// What `config.json` says of the encoder, by its `model_type`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model_type")]
pub enum Architecture {
    /// BERT and all that share its architecture: SciBERT, MiniLM, gte.
    #[serde(rename = "bert")]
    Bert(BertConfig),
    /// ALBERT.
    #[serde(rename = "albert")]
    Albert(AlbertConfig),
    /// DeBERTa-v2 and -v3.
    #[serde(rename = "deberta-v2")]
    Deberta(DebertaConfig),
    /// T5 and FLAN-T5, of which the encoder is used.
    #[serde(rename = "t5")]
    T5(T5Config),
    /// BART, of which the encoder is used.
    #[serde(rename = "bart")]
    Bart(BartConfig),
}

/// `model_type` of every architecture, as Hugging Face has it.
pub const ARCHITECTURES: [&str; 5] = ["bert", "albert", "deberta-v2", "t5", "bart"];

impl Architecture {
    /// Reads the `config.json` of a model folder and checks that it can be built.
    ///
    /// # Errors
    /// When the file cannot be read, or asks for what this version does not have.
    pub fn open(folder: &Path) -> Result<Self, EncoderError> {
        let path = folder.join("config.json");
        let unreadable = |reason: String| EncoderError::Unreadable {
            path: path.clone(),
            reason,
        };
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let mut config: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        let Some(fields) = config.as_object_mut() else {
            return Err(unreadable("is not a table of settings".to_owned()));
        };
        // The first BERT checkpoints are older than the field.
        let kind = fields
            .entry("model_type")
            .or_insert_with(|| "bert".into())
            .as_str();
        if !kind.is_some_and(|kind| ARCHITECTURES.contains(&kind)) {
            return Err(unreadable(format!(
                "`model_type` is {}, which is none of {}",
                fields["model_type"],
                ARCHITECTURES.join(", ")
            )));
        }
        let architecture: Self =
            serde_json::from_value(config).map_err(|error| unreadable(error.to_string()))?;
        match architecture.problems() {
            Some(problem) => Err(unreadable(problem)),
            None => Ok(architecture),
        }
    }

    /// Builds the encoder with zero weights: they are loaded or drawn afterwards.
    pub fn init(&self, device: &Device) -> Encoder {
        match self {
            Self::Bert(config) => Encoder::Bert(config.init(device)),
            Self::Albert(config) => Encoder::Albert(config.init(device)),
            Self::Deberta(config) => Encoder::Deberta(config.init(device)),
            Self::T5(config) => Encoder::T5(config.init(device)),
            Self::Bart(config) => Encoder::Bart(config.init(device)),
        }
    }

    /// The first value that cannot work, with its key.
    fn problems(&self) -> Option<String> {
        match self {
            Self::Bert(config) => config.problems(),
            Self::Albert(config) => config.problems(),
            Self::Deberta(config) => config.problems(),
            Self::T5(config) => config.problems(),
            Self::Bart(config) => config.problems(),
        }
    }

    /// `model_type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bert(_) => "bert",
            Self::Albert(_) => "albert",
            Self::Deberta(_) => "deberta-v2",
            Self::T5(_) => "t5",
            Self::Bart(_) => "bart",
        }
    }

    /// Width H of hidden states.
    pub fn width(&self) -> usize {
        match self {
            Self::Bert(config) => config.hidden_size,
            Self::Albert(config) => config.hidden_size,
            Self::Deberta(config) => config.hidden_size,
            Self::T5(config) => config.d_model,
            Self::Bart(config) => config.d_model,
        }
    }

    /// Width of the hidden layer of a feed-forward block.
    pub fn feed_forward(&self) -> usize {
        match self {
            Self::Bert(config) => config.intermediate_size,
            Self::Albert(config) => config.intermediate_size,
            Self::Deberta(config) => config.intermediate_size,
            Self::T5(config) => config.d_ff,
            Self::Bart(config) => config.encoder_ffn_dim,
        }
    }

    /// Number of layers.
    pub fn layers(&self) -> usize {
        match self {
            Self::Bert(config) => config.num_hidden_layers,
            Self::Albert(config) => config.num_hidden_layers,
            Self::Deberta(config) => config.num_hidden_layers,
            Self::T5(config) => config.num_layers,
            Self::Bart(config) => config.encoder_layers,
        }
    }

    /// Rows of the piece embedding.
    pub fn vocabulary(&self) -> usize {
        match self {
            Self::Bert(config) => config.vocab_size,
            Self::Albert(config) => config.vocab_size,
            Self::Deberta(config) => config.vocab_size,
            Self::T5(config) => config.vocab_size,
            Self::Bart(config) => config.vocab_size,
        }
    }

    /// The same with this many rows of piece embeddings.
    pub(crate) fn with_vocabulary(mut self, rows: usize) -> Self {
        match &mut self {
            Self::Bert(config) => config.vocab_size = rows,
            Self::Albert(config) => config.vocab_size = rows,
            Self::Deberta(config) => config.vocab_size = rows,
            Self::T5(config) => config.vocab_size = rows,
            Self::Bart(config) => config.vocab_size = rows,
        }
        self
    }

    /// The longest input in pieces, where the architecture has one.
    pub fn longest(&self) -> Option<usize> {
        match self {
            Self::Bert(config) => Some(config.max_position_embeddings),
            Self::Albert(config) => Some(config.max_position_embeddings),
            Self::Deberta(config) => config.longest(),
            Self::T5(_) => None,
            Self::Bart(config) => Some(config.max_position_embeddings),
        }
    }

    /// The piece that pads.
    pub fn padding(&self) -> u32 {
        match self {
            Self::Bert(config) => config.pad_token_id,
            Self::Albert(config) => config.pad_token_id,
            Self::Deberta(config) => config.pad_token_id,
            Self::T5(config) => config.pad_token_id,
            Self::Bart(config) => config.pad_token_id,
        }
    }

    /// The same encoder with its first `layers` layers alone.
    ///
    /// # Errors
    /// When it has fewer, or its layers cannot be told apart.
    pub fn keep_layers(mut self, layers: usize) -> Result<Self, EncoderError> {
        let own = self.layers();
        if layers == 0 || layers > own {
            return Err(EncoderError::Layers(format!(
                "`encoder.keep_layers` = {layers}: the encoder has {own} layers"
            )));
        }
        match &mut self {
            Self::Bert(config) => config.num_hidden_layers = layers,
            Self::Deberta(config) => config.num_hidden_layers = layers,
            Self::T5(config) => config.num_layers = layers,
            Self::Bart(config) => config.encoder_layers = layers,
            Self::Albert(config) if config.num_hidden_groups == 1 => {
                config.num_hidden_layers = layers;
            }
            Self::Albert(config) => {
                return Err(EncoderError::Layers(format!(
                    "`encoder.keep_layers`: this ALBERT shares {} groups of weights among its \
                     layers, and without some of them others would use another group",
                    config.num_hidden_groups
                )));
            }
        }
        Ok(self)
    }

    /// The name that a bare checkpoint has for the tensor at a path of fields.
    pub fn tensor_name(&self, path: &str) -> String {
        self.names().in_checkpoint(path)
    }

    /// How checkpoints name the architecture's tensors.
    pub(crate) fn names(&self) -> &'static Names {
        match self {
            Self::Bert(_) => &bert::NAMES,
            Self::Albert(_) => &albert::NAMES,
            Self::Deberta(_) => &deberta::NAMES,
            Self::T5(_) => &t5::NAMES,
            Self::Bart(_) => &bart::NAMES,
        }
    }
}
