//! Results by content key: what a step is, whether its result stands, and how one is written so that
//! it either exists whole or not at all.
//!
//! A result lives in `ROOT/steps/ab/<key>/`. The folder counts as finished once `done.json` is there;
//! that file is written last and holds the checksum of every output. Everything in this room survives
//! the death of the process at any instruction: the next process sees an unfinished step and a lock
//! whose owner is gone.

mod canonical;
mod catalogue;
mod collected;
mod error;
mod events;
mod files;
mod folder;
mod lock;
mod memory;
mod owner;
mod record;
mod state;
mod survey;
mod writer;

pub use canonical::{canonical, key, without_defaults};
pub use error::StoreError;
pub use folder::Store;
pub use lock::Lock;
pub use owner::Owner;
pub use record::Record;
pub use state::{Done, Output, State};
pub use writer::Writer;
