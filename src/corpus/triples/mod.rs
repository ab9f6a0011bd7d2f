//! Corpora of triples, WebNLG and the New York Times in their several releases: sentences with subject, relation and
//! object, and no list of entities.
//!
//! A room of its own since the words of an argument must first be found in the sentence. What comes out are
//! documents like any other's, so that no system has to know where they come from.

mod layout;
mod read;
mod sentence;
#[cfg(test)]
mod tests;

pub(super) use layout::Layout;
pub(super) use read::read_triples;
