//! Inputs that belong to whole words rather than to pieces: pretrained word vectors,
//! casing classes, characters, and contextual features that were computed before.
//!
//! Corpora hand over words that are already split. Everything here is the same for
//! every order of sentences and every number of threads.

mod casing;
mod characters;
mod config;
mod coverage;
mod drawn;
mod feature_writer;
mod features;
mod folder;
mod index;
mod layout;
mod lookup;
mod scalar_mix;
mod table;
mod text;
mod vectors;
mod word_dropout;

pub use casing::Casing;
pub use characters::Characters;
pub use config::VectorsConfig;
pub use coverage::Coverage;
pub use feature_writer::{FeaturePrecision, FeaturesWriter};
pub use features::{DocumentFeatures, Features};
pub(crate) use folder::FILES as VECTOR_FILES;
pub use index::WordIndex;
pub use lookup::Lookup;
pub use scalar_mix::ScalarMix;
pub use table::{FirstValues, TableOptions, WordTable, WordsKept};
pub use vectors::WordVectors;
pub use word_dropout::drop_words;
