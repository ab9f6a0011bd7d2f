//! Models as files: finding their folder by name or on the hub, fetching and checking
//! them, and their weights into and out of modules.

mod check;
mod describe;
mod header;
mod hub;
mod locate;
mod model_folder;
mod shards;
mod weights;

pub use check::{Checked, check_model};
pub use describe::{Description, describe, holds_word_vectors, list_models, tokenizer_family};
pub use hub::{FetchProgress, Fetched, HubName, HubSettings, fetch as fetch_model};
pub use locate::{ModelPlace, find_model, locate_model, locate_model_with};
pub use model_folder::ModelFolder;
pub use weights::{load_encoder, load_heads, load_module, save_heads, save_module};
