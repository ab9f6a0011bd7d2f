//! Models of the Hugging Face hub: where their cache lies, what is in it, and getting
//! more into it.
//!
//! Only [`fetch`] ever speaks to the network, and nothing here calls it: planning and
//! training read what the cache holds. The cache has the layout that Hugging Face's own
//! libraries use, so that each finds what another has fetched.

mod cache;
mod choice;
mod digest;
mod fetch;
mod listing;
mod name;
mod settings;
mod transfer;

pub(crate) use cache::{Snapshot, snapshot, snapshots};
pub(crate) use digest::Digest;
pub use fetch::{FetchProgress, Fetched, fetch};
pub use name::HubName;
pub use settings::HubSettings;
