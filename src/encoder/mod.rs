//! Turns words into vectors: word pieces, the transformer that reads them, its
//! weights from a Hugging Face folder or from scratch, and the device it runs on.
//!
//! The room knows nothing of corpora or tasks. A system hands it words and gets
//! back one hidden state per piece, with the positions of every word's pieces.

mod activation;
mod albert;
mod alignment;
mod architecture;
mod attention;
mod bart;
mod batch;
mod bert;
mod check;
mod config;
mod deberta;
mod describe;
mod device;
mod dropout;
mod error;
mod extra_pieces;
mod freeze;
mod gelu;
mod header;
mod hub;
mod initialise;
mod limit;
mod locate;
mod lookup;
mod model;
mod names;
mod pieces;
mod pointwise;
mod prefix_space;
mod problems;
mod reader;
pub mod recurrent;
mod relative_bias;
mod self_attention;
mod shards;
mod source;
mod special;
mod t5;
#[cfg(test)]
mod tiny_tokenizers;
mod transformer;
mod vocabulary;
mod weights;
mod window;
pub mod words;

pub use albert::{Albert, AlbertConfig};
pub use alignment::Pieces;
pub use architecture::{ARCHITECTURES, Architecture};
pub use bart::{Bart, BartConfig};
pub use batch::TokenBatch;
pub use bert::{Bert, BertConfig};
pub use check::{Checked, check_model};
pub use config::{EncoderConfig, ScratchConfig};
pub use deberta::{Deberta, DebertaConfig};
pub use describe::{Description, describe, list_models, tokenizer_family};
pub use device::open_device;
pub use dropout::{Noise, dropout};
pub use error::EncoderError;
pub use freeze::{Freeze, freeze};
pub use hub::{FetchProgress, Fetched, HubName, HubSettings, fetch as fetch_model};
pub use initialise::{Scheme, initialise};
pub use locate::{ModelPlace, find_model, locate_model, locate_model_with};
pub use model::Encoder;
pub use pieces::WordPieces;
pub use reader::{Pool, Reader, pool};
pub use source::ModelFolder;
pub use special::SpecialPieces;
pub use t5::{T5, T5Config};
pub use transformer::Transformer;
pub use vocabulary::word_vocabulary;
pub use weights::{load_encoder, load_heads, load_module, save_heads, save_module};
