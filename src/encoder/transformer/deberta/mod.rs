//! DeBERTa, its attention by content and by relative position included.

mod buckets;
mod config;
mod disentangled;
mod distances;
mod model;

pub use config::DebertaConfig;
pub use model::Deberta;
pub(crate) use model::NAMES;
