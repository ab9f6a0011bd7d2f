//! Turns words into vectors: word pieces, the transformer that reads them, its
//! weights from a Hugging Face folder or from scratch, and the device it runs on.
//!
//! The room knows nothing of corpora or tasks. A system hands it words and gets
//! back one hidden state per piece, with the positions of every word's pieces.

mod activation;
mod batch;
mod bert;
mod config;
mod device;
mod dropout;
mod error;
mod gelu;
mod initialise;
mod pieces;
mod source;
mod vocabulary;
mod weights;

pub use batch::TokenBatch;
pub use bert::{Bert, BertConfig};
pub use config::{EncoderConfig, ScratchConfig};
pub use device::open_device;
pub use dropout::{Noise, dropout};
pub use error::EncoderError;
pub use initialise::{Scheme, initialise};
pub use pieces::{Pieces, WordPieces};
pub use source::{ModelFolder, locate_model};
pub use vocabulary::word_vocabulary;
pub use weights::{load_bert, load_module, save_module};
