//! Turns words into vectors: word pieces, the transformer that reads them, its
//! weights from a Hugging Face folder or from scratch, and the device it runs on.
//!
//! The room knows nothing of corpora or tasks. A system hands it words and gets
//! back one hidden state per piece, with the positions of every word's pieces; or it
//! builds on inputs of whole words and on recurrent layers.

mod batch;
mod checkpoint;
mod config;
mod device;
mod dropout;
mod error;
mod files;
pub(crate) mod host;
mod initialise;
mod module_path;
mod packed;
mod pieces;
mod reader;
pub mod recurrent;
mod scratch;
mod transformer;
pub mod words;

pub use batch::TokenBatch;
pub use checkpoint::{
    Checked, Description, FetchProgress, Fetched, HubName, HubSettings, ModelFolder, ModelPlace,
    check_model, describe, fetch_model, find_model, holds_word_vectors, list_models, load_encoder,
    load_heads, load_module, locate_model, locate_model_with, save_heads, save_module,
    tokenizer_family,
};
pub use config::{EncoderConfig, ScratchArchitecture, ScratchConfig};
pub use device::open_device;
pub use dropout::{Noise, dropout};
pub use error::EncoderError;
pub use initialise::{Scheme, initialise};
pub use packed::{MarkerGroup, PackedText, packed_states, split_groups};
pub use pieces::{Pieces, SpecialPieces, WordPieces, word_vocabulary};
pub use reader::{Pool, Reader, open_encoder, pool};
pub use transformer::{
    ARCHITECTURES, Albert, AlbertConfig, Architecture, Bart, BartConfig, Bert, BertConfig, Deberta,
    DebertaConfig, Encoder, Freeze, T5, T5Config, Transformer, freeze, grow_vocabulary,
};
pub(crate) use transformer::{
    Activation, exp_of_negative, heads, host_linear, lanes, post_norm, softmax,
};
